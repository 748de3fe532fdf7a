"""The questions that flows ask of the tables, and the one guarded update that moves a verification."""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import BooleanField, Case, Q, When

from .core.events import Answerer
from .core.machines import BY_ONE_KEY, Sign, read_sign
from .core.methods import MOST_STEPS, Method
from .core.policy import PastCall, Scope
from .core.states import FINAL, LIVE, Happening, State, sources, target

# After these the person starts over; after the others a resend still needs to know who is registering.
_FORGETFUL = frozenset({State.REPORTED, State.LOCKED})
# Of these ``read_sign`` has something to say.
_TELLING = (
    Q(answerer=Answerer.MACHINE)
    | Q(state=State.DENIED, method__in=sorted(BY_ONE_KEY))
    | Q(state=State.UNREACHABLE, method__in=sorted(BY_ONE_KEY), step__gt=MOST_STEPS)
    | Q(method=Method.ENTER, consumed_at__isnull=False)
)


class PhoneVerificationQuerySet(models.QuerySet[Any]):
    """Verifications, by what matters about them."""

    def live(self) -> "PhoneVerificationQuerySet":
        """Return those that can still be decided."""
        return self.filter(state__in=LIVE)

    def overdue(self, now: datetime) -> "PhoneVerificationQuerySet":
        """Return live ones whose deadline has passed."""
        return self.live().filter(deadline__lte=now)

    def unplaced(self, before: datetime) -> "PhoneVerificationQuerySet":
        """Return those written before the moment whose call to the person nobody has taken up."""
        return self.filter(state=State.PENDING, claimed_at=None, is_call_in=False, created_at__lt=before)

    def dialed(self, before: datetime) -> "PhoneVerificationQuerySet":
        """Return those dialled before the moment of which nothing has been heard since."""
        return self.filter(state=State.DIALING, placed_at__lt=before)

    def release(self) -> int:
        """Have those that people call us about wait for another call, if theirs decided nothing."""
        undecided = self.filter(is_call_in=True, state=State.PENDING)
        return undecided.update(call_id="", ringing_at=None)

    def move(self, happening: Happening, *, now: datetime, **changes: Any) -> int:
        """Move the rows in which the happening is possible; return how many were moved.

        The state stands in the WHERE: of any number of racing callers exactly one is told 1.
        """
        state = target(happening)
        if state in FINAL:
            changes["decided_at"] = now
        if state in _FORGETFUL:
            changes["applicant"] = None
        return self.filter(state__in=sources(happening)).update(state=state, **changes)

    def consume(self, now: datetime) -> int:
        """Use up the approved, unused, timely ones among the rows; of N racing callers one is told 1 (R8).

        What a machine has approved is not among them, however late the carrier told us of it (A3).
        """
        usable = self.filter(state=State.APPROVED, consumed_at=None, deadline__gt=now)
        return usable.exclude(answerer=Answerer.MACHINE).update(consumed_at=now, applicant=None)

    def latest_sign(self) -> Sign | None:
        """Return the latest sign of who picks up, if there is one; one query."""
        telling = self.filter(_TELLING)
        columns = ("state", "method", "answerer", "consumed_at", "step")
        row = telling.order_by("-decided_at", "-created_at").values_list(*columns).first()
        if row is None:
            return None
        state, method, answerer, consumed_at, step = row
        is_used = consumed_at is not None
        return read_sign(State(state), Method(method), answerer, is_used=is_used, step=step)

    def past_calls(self, concerning: Mapping[Scope, Q]) -> list[PastCall]:
        """Return the calls that concern a new one by any scope; one query."""
        rows = self.filter(reduce(or_, concerning.values())).annotate(
            **{
                f"by_{scope}": Case(When(concerns, then=True), default=False, output_field=BooleanField())
                for scope, concerns in concerning.items()
            }
        )
        columns = ("created_at", "consumed_at", "tries", *(f"by_{scope}" for scope in concerning))
        return [
            PastCall(
                began_at=began_at,
                scopes=frozenset(
                    scope for scope, is_concerned in zip(concerning, by, strict=True) if is_concerned
                ),
                was_used=consumed_at is not None,
                wrong_codes=tries,
            )
            for began_at, consumed_at, tries, *by in rows.values_list(*columns)
        ]


class StoppedNumberQuerySet(models.QuerySet[Any]):
    """The do-not-call list, and what was taken off it."""

    def standing(self) -> "StoppedNumberQuerySet":
        """Return what stands on the list now."""
        return self.filter(lifted_at=None)
