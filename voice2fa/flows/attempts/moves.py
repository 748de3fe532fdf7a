"""The one way in which a verification changes state: a guarded update, then the announcement."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from voice2fa import signals
from voice2fa.core.states import FINAL, Happening, State, target
from voice2fa.models import PhoneVerification

_ANNOUNCED = {
    State.APPROVED: signals.verification_approved,
    State.DENIED: signals.verification_denied,
    State.REPORTED: signals.verification_reported,
}


def move(
    verification: PhoneVerification,
    happening: Happening,
    *,
    now: datetime,
    only_if: Any = None,
    **changes: Any,
) -> bool:
    """Move the row if that is possible and ``only_if`` (a Q) holds; tell whether this caller moved it."""
    rows = PhoneVerification.objects.filter(pk=verification.pk)
    if only_if is not None:
        rows = rows.filter(only_if)
    if not rows.move(happening, now=now, **changes):
        return False
    verification.state = target(happening)
    for name, value in changes.items():
        setattr(verification, name, value)
    if verification.state in FINAL:
        verification.decided_at = now
        signal = _ANNOUNCED.get(State(verification.state), signals.verification_failed)
        announce = partial(signal.send_robust, sender=PhoneVerification)
        # Whoever hears of it must find it in the database, and cannot take it back by failing there.
        transaction.on_commit(partial(announce, verification=verification, now=now))
    return True
