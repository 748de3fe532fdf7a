"""The fault dial: misfortunes that strike API requests and callbacks on demand."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

CALLBACK_KINDS = ("drop", "duplicate", "delay", "reorder")
API_KINDS = ("error", "slow", "cut", "lost", "garbage", "trickle")
OPERATIONS = (
    "createCall", "listCalls", "getCallState", "updateCall", "updateCallBxml", "getStatistics", "token",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One misfortune: what it does, whom it strikes, how often (`count` -1 is always)."""

    kind: str
    operation: str = ""
    eventType: str = ""  # noqa: N815  the JSON field's name
    callId: str = ""  # noqa: N815
    to: str = ""
    count: int = -1
    probability: float = 1.0
    seconds: float = 0.0
    status: int = 500
    retryAfter: str = ""  # noqa: N815
    description: str = ""
    body: str = ""

    def is_for(self, *, operation: str = "", event_type: str = "", call_id: str = "", to: str = "") -> bool:
        """Return whether it can strike there; a field left empty matches everything."""
        wanted = (
            (self.operation, operation),
            (self.eventType, event_type),
            (self.callId, call_id),
            (self.to, to),
        )
        return all(mine in ("", theirs) for mine, theirs in wanted)


def read(body: Any) -> Fault:
    """Return the fault that a JSON object describes, or raise ValueError with a sentence."""
    if not isinstance(body, Mapping):
        raise ValueError("A fault is a JSON object.")
    known = {name: type(value) for name, value in asdict(Fault(kind="")).items()}
    for name, value in body.items():
        if name not in known:
            raise ValueError(f"A fault has no field {name!r}; it has {', '.join(known)}.")
        fits = isinstance(value, (int, float) if known[name] is float else known[name])
        if not fits or isinstance(value, bool):
            raise ValueError(f"Field {name!r} of a fault cannot be {value!r}.")
    fault = Fault(**{"kind": "", **body})
    if fault.kind not in CALLBACK_KINDS + API_KINDS:
        raise ValueError(f"kind is one of {', '.join(CALLBACK_KINDS + API_KINDS)}.")
    if fault.operation not in ("", *OPERATIONS):
        raise ValueError(f"operation is one of {', '.join(OPERATIONS)}.")
    if not (0 <= fault.probability <= 1 and fault.seconds >= 0 and 400 <= fault.status <= 599):
        raise ValueError("probability is 0 to 1, seconds is not negative, status is 400 to 599.")
    return fault


@dataclass(slots=True)
class _Standing:
    """A fault that is set, and how often it has struck."""

    fault: Fault
    struck: int = 0

    @property
    def left(self) -> int:
        """How often it may strike yet; -1 is always."""
        return self.fault.count if self.fault.count < 0 else self.fault.count - self.struck


class Faults:
    """The faults that are set, spent as they strike."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311  misfortune need not be unpredictable
        self._faults: list[_Standing] = []

    def add(self, fault: Fault) -> None:
        """Set one more."""
        self._faults.append(_Standing(fault))

    def clear(self) -> None:
        """Unset all."""
        self._faults.clear()

    def strike_api(self, operation: str, call_id: str, to: str) -> list[Fault]:
        """Return the faults that strike this API request, and spend them."""
        if not self._faults:
            return []
        return self._strike(API_KINDS, operation=operation, call_id=call_id, to=to)

    def strike_callback(self, event_type: str, call_id: str, to: str) -> list[Fault]:
        """Return the faults that strike this callback, and spend them."""
        if not self._faults:
            return []
        return self._strike(CALLBACK_KINDS, event_type=event_type, call_id=call_id, to=to)

    def to_json(self) -> list[dict[str, Any]]:
        """Return what is left of the faults, each with how often it has struck."""
        return [
            {**asdict(standing.fault), "count": standing.left, "struck": standing.struck}
            for standing in self._faults
        ]

    def _strike(self, kinds: tuple[str, ...], **where: str) -> list[Fault]:
        struck = []
        for standing in self._faults:
            fault = standing.fault
            if standing.left and fault.kind in kinds and fault.is_for(**where):
                if self._dice.random() >= fault.probability:
                    continue
                struck.append(fault)
                standing.struck += 1
        self._faults = [standing for standing in self._faults if standing.left]
        return struck
