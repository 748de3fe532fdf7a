"""Who must confirm a login, and who may do without for now (REQUIRED_FOR, GRACE_UNTIL)."""

import logging
from collections.abc import Callable
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.module_loading import import_string

from voice2fa.conf import EVERYONE, STAFF, WITH_PHONE, get_settings
from voice2fa.core.history import PhoneEvent
from voice2fa.models import PhoneRecord, VoiceDevice
from voice2fa.readers import GROUP, PERMISSION

from .other_ways import ways_of

logger = logging.getLogger("voice2fa.requirement")


def must_confirm(user: AbstractBaseUser, *, now: datetime) -> bool:
    """Tell whether the user is let in by a confirmation alone: required of them, and no grace is left."""
    return is_required(user) and not may_wait(user, now=now)


def is_required(user: AbstractBaseUser) -> bool:
    """Tell whether the user must confirm a login.

    Raises ``ImproperlyConfigured`` where REQUIRED_FOR names a function that there is not.
    """
    return any(_names(word, user) for word in get_settings().required_for)


def needs_phone(user: AbstractBaseUser) -> bool:
    """Tell whether the user must have a phone, rather than confirm with the one that there is."""
    return any(_names(word, user) for word in get_settings().required_for if word != WITH_PHONE)


def may_wait(user: AbstractBaseUser, *, now: datetime) -> bool:
    """Tell whether a user who has no phone yet may still log in without, for the time of grace.

    Whoever can confirm another way is asked for that: no door may be content with less than another (A29).
    """
    is_over = grace_day(now=now) is None
    return not (is_over or has_phone(user) or ways_of(user) or has_disowned(user))


def grace_day(*, now: datetime) -> date | None:
    """Return the day up to which logins without a phone are let in, or None where there is none now."""
    day = get_settings().grace_until
    return day if day is not None and timezone.localdate(now) <= day else None


def has_phone(user: AbstractBaseUser) -> bool:
    """Tell whether the user has a confirmed phone."""
    return bool(VoiceDevice.objects.filter(user=user, confirmed=True).exists())


def has_disowned(user: AbstractBaseUser) -> bool:
    """Tell whether the phone that the user has added last was disowned since.

    Whoever reads the mails can do that, and set a new password: without its phone the account must not be
    open to them for it (R37).
    """
    last = PhoneRecord.objects.filter(user_id=user.pk, event=PhoneEvent.ADDED).first()
    return last is not None and last.disowned_at is not None


def load_rule(path: str) -> Callable[[AbstractBaseUser], object]:
    """Return the function of the site that says who must confirm; raises ``ImproperlyConfigured``."""
    try:
        rule = import_string(path)
    except Exception as error:  # whatever the site's module may raise while it is imported
        raise ImproperlyConfigured(
            f"VOICE2FA['REQUIRED_FOR'] names {path!r}, which cannot be imported ({error})."
        ) from error
    if not callable(rule):
        raise ImproperlyConfigured(f"VOICE2FA['REQUIRED_FOR'] names {path!r}, which is no function.")
    found: Callable[[AbstractBaseUser], object] = rule
    return found


def _names(word: str, user: AbstractBaseUser) -> bool:
    ask = _reader_of(word)
    try:
        return bool(ask(user))
    except Exception:
        # Who cannot be asked about must confirm: a rule that falls over is no way in (A28).
        logger.exception(
            "REQUIRED_FOR %r failed for user %s, who must confirm therefore", word, getattr(user, "pk", None)
        )
        return True


def _reader_of(word: str) -> Callable[[AbstractBaseUser], object]:
    if word in _WORDS:
        return _WORDS[word]
    if word.startswith(GROUP):
        name = word.removeprefix(GROUP)
        return lambda user: user.groups.filter(name=name).exists()  # type: ignore[attr-defined]
    if word.startswith(PERMISSION):
        permission = word.removeprefix(PERMISSION)
        return lambda user: user.has_perm(permission)  # type: ignore[attr-defined]
    return load_rule(word)


_WORDS: dict[str, Callable[[AbstractBaseUser], bool]] = {
    EVERYONE: lambda user: True,
    WITH_PHONE: lambda user: has_phone(user) or has_disowned(user),
    # Superusers may do everything everywhere, whether or not the admin lets them in.
    STAFF: lambda user: bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False)),
}
