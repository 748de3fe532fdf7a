"""The reply to a callback: a script in the carrier's language, or a plain sentence about what is wrong."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer


class ScriptRenderer(BaseRenderer):
    """Send rendered scripts as they are, and errors as one line of text."""

    media_type = "*/*"
    format = "script"
    charset = "utf-8"
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the bytes of a script, or the sentence of an error."""
        if isinstance(data, bytes):
            return data
        detail = data.get("detail", "") if isinstance(data, Mapping) else data
        return f"{detail or ''}\n".encode() if data is not None else b""
