"""Reports after which a call is told nothing more: how it ended, or what was found out beside it."""

from datetime import datetime

from django.db.models import Q

from voice2fa.background import defer
from voice2fa.core.events import Answerer, Cause
from voice2fa.core.events import CallEvent as Report
from voice2fa.core.methods import Cue, Method
from voice2fa.core.states import Happening, State
from voice2fa.models import PhoneVerification
from voice2fa.tasks import hang_up_call

from ..attempts.moves import move
from .machines import note_answerer
from .records import Told, record, record_once, together
from .stopping import withdraw
from .trust import check_in_order


def receive_end(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Let a call that has heard its last words end."""
    check_in_order(verification, step)
    record_once(verification, report, step=step, cue=Cue.HANG_UP, now=now)
    return Told(cue=Cue.HANG_UP)


def receive_disconnect(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Close the attempt; a hang-up decides nothing but that there was no decision."""
    still_on = Q(ended_at=None)
    facts = {"ended_at": now, "call_id": report.call_id}
    # Once the code was told the person may hang up and type it on the page.
    is_typing = verification.method == Method.SPEAK and verification.code_told_at is not None
    is_first = False
    with together():
        if verification.is_live and not is_typing:
            cause = report.cause or Cause.UNKNOWN
            is_first = move(
                verification, Happening.UNREACHABLE, now=now, only_if=still_on, cause=cause, **facts
            )
        # Decided before, or by somebody else this very moment: the call is over all the same.
        if is_first or PhoneVerification.objects.filter(still_on, pk=verification.pk).update(**facts):
            record(verification, report, step=step, cue=Cue.HANG_UP, now=now)
    return Told(cue=Cue.HANG_UP)


def receive_machine(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """End the attempt if a machine picked up, whatever keys it has pressed."""
    with together():
        is_ended = note_answerer(verification, report.answerer or Answerer.UNKNOWN, now=now)
        if report.answerer is Answerer.MACHINE and verification.state == State.REPORTED:
            withdraw(verification, now=now)  # tones of a greeting would keep the owner out (R17)
        record_once(verification, report, step=step, cue=Cue.HANG_UP, now=now)
    if is_ended and not verification.call_id:
        # The answer may have brought it beside this report. If not, whoever placed the call hangs it up.
        verification.refresh_from_db(fields=["call_id", "ended_at"])
    if is_ended and verification.call_id == report.call_id and verification.ended_at is None:
        defer(hang_up_call, verification.call_id)
    return Told(cue=Cue.HANG_UP)


def ignore(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Answer an event of a kind that we do not know, and keep one of a kind for the staff."""
    record_once(verification, report, step=0, cue=Cue.HANG_UP, now=now)
    return Told(cue=Cue.HANG_UP)
