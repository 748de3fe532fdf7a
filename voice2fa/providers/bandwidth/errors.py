"""From Bandwidth's answers to our errors: one table, closed by default."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from voice2fa.providers.base import (
    CallGone,
    CallUnknown,
    CarrierBusy,
    NumberRefused,
    OrderRefused,
    OutcomeUnknown,
    ProviderError,
)


class Operation(StrEnum):
    """What was ordered, in the carrier's words."""

    CREATE = "createCall"
    READ = "getCallState"
    UPDATE = "updateCall"
    REPLACE = "updateCallBxml"
    TOKEN = "token"  # noqa: S105 - the name of a request


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back over HTTP; header names are in any case, ``body`` is at most 16 KB."""

    status: int
    headers: Mapping[str, str]
    body: bytes


SHORTEST_WAIT = 1.0
LONGEST_WAIT = 600.0

# Statuses that say for certain that nothing was done, and that asking again would not help.
_REFUSED = frozenset(
    {301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422}
)
_BUSY = frozenset({429, 503})
# Bandwidth, "Errors": a call that has ended answers 409 at first and 404 later; one that was just ordered may
# answer 404, too.
_GONE: Mapping[int, type[CallGone]] = {404: CallUnknown, 409: CallGone}
_OF_ONE_CALL = frozenset({Operation.READ, Operation.UPDATE, Operation.REPLACE})

_NAMES_TO = re.compile(r"\bto['\"`\]]?\s*:")
# Only these words of an error text are passed on: the rest may echo a credential, a number or a code.
_KNOWN_WORDS = (
    *(
        "Invalid to",
        "Invalid from",
        "E164",
        "required field",
        "within the range",
        "Application id",
        "not found",
    ),
    *("answerUrl", "answerFallbackUrl", "disconnectUrl", "redirectUrl", "callTimeout", "callbackTimeout"),
    *("machineDetection", "priority", "credentials", "Access is denied", "Forbidden", "invalid_client"),
    *("rate limit", "concurrent call limit", "current state", "too many"),
)


def error_for(operation: Operation, answer: Answer, *, now: datetime) -> ProviderError:
    """Return the error that an unsuccessful answer stands for; anything unlisted is ``OutcomeUnknown``."""
    message = _describe(operation, answer)
    if answer.status in _BUSY and not _is_ambiguous(operation, answer):
        return CarrierBusy(message, retry_after=parse_retry_after(_header(answer, "Retry-After"), now=now))
    if operation in _OF_ONE_CALL and answer.status in _GONE:
        return _GONE[answer.status](message)
    if operation is Operation.CREATE and answer.status == 400 and _NAMES_TO.search(_description(answer)):
        return NumberRefused(message)
    return OrderRefused(message) if answer.status in _REFUSED else OutcomeUnknown(message)


def _is_ambiguous(operation: Operation, answer: Answer) -> bool:
    # Bandwidth's own 503 says that the order was not taken on; a gateway's may come after it was passed on.
    is_theirs = _read_body(answer).get("type") == "system-overloaded"
    return operation is Operation.CREATE and answer.status == 503 and not is_theirs


def parse_retry_after(value: str | None, *, now: datetime) -> float:
    """Return the seconds to wait, from 1 to 600; the header holds seconds or a date, or is missing."""
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text):
        return _clamp(float(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return SHORTEST_WAIT
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _clamp(math.ceil((moment - now).total_seconds()))


def _clamp(seconds: float) -> float:
    return min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)


def _header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers.items() if key.lower() == name.lower()), None)


def _describe(operation: Operation, answer: Answer) -> str:
    description = _description(answer).lower()
    said = ", ".join(word for word in _KNOWN_WORDS if word.lower() in description)
    return f"{operation} was answered with status {answer.status}" + (f" ({said})." if said else ".")


def _description(answer: Answer) -> str:
    # The voice API says "description", an OAuth server says "error".
    body = _read_body(answer)
    words = (body.get("description"), body.get("error"))
    return " ".join(word for word in words if isinstance(word, str))


def _read_body(answer: Answer) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
