"""Calling us instead: when it is possible, and what begins."""

from datetime import timedelta

import pytest

from tests import stage
from tests.stage import CLIENT, NOW, reach, row
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Method
from voice2fa.core.states import LIVE, State
from voice2fa.flows import call_in, upkeep
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.flows.progress import Progress
from voice2fa.flows.telephony import placing
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.flows.telephony.lines import open_reception
from voice2fa.models import PhoneVerification

from .arrivals import Caller, expect_call

pytestmark = pytest.mark.django_db
REPEATABLE = sorted(set(State) - verifications.NOT_REPEATABLE)


@pytest.fixture(autouse=True)
def _call_in_is_on(configure):
    configure(CALL_IN="A")


@pytest.mark.parametrize("state", REPEATABLE)
def test_whoever_waits_or_waited_in_vain_may_call_us(phone, state):
    begun = reach(state, phone.user).verification
    assert call_in.is_offered(begun, now=NOW)
    verification = call_in.begin(begun, CLIENT, now=NOW).verification
    assert (verification.is_call_in, verification.method) == (True, Method.ENTER)
    assert row(begun)["state"] == (State.CANCELLED if state in LIVE else state)


@pytest.mark.parametrize("state", sorted(verifications.NOT_REPEATABLE))
def test_nobody_calls_for_what_is_decided_for_good(phone, state):
    method = Method.ENTER if state == State.LOCKED else Method.APPROVE
    begun = reach(state, phone.user, method=method).verification
    assert not call_in.is_offered(begun, now=NOW)
    with pytest.raises(Refusal) as refused:
        call_in.begin(begun, CLIENT, now=NOW)
    assert refused.value.code is Code.START_OVER


@pytest.mark.parametrize("where", ["off", "carrier", "extension"])
def test_it_is_refused_where_we_take_no_calls(phone, configure, where):
    if where == "extension":
        phone.extension = "42"
        phone.save()
        begun = stage.begin(phone.user, device=phone).verification
        PhoneVerification.objects.filter(pk=begun.pk).update(extension="42")
        begun.refresh_from_db()
    else:
        begun = stage.begin(phone.user).verification
    if where == "off":
        configure(CALL_IN="off")
    elif where == "carrier":
        configure(CALL_IN="A", PROVIDER={"BACKEND": "tests.flows.carriers.OneWay"})
    assert not call_in.is_offered(begun, now=NOW)
    with pytest.raises(Refusal) as refused:
        call_in.begin(begun, CLIENT, now=NOW)
    assert refused.value.code is Code.CALL_IN_OFF
    assert row(begun)["state"] == State.PENDING


def test_the_new_code_and_ticket_kill_the_old_ones(phone):  # R10
    begun = stage.begin(phone.user)
    started = call_in.begin(begun.verification, CLIENT, now=NOW)
    assert started.ticket != begun.ticket
    assert code_of(started.verification) != code_of(begun.verification)
    assert tickets.find(started.ticket).pk == started.verification.pk


def test_it_does_not_outlive_the_first_factor(phone):
    begun = stage.begin(phone.user).verification
    later = NOW + verifications.FIRST_FACTOR_LIFETIME
    assert not call_in.is_offered(begun, now=later)
    with pytest.raises(Refusal):
        call_in.begin(begun, CLIENT, now=later)


def test_nobody_is_rung_by_whoever_places_sweeps_or_repeats(phone, carrier, carry_out):
    with carry_out():
        awaited = expect_call(phone.user)
    carrier.reset()
    placing.place(awaited.pk, clock=lambda: NOW)
    with carry_out():
        assert upkeep.sweep(now=NOW + timedelta(seconds=30)).placed == 0
    assert carrier.calls == []
    assert (row(awaited)["state"], row(awaited)["claimed_at"]) == (State.PENDING, None)


def test_what_nobody_called_for_ends_by_the_clock(phone):
    awaited = expect_call(phone.user)
    upkeep.sweep(now=awaited.deadline)
    assert row(awaited)["state"] == State.EXPIRED


def test_a_call_that_is_asked_for_later_goes_to_the_phone_by_the_usual_method(phone, carrier, carry_out):
    now = stage.real_now()
    awaited = expect_call(phone.user, now=now)
    with carry_out():
        again = verifications.resend(awaited, CLIENT, now=now).verification
    assert (again.is_call_in, again.method) == (False, Method.APPROVE)
    assert [call.to for call in carrier.calls] == [stage.NUMBER]


def test_callbacks_of_our_own_calls_open_nothing_of_a_call_to_us(phone):  # A16
    awaited = expect_call(phone.user)
    with pytest.raises(stage.calls.RejectedCallback):
        stage.answer(awaited, call_id="c-1")
    assert row(awaited)["state"] == State.PENDING


def test_a_call_that_is_about_something_else_too_goes_on_when_one_of_them_is_cancelled(
    phone, carrier, carry_out
):
    now = stage.real_now()
    first = expect_call(phone.user, now=now)
    second = expect_call(stage.make_phone(stage.make_user("berta")).user, now=now)
    call = carrier.take_call(caller=stage.NUMBER, to=stage.CALLER, line=open_reception())
    first.refresh_from_db()
    with carry_out():
        verifications.cancel(first, now=now)
    assert call.is_waiting
    with carry_out():
        verifications.cancel(PhoneVerification.objects.get(pk=second.pk), now=now)
    assert call.is_over
    assert "cancelled" in call.said[-1]


def test_the_sentence_follows_the_call(phone):
    awaited = expect_call(phone.user)

    def told():
        verification = PhoneVerification.objects.get(pk=awaited.pk)
        told = Progress(verification, now=NOW)
        return told.progress, str(told.sentence)

    assert told()[0] == "awaited"
    assert "Call the number below" in told()[1]
    Caller(attestation="C").dial()
    assert told()[0] == "awaited"
    assert "does not vouch" in told()[1]
    caller = Caller().dial()
    assert told()[0] == "answered"
    assert "You are through" in told()[1]
    caller.hang_up()
    assert "Call the number below" in told()[1]
