"""What the clock brings about: nothing stays live, unplaced or remembered for longer than it should."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from voice2fa.background import defer
from voice2fa.models import PhoneVerification, RememberedBrowser, VoiceDevice
from voice2fa.tasks import observe_call, place_call

from .verification import FIRST_FACTOR_LIFETIME, expire

UNPLACED_AFTER = timedelta(seconds=10)
UNCONFIRMED_FOR = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """How many rows a sweep has dealt with, by what it did."""

    expired: int
    placed: int
    observed: int
    applicants_forgotten: int
    phones_forgotten: int
    browsers_forgotten: int


def sweep(*, now: datetime) -> Swept:
    """End what is overdue, take up what a dead process left, and forget what is no longer needed."""
    rows = PhoneVerification.objects
    expired = sum(expire(verification, now=now) for verification in rows.overdue(now))
    stale = rows.filter(begun_at__lt=now - FIRST_FACTOR_LIFETIME).filter(applicant__isnull=False)
    applicants_forgotten = stale.filter(deadline__lte=now).update(applicant=None)
    forgotten, _ = VoiceDevice.objects.filter(confirmed=False, created_at__lt=now - UNCONFIRMED_FOR).delete()
    browsers_forgotten, _ = RememberedBrowser.objects.filter(expires_at__lte=now).delete()
    unplaced = list(rows.unplaced(now - UNPLACED_AFTER).values_list("pk", flat=True))
    dialed = list(rows.dialed(now - UNPLACED_AFTER).values_list("pk", flat=True))
    # Last, for the threads that do it write to the same tables.
    for pk in unplaced:
        defer(place_call, str(pk))
    for pk in dialed:
        defer(observe_call, str(pk))
    return Swept(
        expired=expired,
        placed=len(unplaced),
        observed=len(dialed),
        applicants_forgotten=applicants_forgotten,
        phones_forgotten=forgotten,
        browsers_forgotten=browsers_forgotten,
    )
