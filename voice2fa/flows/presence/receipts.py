"""A receipt tells that somebody has just confirmed, for clients that hold a token and have no session."""

from datetime import UTC, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.views.decorators.debug import sensitive_variables
from django_otp.models import Device

from ..attempts.tickets import mark_of
from .marks import is_of_use

_SALT = "voice2fa.receipt"


@sensitive_variables()
def issue_receipt(user: AbstractBaseUser, device: Device, *, now: datetime) -> str:
    """Return a signed text that says when the user has confirmed; it dies with password and device."""
    facts = {"user": str(user.pk), "mark": mark_of(user)}
    told = {**facts, "by": device.persistent_id, "at": now.timestamp()}
    return signing.dumps(told, salt=_SALT)


@sensitive_variables()
def confirmed_at(given: str, user: AbstractBaseUser) -> datetime | None:
    """Return when the user has confirmed, by what their client was given then; None if it is not theirs.

    How old it may be is for whoever asks to judge, as with a session.
    """
    try:
        told = signing.loads(given, salt=_SALT)
    except signing.BadSignature:
        return None
    if told["user"] != str(user.pk) or told["mark"] != mark_of(user) or not is_of_use(told["by"], user):
        return None
    return datetime.fromtimestamp(told["at"], tz=UTC)
