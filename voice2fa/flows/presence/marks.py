"""What a session remembers of its confirmation: by whom, by what, and when."""

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django_otp.models import Device

_MARK = "voice2fa_confirmed"
_BROWSER = "browser"
FRESH_SECONDS = 300  # how long a confirmation is good for changing phones and codes (R21)

Session = MutableMapping[str, Any]


def note_confirmation(session: Session, user: AbstractBaseUser, device: Device, *, now: datetime) -> None:
    """Note that the user has just confirmed by the device: a phone, or another way."""
    session[_MARK] = {"user": str(user.pk), "by": device.persistent_id, "at": now.timestamp()}


def note_remembered(session: Session, user: AbstractBaseUser) -> None:
    """Note that a remembered browser was let in: that makes a login, and no fresh confirmation (R40)."""
    session[_MARK] = {"user": str(user.pk), "by": _BROWSER, "at": None}


def keep_confirmation(session: Session, user: AbstractBaseUser, device: Device) -> None:
    """Note that a user who is verified already is logged in once more: that makes nothing fresh (R21)."""
    if not is_confirmed(session, user):
        session[_MARK] = {"user": str(user.pk), "by": device.persistent_id, "at": None}


def is_confirmed(session: Session, user: AbstractBaseUser) -> bool:
    """Tell whether this session was confirmed at all, for this user."""
    return _mark_of(session, user) is not None


def is_by_browser(session: Session, user: AbstractBaseUser) -> bool:
    """Tell whether all that this session has to show for the user is a remembered browser."""
    mark = _mark_of(session, user)
    return mark is not None and mark["by"] == _BROWSER


def is_fresh(
    session: Session, user: AbstractBaseUser, *, now: datetime, seconds: int = FRESH_SECONDS
) -> bool:
    """Tell whether this session was confirmed for this user within the last ``seconds``."""
    return is_recent(confirmed_at(session, user), now=now, seconds=seconds)


def confirmed_at(session: Session, user: AbstractBaseUser) -> datetime | None:
    """Return when this session was last confirmed for this user.

    None if it never was, or by a browser, or by a device that is gone by now.
    """
    mark = _mark_of(session, user)
    if mark is None or mark["at"] is None or not is_of_use(mark["by"], user):
        return None
    return datetime.fromtimestamp(mark["at"], tz=UTC)


def is_of_use(persistent_id: str, user: AbstractBaseUser) -> bool:
    """Tell whether the device still vouches for the user: one that is taken away does no more (R24)."""
    device = Device.from_persistent_id(persistent_id)
    return device is not None and device.confirmed and device.user_id == user.pk


def is_recent(moment: datetime | None, *, now: datetime, seconds: int = FRESH_SECONDS) -> bool:
    """Tell whether a confirmation at that moment is no older than ``seconds``; None was never confirmed."""
    return moment is not None and timedelta(0) <= now - moment <= timedelta(seconds=seconds)


def _mark_of(session: Session, user: AbstractBaseUser) -> dict[str, Any] | None:
    mark = session.get(_MARK)
    return mark if mark is not None and mark["user"] == str(user.pk) else None
