"""Orders to the carrier: place a call at most once, watch it ring, end it. None of this runs in a request."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from voice2fa.carrier import get_provider
from voice2fa.conf import get_settings
from voice2fa.core.events import Cause
from voice2fa.core.states import Happening, State
from voice2fa.models import PhoneVerification, StoppedNumber
from voice2fa.providers.base import (
    CallGone,
    CallProgress,
    CallUnknown,
    CarrierBusy,
    OutcomeUnknown,
    OutgoingCall,
    ProviderError,
)
from voice2fa.signals import order_failed

from ..attempts.moves import move
from .lines import open_line
from .machines import detection_for
from .records import has_last_words

BUSY_TRIES = 4
LONGEST_WAIT = 5.0  # seconds between two tries at a busy carrier
HANG_UP_PAUSES = (1.0, 3.0)  # seconds
UNHEARD_GRACE = timedelta(seconds=20)


def place(
    verification_id: UUID, *, clock: Callable[[], datetime], wait: Callable[[float], None] = time.sleep
) -> None:
    """Claim the verification and order its call; whoever comes second does nothing.

    After an ambiguous failure (timeout, dropped connection, 5xx) the order is never repeated: the callbacks
    tell, or the deadline does. ``wait`` takes seconds.
    """
    verification = _claim(verification_id, now=clock())
    if verification is None:
        return
    try:
        call_id = _order(verification, clock=clock, wait=wait)
    except OutcomeUnknown as error:
        _announce_failed(verification, error, now=clock())
        _give_up_soon(verification, error.cause, now=clock())
        return
    except ProviderError as error:
        _announce_failed(verification, error, now=clock())
        move(verification, Happening.UNREACHABLE, now=clock(), cause=error.cause)
        return
    except Exception:
        # A fault of our own, at a point that nobody knows: as unclear as silence, but worth a traceback.
        _give_up_soon(verification, Cause.CARRIER_DOWN, now=clock())
        raise
    if call_id and not _note_placed(verification, call_id, now=clock()):
        _end_if_decided(verification_id, call_id)


def observe(verification_id: UUID, *, now: datetime) -> None:
    """Ask the carrier how far the call has come, as often as ``is_observable`` allows."""
    verification = PhoneVerification.objects.get(pk=verification_id)
    if not is_observable(verification, now=now):
        return
    unobserved = PhoneVerification.objects.filter(pk=verification_id, observed_at=verification.observed_at)
    if not unobserved.update(observed_at=now):
        return
    try:
        report = get_provider().get_call(verification.call_id)
    except ProviderError:
        return  # 404 soon after a 201 is normal, and the callbacks drive the call anyhow
    if report.progress in {CallProgress.RINGING, CallProgress.ANSWERED}:
        PhoneVerification.objects.filter(pk=verification_id, ringing_at=None).update(ringing_at=now)
    elif report.progress is CallProgress.OVER:
        if PhoneVerification.objects.filter(pk=verification_id, call_id=verification.call_id).release():
            return
        # A person who has heard the code may type it yet.
        unfinished = Q(state=verification.state, code_told_at=None)
        move(verification, Happening.UNREACHABLE, now=now, only_if=unfinished, cause=report.cause)


def is_observable(verification: PhoneVerification, *, now: datetime) -> bool:
    """Tell whether it is worth asking the carrier.

    That is every second until it rings, then every ten. Once answered the call tells by itself what happens;
    every twenty seconds we ask whether it is still on, for it may have ended while we could not be reached.
    Of a call to us every ten: while it seems to be on, no other call takes its place.
    """
    is_answered = verification.state == State.ANSWERED
    if verification.is_call_in:
        pause, since = 10, verification.ringing_at
        is_on = verification.is_live and verification.call_id != ""
    elif is_answered:
        pause, since, is_on = 20, verification.answered_at, True
    else:
        pause, since = 1 if verification.ringing_at is None else 10, verification.placed_at
        is_on = verification.state == State.DIALING
    if not is_on or not get_provider().can_report_progress:
        return False
    latest = max((moment for moment in (verification.observed_at, since) if moment), default=None)
    return latest is None or latest + timedelta(seconds=pause) <= now


def hang_up(call_id: str, *, wait: Callable[[float], None] = time.sleep) -> None:
    """End the call at the carrier; one that is already over is what we wanted.

    Ending a call twice does no harm, and a phone that rings on for nobody does: so it is tried again.
    """
    for pause in HANG_UP_PAUSES:
        try:
            return get_provider().hang_up(call_id)
        except CallUnknown:
            wait(pause)  # soon after its order a call may not be visible yet, and rings all the same
        except CallGone:
            return None
        except CarrierBusy as busy:
            wait(min(max(pause, busy.retry_after), LONGEST_WAIT))
        except ProviderError:
            wait(pause)
    with suppress(CallGone):
        get_provider().hang_up(call_id)
    return None


def _claim(verification_id: UUID, *, now: datetime) -> PhoneVerification | None:
    claimable = PhoneVerification.objects.filter(
        pk=verification_id, state=State.PENDING, claimed_at=None, is_call_in=False, deadline__gt=now
    )
    if not claimable.update(claimed_at=now):
        return None
    verification = PhoneVerification.objects.get(pk=verification_id)
    # Whoever asked us to stop ended what was under way; this may have been written in that moment (A23).
    if not StoppedNumber.objects.standing().filter(number=verification.number).exists():
        return verification
    move(verification, Happening.CANCELLED, now=now)
    return None


def _order(
    verification: PhoneVerification, *, clock: Callable[[], datetime], wait: Callable[[float], None]
) -> str | None:
    """Return the call id, or None if the verification was decided while the carrier was busy."""
    tries = 0
    while (seconds_left := int((verification.deadline - clock()).total_seconds())) >= 1:
        tries += 1
        try:
            return get_provider().place_call(_outgoing(verification, seconds_left))
        except CarrierBusy as busy:
            # A 429 is the one failure that says that nothing was placed and when to come again.
            if tries == BUSY_TRIES or busy.retry_after > LONGEST_WAIT:
                raise
            wait(busy.retry_after)
            if not PhoneVerification.objects.filter(pk=verification.pk, state=State.PENDING).exists():
                return None
    return None


def _outgoing(verification: PhoneVerification, seconds_left: int) -> OutgoingCall:
    return OutgoingCall(
        to=verification.number.as_e164,
        caller=verification.caller,
        ring_seconds=min(get_settings().ring_seconds, seconds_left),
        machine_detection=detection_for(verification),
        line=open_line(verification.pk),
    )


def _announce_failed(verification: PhoneVerification, error: ProviderError, *, now: datetime) -> None:
    order_failed.send_robust(sender=PhoneVerification, verification=verification, error=error, now=now)


def _give_up_soon(verification: PhoneVerification, cause: Cause, *, now: datetime) -> None:
    """Wait no longer than the phone could be ringing; an answer gives the verification its time back."""
    soon = now + timedelta(seconds=get_settings().ring_seconds) + UNHEARD_GRACE
    unheard = PhoneVerification.objects.filter(pk=verification.pk, state=State.PENDING)
    unheard.update(cause=cause, deadline=min(verification.deadline, soon))


def _note_placed(verification: PhoneVerification, call_id: str, *, now: datetime) -> bool:
    """Record the placed call; False when a callback, a cancel or the clock was faster."""
    return move(
        verification,
        Happening.PLACED,
        now=now,
        only_if=Q(call_id=""),
        call_id=call_id,
        placed_at=now,
        cause=Cause.NONE,
    )


def _end_if_decided(verification_id: UUID, call_id: str) -> None:
    verification = PhoneVerification.objects.get(pk=verification_id)
    if verification.is_live:
        return  # the answer came before the reply to our order, and brought the same call id
    PhoneVerification.objects.filter(pk=verification_id, call_id="").update(call_id=call_id)
    # Whoever has picked up meanwhile was told by the reply why the call ends, and is not cut short.
    if verification.ended_at is None and not has_last_words(verification, call_id):
        hang_up(call_id)
