"""Two calls side by side: what is reported with the credentials of one is no event of the other."""

import pytest
from django.test import Client

from tests import stage
from tests.stage import OTHER_NUMBER, row
from voice2fa.core.states import State
from voice2fa.models import CallEvent, PhoneVerification

from .bandwidth import EVENTS, STEPPED, CarrierSide

pytestmark = pytest.mark.django_db

STEPS = [0, 1, 2, 99, 2**31, 2**63, 10**40]


@pytest.fixture
def other(calling):
    """Otto's call, which is ringing."""
    phone = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    return calling(State.DIALING, user=phone.user, number=OTHER_NUMBER)


@pytest.fixture
def ordered(bandwidth, phone):
    """Anna's call, ordered a moment ago: the carrier has not told its id yet."""
    started = stage.begin(phone.user, now=stage.real_now())
    rows = PhoneVerification.objects.filter(pk=started.verification.pk)
    rows.update(claimed_at=stage.real_now(), caller=stage.CALLER)
    return CarrierSide(started.verification, Client())


def all_of(side):
    return row(side.verification), list(CallEvent.objects.filter(verification=side.verification).values())


def check_goes_on(other, before):
    """Assert that nothing has happened to the other call, and that it still goes the way it should."""
    assert all_of(other) == before
    assert b"<Gather" in other.answer().content
    assert other.gather(other.verification.approve_key).status_code == 200
    assert other.verification.state == State.APPROVED
    assert other.send("disconnect").status_code == 204
    assert other.verification.events.count() == 3


@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED])
@pytest.mark.parametrize("door", EVENTS)
def test_an_event_with_the_id_of_anothers_call_leaves_that_call_alone(
    calling, other, state, door
):  # R45, A16
    mine, before = calling(state), all_of(other)
    for digits in (mine.verification.approve_key, other.verification.approve_key):
        response = mine.send(door, step=1, callId=other.call_id, digits=digits)
        assert response.status_code == (200 if door == "answer" else 400)
        assert b"<Gather" not in response.content
    check_goes_on(other, before)


@pytest.mark.parametrize("door", EVENTS)
def test_before_its_own_id_is_known_a_call_may_claim_anothers_and_hurts_itself_alone(
    ordered, other, door
):  # R45, A16
    before = all_of(other)
    assert ordered.send(door, step=1, callId=other.call_id).status_code in {200, 204, 400}
    check_goes_on(other, before)


@pytest.mark.parametrize("door", EVENTS)
def test_an_event_is_repeated_in_its_own_call_although_another_call_had_the_like(ordered, other, door):  # A17
    assert other.answer().status_code == 200
    before = all_of(other)
    answer = ordered.send("answer", callId=other.call_id)
    assert b"<Gather" in answer.content
    for _ in ("first", "repeated"):
        assert ordered.send(door, step=1, callId=other.call_id).status_code in {200, 204}
    assert all_of(other) == before
    # What has been recorded of one call is no hindrance to the other.
    assert ordered.verification.events.filter(kind="answer").count() == 1


@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED, State.APPROVED])
@pytest.mark.parametrize("door", sorted(STEPPED))
def test_kinds_unheard_of_leave_one_row_whatever_their_step(calling, state, door):  # R19, A17
    side = calling(state)
    before, kept = row(side.verification), CallEvent.objects.count()
    for step in STEPS:
        event = side.event("answer", eventType="holoCall")
        assert side.post(side.url(door, step), event).status_code == 200
    assert row(side.verification) == before
    assert CallEvent.objects.count() == kept + 1
