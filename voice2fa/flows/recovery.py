"""Recovery codes: make a new set, and tell how many of it are left."""

import secrets
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from voice2fa import signals
from voice2fa.core import recovery
from voice2fa.core.errors import Code, Refusal
from voice2fa.keys import key_for
from voice2fa.models import RecoveryCode, RecoveryCodes

from .attempts.requests import Client


def codes_of(user: AbstractBaseUser) -> RecoveryCodes | None:
    """Return the user's set of codes, or None where none was ever made; the codes themselves nobody has."""
    found: RecoveryCodes | None = RecoveryCodes.objects.filter(user=user).first()
    return found


def edition_of(codes: RecoveryCodes | None) -> str:
    """Return a word for this set of codes, another one for the next."""
    return codes.created_at.isoformat() if codes is not None else "none"


@sensitive_variables()
def make(
    user: AbstractBaseUser, now: datetime, *, instead_of: str | None = None, client: Client | None = None
) -> list[str]:
    """Make ten codes in place of those that there are, and return them: they cannot be shown again (R34).

    ``instead_of`` is the edition that the person has seen. Raises ``Refusal(ALREADY_USED)`` if another one
    has taken its place: a page that is sent twice must not make worthless what it has just shown. ``client``
    is who asks: the owner of the account is told by e-mail.
    """
    texts = [recovery.write(secrets.token_bytes(recovery.BYTES)) for _place in range(recovery.CODES)]
    with transaction.atomic():
        codes, is_new = RecoveryCodes.objects.get_or_create(user=user, defaults=_facts(now))
        if not is_new:
            codes = RecoveryCodes.objects.select_for_update().get(pk=codes.pk)
        if instead_of not in {None, edition_of(None if is_new else codes)}:
            raise Refusal(Code.ALREADY_USED)
        # The same row goes on: a session that one of its codes has opened stays verified.
        RecoveryCodes.objects.filter(pk=codes.pk).update(**_facts(now))
        codes.codes.all().delete()
        RecoveryCode.objects.bulk_create([_keep(codes, text) for text in texts])
    codes.refresh_from_db()
    announce = partial(signals.recovery_codes_made.send_robust, sender=RecoveryCodes)
    transaction.on_commit(partial(announce, codes=codes, client=client, now=now))
    return texts


def _facts(now: datetime) -> dict[str, Any]:
    # Whoever may make codes has just confirmed that it is them: the wait after wrong ones is over (R13).
    return {
        "name": _("Recovery codes"),
        "confirmed": True,
        "created_at": now,
        "throttling_failure_count": 0,
        "throttling_failure_timestamp": None,
    }


@sensitive_variables()
def _keep(codes: RecoveryCodes, text: str) -> RecoveryCode:
    salt = secrets.token_hex(16)
    return RecoveryCode(device=codes, salt=salt, code_hash=recovery.digest(key_for("recovery"), salt, text))
