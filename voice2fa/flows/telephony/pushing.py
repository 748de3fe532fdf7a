"""Scripts pushed onto a live call by a worker: the next step of it, or its last words."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from voice2fa.carrier import get_provider
from voice2fa.conf import API, get_settings
from voice2fa.core.methods import CLOSING_CUES, Cue
from voice2fa.core.script import CallScript, Door, Hangup, Redirect, SendTones
from voice2fa.core.states import State
from voice2fa.models import PhoneVerification
from voice2fa.providers.base import CarrierBusy, OrderRefused, OutcomeUnknown, ProviderError, ScriptRefused
from voice2fa.signals import order_failed

from .challenges import closing_cue, script_of
from .lines import open_line
from .placing import hang_up
from .records import has_last_words, last_told

PAUSES = (0.2, 0.5, 1.0)  # seconds between tries
#: Seconds that a try takes at most: the carrier may yet answer another.
LONGEST_TRY = 2.0
#: What a try has that begins at the last moment.
LAST_TRY = timedelta(seconds=1)
#: When the last try to say the last words of a call begins, and when it is hung up without them.
LAST_WORDS_WITHIN, UNTOLD_AFTER = timedelta(seconds=0.8), timedelta(seconds=1)


class Outcome(Enum):
    """Whether a call was told what was to be pushed onto it; nobody knows where an answer was lost."""

    TOLD = auto()
    UNTOLD = auto()
    DOUBTFUL = auto()


def push(
    verification_id: UUID,
    call_id: str,
    cue: Cue,
    step: int,
    *,
    until: datetime,
    clock: Callable[[], datetime],
    wait: Callable[[float], None] = time.sleep,
) -> bool:
    """Have the live call do what the cue says, as long as it waits for that; tell whether it was told.

    It is tried again after most failures, for the carrier refuses a script (409) until it has heard our reply
    to its callback, and one that arrives twice only begins again, unless it dials an extension. No try begins
    after ``until``, nor once the call has gone on by itself, and none lasts for more than ``LAST_TRY`` after
    that. ``wait`` takes seconds.
    """

    def is_due(verification: PhoneVerification) -> bool:
        is_open = (verification.is_live and verification.deadline > clock()) or cue in CLOSING_CUES
        # Nothing was heard of the call since it was to be told that.
        return is_open and verification.step == step and last_told(verification, call_id) is cue

    over = until + LAST_TRY
    outcome = _try(
        verification_id, call_id, cue, is_due=is_due, until=until, over=over, clock=clock, wait=wait
    )
    if outcome is not Outcome.UNTOLD and PhoneVerification.objects.get(pk=verification_id).is_final:
        # Decided while ours was under way, and nobody knows which of the two came last, and is heard. So the
        # last words follow at once: at worst they begin again.
        end_call(verification_id, clock=clock, wait=wait)
    return outcome is Outcome.TOLD


def end_call(
    verification_id: UUID,
    *,
    clock: Callable[[], datetime],
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """End the call of a decided verification: whoever has picked up is told why, in one sentence.

    A call that is still queued or ringing is taken back, and one that cannot be told within ``UNTOLD_AFTER``
    is hung up, even if the carrier keeps silent. One that has been told how it ends by another way is left to
    its last words.
    """

    def is_due(verification: PhoneVerification) -> bool:
        return not has_last_words(verification, verification.call_id)

    verification = PhoneVerification.objects.get(pk=verification_id)
    call_id, cue = verification.call_id, closing_cue(verification)
    if not call_id or verification.ended_at is not None or _is_about_others(verification):
        return
    now = clock()
    until, over = now + LAST_WORDS_WITHIN, now + UNTOLD_AFTER
    outcome = Outcome.UNTOLD
    if _is_heard(verification):
        outcome = _try(
            verification_id, call_id, cue, is_due=is_due, until=until, over=over, clock=clock, wait=wait
        )
    if outcome is not Outcome.TOLD and is_due(verification):
        hang_up(call_id, wait=wait)


def _try(
    verification_id: UUID,
    call_id: str,
    cue: Cue,
    *,
    is_due: Callable[[PhoneVerification], bool],
    until: datetime,
    over: datetime,
    clock: Callable[[], datetime],
    wait: Callable[[float], None],
) -> Outcome:
    """Try to push the cue: no try begins after ``until``, and all are over by ``over``."""
    outcome = Outcome.UNTOLD
    for pause in (*PAUSES, None):
        verification = PhoneVerification.objects.get(pk=verification_id)
        now = clock()
        if now > until or verification.ended_at is not None or not is_due(verification):
            break
        timeout = min(LONGEST_TRY, (over - now).total_seconds())
        script = _end_by_asking(script_of(verification, cue, step=verification.step), verification)
        try:
            line = open_line(verification_id)
            get_provider().replace_script(call_id, script, line=line, timeout=timeout)
        except ProviderError as error:
            if isinstance(error, OutcomeUnknown):
                outcome = Outcome.DOUBTFUL
            seconds = _seconds_until_next(error, pause, script)
            if seconds is None or clock() + timedelta(seconds=seconds) > until:
                _announce(verification, error, now=clock())
                break
            wait(seconds)
        else:
            return Outcome.TOLD
    return outcome


def _seconds_until_next(error: ProviderError, pause: float | None, script: CallScript) -> float | None:
    """Return how long to wait before the next try; None where there is none, or it would fail as well."""
    if pause is None or isinstance(error, OrderRefused | ScriptRefused):
        return None
    if isinstance(error, OutcomeUnknown) and any(isinstance(verb, SendTones) for verb in script):
        return None  # a switchboard that heard an extension twice would put the call through to another
    return max(pause, error.retry_after) if isinstance(error, CarrierBusy) else pause


def _is_heard(verification: PhoneVerification) -> bool:
    """Tell whether a person is on the line: whoever calls us is, even before there is anything to decide."""
    is_machine = verification.state == State.UNREACHABLE
    return (verification.is_call_in or verification.answered_at is not None) and not is_machine


def _is_about_others(verification: PhoneVerification) -> bool:
    """Tell whether somebody calls us for something else too: one phone may serve several accounts."""
    others = PhoneVerification.objects.live().filter(is_call_in=True, call_id=verification.call_id)
    return verification.is_call_in and bool(others.exists())


def _end_by_asking(script: CallScript, verification: PhoneVerification) -> CallScript:
    """Have a call that a worker steers tell when it has come to the end, for the worker to hang up."""
    is_pushed = get_settings().call_control == API and not verification.is_call_in
    if not is_pushed or not isinstance(script[-1], Hangup):
        return script
    return (*script[:-1], Redirect(step=verification.step, door=Door.OVER))


def _announce(verification: PhoneVerification, error: ProviderError, *, now: datetime) -> None:
    order_failed.send_robust(sender=PhoneVerification, verification=verification, error=error, now=now)
