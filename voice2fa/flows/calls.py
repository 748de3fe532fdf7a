"""Steer a call by its callbacks: move the verification, record the event, return the next script."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from voice2fa.background import defer
from voice2fa.carrier import get_provider
from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.events import CallEvent as Report
from voice2fa.core.methods import Cue, Method, Verdict, judge_keys
from voice2fa.core.script import CallScript
from voice2fa.core.states import Happening, State
from voice2fa.exceptions import RejectedCallback, UnknownCall
from voice2fa.models import CallEvent, PhoneVerification
from voice2fa.tasks import hang_up_call

from .challenges import challenge_of, lifetime, script_of
from .moves import move

# A verification that was decided elsewhere tells a call that comes too late the same as the deciding call.
_CLOSING = {
    State.APPROVED: Cue.APPROVED,
    State.DENIED: Cue.DENIED,
    State.REPORTED: Cue.REPORTED,
    State.LOCKED: Cue.LOCKED,
}


def receive(verification_id: UUID, report: Report, *, step: int, now: datetime) -> CallScript:
    """Act on an authenticated event of the verification's call and return what the call does next.

    ``step`` is the number in the callback's URL, 0 where it has none. A repeated delivery gets the same
    script again and changes nothing. Raises ``RejectedCallback`` when the event belongs elsewhere.
    """
    verification = PhoneVerification.objects.filter(pk=verification_id).first()
    if verification is None:
        raise UnknownCall("No such verification.")
    _check_belongs(verification, report)
    if verification.call_id not in {"", report.call_id}:
        return _refuse_other_call(verification, report)
    cue = _HANDLERS[report.kind](verification, report, step, now)
    return script_of(verification, cue, step=_awaited_after(report.kind, step))


def _check_belongs(verification: PhoneVerification, report: Report) -> None:
    """Raise unless account, application and both numbers are those of the call that we ordered."""
    if not get_provider().is_ours(report):
        raise RejectedCallback("The event names another account or application.")
    if report.to != verification.number.as_e164:
        raise RejectedCallback("The event names another number called.")
    if verification.claimed_at is None:
        raise RejectedCallback("No call has been ordered for this verification.")
    if report.caller != verification.caller:
        raise RejectedCallback("The event names another calling number.")


def _refuse_other_call(verification: PhoneVerification, report: Report) -> CallScript:
    if report.kind is not Kind.ANSWER:
        raise RejectedCallback("The event names another call.")
    # One order can become two calls at the carrier; the second is hung up and decides nothing.
    return script_of(verification, Cue.HANG_UP, step=1)


def _awaited_after(kind: Kind, step: int) -> int:
    return {Kind.ANSWER: 1, Kind.GATHER: step + 1}.get(kind, step)


def _receive_answer(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    if verification.state == State.ANSWERED:
        return Cue.ASK
    if not verification.is_live:
        return _repeat(verification, report, step, now)
    same_call = Q(call_id__in=["", report.call_id]) & ~Q(state=State.ANSWERED)
    facts: dict[str, object] = {"call_id": report.call_id, "answered_at": now}
    if verification.deadline <= now:
        happening, cue = Happening.TIME_UP, Cue.TOO_LATE
    elif report.answerer is Answerer.MACHINE:
        happening, cue = Happening.UNREACHABLE, Cue.HANG_UP
        facts["cause"] = Cause.MACHINE
    else:
        happening, cue = Happening.ANSWERED, Cue.ASK
        # An order whose outcome was unknown may have cut the time short: here is the call, after all.
        facts |= {"cause": Cause.NONE, "deadline": verification.created_at + lifetime()}
    with _together():
        is_first = move(verification, happening, now=now, only_if=same_call, **facts)
        if is_first:
            _record(verification, report, step, now, cue=cue)
    return cue if is_first else _after_lost_race(verification, report, cue)


def _receive_gather(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    _check_in_order(verification, step)
    if verification.step != step or verification.state != State.ANSWERED:
        return _repeat(verification, report, step, now)
    if verification.deadline <= now:
        verdict = Verdict(cue=Cue.TOO_LATE, happening=Happening.TIME_UP)
    else:
        verdict = judge_keys(challenge_of(verification), report.digits, ended_by=report.ended_by)
    with _together():
        is_first = _apply(verdict, verification, step, now)
        if is_first:
            _record(verification, report, step, now, cue=verdict.cue)
    return verdict.cue if is_first else _after_lost_race(verification, report, verdict.cue)


def _apply(verdict: Verdict, verification: PhoneVerification, step: int, now: datetime) -> bool:
    """Write what the verdict on the keys of the step means; tell whether this caller was the first to."""
    awaited = Q(state=State.ANSWERED, step=step)
    changes: dict[str, object] = {"step": step + 1}
    if verdict.is_wrong_code:
        changes["tries"] = verification.tries + 1
    if verdict.cue is Cue.TELL_CODE:
        changes["code_told_at"] = now
    if verdict.happening is None:
        return bool(PhoneVerification.objects.filter(awaited, pk=verification.pk).update(**changes))
    changes["cause"] = verdict.cause
    return move(verification, verdict.happening, now=now, only_if=awaited, **changes)


def _receive_redirect(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    """Tell a call that asks where it stands: it has just been told a code, or it starts again."""
    _check_in_order(verification, step)
    if verification.state != State.ANSWERED:
        return _record_late(verification, report, step, now)
    if verification.deadline <= now:
        move(verification, Happening.TIME_UP, now=now)
        return _record_late(verification, report, step, now)
    cue = Cue.OFFER_REPEAT if verification.code_told_at else Cue.ASK
    _record_once(verification, report, step, now, cue=cue)
    return cue


def _receive_disconnect(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    """Close the attempt; a hang-up decides nothing but that there was no decision."""
    still_on = Q(ended_at=None)
    facts = {"ended_at": now, "call_id": report.call_id}
    # Once the code was told the person may hang up and type it on the page.
    is_typing = verification.method == Method.SPEAK and verification.code_told_at is not None
    is_first = False
    with _together():
        if verification.is_live and not is_typing:
            cause = report.cause or Cause.UNKNOWN
            is_first = move(
                verification, Happening.UNREACHABLE, now=now, only_if=still_on, cause=cause, **facts
            )
        # Decided before, or by somebody else this very moment: the call is over all the same.
        if is_first or PhoneVerification.objects.filter(still_on, pk=verification.pk).update(**facts):
            _record(verification, report, step, now, cue=Cue.HANG_UP)
    return Cue.HANG_UP


def _receive_machine(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    """End the attempt if a machine picked up, unless a key was pressed: machines press none."""
    nobody_pressed = Q(step=1)
    # While we do not know our call's id yet, whoever placed it hangs it up on finding the attempt decided.
    is_known = verification.call_id == report.call_id
    if (
        report.answerer is Answerer.MACHINE
        and move(verification, Happening.UNREACHABLE, now=now, only_if=nobody_pressed, cause=Cause.MACHINE)
        and is_known
    ):
        defer(hang_up_call, verification.call_id)
    _record_once(verification, report, step, now, cue=Cue.HANG_UP)
    return Cue.HANG_UP


def _ignore(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    """Answer an event of a kind that we do not know, and keep one of a kind for the staff."""
    _record_once(verification, report, 0, now, cue=Cue.HANG_UP)
    return Cue.HANG_UP


_HANDLERS: dict[Kind, Callable[[PhoneVerification, Report, int, datetime], Cue]] = {
    Kind.ANSWER: _receive_answer,
    Kind.GATHER: _receive_gather,
    Kind.REDIRECT: _receive_redirect,
    Kind.DISCONNECT: _receive_disconnect,
    Kind.MACHINE: _receive_machine,
    Kind.UNKNOWN: _ignore,
}


def _together() -> AbstractContextManager[None]:
    """Let a move and its event become visible together: a repeated delivery beside it looks for both."""
    together: AbstractContextManager[None] = transaction.atomic(savepoint=False)
    return together


def _check_in_order(verification: PhoneVerification, step: int) -> None:
    """Raise for keys of a call that nobody has answered, or at a step that it has not reached (R19)."""
    if verification.state in {State.PENDING, State.DIALING} or step > verification.step:
        raise RejectedCallback("The event comes out of order.")


def _repeat(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    """Give a repeated delivery the answer that the first one got."""
    first = verification.events.filter(call_id=report.call_id, kind=report.kind, step=step).first()
    return Cue(first.cue) if first else _record_late(verification, report, step, now)


def _after_lost_race(verification: PhoneVerification, report: Report, cue: Cue) -> Cue:
    """Answer a delivery that another one overtook: what was decided if it was, else the same."""
    verification.refresh_from_db(fields=["state", "call_id"])
    if verification.call_id != report.call_id:
        return Cue.HANG_UP
    return cue if verification.is_live else _closing_cue(verification)


def _closing_cue(verification: PhoneVerification) -> Cue:
    return _CLOSING.get(State(verification.state), Cue.TOO_LATE)


def _record(verification: PhoneVerification, report: Report, step: int, now: datetime, *, cue: Cue) -> None:
    _event(verification, report, step, now, cue=cue).save(force_insert=True)


def _record_once(
    verification: PhoneVerification, report: Report, step: int, now: datetime, *, cue: Cue
) -> None:
    event = _event(verification, report, step, now, cue=cue)
    CallEvent.objects.bulk_create([event], ignore_conflicts=True)


def _record_late(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Cue:
    cue = _closing_cue(verification)
    _record_once(verification, report, step, now, cue=cue)
    return cue


def _event(
    verification: PhoneVerification, report: Report, step: int, now: datetime, *, cue: Cue
) -> CallEvent:
    return CallEvent(
        verification=verification,
        call_id=report.call_id,
        kind=report.kind,
        step=step,
        cue=cue,
        cause=report.cause,
        occurred_at=report.occurred_at,
        received_at=now,
        raw=dict(report.raw),
    )
