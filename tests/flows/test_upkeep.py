from datetime import timedelta

import pytest

from tests import stage
from tests.stage import NOW, reach, row
from voice2fa.core.states import LIVE, State
from voice2fa.flows.upkeep import Swept, sweep
from voice2fa.models import PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def swept(**changes):
    return Swept(**{**dict.fromkeys(Swept.__dataclass_fields__, 0), **changes})


def test_there_may_be_nothing_to_do(db):
    assert sweep(now=NOW) == swept()


@pytest.mark.parametrize("state", sorted(LIVE))
def test_what_is_overdue_ends(phone, state):
    verification = reach(state, phone.user).verification
    assert sweep(now=verification.deadline).expired == 1
    assert row(verification)["state"] == State.EXPIRED


def test_nothing_ends_before_its_deadline(phone):
    verification = reach(State.ANSWERED, phone.user).verification
    assert sweep(now=verification.deadline - SECOND) == swept()


def test_decided_rows_are_left_alone(phone):
    verification = reach(State.APPROVED, phone.user).verification
    before = row(verification)
    sweep(now=NOW + timedelta(days=2))
    assert row(verification) == before


@pytest.mark.parametrize(("seconds", "placed"), [(10, 0), (11, 1)])
def test_a_call_that_nobody_took_up_is_placed(phone, seconds, placed):
    stage.begin(phone.user)
    assert sweep(now=NOW + seconds * SECOND) == swept(placed=placed)


def test_placing_what_was_left_happens_once(phone, carrier, carry_out):
    stage.begin(phone.user, now=NOW + timedelta(days=3650))
    moment = NOW + timedelta(days=3650, seconds=11)
    with carry_out():
        assert sweep(now=moment).placed == 1
    assert sweep(now=moment).placed == 0
    assert len(carrier.calls) == 1


@pytest.mark.parametrize(("seconds", "observed"), [(10, 0), (11, 1)])
def test_a_call_of_which_nothing_is_heard_is_asked_about(phone, seconds, observed):
    reach(State.DIALING, phone.user)
    assert sweep(now=NOW + seconds * SECOND) == swept(observed=observed)


@pytest.mark.parametrize(("seconds", "forgotten"), [(600, 0), (601, 1)])
def test_an_applicant_is_forgotten_when_no_call_can_follow(db, seconds, forgotten):  # R47
    verification = reach(State.CANCELLED, None).verification
    assert sweep(now=NOW + seconds * SECOND).applicants_forgotten == forgotten
    assert (row(verification)["applicant"] is None) == bool(forgotten)


def test_an_applicant_whose_call_can_still_be_used_is_remembered(db):
    first = reach(State.CANCELLED, None).verification
    started = stage.verifications.resend(first, stage.CLIENT, now=NOW + 599 * SECOND)
    sweep(now=NOW + 700 * SECOND)
    assert row(started.verification)["applicant"] is not None


@pytest.mark.parametrize(("hours", "forgotten"), [(24, 0), (25, 1)])
def test_a_phone_never_proved_is_forgotten_after_a_day(user, hours, forgotten):
    stage.make_phone(user, confirmed=False, created_at=NOW)
    assert sweep(now=NOW + timedelta(hours=hours)) == swept(phones_forgotten=forgotten)


def test_proved_phones_and_records_stay(phone):
    reach(State.DENIED, phone.user)
    sweep(now=NOW + timedelta(days=400))
    assert (VoiceDevice.objects.count(), PhoneVerification.objects.count()) == (1, 1)
