"""How the carrier reaches us about one verification: callback URLs and the credentials they must bring."""

import base64
import hashlib
import hmac
from uuid import UUID

from django.urls import reverse

from voice2fa.carrier import get_provider
from voice2fa.links import absolute
from voice2fa.providers.base import CallbackUrls, Credentials, Line


def open_line(verification_id: UUID) -> Line:
    """Return URLs under PUBLIC_URL, never the request's host (A31), and the credentials to call them with."""
    secret = get_provider().callback_secrets[0]
    password = _derive_password(secret, verification_id)
    return Line(
        urls=CallbackUrls(
            answer=_url("answer", verification_id),
            answer_fallback=_url("answer_fallback", verification_id),
            gather=_step_url("gather", verification_id),
            gather_fallback=_step_url("gather_fallback", verification_id),
            redirect=_step_url("redirect", verification_id),
            redirect_fallback=_step_url("redirect_fallback", verification_id),
            disconnect=_url("disconnect", verification_id),
            machine=_url("machine", verification_id),
            machine_fallback=_url("machine_fallback", verification_id),
        ),
        credentials=Credentials(username=str(verification_id), password=password),
    )


def accepts(verification_id: UUID, *, username: str, password: str) -> bool:
    """Tell whether the credentials open this verification's callbacks: any listed secret will do."""
    is_right = False
    for secret in get_provider().callback_secrets:
        expected = _derive_password(secret, verification_id)
        # Every secret is compared, so that timing does not tell which one matched.
        is_right |= hmac.compare_digest(expected.encode(), password.encode())
    return is_right and hmac.compare_digest(str(verification_id).encode(), username.encode())


def _derive_password(secret: str, verification_id: UUID) -> str:
    """Return a password that opens one verification and tells nothing of any other."""
    digest = hmac.new(secret.encode(), b"voice2fa callback " + verification_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _url(name: str, verification_id: UUID) -> str:
    return absolute(reverse(f"voice2fa:call_{name}", args=[verification_id]))


def _step_url(name: str, verification_id: UUID) -> str:
    first = reverse(f"voice2fa:call_{name}", args=[verification_id, 0])
    return absolute(first.removesuffix("0/") + "{step}/")
