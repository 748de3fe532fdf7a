"""Calls to us: answered for the numbers that we expect one from, and approved by the code of the page.

They are steered by the replies to their callbacks, whatever CALL_CONTROL is. Until the right code is keyed in
the verification stays *pending*, so that a call that breaks off decides nothing. While a call is on, the row
bears its id, and no other call takes its place.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from voice2fa.carrier import get_provider
from voice2fa.conf import get_settings
from voice2fa.core.events import Attestation, Cause, Kind
from voice2fa.core.events import CallEvent as Report
from voice2fa.core.methods import CLOSING_CUES, Challenge, Cue, Method, Verdict, judge_keys
from voice2fa.core.policy import is_vouched
from voice2fa.core.prompts import write_script, write_unexpected
from voice2fa.core.script import HANG_UP, CallScript
from voice2fa.core.states import Happening, State
from voice2fa.exceptions import RejectedCallback, UnknownCall
from voice2fa.models import CallEvent, PhoneVerification
from voice2fa.providers.rules import E164

from .attempts.moves import move
from .telephony.challenges import challenge_of, closing_cue
from .telephony.records import record, record_once, together, told_before
from .telephony.speech import language_of, speaker_for

_RIGHT = frozenset({Happening.ANSWERED, Happening.APPROVED})


def receive(report: Report, *, step: int, now: datetime) -> CallScript:
    """Act on an authenticated event of a call to us and return what the call does next.

    ``step`` is the number in the callback's URL, 0 where it has none. A repeated delivery gets the same
    answer again and changes nothing. Raises ``RejectedCallback`` when the event belongs elsewhere.
    """
    if not get_provider().is_ours(report):
        raise RejectedCallback("The event names another account or application.")
    return _HANDLERS[report.kind](report, step, now)


def _take_call(report: Report, step: int, now: datetime) -> CallScript:
    """Ask for the code whoever calls from a number that waits for it; tell anybody else that we do not."""
    bound = [verification for verification in _expected(report, now) if _bind(verification, report, now)]
    if bound:
        return _script(bound[0], Cue.ASK, step=1)
    return write_unexpected(speaker_for(PhoneVerification(language=language_of(None))))


def _expected(report: Report, now: datetime) -> list[PhoneVerification]:
    """Return what waits for a call between these two numbers, the newest first."""
    if not E164.fullmatch(report.caller):
        return []  # whoever withholds their number calls from none
    ended = CallEvent.objects.filter(call_id=report.call_id, kind=Kind.DISCONNECT)
    if ended.filter(verification__number=report.caller).exists():
        raise RejectedCallback("The call is over.")
    waiting = PhoneVerification.objects.filter(
        is_call_in=True,
        state=State.PENDING,
        number=report.caller,
        caller=report.to,
        deadline__gt=now,
    )
    return list(waiting.order_by("-created_at"))


def _bind(verification: PhoneVerification, report: Report, now: datetime) -> bool:
    """Have the verification take part in the call; tell whether it does.

    A call that nobody vouches for is noted, so that the page can say why it was not taken.
    """
    attestation = report.attestation or Attestation.NONE
    is_taken = is_vouched(get_settings().call_in, attestation)
    changes: dict[str, object] = {"attestation": attestation}
    if is_taken:
        changes |= {"call_id": report.call_id, "ringing_at": now, "step": 1}
    free = PhoneVerification.objects.filter(pk=verification.pk, state=State.PENDING, call_id="")
    with together():
        is_first = bool(free.update(**changes))
        if is_first:
            cue = Cue.ASK if is_taken else Cue.HANG_UP
            record_once(verification, report, step=0, cue=cue, now=now)
    if not is_first:
        verification.refresh_from_db(fields=["call_id"])  # a repeated delivery, or another call came first
        return verification.call_id == report.call_id
    return is_taken


def _take_keys(report: Report, step: int, now: datetime) -> CallScript:
    """Judge the keys for all that the call may be about: the code says which of them it is."""
    verifications = _partakers(report)
    if not verifications:
        raise UnknownCall("No such call has come in.")
    if not 1 <= step <= max(verification.step for verification in verifications):
        raise RejectedCallback("The event comes out of order.")
    judged = [
        (verification, _judge(verification, report, step, now))
        for verification in verifications
        if verification.is_live and verification.step == step
    ]
    if not judged:
        return _repeat(verifications[0], report, step, now)
    right = [pair for pair in judged if pair[1].happening in _RIGHT][:1]
    with together():
        # A wrong code is a try on each of them: it was meant for none.
        cues = [(it, _apply(it, verdict, report, now)) for it, verdict in right or judged]
        if right:
            _leave_others(report)
    verification, cue = next((pair for pair in cues if pair[1] not in CLOSING_CUES), cues[0])
    return _script(verification, cue, step=step + 1)


def _leave_others(report: Report) -> None:
    """Let what the code was not meant for wait for a call of its own."""
    PhoneVerification.objects.filter(call_id=report.call_id).release()


def _partakers(report: Report) -> list[PhoneVerification]:
    """Return what the call is about; raises ``RejectedCallback`` where its numbers are other ones."""
    rows = PhoneVerification.objects.filter(is_call_in=True, call_id=report.call_id)
    verifications = list(rows.order_by("-created_at"))
    for verification in verifications:
        if (report.caller, report.to) != (verification.number.as_e164, verification.caller):
            raise RejectedCallback("The event names other numbers.")
    return verifications


def _judge(verification: PhoneVerification, report: Report, step: int, now: datetime) -> Verdict:
    if verification.deadline <= now:
        return Verdict(cue=Cue.TOO_LATE, happening=Happening.TIME_UP)
    verdict = judge_keys(_challenge(verification, step), report.digits, ended_by=report.ended_by)
    if verification.state != State.PENDING:
        return verdict
    if verdict.happening is Happening.UNREACHABLE:
        return Verdict(cue=verdict.cue)  # silence: the person may call again
    if verdict.happening is Happening.APPROVED and verification.message:
        # The code tells who it is. The act is said now, to nobody else, and approved by the key.
        return Verdict(cue=Cue.ASK, happening=Happening.ANSWERED)
    return verdict


def _apply(verification: PhoneVerification, verdict: Verdict, report: Report, now: datetime) -> Cue:
    """Write what the verdict on the awaited keys means; return what the call says to it."""
    step = verification.step
    with together():
        is_first = _write(verification, verdict, report, now)
        if is_first:
            record(verification, report, step=step, cue=verdict.cue, now=now)
    if is_first:
        return verdict.cue
    verification.refresh_from_db(fields=["state", "call_id"])  # a delivery beside this one was faster
    is_same = verification.is_live and verification.call_id == report.call_id
    return verdict.cue if is_same else closing_cue(verification)


def _write(verification: PhoneVerification, verdict: Verdict, report: Report, now: datetime) -> bool:
    step, happening = verification.step, verdict.happening
    awaited = Q(state=verification.state, step=step, call_id=report.call_id)
    changes: dict[str, object] = {"step": step + 1}
    if verdict.is_wrong_code:
        changes["tries"] = verification.tries + 1
    if happening is None:
        return bool(PhoneVerification.objects.filter(awaited, pk=verification.pk).update(**changes))
    if verification.state == State.PENDING and happening is not Happening.TIME_UP:
        # Only what has been answered can be decided.
        is_first = move(
            verification, Happening.ANSWERED, now=now, only_if=awaited, answered_at=now, **changes
        )
        if not is_first or happening is Happening.ANSWERED:
            return is_first
        return move(verification, happening, now=now, cause=verdict.cause)
    return move(verification, happening, now=now, only_if=awaited, cause=verdict.cause, **changes)


def _repeat(verification: PhoneVerification, report: Report, step: int, now: datetime) -> CallScript:
    """Give a repeated delivery the answer that the first one got, and a late one the words for it."""
    cue = told_before(verification, report, step=step)
    if cue is None or (cue not in CLOSING_CUES and not verification.is_live):
        cue = closing_cue(verification)
        record_once(verification, report, step=step, cue=cue, now=now)
    return _script(verification, cue, step=step + 1)


def _note_end(report: Report, step: int, now: datetime) -> CallScript:
    """Let another call come in where nothing was decided; whoever knew the code and hung up is told so."""
    for verification in _partakers(report):
        rows = PhoneVerification.objects.filter(pk=verification.pk, call_id=report.call_id)
        if not rows.release():
            facts = {"ended_at": now, "cause": report.cause or Cause.UNKNOWN}
            # Freed meanwhile, by this report come twice or by the code of another, it awaits the next call.
            is_this_call = Q(state=State.ANSWERED, call_id=report.call_id)
            if not move(verification, Happening.UNREACHABLE, now=now, only_if=is_this_call, **facts):
                rows.filter(ended_at=None).update(ended_at=now)
        record_once(verification, report, step=step, cue=Cue.HANG_UP, now=now)
    return HANG_UP


def _ignore(report: Report, step: int, now: datetime) -> CallScript:
    """End a call of which the carrier says what we do not know."""
    return HANG_UP


_HANDLERS: dict[Kind, Callable[[Report, int, datetime], CallScript]] = {
    **dict.fromkeys(Kind, _ignore),
    Kind.INITIATE: _take_call,
    Kind.GATHER: _take_keys,
    Kind.DISCONNECT: _note_end,
}


def _script(verification: PhoneVerification, cue: Cue, *, step: int) -> CallScript:
    return write_script(cue, _challenge(verification, step), speaker_for(verification))


def _challenge(verification: PhoneVerification, step: int) -> Challenge:
    challenge = challenge_of(verification, step=step)
    # Whoever knew the code has only the key left to press.
    return replace(challenge, method=Method.APPROVE) if verification.state == State.ANSWERED else challenge
