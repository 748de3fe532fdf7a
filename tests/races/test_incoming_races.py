"""Fifty at once who call us, or key something in: one call is on, one try counts, one approval is given."""

import pytest

from tests import stage
from tests.flows.arrivals import Caller, expect_call
from tests.stage import CLIENT, NOW, row
from voice2fa import signals
from voice2fa.core.errors import Refusal
from voice2fa.core.events import Kind
from voice2fa.core.states import State
from voice2fa.exceptions import RejectedCallback
from voice2fa.flows import call_in
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import CallEvent, PhoneVerification

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]
MANY = 50


@pytest.fixture
def awaited(phone, configure, hold_back):
    """A login that waits for a call from the saved phone."""
    configure(CALL_IN="A")
    return expect_call(phone.user)


def unforeseen(outcomes):
    return [item for item in outcomes if isinstance(item, Exception) and not isinstance(item, Refusal)]


def test_of_many_calls_at_once_one_is_taken(awaited, race):
    callers = [Caller() for _ in range(MANY)]
    assert not unforeseen(race(MANY, lambda place: callers[place].dial()))
    (taken,) = [caller for caller in callers if caller.is_asked]
    assert row(awaited)["call_id"] == taken.call_id
    assert CallEvent.objects.count() == 1


def test_of_many_deliveries_of_the_right_code_one_approves(awaited, race):  # R8
    caller = Caller().dial()
    code, approved = code_of(awaited), []

    def note(**kwargs):
        approved.append(kwargs)

    signals.verification_approved.connect(note)
    scripts = race(MANY, lambda place: caller.report(Kind.GATHER, step=1, digits=code))
    signals.verification_approved.disconnect(note)
    assert not unforeseen(scripts)
    assert len(set(scripts)) == 1
    assert row(awaited)["state"] == State.APPROVED
    assert len(approved) == 1
    assert CallEvent.objects.filter(kind=Kind.GATHER).count() == 1


def test_of_many_guesses_at_one_step_one_is_counted(awaited, race):  # R11, A21
    caller = Caller().dial()
    wrong = [f"{(int(code_of(awaited)) + 1 + place) % 10**6:06}" for place in range(MANY)]
    assert not unforeseen(race(MANY, lambda place: caller.report(Kind.GATHER, step=1, digits=wrong[place])))
    assert (row(awaited)["tries"], row(awaited)["step"], row(awaited)["state"]) == (1, 2, State.PENDING)


def test_the_right_code_and_the_end_of_the_call_at_once_leave_one_of_both(awaited, race):
    caller = Caller().dial()
    code = code_of(awaited)

    def act(place):
        if place % 2:
            return caller.report(Kind.DISCONNECT)
        return caller.report(Kind.GATHER, step=1, digits=code)

    assert all(isinstance(item, RejectedCallback) for item in unforeseen(race(MANY, act)))
    after = row(awaited)
    assert after["state"] in {State.PENDING, State.APPROVED}
    assert (after["call_id"] == "") == (after["state"] == State.PENDING)


def test_of_many_who_ask_to_call_at_once_one_waits(phone, configure, race, hold_back):
    configure(CALL_IN="A", CALL_LIMITS=stage.NO_LIMITS)
    begun = stage.begin(phone.user).verification
    assert not unforeseen(race(MANY, lambda place: call_in.begin(begun, CLIENT, now=NOW)))
    assert PhoneVerification.objects.live().count() == 1
