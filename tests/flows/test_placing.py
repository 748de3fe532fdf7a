"""Orders to the carrier: once, and never again after an unclear answer."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import stage
from tests.stage import CALLER, NOW, NUMBER, answer, press, reach
from voice2fa.core.events import Cause
from voice2fa.core.methods import Method
from voice2fa.core.states import FINAL, State
from voice2fa.flows import verification as verifications
from voice2fa.flows.telephony import placing
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification
from voice2fa.providers.base import (
    CallGone,
    CallUnknown,
    CarrierBusy,
    CarrierDown,
    MachineDetection,
    NumberRefused,
    OrderRefused,
    OutcomeUnknown,
    ProviderError,
    ScriptRefused,
)
from voice2fa.providers.memory import MemoryProvider

from . import arrivals, carriers

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


class Clock:
    """A clock that the waiting advances; asking it for the time can be made to take time, too."""

    def __init__(self, *, meanwhile=None):
        self.now, self.waits, self.meanwhile = NOW, [], meanwhile

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)
        if self.meanwhile:
            self.meanwhile()


@pytest.fixture
def pending(phone):
    return stage.begin(phone.user).verification


@pytest.fixture
def counting(configure):
    """A carrier that counts the orders, whatever becomes of them."""
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Counting"})
    carriers.Counting.orders = []
    return carriers.Counting


def order(verification, clock=None):
    clock = clock or Clock()
    placing.place(verification.pk, clock=clock, wait=clock.wait)
    verification.refresh_from_db()
    return clock


def test_the_call_goes_to_the_number_and_comes_from_ours(pending, carrier):
    order(pending)
    (call,) = carrier.calls
    assert (call.to, call.caller) == (NUMBER, CALLER)
    assert (call.order.ring_seconds, call.order.machine_detection) == (30, MachineDetection.ASYNC)
    assert (pending.state, pending.call_id, pending.placed_at) == (State.DIALING, call.call_id, NOW)
    assert (pending.caller, pending.claimed_at) == (CALLER, NOW)


def test_the_callback_addresses_hold_neither_code_nor_key_nor_number(pending, carrier):  # R9, A27
    order(pending)
    urls = carrier.calls[0].order.line.urls
    for url in (urls.answer, urls.gather, urls.redirect, urls.disconnect, urls.machine):
        assert url.startswith("http://localhost:8000/phone/calls/")
        assert NUMBER[1:] not in url
        assert url.count(str(pending.pk)) == 1


def test_a_second_order_does_nothing(pending, counting):
    order(pending)
    order(pending)
    assert len(counting.orders) == 1


@pytest.mark.parametrize("state", sorted({State.DIALING, State.ANSWERED, *FINAL}))
def test_only_a_pending_verification_is_called(phone, state, counting):
    method = "enter" if state == State.LOCKED else "approve"
    verification = reach(state, phone.user, method=method).verification
    counting.orders.clear()
    order(verification)
    assert counting.orders == []


def test_a_verification_that_does_not_exist_is_not_called(db, counting):
    placing.place(uuid4(), clock=lambda: NOW)
    assert counting.orders == []


@pytest.mark.parametrize(("seconds", "orders"), [(299, 1), (300, 0), (301, 0)])
def test_after_the_deadline_no_call_is_ordered(pending, counting, seconds, orders):  # R7
    clock = Clock()
    clock.now += seconds * SECOND
    order(pending, clock)
    assert len(counting.orders) == orders


def test_the_phone_rings_no_longer_than_the_verification_lives(pending, carrier):
    clock = Clock()
    clock.now = pending.deadline - 7 * SECOND
    order(pending, clock)
    assert carrier.calls[0].order.ring_seconds == 7


def test_less_than_a_second_is_not_worth_a_call(pending, counting):
    clock = Clock()
    clock.now = pending.deadline - timedelta(milliseconds=500)
    order(pending, clock)
    assert counting.orders == []
    assert pending.state == State.PENDING


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (CarrierDown("refused connection"), Cause.CARRIER_DOWN),
        (OrderRefused("401"), Cause.CARRIER_REFUSED),
        (NumberRefused("400"), Cause.NUMBER_UNREACHABLE),
        (CarrierBusy("429", retry_after=6), Cause.CARRIER_BUSY),
        (CallGone("404"), Cause.CARRIER_DOWN),
        (ScriptRefused("too long"), Cause.SCRIPT_REFUSED),
        (ProviderError("what else"), Cause.CARRIER_DOWN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_refused_order_ends_the_attempt_with_its_cause(pending, counting, error, cause):  # R41
    counting.fail_next(error)
    order(pending)
    assert (pending.state, pending.cause, pending.decided_at) == (State.UNREACHABLE, cause, NOW)
    assert len(counting.orders) == 1


@pytest.mark.parametrize("is_placed", [True, False])
def test_after_an_unclear_answer_the_order_is_never_repeated(pending, counting, is_placed):
    counting.fail_next(OutcomeUnknown("timeout"), although_placed=is_placed)
    order(pending)
    order(pending)
    assert len(counting.orders) == 1
    assert (pending.state, pending.cause) == (State.PENDING, Cause.CARRIER_DOWN)
    assert pending.deadline == NOW + 50 * SECOND


def test_an_unclear_answer_never_lengthens_the_time(pending, counting):
    counting.fail_next(OutcomeUnknown("timeout"))
    clock = Clock()
    clock.now = pending.deadline - 20 * SECOND
    order(pending, clock)
    assert pending.deadline == NOW + 300 * SECOND


def test_a_call_placed_all_the_same_is_driven_by_its_callbacks(pending, counting):
    counting.fail_next(OutcomeUnknown("timeout"), although_placed=True)
    order(pending)
    answer(pending)
    stage.approve(pending)
    assert (pending.state, pending.call_id) == (State.APPROVED, counting.calls[0].call_id)


def test_an_unclear_answer_leaves_a_call_that_was_answered_meanwhile(pending, counting):
    def answer_at_once():
        answer(PhoneVerification.objects.get(pk=pending.pk), call_id=counting.calls[-1].call_id)

    counting.fail_next(OutcomeUnknown("timeout"), although_placed=True)
    counting.after_order = answer_at_once
    order(pending)
    assert (pending.state, pending.cause, pending.deadline) == (State.ANSWERED, "", NOW + 300 * SECOND)


def test_a_busy_carrier_is_asked_again_when_it_says(pending, counting):
    counting.fail_next(CarrierBusy("429", retry_after=2))
    counting.fail_next(CarrierBusy("429", retry_after=5))
    clock = order(pending)
    assert clock.waits == [2, 5]
    assert len(counting.orders) == 3
    assert (pending.state, pending.placed_at) == (State.DIALING, NOW + 7 * SECOND)


def test_a_busy_carrier_is_asked_four_times_and_no_more(pending, counting):
    for _ in range(9):
        counting.fail_next(CarrierBusy("429", retry_after=1))
    clock = order(pending)
    assert clock.waits == [1, 1, 1]
    assert len(counting.orders) == 4
    assert (pending.state, pending.cause) == (State.UNREACHABLE, Cause.CARRIER_BUSY)


def test_a_carrier_that_wants_a_long_pause_is_given_up(pending, counting):
    counting.fail_next(CarrierBusy("429", retry_after=5.5))
    assert order(pending).waits == []
    assert (pending.state, pending.cause) == (State.UNREACHABLE, Cause.CARRIER_BUSY)


def test_a_cancel_while_the_carrier_is_busy_is_heeded(pending, counting):
    counting.fail_next(CarrierBusy("429", retry_after=1))
    fresh = PhoneVerification.objects.get(pk=pending.pk)
    order(pending, Clock(meanwhile=lambda: verifications.cancel(fresh, now=NOW)))
    assert len(counting.orders) == 1
    assert (pending.state, counting.calls) == (State.CANCELLED, [])


def test_the_deadline_is_heeded_while_the_carrier_is_busy(pending, counting):
    counting.fail_next(CarrierBusy("429", retry_after=3))
    clock = Clock()
    clock.now = pending.deadline - 3 * SECOND
    order(pending, clock)
    assert len(counting.orders) == 1
    assert pending.state == State.PENDING


def test_an_unclear_answer_at_the_second_try_ends_the_trying(pending, counting):
    counting.fail_next(CarrierBusy("429", retry_after=1))
    counting.fail_next(OutcomeUnknown("timeout"))
    order(pending)
    assert len(counting.orders) == 2
    assert pending.state == State.PENDING


def test_a_call_cancelled_while_it_is_ordered_is_hung_up(pending, counting):
    fresh = PhoneVerification.objects.get(pk=pending.pk)
    counting.after_order = lambda: verifications.cancel(fresh, now=NOW)
    order(pending)
    assert (pending.state, pending.call_id) == (State.CANCELLED, counting.calls[0].call_id)
    assert counting.calls[0].is_over


def test_a_call_that_is_over_before_the_reply_comes_is_left_alone(pending, counting):
    counting.after_order = lambda: counting.calls[-1].reject()
    order(pending)
    assert (pending.state, pending.cause) == (State.UNREACHABLE, Cause.REJECTED)


def test_hanging_up_what_is_over_is_no_failure(pending, carrier):
    order(pending)
    placing.hang_up(pending.call_id)
    placing.hang_up(pending.call_id)
    placing.hang_up("never-heard-of")
    assert carrier.calls[0].is_over


@pytest.mark.parametrize("failures", [1, 2])
def test_hanging_up_is_tried_again_while_the_carrier_fails(pending, configure, failures):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Deaf"})
    order(pending)
    carriers.Deaf.failures, waits = [CarrierDown("nobody answers")] * failures, []
    placing.hang_up(pending.call_id, wait=waits.append)
    assert carriers.Deaf.calls[0].is_over
    assert waits == [1.0, 3.0][:failures]


def test_a_call_that_the_carrier_does_not_show_yet_is_hung_up_on_once_it_does(pending, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Deaf"})
    order(pending)
    carriers.Deaf.failures, waits = [CallUnknown("404")], []
    placing.hang_up(pending.call_id, wait=waits.append)
    assert waits == [1.0]
    assert carriers.Deaf.calls[0].is_over


def test_a_call_that_can_be_changed_no_more_is_left_alone(pending, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Deaf"})
    order(pending)
    carriers.Deaf.failures, waits = [CallGone("409")], []
    placing.hang_up(pending.call_id, wait=waits.append)
    assert waits == []


@pytest.mark.parametrize(("retry_after", "pause"), [(0.5, 1.0), (2, 2), (600, 5.0)])
def test_hanging_up_is_tried_again_when_a_busy_carrier_says_but_soon(pending, configure, retry_after, pause):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Deaf"})
    order(pending)
    carriers.Deaf.failures, waits = [CarrierBusy("429", retry_after=retry_after)], []
    placing.hang_up(pending.call_id, wait=waits.append)
    assert waits == [pause]
    assert carriers.Deaf.calls[0].is_over


def test_a_hang_up_that_fails_for_good_is_heard_of(pending, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Deaf"})
    order(pending)
    carriers.Deaf.failures = [CarrierDown("nobody answers")] * 3
    with pytest.raises(CarrierDown):
        placing.hang_up(pending.call_id, wait=lambda seconds: None)


# Watching it ring


@pytest.fixture
def dialing(pending):
    order(pending)
    return pending


def observe(verification, seconds):
    placing.observe(verification.pk, now=NOW + seconds * SECOND)
    verification.refresh_from_db()


def test_the_carrier_is_asked_a_second_after_the_order(dialing):
    observe(dialing, 0.9)
    assert dialing.observed_at is None
    observe(dialing, 1)
    assert (dialing.observed_at, dialing.ringing_at) == (NOW + SECOND, NOW + SECOND)


def test_while_it_rings_the_carrier_is_asked_every_ten_seconds(dialing):
    observe(dialing, 2)
    observe(dialing, 11.9)
    assert dialing.observed_at == NOW + 2 * SECOND
    observe(dialing, 12)
    assert (dialing.observed_at, dialing.ringing_at) == (NOW + 12 * SECOND, NOW + 2 * SECOND)


def test_a_call_that_ended_without_a_word_is_noticed(dialing, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Silent"})
    observe(dialing, 2)
    assert (dialing.state, dialing.cause) == (State.UNREACHABLE, Cause.NO_ANSWER)


def test_a_queued_call_is_not_shown_as_ringing(dialing, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Queueing"})
    observe(dialing, 2)
    assert (dialing.state, dialing.ringing_at) == (State.DIALING, None)


def test_a_call_that_the_carrier_does_not_know_yet_goes_on(dialing, carrier):
    carrier.calls.clear()
    observe(dialing, 2)
    assert (dialing.state, dialing.ringing_at) == (State.DIALING, None)


def test_an_answered_call_that_ended_while_we_were_away_is_noticed_after_a_while(phone, configure):
    verification = reach(State.ANSWERED, phone.user).verification
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Silent"})
    observe(verification, 19.9)
    assert (verification.state, verification.observed_at) == (State.ANSWERED, None)
    observe(verification, 20)
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.NO_ANSWER)


def test_an_answered_call_that_is_still_on_goes_on(phone):
    verification = reach(State.ANSWERED, phone.user).verification
    observe(verification, 20)
    observe(verification, 39.9)
    assert (verification.state, verification.observed_at) == (State.ANSWERED, NOW + 20 * SECOND)


def test_a_code_that_was_told_may_be_typed_after_the_call_has_ended_unnoticed(phone, configure):
    verification = reach(State.ANSWERED, phone.user, method=Method.SPEAK).verification
    press(verification, verification.approve_key)
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Silent"})
    observe(verification, 60)
    assert verification.state == State.ANSWERED


def test_of_a_call_that_is_decided_nobody_asks(phone, configure):
    verification = reach(State.DENIED, phone.user).verification
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Silent"})
    observe(verification, 60)
    assert (verification.state, verification.observed_at) == (State.DENIED, None)


def test_the_observation_never_undoes_what_callbacks_said_meanwhile(dialing, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Silent"})
    carriers.Silent.meanwhile = lambda: answer(PhoneVerification.objects.get(pk=dialing.pk))
    observe(dialing, 2)
    assert dialing.state == State.ANSWERED


def test_of_two_observers_one_asks(dialing, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Queueing"})
    carriers.Queueing.asked = 0
    carriers.Queueing.meanwhile = lambda: placing.observe(dialing.pk, now=NOW + 2 * SECOND)
    observe(dialing, 2)
    assert carriers.Queueing.asked == 1


# Calls to us


@pytest.fixture
def called(phone, configure):
    """What somebody calls us about, and their call, which has been asked for the code."""
    configure(CALL_IN="A")
    verification = arrivals.expect_call(phone.user)
    caller = arrivals.Caller().dial()
    verification.refresh_from_db()
    return verification, caller


@pytest.mark.parametrize("seconds", [9.9, 10])
def test_a_call_to_us_that_ended_without_a_word_makes_room_for_another(called, configure, seconds):
    verification, _ = called
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Silent"})
    observe(verification, seconds)
    again = arrivals.Caller(now=NOW + seconds * SECOND).dial()
    assert (verification.state, verification.call_id == "") == (State.PENDING, seconds == 10)
    assert again.is_asked == (seconds == 10)
    if again.is_asked:
        again.press(code_of(verification))
        verification.refresh_from_db()
        assert verification.state == State.APPROVED


def test_a_call_to_us_that_is_still_on_is_given_no_other(called, configure):
    verification, caller = called
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Queueing"})
    observe(verification, 10)
    assert verification.call_id == caller.call_id
    observe(verification, 19.9)
    assert verification.observed_at == NOW + 10 * SECOND


def test_while_nobody_calls_us_the_carrier_is_not_asked(phone, configure):
    configure(CALL_IN="A", PROVIDER={"BACKEND": "tests.flows.carriers.Silent"})
    verification = arrivals.expect_call(phone.user)
    observe(verification, 60)
    assert (verification.state, verification.observed_at) == (State.PENDING, None)


# Carriers that can do less, and faults of our own


class Plain(MemoryProvider):
    """Rings, and can do no more: it knows neither machines nor how far a call has come."""

    can_detect_machines = False
    can_report_progress = False

    def get_call(self, call_id):
        raise AssertionError


class Faulty(MemoryProvider):
    """Falls over in the middle of an order."""

    orders = []

    def place_call(self, call):
        self.orders.append(call)
        raise ZeroDivisionError


@pytest.mark.parametrize("detection", ["off", "async", "sync"])
def test_a_carrier_that_knows_no_machines_is_not_asked_to_detect_them(pending, configure, carrier, detection):
    configure(PROVIDER={"BACKEND": f"{__name__}.Plain"}, MACHINE_DETECTION=detection)
    order(pending)
    assert pending.state == State.DIALING
    assert carrier.calls[0].order.machine_detection == MachineDetection.OFF


@pytest.mark.parametrize("detection", ["off", "async", "sync"])
def test_a_carrier_that_knows_machines_is_asked_as_the_settings_say(pending, configure, carrier, detection):
    configure(MACHINE_DETECTION=detection)
    order(pending)
    assert carrier.calls[0].order.machine_detection == MachineDetection(detection)


def test_a_carrier_that_reports_no_progress_is_not_asked_for_it(dialing, configure):
    assert placing.is_observable(dialing, now=NOW + SECOND)
    configure(PROVIDER={"BACKEND": f"{__name__}.Plain"})
    assert not placing.is_observable(dialing, now=NOW + SECOND)
    for seconds in (1, 10, 60):
        placing.observe(dialing.pk, now=NOW + seconds * SECOND)
    dialing.refresh_from_db()
    assert (dialing.state, dialing.observed_at) == (State.DIALING, None)


def test_after_a_fault_of_our_own_the_person_waits_no_longer_than_needed(pending, configure):  # R41
    configure(PROVIDER={"BACKEND": f"{__name__}.Faulty"})
    Faulty.orders.clear()
    with pytest.raises(ZeroDivisionError):
        order(pending)
    pending.refresh_from_db()
    assert (pending.state, pending.cause) == (State.PENDING, Cause.CARRIER_DOWN)
    assert pending.deadline == NOW + 50 * SECOND
    order(pending)
    assert len(Faulty.orders) == 1


def test_a_call_that_rang_in_spite_of_a_fault_gets_its_time_back(pending, configure, carrier):
    configure(PROVIDER={"BACKEND": f"{__name__}.Faulty"})
    with pytest.raises(ZeroDivisionError):
        order(pending)
    configure(PROVIDER={"BACKEND": "voice2fa.providers.memory.MemoryProvider"})
    answer(pending, call_id="c-unheard-of")
    assert (pending.state, pending.cause) == (State.ANSWERED, Cause.NONE)
    assert pending.deadline == NOW + 300 * SECOND


def test_an_observer_whose_row_another_has_claimed_meanwhile_does_not_ask(dialing, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Overtaken"})
    carriers.Queueing.asked = 0
    carriers.Overtaken.before_claim = lambda: placing.observe(dialing.pk, now=NOW + 2 * SECOND)
    observe(dialing, 2)
    assert carriers.Queueing.asked == 1
