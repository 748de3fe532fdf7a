"""Numbers whose owners want no more calls (A23)."""

import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from tests import stage
from tests.stage import (
    NOW,
    OTHER_NUMBER,
    answer,
    begin,
    make_phone,
    make_user,
    place,
    press,
    reach,
    receive,
    refusal_of,
)
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.core.events import Answerer, Kind
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.script import Gather, Hangup
from voice2fa.core.states import State
from voice2fa.flows import login, registration
from voice2fa.flows import verification as verifications
from voice2fa.flows.conversation import PhoneConversation
from voice2fa.flows.telephony import stopping
from voice2fa.models import PhoneVerification, StoppedNumber

from . import carriers

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def reported(phone):
    """A login that whoever answered has reported."""
    return reach(State.REPORTED, phone.user).verification


@pytest.fixture
def stopped(reported):
    """The number of the phone, whose owner wants no more calls."""
    press(reported, "0")
    return StoppedNumber.objects.get()


@pytest.fixture
def heard():
    """What is announced."""
    told = []

    def hear(signal, **facts):
        told.append((signal, facts["stopped"].pk, facts["staff"], facts["now"]))

    for signal in (signals.number_stopped, signals.number_lifted):
        signal.connect(hear)
    yield told
    for signal in (signals.number_stopped, signals.number_lifted):
        signal.disconnect(hear)


# Asked in a call


def test_a_second_zero_puts_the_number_on_the_list(reported):
    press(reported, "0", now=NOW + MINUTE)
    stopped = StoppedNumber.objects.get()
    assert (stopped.number, stopped.verification, stopped.stopped_at) == (
        reported.number,
        reported,
        NOW + MINUTE,
    )
    assert (stopped.lifted_at, stopped.lifted_by, stopped.reason) == (None, None, "")


@pytest.mark.parametrize("keys", ["", "1", "7", "*", "#"])
def test_no_other_key_does(reported, keys):
    press(reported, keys)
    assert not StoppedNumber.objects.exists()


@pytest.mark.parametrize("method", Method)
def test_one_zero_alone_does_not(phone, method):
    reach(State.REPORTED, phone.user, method=method)
    assert not StoppedNumber.objects.exists()


def test_a_machine_that_reports_and_presses_zero_again_stops_nothing(reported):  # A3, R17
    receive(Kind.MACHINE, reported, answerer=Answerer.MACHINE)
    press(reported, "0")
    assert not StoppedNumber.objects.exists()


def test_a_machine_that_is_found_out_after_it_has_pressed_zero_again_stops_nothing(
    reported, heard, django_capture_on_commit_callbacks, caplog
):  # A3, R17
    elsewhere = stopping.stop_by_staff(OTHER_NUMBER, staff=make_user("staff"), now=NOW)
    with caplog.at_level(logging.WARNING, "voice2fa"), django_capture_on_commit_callbacks(execute=True):
        press(reported, "0")
        stopped = StoppedNumber.objects.standing().get(number=stage.NUMBER)
        receive(Kind.MACHINE, reported, answerer=Answerer.MACHINE, now=NOW + MINUTE)
    assert list(StoppedNumber.objects.standing()) == [elsewhere]
    stopped.refresh_from_db()
    assert (stopped.lifted_at, stopped.lifted_by) == (NOW + MINUTE, None)
    assert "machine" in stopped.reason
    assert heard[-1] == (signals.number_lifted, stopped.pk, None, NOW + MINUTE)
    assert "may be called again, for a machine" in caplog.records[-1].getMessage()


def test_what_whoever_answers_stops_stays_so_though_the_carrier_takes_the_next_call_for_a_machines(
    stopped, phone
):  # A23
    other = reach(State.REPORTED, phone.user, number=OTHER_NUMBER, device=phone).verification
    receive(Kind.MACHINE, other, answerer=Answerer.MACHINE)
    assert StoppedNumber.objects.standing().exists()


def test_an_extension_that_somebody_made_up_does_not_keep_the_owner_from_stopping_the_calls(db):  # A23
    made_up = registration.begin(
        stage.applicant(), number=OTHER_NUMBER, extension="1", client=stage.CLIENT, now=NOW, consents=True
    ).verification
    place(made_up)
    answer(made_up)
    assert isinstance(press(made_up, "0")[0], Gather)
    press(made_up, "0")
    assert StoppedNumber.objects.standing().get().number == OTHER_NUMBER


def test_one_desk_does_not_stop_the_calls_to_an_office(user):  # R17
    make_phone(user, extension="204")
    desk = login.begin(user, stage.CLIENT, now=NOW).verification
    place(desk)
    answer(desk)
    *said, end = press(desk, "0")
    assert (any(isinstance(verb, Gather) for verb in said), end) == (False, Hangup())
    assert not StoppedNumber.objects.exists()


def test_a_call_asked_for_in_the_moment_in_which_the_number_is_stopped_is_not_placed(
    phone, configure, carrier
):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Hesitant"})
    staff = make_user("staff")
    carriers.Hesitant.meanwhile = lambda: stopping.stop_by_staff(stage.NUMBER, staff=staff, now=NOW)
    verification = begin(phone.user).verification
    assert verification.state == State.PENDING
    place(verification)
    assert verification.state == State.CANCELLED
    assert not carrier.calls


def test_what_else_is_under_way_to_the_number_is_ended(phone, reported, carry_out, carrier):
    ringing = reach(State.DIALING, phone.user, purpose=Purpose.CONFIRM).verification
    neighbour = make_user("neighbour")
    make_phone(neighbour, OTHER_NUMBER)
    others = begin(neighbour, number=OTHER_NUMBER).verification
    with carry_out():
        press(reported, "0")
    ringing.refresh_from_db()
    others.refresh_from_db()
    assert (ringing.state, others.state) == (State.CANCELLED, State.PENDING)
    assert carrier.calls[-1].is_over


def test_it_is_announced_once_and_logged_with_the_number_masked(
    reported, django_capture_on_commit_callbacks, caplog
):
    with caplog.at_level(logging.WARNING, "voice2fa"), django_capture_on_commit_callbacks(execute=True):
        press(reported, "0")
        stopping.stop_calling(reported, now=NOW)
    (line,) = [record.getMessage() for record in caplog.records]
    assert f"was put on the do-not-call list, in verification {reported.pk}" in line
    assert stage.NUMBER not in line


# Refused from then on


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("method", Method)
def test_no_call_is_placed_for_anything_or_anybody(stopped, phone, purpose, method):
    for user in (phone.user, make_user("somebody")):
        asked_by = None if purpose == Purpose.REGISTER else user
        act = {"purpose": purpose, "method": method, "now": NOW + MINUTE}
        assert refusal_of(begin, asked_by, **act) == Code.NUMBER_STOPPED
    assert not PhoneVerification.objects.live().exists()


def test_a_call_that_failed_before_is_not_repeated(phone):
    missed = reach(State.UNREACHABLE, phone.user).verification
    press(reach(State.REPORTED, phone.user, purpose=Purpose.CONFIRM).verification, "0")
    again = NOW + MINUTE
    assert refusal_of(verifications.resend, missed, stage.CLIENT, now=again) == Code.NUMBER_STOPPED


def test_a_form_of_django_otp_leads_elsewhere(stopped, phone):
    is_available, why = PhoneConversation().is_available(phone)
    assert not is_available
    assert "asked us not to call it" in why["error_message"]


def test_the_command_does_not_get_around_it(stopped, phone):
    with pytest.raises(CommandError, match="asked us not to call it"):
        call_command("voice2fa_call", make_user("new").username, stage.NUMBER, "--agreed")


def test_a_refused_call_is_logged(stopped, phone, caplog):  # R42
    with caplog.at_level(logging.WARNING, "voice2fa"):
        refusal_of(begin, phone.user, now=NOW + MINUTE)
    assert "number_stopped" in caplog.text
    assert stage.NUMBER not in caplog.text


def test_a_login_rings_another_phone_where_there_is_one(stopped, phone):
    phone.is_preferred = True
    phone.save()
    assert login.preferred_phone(phone.user) == phone
    other = make_phone(phone.user, OTHER_NUMBER)
    assert login.preferred_phone(phone.user) == other


# Lifted


def test_lifted_for_a_reason_it_is_called_again(stopped, phone):
    staff = make_user("staff")
    assert stopping.lift(stopped, staff=staff, reason=" They asked by letter. ", now=NOW + MINUTE)
    assert (stopped.lifted_at, stopped.lifted_by, stopped.reason) == (
        NOW + MINUTE,
        staff,
        "They asked by letter.",
    )
    assert begin(phone.user, now=NOW + MINUTE).verification.state == State.PENDING


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_lifted_without_a_reason(stopped, reason):  # A30
    with pytest.raises(ValueError, match="says why"):
        stopping.lift(stopped, staff=make_user("staff"), reason=reason, now=NOW)
    stopped.refresh_from_db()
    assert stopped.lifted_at is None


def test_of_two_who_lift_it_one_does(stopped):
    first, second = make_user("first"), make_user("second")
    assert stopping.lift(stopped, staff=first, reason="asked", now=NOW)
    assert not stopping.lift(stopped, staff=second, reason="asked too", now=NOW + MINUTE)
    stopped.refresh_from_db()
    assert (stopped.lifted_by, stopped.reason) == (first, "asked")


def test_who_asks_again_is_heard_again_and_both_are_kept(stopped, phone):
    stopping.lift(stopped, staff=make_user("staff"), reason="asked", now=NOW)
    again = reach(State.REPORTED, phone.user, now=NOW + MINUTE).verification
    press(again, "0", now=NOW + MINUTE)
    assert StoppedNumber.objects.count() == 2
    assert refusal_of(begin, phone.user, now=NOW + 2 * MINUTE) == Code.NUMBER_STOPPED


def test_staff_put_a_number_on_the_list_once(phone):
    staff = make_user("staff")
    stopped = stopping.stop_by_staff(stage.NUMBER, staff=staff, now=NOW)
    assert (stopped.verification, stopped.stopped_at) == (None, NOW)
    assert refusal_of(begin, phone.user, now=NOW) == Code.NUMBER_STOPPED
    again = refusal_of(stopping.stop_by_staff, stage.NUMBER, staff=staff, now=NOW)
    assert again == Code.NUMBER_STOPPED
    assert StoppedNumber.objects.count() == 1


def test_a_phone_that_must_not_be_called_is_not_offered_for_another_call(phone):  # A23
    other = stage.make_phone(phone.user, stage.OTHER_NUMBER)
    begun = stage.begin(phone.user).verification
    assert login.other_phones(begun) == [other]
    stopped = stopping.stop_by_staff(stage.OTHER_NUMBER, staff=make_user("staff"), now=NOW)
    assert login.other_phones(begun) == []
    stopping.lift(stopped, staff=make_user("other"), reason="asked", now=NOW)
    assert login.other_phones(begun) == [other]


def test_staff_are_named_to_the_listeners(heard, db, django_capture_on_commit_callbacks, caplog):
    staff = make_user("staff")
    with caplog.at_level(logging.WARNING, "voice2fa"), django_capture_on_commit_callbacks(execute=True):
        stopped = stopping.stop_by_staff(stage.NUMBER, staff=staff, now=NOW)
        stopping.lift(stopped, staff=staff, reason="asked", now=NOW + MINUTE)
    assert [(pk, who, when) for _, pk, who, when in heard] == [
        (stopped.pk, staff, NOW),
        (stopped.pk, staff, NOW + MINUTE),
    ]
    assert [signal for signal, *_ in heard] == [signals.number_stopped, signals.number_lifted]
    assert [record.getMessage().partition(") ")[2] for record in caplog.records] == [
        f"was put on the do-not-call list, by user {staff.pk}",
        f"may be called again, by user {staff.pk}",
    ]


# Reported, and not stopped


def test_strangers_do_not_ring_at_once_whoever_has_reported_one_of_them(db, configure):
    configure(COOL_DOWN=15)
    verification = reach(State.REPORTED, None, number=OTHER_NUMBER).verification
    stranger = make_user("stranger")
    soon, later = NOW + timedelta(seconds=14), NOW + timedelta(seconds=15)
    for asked_by in (None, stranger):
        act = {"purpose": Purpose.ENROL, "number": OTHER_NUMBER, "method": Method.ENTER}
        assert refusal_of(begin, asked_by, now=soon, **act) == Code.COOLING_DOWN
    assert refusal_of(verifications.resend, verification, stage.CLIENT, now=later) == Code.START_OVER


def test_strangers_ring_no_oftener_than_the_limits_of_the_number(db, configure):
    configure(CALL_LIMITS={"user": [], "address": [], "number": [(3, 3600)]})
    for minute in range(3):
        reach(State.REPORTED, None, number=OTHER_NUMBER, now=NOW + minute * MINUTE)
    assert refusal_of(begin, None, number=OTHER_NUMBER, now=NOW + 4 * MINUTE) == Code.TOO_MANY_CALLS
