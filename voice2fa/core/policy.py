"""May this call be placed? Pure questions about limits, numbers and keys."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .errors import Code, Refusal, TryLater
from .events import Attestation

RANDOM_KEY = "random"
APPROVE_KEYS = "123456789"
REPORT_KEY = "0"
REPEAT_KEY = "*"
ANY = "any"
#: What the CALL_IN setting takes for proof that a call comes from the number that it shows.
VOUCHED: Mapping[str, frozenset[Attestation]] = {
    "A": frozenset({Attestation.FULL}),
    "B": frozenset({Attestation.FULL, Attestation.PARTIAL}),
    ANY: frozenset(Attestation),
}


class Scope(StrEnum):
    """By what past calls are counted."""

    USER = "user"
    NUMBER = "number"
    ADDRESS = "address"


# Many people share one address: a pause between calls there would punish strangers.
COOLED_SCOPES = frozenset({Scope.USER, Scope.NUMBER})
DAY = 86400  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """At most ``calls`` that came to nothing within any ``seconds``."""

    calls: int
    seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PastCall:
    """An earlier call: when it began, what it shares with the one asked for, and how it went.

    ``was_used`` tells that its approval was used: approvals that nobody wants are call pumping (A11).
    """

    began_at: datetime
    scopes: frozenset[Scope]
    was_used: bool
    wrong_codes: int


def check_calls(
    past: Sequence[PastCall], limits: Mapping[Scope, Sequence[Limit]], *, cool_down: int, now: datetime
) -> None:
    """Raise ``TryLater`` if another call now would break the cool-down (seconds) or a limit (R15)."""
    in_vain = [call for call in past if not call.was_used]
    latest = max((call.began_at for call in in_vain if call.scopes & COOLED_SCOPES), default=None)
    wait = _seconds_left(latest, cool_down, now)
    if wait:
        raise TryLater(Code.COOLING_DOWN, retry_after=wait)
    for scope, scope_limits in limits.items():
        moments = [call.began_at for call in in_vain if scope in call.scopes]
        wait = max((_wait_for(moments, limit, now) for limit in scope_limits), default=0)
        if wait:
            raise TryLater(Code.TOO_MANY_CALLS, retry_after=wait)


def check_failures(past: Sequence[PastCall], *, scope: Scope, limit: int, now: datetime) -> None:
    """Raise ``TryLater`` after ``limit`` wrong codes in a day without a success since (R11-R13)."""
    calls = [call for call in past if scope in call.scopes]
    success = max((call.began_at for call in calls if call.was_used), default=None)
    failed = [
        call
        for call in calls
        if call.wrong_codes
        and (success is None or call.began_at > success)
        and _seconds_left(call.began_at, DAY, now)
    ]
    if sum(call.wrong_codes for call in failed) >= limit:
        oldest = min(call.began_at for call in failed)
        raise TryLater(Code.TOO_MANY_FAILURES, retry_after=_seconds_left(oldest, DAY, now))


def check_total(past: Sequence[PastCall], *, limit: int, now: datetime) -> None:
    """Raise ``TryLater`` once ``limit`` calls rang the number in a day, however well they went (A11)."""
    moments = [call.began_at for call in past if Scope.NUMBER in call.scopes]
    wait = _wait_for(moments, Limit(calls=limit, seconds=DAY), now)
    if wait:
        raise TryLater(Code.TOO_MANY_CALLS, retry_after=wait)


def check_mails(past: Sequence[datetime], limits: Sequence[Limit], *, now: datetime) -> None:
    """Raise ``TryLater`` if another mail now, after those of the past, would break a limit."""
    wait = max((_wait_for(past, limit, now) for limit in limits), default=0)
    if wait:
        raise TryLater(Code.TOO_MANY_MAILS, retry_after=wait)


def look_back(limits: Mapping[Scope, Sequence[Limit]], scope: Scope) -> int:
    """Return how many seconds of the past matter to the limits of the scope."""
    longest = max((limit.seconds for limit in limits.get(scope, ())), default=0)
    return max(longest, DAY) if scope in COOLED_SCOPES else longest


def check_number(*, region: str | None, kind: str, regions: Collection[str], kinds: Collection[str]) -> None:
    """Raise ``Refusal`` unless the number lies in one of the regions and is of one of the kinds (A11)."""
    if region not in regions:
        raise Refusal(Code.NUMBER_REGION)
    if kind not in kinds:
        raise Refusal(Code.NUMBER_KIND)


def approve_key(setting: str, *, dice: int) -> str:
    """Return the key that approves: the fixed one, or the one that ``dice`` (0 to 8) picks (R3)."""
    return APPROVE_KEYS[dice] if setting == RANDOM_KEY else setting


def is_vouched(setting: str, attestation: Attestation) -> bool:
    """Tell whether somebody may call us with this attestation; with calling in switched off nobody may."""
    return attestation in VOUCHED.get(setting, frozenset())


def _wait_for(past: Sequence[datetime], limit: Limit, now: datetime) -> int:
    recent = sorted(moment for moment in past if _seconds_left(moment, limit.seconds, now))
    if len(recent) < limit.calls:
        return 0
    return _seconds_left(recent[-limit.calls], limit.seconds, now)


def _seconds_left(moment: datetime | None, seconds: int, now: datetime) -> int:
    if moment is None:
        return 0
    return max(0, math.ceil((moment + timedelta(seconds=seconds) - now).total_seconds()))
