"""The body of a callback: as received, but never more of it than an event can need."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

LONGEST_BODY = 64 * 1024  # bytes; a documented event is below 3 KB


class BodyTooLarge(APIException):
    """The body is larger than any event of a call."""

    status_code = 413
    default_detail = f"An event of a call has at most {LONGEST_BODY} bytes."
    default_code = "body_too_large"


class EventParser(BaseParser):
    """Hand on the raw bytes of any content type: the provider knows its carrier's language."""

    media_type = "*/*"

    def parse(  # type: ignore[override]  # the stubs know parsed bodies only
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body; raises ``BodyTooLarge`` before reading more than is allowed."""
        body = stream.read(LONGEST_BODY + 1)
        if len(body) > LONGEST_BODY:
            raise BodyTooLarge
        return body
