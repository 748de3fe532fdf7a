"""From Bandwidth's callbacks to our events: tables, and a reading that forgives all but nonsense."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from voice2fa.core.events import Answerer, Attestation, CallEvent, Cause, Kind
from voice2fa.providers.base import BadEvent, CallProgress, CallReport
from voice2fa.providers.reports import read_call_id, read_keys, read_object, read_text

from .redaction import redact

KINDS: dict[str, Kind] = {
    "initiate": Kind.INITIATE,
    "answer": Kind.ANSWER,
    "gather": Kind.GATHER,
    "redirect": Kind.REDIRECT,
    "disconnect": Kind.DISCONNECT,
    "machineDetectionComplete": Kind.MACHINE,
}

# Bandwidth, "Disconnect" page; "the list is not closed".
CAUSES: dict[str, Cause] = {
    "hangup": Cause.HUNG_UP,
    "busy": Cause.BUSY,
    "timeout": Cause.NO_ANSWER,
    "cancel": Cause.CANCELLED,
    "rejected": Cause.REJECTED,
    "callback-error": Cause.CALLBACK_FAILED,
    "invalid-bxml": Cause.SCRIPT_REFUSED,
    "application-error": Cause.SCRIPT_REFUSED,
    "account-limit": Cause.CARRIER_BUSY,
    "node-capacity-exceeded": Cause.CARRIER_BUSY,
    "unknown": Cause.UNKNOWN,
}

# "error" is any other failure, ours and the carrier's included: only a SIP code pins it on the number.
SIP_CAUSES: dict[int, Cause] = {
    404: Cause.NUMBER_UNREACHABLE,
    410: Cause.NUMBER_UNREACHABLE,
    480: Cause.NO_ANSWER,
    484: Cause.NUMBER_UNREACHABLE,
    486: Cause.BUSY,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.NUMBER_UNREACHABLE,
}

# Bandwidth, "Machine Detection Complete" page; a result that never came counts as unknown.
ANSWERERS: dict[str, Answerer] = {
    "human": Answerer.HUMAN,
    "answering-machine": Answerer.MACHINE,
    "tone-detected": Answerer.MACHINE,
    "silence": Answerer.SILENCE,
    "timeout": Answerer.UNKNOWN,
    "error": Answerer.UNKNOWN,
}

# OpenAPI description, "stirShaken"; its examples write the value in more than one way.
VERIFIED = "tn-validation-passed"
ATTESTATIONS: dict[str, Attestation] = {
    "A": Attestation.FULL,
    "B": Attestation.PARTIAL,
    "C": Attestation.GATEWAY,
}

PROGRESS: dict[str, CallProgress] = {
    "queued": CallProgress.QUEUED,
    "initiated": CallProgress.RINGING,
    "answered": CallProgress.ANSWERED,
    "disconnected": CallProgress.OVER,
}


def parse_event(body: bytes) -> CallEvent:
    """Return the event in a callback's body; raises ``BadEvent`` with a sentence, never anything else."""
    report = read_object(body)
    event_type = read_text(report, "eventType")
    if not event_type:
        raise BadEvent("The event has no eventType.")
    kind = KINDS.get(event_type, Kind.UNKNOWN)
    is_gather = kind is Kind.GATHER
    return CallEvent(
        kind=kind,
        call_id=read_call_id(report, "callId"),
        to=read_text(report, "to"),
        caller=read_text(report, "from"),
        account_id=read_text(report, "accountId"),
        application_id=read_text(report, "applicationId"),
        occurred_at=parse_time(report.get("eventTime")),
        digits=read_keys(report, "digits", at_most=50) if is_gather else "",
        ended_by=read_keys(report, "terminatingDigit", at_most=1) if is_gather else "",
        cause=_read_cause(report, "cause") if kind is Kind.DISCONNECT else Cause.NONE,
        answerer=_read_answerer(report),
        attestation=_read_attestation(report) if kind is Kind.INITIATE else None,
        raw=redact(report),
    )


def parse_state(call_id: str, state: Mapping[str, Any]) -> CallReport:
    """Return what the carrier's call state means; an unknown state is ``UNKNOWN``."""
    progress = PROGRESS.get(read_text(state, "state"), CallProgress.UNKNOWN)
    is_over = progress is CallProgress.OVER
    cause = _read_cause(state, "disconnectCause") if is_over else Cause.NONE
    return CallReport(call_id=call_id, progress=progress, cause=cause)


def parse_time(value: Any) -> datetime | None:
    """Return an ISO 8601 time in UTC, or None when it is missing or unreadable."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_cause(report: Mapping[str, Any], name: str) -> Cause:
    code = report.get("sipResponseCode")
    if read_text(report, name) == "error" and isinstance(code, int):
        return SIP_CAUSES.get(code, Cause.UNKNOWN)
    return CAUSES.get(read_text(report, name), Cause.UNKNOWN)


def _read_answerer(report: Mapping[str, Any]) -> Answerer | None:
    if report.get("machineDetectionResult") is None:
        return None
    result = report["machineDetectionResult"]
    value = read_text(result, "value") if isinstance(result, dict) else ""
    return ANSWERERS.get(value, Answerer.UNKNOWN)


def _read_attestation(report: Mapping[str, Any]) -> Attestation:
    told = report.get("stirShaken")
    if not isinstance(told, dict) or read_text(told, "verstat").lower() != VERIFIED:
        return Attestation.NONE  # what a signature says that does not hold is nothing
    return ATTESTATIONS.get(read_text(told, "attestationIndicator").upper(), Attestation.UNKNOWN)
