"""Can somebody without a phone prove one, and is more asked of them than the password? Production alone."""

from collections.abc import Mapping
from typing import Any

import django
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register

from voice2fa.conf import EMAIL, PASSWORD
from voice2fa.core.problems import Problem

from .configuration import read_setting
from .messages import TAG, as_messages

_NO_MAILS = Problem(
    id="voice2fa.W075",
    message="First phones are proved by e-mail (VOICE2FA['FIRST_PHONE_PROOF']), and this site sends none.",
    hint="Configure a mail server; or write 'FIRST_PHONE_PROOF': 'staff_code', and have staff give codes.",
    is_error=False,
)
_PASSWORD_ALONE = Problem(
    id="voice2fa.W076",
    message="VOICE2FA['FIRST_PHONE_PROOF'] is 'password': whoever learns the password of somebody without a "
    "phone can add their own.",
    hint="Leave it out, for 'email'; or write 'staff_code'.",
    is_error=False,
)
_STAND_INS = frozenset(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")
)


@register(TAG, Tags.security, deploy=True)
def check_proofs(**kwargs: Any) -> list[CheckMessage]:
    """Report a proof that cannot reach anybody, or none at all."""
    values, _ = read_setting()
    wanted = values.get("first_phone_proof")
    if wanted == PASSWORD:
        return as_messages([_PASSWORD_ALONE])
    return as_messages([_NO_MAILS] if wanted == EMAIL and _mail_backend() in _STAND_INS else [])


def _mail_backend() -> str:
    mailers = getattr(settings, "MAILERS", None) if django.VERSION >= (6, 1) else None
    if mailers is None:
        return str(settings.EMAIL_BACKEND)
    default = mailers.get("default") if isinstance(mailers, Mapping) else None
    return str(default.get("BACKEND", "")) if isinstance(default, Mapping) else ""
