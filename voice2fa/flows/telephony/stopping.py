"""Numbers whose owners want no more calls: put on a list by them or for them, taken off it by staff (A23)."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from voice2fa import signals
from voice2fa.background import defer
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.states import Happening
from voice2fa.models import PhoneVerification, StoppedNumber
from voice2fa.tasks import end_call

from ..attempts.moves import move

_BY_MACHINE = "A machine answered the call in which it was asked."


def stop_calling(verification: PhoneVerification, *, now: datetime) -> None:
    """Never call the number of the verification again, until staff lift that."""
    stopped, is_new = StoppedNumber.objects.standing().get_or_create(
        number=verification.number,
        defaults={"stopped_at": now, "verification": verification},
    )
    if is_new:
        _settle(stopped, now=now)


def withdraw(verification: PhoneVerification, *, now: datetime) -> None:
    """Take off the list what the call of the verification has put there: it was a machine that pressed."""
    for stopped in StoppedNumber.objects.standing().filter(verification=verification):
        _lift(stopped, staff=None, reason=_BY_MACHINE, now=now)


def stop_by_staff(number: str, *, staff: AbstractBaseUser, now: datetime) -> StoppedNumber:
    """Put the number (E.164) on the list for an owner who asked staff; raises ``Refusal`` if it is there."""
    try:
        with transaction.atomic():
            stopped = StoppedNumber.objects.create(number=number, stopped_at=now)
    except IntegrityError:
        raise Refusal(Code.NUMBER_STOPPED) from None
    _settle(stopped, now=now, staff=staff)
    return stopped


def check_not_stopped(number: str) -> None:
    """Raise ``Refusal`` if the owner of the number (E.164) has asked us not to call it."""
    if StoppedNumber.objects.standing().filter(number=number).exists():
        raise Refusal(Code.NUMBER_STOPPED)


def lift(stopped: StoppedNumber, *, staff: AbstractBaseUser, reason: str, now: datetime) -> bool:
    """Let the number be called again, for a reason that is kept; tell whether this caller lifted it."""
    if not reason.strip():
        raise ValueError("Whoever lets a number be called again says why.")
    return _lift(stopped, staff=staff, reason=reason.strip(), now=now)


def _lift(stopped: StoppedNumber, *, staff: AbstractBaseUser | None, reason: str, now: datetime) -> bool:
    rows = StoppedNumber.objects.standing().filter(pk=stopped.pk)
    if not rows.update(lifted_at=now, lifted_by=staff, reason=reason):
        return False
    stopped.refresh_from_db()
    _announce(signals.number_lifted, stopped, now=now, staff=staff)
    return True


def _settle(stopped: StoppedNumber, *, now: datetime, staff: AbstractBaseUser | None = None) -> None:
    """End what is under way to the number: a phone whose owner wants quiet must not ring once more."""
    for other in PhoneVerification.objects.live().filter(number=stopped.number):
        if move(other, Happening.CANCELLED, now=now):
            defer(end_call, str(other.pk))
    _announce(signals.number_stopped, stopped, now=now, staff=staff)


def _announce(signal: Signal, stopped: StoppedNumber, **facts: Any) -> None:
    send = partial(signal.send_robust, sender=StoppedNumber)
    transaction.on_commit(partial(send, stopped=stopped, **facts))
