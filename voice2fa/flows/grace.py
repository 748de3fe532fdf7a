"""From which day on somebody needs a phone to log in (GRACE_UNTIL)."""

from datetime import date, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser

from voice2fa.conf import EVERYONE, get_settings

from .first_phone import is_due
from .requirement import grace_day, is_required


def phone_day(user: AbstractBaseUser, *, now: datetime) -> date | None:
    """Return the first day on which the user needs a phone to log in; None for whom that is no news."""
    day = _first_day(now=now)
    return day if day is not None and is_required(user) and is_due(user) else None


def phone_day_of_all(*, now: datetime) -> date | None:
    """Return the first day on which everyone needs a phone; None where that holds today, or of some alone."""
    return _first_day(now=now) if EVERYONE in get_settings().required_for else None


def _first_day(*, now: datetime) -> date | None:
    last = grace_day(now=now)
    return last + timedelta(days=1) if last is not None else None
