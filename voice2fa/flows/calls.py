"""Act on what a call reports: move the verification, record the event, and say what comes next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.events import CallEvent as Report
from voice2fa.core.methods import CLOSING_CUES, Cue, Verdict, judge_keys
from voice2fa.core.policy import REPORT_KEY
from voice2fa.core.states import Happening, State
from voice2fa.exceptions import RejectedCallback, UnknownCall
from voice2fa.models import PhoneVerification

from .attempts.moves import move
from .telephony.challenges import challenge_of, closing_cue, lifetime
from .telephony.endings import ignore, receive_disconnect, receive_end, receive_machine
from .telephony.records import Told, last_told, record, record_first, record_once, together, told_before
from .telephony.stopping import stop_calling
from .telephony.trust import check_belongs, check_in_order

_TELLING = frozenset({Cue.TELL_CODE, Cue.TELL_SLOWLY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What a call does next, after a report of the kind: the cue, and the number of the gather awaited.

    ``is_news`` tells it from what the call was told before, in reply to the same report; ``at`` is when.
    """

    verification: PhoneVerification
    kind: Kind
    call_id: str
    cue: Cue
    step: int
    is_news: bool
    at: datetime


def receive(verification_id: UUID, report: Report, *, step: int, now: datetime) -> Turn:
    """Act on an authenticated event of the verification's call and return what the call does next.

    ``step`` is the number in the callback's URL, 0 where it has none. A repeated delivery gets the same
    answer again and changes nothing. Raises ``RejectedCallback`` when the event belongs elsewhere.
    """
    verification = PhoneVerification.objects.filter(pk=verification_id).first()
    if verification is None:
        raise UnknownCall("No such verification.")
    check_belongs(verification, report)
    if verification.call_id not in {"", report.call_id}:
        told = _refuse_other_call(report)
    else:
        told = _HANDLERS[report.kind](verification, report, step, now)
    return Turn(
        verification=verification,
        kind=report.kind,
        call_id=report.call_id,
        cue=told.cue,
        step=_awaited_by(verification, report.kind, step),
        is_news=told.is_news,
        at=now,
    )


def _refuse_other_call(report: Report) -> Told:
    if report.kind is not Kind.ANSWER:
        raise RejectedCallback("The event names another call.")
    # One order can become two calls at the carrier; the second is hung up and decides nothing.
    return Told(cue=Cue.HANG_UP)


def _awaited_by(verification: PhoneVerification, kind: Kind, step: int) -> int:
    awaited = {Kind.ANSWER: 1, Kind.GATHER: step + 1, Kind.PARKED: verification.step}.get(kind, step)
    # Keys that come after the decision lead no further, and what follows must find its door open.
    return min(awaited, verification.step)


def _receive_answer(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    if verification.state == State.ANSWERED:
        return Told(cue=Cue.ASK)
    if not verification.is_live:
        return _repeat(verification, report, step, now)
    same_call = Q(call_id__in=["", report.call_id]) & ~Q(state=State.ANSWERED)
    facts: dict[str, object] = {
        "call_id": report.call_id,
        "answered_at": now,
        "answerer": report.answerer or "",
    }
    if verification.deadline <= now:
        happening, cue = Happening.TIME_UP, Cue.TOO_LATE
    elif report.answerer is Answerer.MACHINE:
        happening, cue = Happening.UNREACHABLE, Cue.HANG_UP
        facts["cause"] = Cause.MACHINE
    else:
        happening, cue = Happening.ANSWERED, Cue.ASK
        # An order whose outcome was unknown may have cut the time short: here is the call, after all.
        facts |= {"cause": Cause.NONE, "deadline": verification.created_at + lifetime()}
    with together():
        is_first = move(verification, happening, now=now, only_if=same_call, **facts)
        if is_first:
            record(verification, report, step=step, cue=cue, now=now)
    return Told(cue=cue, is_news=True) if is_first else _after_lost_race(verification, report, step, now, cue)


def _receive_gather(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    check_in_order(verification, step)
    if verification.step == step and verification.state == State.REPORTED:
        return _receive_wish(verification, report, step, now)
    if verification.step != step or verification.state != State.ANSWERED:
        return _repeat(verification, report, step, now)
    if verification.deadline <= now:
        verdict = Verdict(cue=Cue.TOO_LATE, happening=Happening.TIME_UP)
    else:
        verdict = judge_keys(challenge_of(verification), report.digits, ended_by=report.ended_by)
    with together():
        is_first = _apply(verdict, verification, step, now)
        if is_first:
            record(verification, report, step=step, cue=verdict.cue, now=now)
    if not is_first:
        return _after_lost_race(verification, report, step, now, verdict.cue)
    return Told(cue=verdict.cue, is_news=True)


def _receive_wish(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Put the number on the do-not-call list if whoever has reported the call presses the key again (A23)."""
    cue = Cue.FAREWELL
    awaited = PhoneVerification.objects.filter(pk=verification.pk, state=State.REPORTED, step=step)
    with together():
        is_first = bool(awaited.update(step=step + 1))
        if is_first:
            # Read once the row is ours: whoever finds out a machine takes back what was stopped before.
            verification.refresh_from_db(fields=["step", "answerer"])
            # A tone in a greeting would keep the owner out until staff lift it (R17).
            if report.digits == REPORT_KEY and verification.answerer != Answerer.MACHINE:
                cue = Cue.STOPPED
            record(verification, report, step=step, cue=cue, now=now)
            if cue is Cue.STOPPED:
                stop_calling(verification, now=now)
    return Told(cue=cue, is_news=True) if is_first else _after_lost_race(verification, report, step, now, cue)


def _apply(verdict: Verdict, verification: PhoneVerification, step: int, now: datetime) -> bool:
    """Write what the verdict on the keys of the step means; tell whether this caller was the first to."""
    awaited = Q(state=State.ANSWERED, step=step)
    changes: dict[str, object] = {"step": step + 1}
    if verdict.is_wrong_code:
        changes["tries"] = verification.tries + 1
    if verdict.cue is Cue.TELL_CODE:  # to tell it again is no news
        changes["code_told_at"] = now
    if verdict.happening is not None:
        changes["cause"] = verdict.cause
        return move(verification, verdict.happening, now=now, only_if=awaited, **changes)
    is_first = bool(PhoneVerification.objects.filter(awaited, pk=verification.pk).update(**changes))
    if is_first:
        for name, value in changes.items():
            setattr(verification, name, value)
    return is_first


def _receive_redirect(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Tell a call that has just been told a code that it may hear it again."""
    check_in_order(verification, step)
    _expire_if_due(verification, now)
    if verification.state != State.ANSWERED:
        return _tell_late(verification, report, step, now)
    is_news = record_first(verification, report, step=step, cue=Cue.OFFER_REPEAT, now=now)
    return Told(cue=Cue.OFFER_REPEAT, is_news=is_news)


def _receive_parked(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Tell a call onto which nobody has pushed a script what it should have been told."""
    check_in_order(verification, step)
    _expire_if_due(verification, now)
    cue = last_told(verification, report.call_id)
    if cue is None or (verification.is_final and cue not in CLOSING_CUES):
        cue = closing_cue(verification)  # decided while the call waited
    record_once(verification, report, step=step, cue=cue, now=now)
    return Told(cue=cue)


_HANDLERS: dict[Kind, Callable[[PhoneVerification, Report, int, datetime], Told]] = {
    Kind.ANSWER: _receive_answer,
    Kind.GATHER: _receive_gather,
    Kind.REDIRECT: _receive_redirect,
    Kind.PARKED: _receive_parked,
    Kind.OVER: receive_end,
    Kind.INITIATE: ignore,
    Kind.DISCONNECT: receive_disconnect,
    Kind.MACHINE: receive_machine,
    Kind.UNKNOWN: ignore,
}


def _expire_if_due(verification: PhoneVerification, now: datetime) -> None:
    """Let the clock end an answered call that asks what comes next."""
    if verification.state != State.ANSWERED or verification.deadline > now:
        return
    if not move(verification, Happening.TIME_UP, now=now):
        verification.refresh_from_db(fields=["state"])


def _repeat(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Give a repeated delivery the answer that the first one got, but tell no code that is dead (A2)."""
    cue = told_before(verification, report, step=step)
    is_dead = cue in _TELLING and not verification.is_live
    if cue and not is_dead:
        return Told(cue=cue)
    return _tell_late(verification, report, step, now)


def _tell_late(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Told:
    """Answer what comes after the decision with what was decided."""
    cue = closing_cue(verification)
    return Told(cue=cue, is_news=record_first(verification, report, step=step, cue=cue, now=now))


def _after_lost_race(
    verification: PhoneVerification, report: Report, step: int, now: datetime, cue: Cue
) -> Told:
    """Answer a delivery that somebody overtook: what was decided if it was, else the same as the first."""
    verification.refresh_from_db(fields=["state", "call_id", "step"])
    if verification.call_id not in {"", report.call_id}:
        return Told(cue=Cue.HANG_UP)
    return Told(cue=cue) if verification.is_live else _repeat(verification, report, step, now)
