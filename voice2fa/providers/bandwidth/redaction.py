"""A received report made fit to be stored: no pressed keys, no oversize, nothing a database refuses."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from voice2fa.providers.reports import clean

LONGEST_NAME = 64
MOST_ENTRIES = 64

_DIGIT = re.compile(r"\d")


def redact(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report with keys and speech turned into counts, and digits masked in all free text."""
    entries = list(report.items())[:MOST_ENTRIES]
    return {clean(name)[:LONGEST_NAME]: _KNOWN.get(name, _mask)(value) for name, value in entries}


def _mask(value: Any) -> Any:
    # Free text may quote what was pressed or said, and so may an entry that does not exist yet.
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _DIGIT.sub("#", clean(value))
    return f"({type(value).__name__})"


def _keep(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else _mask(value)


def _keep_number(value: Any) -> Any:
    is_small = isinstance(value, int) and abs(value) < 10**6
    return value if is_small else _mask(value)


def _count_keys(value: Any) -> Any:
    return f"{len(value)} keys" if isinstance(value, str) else _mask(value)


def _count_characters(value: Any) -> Any:
    return f"{len(value)} characters" if isinstance(value, str) else _mask(value)


def _keep_entries(*names: str) -> Callable[[Any], Any]:
    def keep(value: Any) -> Any:
        if not isinstance(value, dict):
            return _mask(value)
        return {name: _keep(value[name]) for name in names if name in value}

    return keep


_KNOWN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        (
            *("eventType", "eventTime", "accountId", "applicationId", "callId", "parentCallId", "callUrl"),
            *("from", "to", "direction", "enqueuedTime", "startTime", "answerTime", "endTime", "cause"),
            *("errorId", "sipCallId"),
        ),
        _keep,
    ),
    "sipResponseCode": _keep_number,
    "machineDetectionResult": _keep_entries("value", "duration"),
    "stirShaken": _keep_entries("verstat", "attestationIndicator"),
    "digits": _count_keys,
    "digit": _count_keys,
    "terminatingDigit": _count_keys,
    "text": _count_characters,
    # We set none: whatever is in it is not ours to keep.
    "tag": _count_characters,
}
