"""A machine is found out at the moment at which what it approved is used: one of them is first (A3, R8)."""

import pytest

from tests.stage import NOW, reach, report
from voice2fa.core.errors import Refusal
from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.states import State
from voice2fa.flows import calls
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneVerification

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]

MANY = 12


@pytest.mark.parametrize("attempt", range(5))
def test_an_approval_is_used_or_void_and_never_both(phone, race, attempt):
    started = reach(State.APPROVED, phone.user)
    heard = report(Kind.MACHINE, started.verification, answerer=Answerer.MACHINE)

    def act(place):
        if place % 2:
            return verifications.use(tickets.find(started.ticket), now=NOW)
        return calls.receive(started.verification.pk, heard, step=0, now=NOW)

    outcomes = race(MANY, act)
    errors = [item for item in outcomes if isinstance(item, Exception) and not isinstance(item, Refusal)]
    assert not errors, errors[:3]
    used = sum(not isinstance(item, Refusal) for item in outcomes[1::2])
    row = PhoneVerification.objects.get()
    assert (used, row.cause) in {(1, Cause.NONE), (0, Cause.MACHINE)}
    assert (row.consumed_at is not None) == (used == 1)
    assert row.answerer == Answerer.MACHINE
