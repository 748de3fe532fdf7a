"""Who must confirm a login, and who may do without for now (REQUIRED_FOR, GRACE_UNTIL)."""

from collections.abc import Callable
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.module_loading import import_string

from voice2fa.conf import EVERYONE, STAFF, WITH_PHONE, get_settings
from voice2fa.models import VoiceDevice
from voice2fa.readers import GROUP, PERMISSION


def is_required(user: AbstractBaseUser) -> bool:
    """Tell whether the user must confirm a login."""
    return any(_names(word, user) for word in get_settings().required_for)


def is_required_of_all() -> bool:
    """Tell whether everyone must confirm, whoever they are."""
    return EVERYONE in get_settings().required_for


def needs_phone(user: AbstractBaseUser) -> bool:
    """Tell whether the user must have a phone, rather than confirm with the one that there is."""
    return any(_names(word, user) for word in get_settings().required_for if word != WITH_PHONE)


def may_wait(user: AbstractBaseUser, *, now: datetime) -> bool:
    """Tell whether a user who has no phone yet may still log in without, for the time of grace."""
    return grace_day(now=now) is not None and not has_phone(user)


def grace_day(*, now: datetime) -> date | None:
    """Return the day up to which logins without a phone are let in, or None where there is none now."""
    day = get_settings().grace_until
    return day if day is not None and timezone.localdate(now) <= day else None


def has_phone(user: AbstractBaseUser) -> bool:
    """Tell whether the user has a confirmed phone."""
    return bool(VoiceDevice.objects.filter(user=user, confirmed=True).exists())


def _names(word: str, user: AbstractBaseUser) -> bool:
    if word in _WORDS:
        return _WORDS[word](user)
    if word.startswith(GROUP):
        return bool(user.groups.filter(name=word.removeprefix(GROUP)).exists())  # type: ignore[attr-defined]
    if word.startswith(PERMISSION):
        return bool(user.has_perm(word.removeprefix(PERMISSION)))  # type: ignore[attr-defined]
    return bool(import_string(word)(user))


_WORDS: dict[str, Callable[[AbstractBaseUser], bool]] = {
    EVERYONE: lambda user: True,
    WITH_PHONE: has_phone,
    STAFF: lambda user: bool(getattr(user, "is_staff", False)),
}
