"""Who may report about a call: whoever brings the credentials that open the door to it."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from voice2fa.flows.telephony.lines import accepts

REALM = 'Basic realm="voice2fa callbacks", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Carrier:
    """The carrier, calling back about one verification, or about calls that come in to us (None)."""

    verification_id: UUID | None
    is_authenticated: bool = True
    is_active: bool = True
    pk: None = None


class CallbackAuthentication(BaseAuthentication):
    """HTTP Basic with credentials derived per verification: one leaked pair opens nothing else (R45, A16).

    Calls that come in to us have a pair of their own, which opens no verification.
    """

    def authenticate(self, request: Request) -> tuple[Carrier, None] | None:
        """Return the carrier; None without credentials, for the carrier waits to be challenged."""
        header = get_authorization_header(request)
        if not header:
            return None
        verification_id: UUID | None = request.parser_context["kwargs"].get("verification_id")
        username, password = _read_basic(header)
        if not accepts(verification_id, username=username, password=password):
            raise AuthenticationFailed("These credentials do not open this call.", code="wrong_credentials")
        return Carrier(verification_id), None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge: without it the carrier never sends its credentials and the event is lost."""
        return REALM


def _read_basic(header: bytes) -> tuple[str, str]:
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic":
        raise AuthenticationFailed("Use HTTP Basic credentials.", code="wrong_scheme")
    try:
        username, separator, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise AuthenticationFailed(
            "The credentials are not valid base64.", code="garbled_credentials"
        ) from None
    if not separator:
        raise AuthenticationFailed("The credentials have no colon.", code="garbled_credentials")
    return username, password
