"""What a carrier tells us, in our words; every vocabulary ends in UNKNOWN."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The kinds of event that a call can send."""

    ANSWER = "answer"
    GATHER = "gather"
    REDIRECT = "redirect"
    PARKED = "parked"
    OVER = "over"
    INITIATE = "initiate"
    DISCONNECT = "disconnect"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a verification ended without a decision by key."""

    NONE = ""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    HUNG_UP = "hung_up"
    SILENCE = "silence"
    MACHINE = "machine"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # by another request of the account
    NUMBER_UNREACHABLE = "number_unreachable"
    CARRIER_BUSY = "carrier_busy"
    CARRIER_REFUSED = "carrier_refused"
    CARRIER_DOWN = "carrier_down"
    CALLBACK_FAILED = "callback_failed"
    SCRIPT_REFUSED = "script_refused"
    UNKNOWN = "unknown"


class Answerer(StrEnum):
    """Who or what picked up, as far as the carrier can tell."""

    HUMAN = "human"
    MACHINE = "machine"
    SILENCE = "silence"
    UNKNOWN = "unknown"


class Attestation(StrEnum):
    """How sure the caller's own carrier is of the number that calls us (STIR/SHAKEN)."""

    FULL = "A"  # it knows its customer, and the number is theirs
    PARTIAL = "B"  # it knows its customer, and not whether the number is theirs
    GATEWAY = "C"  # the call came from elsewhere
    NONE = "none"  # unsigned, or the signature did not hold
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEvent:
    """One normalised report of the carrier about one call.

    ``digits`` are the keys pressed (``""`` after silence), ``ended_by`` the terminating key if one was
    pressed; ``raw`` is the report as received with every secret taken out. Ids that the carrier left
    out are ``""``.
    """

    kind: Kind
    call_id: str
    to: str
    caller: str
    account_id: str = ""
    application_id: str = ""
    occurred_at: datetime | None = None
    digits: str = field(default="", repr=False)  # may be the code: not for tracebacks
    ended_by: str = ""
    cause: Cause = Cause.NONE
    answerer: Answerer | None = None
    attestation: Attestation | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
