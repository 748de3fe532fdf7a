from datetime import timedelta

import pytest

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, PASSWORD, refusal_of, row
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.core.states import State
from voice2fa.flows import enrolment, login
from voice2fa.flows.attempts import tickets
from voice2fa.models import VoiceDevice

pytestmark = pytest.mark.django_db


def begin(user, number=NUMBER, name="Mobile", now=NOW):
    return enrolment.begin(user, number=number, name=name, client=CLIENT, now=now, consents=True)


def approve(started):
    stage.place(started.verification)
    stage.answer(started.verification)
    stage.approve(started.verification)
    return tickets.find(started.ticket)


@pytest.fixture
def heard():
    """What was announced of phones."""
    announced = []

    def hear_confirmed(device, **kwargs):
        announced.append(("confirmed", device.pk))

    signals.device_confirmed.connect(hear_confirmed)
    yield announced
    signals.device_confirmed.disconnect(hear_confirmed)


def test_a_phone_counts_once_its_call_was_completed(user, heard):  # R20
    started = begin(user)
    phone = VoiceDevice.objects.get()
    assert not phone.confirmed
    assert enrolment.phones_of(user) == []
    assert login.preferred_phone(user) is None
    finished = enrolment.finish(approve(started), now=NOW)
    assert enrolment.phones_of(user) == [finished]
    assert heard == [("confirmed", phone.pk)]


def test_an_enrolment_is_finished_once(user):  # R8, R22
    verification = approve(begin(user))
    enrolment.finish(verification, now=NOW)
    assert refusal_of(enrolment.finish, verification, now=NOW) == Code.ALREADY_USED


@pytest.mark.parametrize("state", sorted(set(State) - {State.APPROVED, State.DENIED, State.REPORTED}))
def test_no_other_ending_proves_a_phone(user, state):
    phone = stage.make_phone(user, confirmed=False)
    started = stage.reach(state, user, purpose="enrol", method="enter", device=phone)
    assert refusal_of(enrolment.finish, tickets.find(started.ticket), now=NOW) is not None
    assert enrolment.phones_of(user) == []


def test_a_second_attempt_uses_the_unproved_phone_again(user):
    begin(user, name="Old name", now=NOW - timedelta(days=2))
    begin(user, name="New name")
    phone = VoiceDevice.objects.get()
    assert (phone.name, phone.created_at) == ("New name", NOW)


def test_a_phone_cannot_be_added_twice(phone):
    assert refusal_of(begin, phone.user) == Code.PHONE_EXISTS


def test_an_account_has_room_for_so_many_phones(phone, configure):
    configure(PHONES_PER_USER=1)
    assert refusal_of(begin, phone.user, OTHER_NUMBER) == Code.PHONE_LIMIT


def test_the_room_is_looked_at_again_at_the_end(user, configure):
    configure(PHONES_PER_USER=1)
    verification = approve(begin(user))
    stage.make_phone(user, OTHER_NUMBER)
    assert refusal_of(enrolment.finish, verification, now=NOW) == Code.PHONE_LIMIT
    assert row(verification)["consumed_at"] is None


def test_a_number_has_room_for_so_many_accounts(phone, configure):  # R27
    configure(ACCOUNTS_PER_NUMBER=1)
    assert refusal_of(begin, stage.make_user("otto")) == Code.NUMBER_SHARED


def test_the_same_phone_may_serve_several_accounts(phone):  # R27
    otto = stage.make_user("otto")
    enrolment.finish(approve(begin(otto)), now=NOW)
    assert len(enrolment.phones_of(otto)) == 1


@pytest.mark.parametrize("what", ["deactivated", "deleted", "new password", "phone removed"])
def test_an_approval_does_not_outlive_its_account(user, what):
    started = begin(user)
    approve(started)
    if what == "deactivated":
        user.is_active = False
        user.save()
    elif what == "deleted":
        user.delete()
    elif what == "phone removed":
        VoiceDevice.objects.all().delete()
    else:
        user.set_password("another " + PASSWORD)
        user.save()
    found = tickets.find(started.ticket)
    assert refusal_of(enrolment.finish, found, now=NOW) == Code.ACCOUNT_CHANGED


def test_an_enrolment_that_a_limit_refuses_leaves_no_phone_behind(user, configure):  # R14, R20
    configure(CALL_LIMITS={"number": [(1, 3600)]})
    stage.begin(None)
    assert refusal_of(begin, user) == Code.TOO_MANY_CALLS
    assert not VoiceDevice.objects.exists()


def test_an_enrolment_of_a_number_that_may_not_be_called_leaves_no_phone_behind(user):  # R20, A11
    assert refusal_of(begin, user, number="+15002345678") == Code.NUMBER_KIND
    assert not VoiceDevice.objects.exists()


def test_a_second_attempt_that_is_refused_leaves_the_first_one_whole(user, configure):
    configure(COOL_DOWN=15)
    started = begin(user)
    assert refusal_of(begin, user) == Code.COOLING_DOWN
    assert enrolment.finish(approve(started), now=NOW).confirmed


def test_a_phone_removed_after_the_row_was_read_is_not_confirmed(user):  # R24
    read_before = approve(begin(user))
    VoiceDevice.objects.all().delete()
    assert refusal_of(enrolment.finish, read_before, now=NOW) == Code.ACCOUNT_CHANGED
    assert row(read_before)["consumed_at"] is None
