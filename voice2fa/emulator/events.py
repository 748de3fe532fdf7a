"""Bodies of the carrier's callbacks, field for field."""

from collections.abc import Mapping
from typing import Any

from voice2fa.emulator.calls import Call
from voice2fa.emulator.clock import to_iso

# Their answer is BXML; the other events expect none.
SYNCHRONOUS = frozenset({"initiate", "answer", "gather", "redirect"})


def build(call: Call, event_type: str, now: float, **more: Any) -> dict[str, Any]:
    """Return the event: what all have in common, the times that are known, and its own fields."""
    body = {
        "eventType": event_type,
        "eventTime": to_iso(now),
        "accountId": call.account_id,
        "applicationId": call.order.application_id,
        "from": call.order.sender,
        "to": call.order.to,
        "direction": call.order.direction,
        "callId": call.call_id,
        "callUrl": call.url,
        "enqueuedTime": to_iso(call.enqueued),
        "startTime": to_iso(call.started),
        "answerTime": to_iso(call.answered),
        "endTime": to_iso(call.ended),
        # A cleared tag is absent, like one that was never set.
        "tag": call.tag or None,
        **more,
    }
    return {name: value for name, value in body.items() if value is not None}


def to_query(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the event as query parameters; the dotted form of nested ones is a guess, no page tells."""
    query = {}
    for name, value in event.items():
        if isinstance(value, dict):
            query.update({f"{name}.{inner}": str(part) for inner, part in value.items()})
        else:
            query[name] = str(value)
    return query


def detection_result(value: str, seconds: float) -> dict[str, str]:
    """Return machineDetectionResult; the duration is ISO 8601."""
    return {"value": value, "duration": f"PT{seconds:.2f}S"}
