"""How the carrier reaches us: about one verification, or about calls that come in to us.

Each way has its callback URLs, and credentials that open it and nothing else.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.urls import reverse

from voice2fa.carrier import get_provider
from voice2fa.links import absolute
from voice2fa.providers.base import CallbackUrls, Credentials, Line

RECEPTION = "voice2fa"


def open_line(verification_id: UUID) -> Line:
    """Return URLs under PUBLIC_URL, never the request's host (A31), and the credentials to call them with."""
    return Line(
        urls=CallbackUrls(
            answer=_url("answer", verification_id),
            answer_fallback=_url("answer_fallback", verification_id),
            gather=_step_url("gather", verification_id),
            gather_fallback=_step_url("gather_fallback", verification_id),
            redirect=_door_url("redirect", verification_id),
            redirect_fallback=_door_url("redirect_fallback", verification_id),
            disconnect=_url("disconnect", verification_id),
            machine=_url("machine", verification_id),
            machine_fallback=_url("machine_fallback", verification_id),
        ),
        credentials=_credentials(verification_id),
    )


def open_reception() -> Line:
    """Return where the carrier announces calls to us: the same for all of them, for it is set up beforehand.

    ``answer`` is where they are announced. Such a call is never redirected, and no machine is listened for.
    """
    return Line(
        urls=CallbackUrls(
            answer=_url("incoming"),
            answer_fallback=_url("incoming_fallback"),
            gather=_step_url("incoming_gather"),
            gather_fallback=_step_url("incoming_gather_fallback"),
            redirect="",
            redirect_fallback="",
            disconnect=_url("incoming_disconnect"),
            machine="",
            machine_fallback="",
        ),
        credentials=_credentials(None),
    )


def accepts(verification_id: UUID | None, *, username: str, password: str) -> bool:
    """Tell whether the credentials open this verification's callbacks, or those of calls to us for None.

    Any listed secret will do.
    """
    is_right = False
    for secret in get_provider().callback_secrets:
        expected = _derive_password(secret, verification_id)
        # Every secret is compared, so that timing does not tell which one matched.
        is_right |= hmac.compare_digest(expected.encode(), password.encode())
    return is_right and hmac.compare_digest(_username(verification_id).encode(), username.encode())


def _credentials(verification_id: UUID | None) -> Credentials:
    newest = get_provider().callback_secrets[0]
    password = _derive_password(newest, verification_id)
    return Credentials(username=_username(verification_id), password=password)


def _username(verification_id: UUID | None) -> str:
    return RECEPTION if verification_id is None else str(verification_id)


def _derive_password(secret: str, verification_id: UUID | None) -> str:
    """Return a password that opens one way to us and tells nothing of any other."""
    # Different words, so that no id makes the one text out of the other.
    told = b"voice2fa reception" if verification_id is None else b"voice2fa callback " + verification_id.bytes
    digest = hmac.new(secret.encode(), told, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _url(name: str, *arguments: UUID | int) -> str:
    return absolute(reverse(f"voice2fa:call_{name}", args=arguments))


def _step_url(name: str, *arguments: UUID) -> str:
    return _url(name, *arguments, 0).removesuffix("0/") + "{step}/"


def _door_url(name: str, verification_id: UUID) -> str:
    # The last one: a site may be called so too.
    before, _, after = _step_url(name, verification_id).rpartition("/redirect")
    return f"{before}/{{door}}{after}"
