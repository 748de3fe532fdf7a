"""What went over the wire, in order, with secrets masked and sizes bounded."""

import re
from dataclasses import dataclass
from typing import Any

from voice2fa.emulator.clock import to_iso

MASK = "*****"
_JSON_PASSWORD = re.compile(r'("[A-Za-z]*[Pp]assword"\s*:\s*)"(?:[^"\\]|\\.)*"')
_XML_PASSWORD = re.compile(r"""(\b[A-Za-z]*[Pp]assword\s*=\s*)("[^"]*"|'[^']*')""")
_URL_PASSWORD = re.compile(r"(https?://[^/@:\s\"]*:)[^/@\s\"]+@")


def mask(text: str) -> str:
    """Return the text with passwords of JSON fields, BXML attributes and URLs replaced."""
    if "assword" in text:
        text = _JSON_PASSWORD.sub(rf'\1"{MASK}"', text)
        text = _XML_PASSWORD.sub(rf'\1"{MASK}"', text)
    return _URL_PASSWORD.sub(rf"\1{MASK}@", text) if "@" in text else text


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and its answer; `status` is None until there is one, or for good."""

    n: int
    time: float
    direction: str
    name: str
    method: str
    url: str
    request: str
    status: int | None = None
    milliseconds: float = 0.0
    response: str = ""
    note: str = ""
    is_finished: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the exchange as the control plane shows it."""
        return {
            "n": self.n,
            "time": to_iso(self.time),
            "direction": self.direction,
            "name": self.name,
            "method": self.method,
            "url": self.url,
            "status": self.status,
            "milliseconds": round(self.milliseconds, 1),
            "request": self.request,
            "response": self.response,
            "note": self.note,
        }
