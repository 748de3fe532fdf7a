"""What the carrier told us of a call and was told in return: written once for each call, kind and step."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from voice2fa.core.events import CallEvent as Report
from voice2fa.core.events import Kind
from voice2fa.core.methods import CLOSING_CUES, Cue
from voice2fa.models import CallEvent, PhoneVerification

# By the answers to these a call goes on; the other kinds are answered, and change nothing of what it does.
_STEERING = (Kind.ANSWER, Kind.GATHER, Kind.REDIRECT)
# By these it may learn how it ends: nobody has steered it, or it has said its last words.
_ENDING = (*_STEERING, Kind.PARKED, Kind.OVER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a report is answered with, and whether that is news: a repeated delivery brings none."""

    cue: Cue
    is_news: bool = False


def together() -> AbstractContextManager[None]:
    """Let a move and its event become visible together: a repeated delivery beside it looks for both."""
    return transaction.atomic(savepoint=False)


def record(verification: PhoneVerification, report: Report, *, step: int, cue: Cue, now: datetime) -> None:
    """Write the report and our answer; raises ``IntegrityError`` if that is done already."""
    _event(verification, report, step, cue, now).save(force_insert=True)


def record_once(
    verification: PhoneVerification, report: Report, *, step: int, cue: Cue, now: datetime
) -> None:
    """Write the report and our answer, unless that is done already."""
    event = _event(verification, report, step, cue, now)
    CallEvent.objects.bulk_create([event], ignore_conflicts=True)


def record_first(
    verification: PhoneVerification, report: Report, *, step: int, cue: Cue, now: datetime
) -> bool:
    """Write the report and our answer, unless that is done already; tell whether it was written now."""
    # Unlike ``record_once`` it asks the database: of deliveries side by side one alone is the first.
    try:
        with transaction.atomic():
            record(verification, report, step=step, cue=cue, now=now)
    except IntegrityError:
        return False
    return True


def told_before(verification: PhoneVerification, report: Report, *, step: int) -> Cue | None:
    """Return what an earlier delivery of the report was answered with, if there was one."""
    same = verification.events.filter(call_id=report.call_id, kind=report.kind, step=step)
    return _cue_of(same.first())


def last_told(verification: PhoneVerification, call_id: str) -> Cue | None:
    """Return what the call was told last, if it was told anything."""
    # In the order of writing: the clocks of web servers may differ by more than a step of a call takes.
    told = verification.events.filter(call_id=call_id, kind__in=_STEERING)
    return _cue_of(told.order_by("pk").last())


def has_last_words(verification: PhoneVerification, call_id: str) -> bool:
    """Tell whether the call has been told how it ends: it says so, and is over soon."""
    told = verification.events.filter(call_id=call_id, kind__in=_ENDING, cue__in=CLOSING_CUES)
    return bool(told.exists())


def _cue_of(event: CallEvent | None) -> Cue | None:
    return Cue(event.cue) if event else None


def _event(verification: PhoneVerification, report: Report, step: int, cue: Cue, now: datetime) -> CallEvent:
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
