"""Scripts pushed onto live calls: again after a failure, in time or never, and last words that are last."""

from datetime import timedelta

import pytest

from tests import stage
from tests.stage import NOW, reach, real_now
from voice2fa import signals
from voice2fa.core.events import Answerer, Kind
from voice2fa.core.methods import Cue, Method
from voice2fa.core.states import State
from voice2fa.flows import login, steering
from voice2fa.flows import verification as verifications
from voice2fa.flows.telephony import pushing
from voice2fa.models import PhoneVerification
from voice2fa.providers.base import (
    CallGone,
    CarrierBusy,
    CarrierDown,
    OrderRefused,
    OutcomeUnknown,
    ScriptRefused,
)

from . import carriers, test_placing

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
PASSING = [CallGone("409"), OutcomeUnknown("timeout"), CarrierDown("no connection")]
FOR_GOOD = [OrderRefused("401"), ScriptRefused("too long")]


class Clock(test_placing.Clock):
    """A clock that the waiting advances; it begins with the call, as the site's own clock shows it."""

    def __init__(self, call, *, after=0, **how):
        super().__init__(**how)
        self.now = self.began = call.begun + after * SECOND


class SlowCarrierClock(Clock):
    """Between two looks at it the carrier has had time to keep silent for two seconds."""

    def __call__(self):
        self.now += SECOND
        return super().__call__()


def busy(seconds):
    return CarrierBusy("429", retry_after=seconds)


@pytest.fixture
def balky(configure):
    """Have the carrier refuse scripts, with the errors of ``carriers.Balky.errors``."""
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Balky"}, CALL_CONTROL="api")
    carriers.Balky.errors, carriers.Balky.pushed, carriers.Balky.timeouts = [], 0, []
    carriers.Balky.lost = 0
    carriers.Balky.after_push = carriers.Balky.keep_silent = None
    return carriers.Balky


@pytest.fixture
def announced():
    """What listeners heard of failed orders."""
    errors = []

    def hear(error, **kwargs):
        errors.append(type(error))

    signals.order_failed.connect(hear)
    yield errors
    signals.order_failed.disconnect(hear)


@pytest.fixture
def call(balky, phone, carrier):
    """A call that was answered and is parked: ``call.verification`` is what it is for."""
    begun = real_now()  # as the callbacks will take it
    verification = reach(State.DIALING, phone.user, method=Method.SPEAK, now=begun).verification
    call = carrier.calls[-1]
    call.answer()
    assert call.is_parked
    verification.refresh_from_db()
    call.begun, call.verification = begun, verification
    return call


def push(call, cue=Cue.ASK, *, step=1, clock=None, until=None):
    clock = clock or Clock(call)
    until = until or call.begun + steering.PUSHED_WITHIN
    pk = call.verification.pk
    is_told = pushing.push(pk, call.call_id, cue, step, until=until, clock=clock, wait=clock.wait)
    call.verification.refresh_from_db()
    return is_told


def end(call, clock=None):
    clock = clock or Clock(call)
    pushing.end_call(call.verification.pk, clock=clock, wait=clock.wait)
    call.verification.refresh_from_db()


# One step


def test_a_step_is_pushed_onto_the_call_that_waits_for_it(call):
    assert push(call)
    assert call.is_waiting
    assert "To hear your code" in call.said[-1]


@pytest.mark.parametrize("error", PASSING, ids=type)
def test_a_push_that_fails_is_tried_again(call, balky, error, announced):
    balky.errors = [error] * 3
    clock = Clock(call)
    assert push(call, clock=clock)
    assert clock.waits == [0.2, 0.5, 1.0]
    assert call.is_waiting
    assert announced == []


@pytest.mark.parametrize("error", PASSING, ids=type)
def test_a_push_that_keeps_failing_is_given_up_before_the_call_goes_on(call, balky, error, announced):
    balky.errors = [error] * 99
    clock = Clock(call)
    assert not push(call, clock=clock)
    assert (clock.now - clock.began).total_seconds() < steering.PARKED_SECONDS - 1
    assert call.is_parked
    assert announced == [type(error)]


@pytest.mark.parametrize("error", FOR_GOOD, ids=type)
def test_a_push_that_would_fail_again_is_not_repeated(call, balky, error, announced):
    balky.errors = [error]
    clock = Clock(call)
    assert not push(call, clock=clock)
    assert clock.waits == []
    assert announced == [type(error)]


@pytest.mark.parametrize(("seconds", "waits"), [(1, [1]), (3, [3]), (3.1, []), (60, [])])
def test_a_busy_carrier_is_asked_again_when_it_says_if_the_call_waits_that_long(call, balky, seconds, waits):
    balky.errors = [busy(seconds)]
    clock = Clock(call)
    assert push(call, clock=clock) == bool(waits)
    assert clock.waits == waits


def test_a_carrier_that_keeps_silent_leaves_time_for_another_try(call, balky):
    balky.errors = [OutcomeUnknown("timeout")]
    clock = Clock(call)
    balky.keep_silent = clock.wait
    assert push(call, clock=clock)
    assert call.is_waiting


@pytest.mark.parametrize("after", [0, 2, 3])
def test_a_carrier_that_keeps_silent_is_given_up_before_the_call_goes_on(call, balky, after):
    balky.errors = [OutcomeUnknown("timeout")] * 9
    clock = Clock(call, after=after)
    balky.keep_silent = clock.wait
    assert not push(call, clock=clock)
    assert (clock.now - call.begun).total_seconds() <= steering.PARKED_SECONDS
    assert balky.timeouts[-1] >= 1


def test_tries_that_take_long_leave_no_time_for_another(call, balky):
    balky.errors = [OutcomeUnknown("timeout")] * 9
    assert not push(call, clock=SlowCarrierClock(call))
    assert len(balky.errors) == 8


def test_a_worker_that_comes_too_late_leaves_the_call_to_itself(call, balky):
    assert not push(call, clock=Clock(call, after=3.1))
    assert balky.pushed == 0


def test_a_step_that_is_over_interrupts_nothing(call, balky):
    push(call)
    call.press(call.verification.approve_key)
    assert call.is_parked
    assert not push(call)
    assert balky.pushed == 1


def test_a_call_that_ended_meanwhile_is_left_alone(call, balky, announced):
    balky.errors = [CallGone("409")]
    clock = Clock(call, meanwhile=call.hang_up)
    assert not push(call, clock=clock)
    assert (balky.pushed, announced) == (0, [])


def test_a_call_that_ended_before_its_last_words_is_left_alone(call, balky, announced):
    push(call)
    call.press(stage.wrong_key(call.verification))
    balky.errors = [CallGone("409")] * 9
    clock = Clock(call, meanwhile=call.hang_up)
    assert not push(call, Cue.DENIED, step=2, clock=clock)
    assert (clock.waits, announced) == ([0.2], [])


def test_the_same_asked_again_is_another_step(call, balky):
    push(call)
    call.press("*")
    push(call, Cue.ASK_SLOWLY, step=2)
    call.press("*")
    assert not push(call, Cue.ASK_SLOWLY, step=2)
    assert push(call, Cue.ASK_SLOWLY, step=3)


def test_after_the_deadline_no_question_is_pushed(call, balky):  # R7
    clock = Clock(call)
    clock.now = call.verification.deadline
    assert not push(call, clock=clock, until=clock.now + SECOND)
    stage.press(call.verification, call.verification.approve_key, now=clock.now)
    assert push(call, Cue.TOO_LATE, step=2, clock=clock, until=clock.now + SECOND)
    assert ["no longer open" in line for line in call.said] == [True]


def test_a_step_that_was_followed_by_another_of_its_number_interrupts_nothing(call, balky):
    push(call)
    call.press(call.verification.approve_key)
    push(call, Cue.TELL_CODE, step=2)
    push(call, Cue.OFFER_REPEAT, step=2)
    assert not push(call, Cue.TELL_CODE, step=2)
    assert call.is_waiting


def test_a_question_is_not_pushed_once_the_call_is_cancelled(call, balky):
    verifications.cancel(call.verification, now=call.begun)
    assert not push(call)
    assert balky.pushed == 0


def test_a_cancel_while_the_carrier_refuses_stops_the_question(call, balky):
    balky.errors = [CallGone("409")]
    clock = Clock(call, meanwhile=lambda: verifications.cancel(call.verification, now=call.begun))
    assert not push(call, clock=clock)
    assert balky.pushed == 0


def test_a_question_that_a_cancel_crosses_is_followed_by_the_last_words(call, balky):
    balky.after_push = lambda: verifications.cancel(call.verification, now=call.begun)
    clock = Clock(call)
    push(call, clock=clock)
    assert ["was cancelled" in line for line in call.said] == [False, True]
    assert call.is_over
    assert clock.waits == []


def test_a_question_that_a_cancel_crosses_is_followed_by_them_though_nobody_knows_that_it_came(call, balky):
    balky.lost = 1
    balky.after_push = lambda: verifications.cancel(call.verification, now=call.begun)
    assert not push(call)
    assert ["was cancelled" in line for line in call.said] == [False, True]
    assert call.is_over


def test_an_answer_that_is_lost_has_the_question_asked_anew(call, balky):
    balky.lost = 1
    assert push(call)
    assert ["To hear your code" in line for line in call.said] == [True, True]


def test_an_extension_is_not_dialled_anew_where_it_may_have_been_dialled(balky, user, carrier):
    stage.make_phone(user, extension="204")
    begun = real_now()
    desk = login.begin(user, stage.CLIENT, now=begun).verification
    stage.place(desk, now=begun)
    call = carrier.calls[-1]
    call.answer()
    call.begun, call.verification = begun, desk
    balky.lost = 1
    assert not push(call)
    assert call.said.count("[tones 204]") == 1
    assert call.is_waiting


def test_a_cancel_whose_last_words_came_after_the_question_is_told_once(call, balky):
    def cancel():
        verifications.cancel(call.verification, now=call.begun)
        end(call)

    balky.after_push = cancel
    push(call)
    assert ["was cancelled" in line for line in call.said] == [False, True]


def test_a_question_that_is_answered_at_once_is_not_followed_by_last_words_of_ours(call, balky):
    balky.after_push = lambda: call.press("0")
    clock = Clock(call)
    push(call, clock=clock)
    assert clock.waits == []
    assert call.verification.state == State.REPORTED
    assert call.is_parked  # until its own push comes
    assert len(call.said) == 1


def test_a_decision_is_told_and_then_the_call_asks_to_be_hung_up(call):
    push(call)
    call.press(stage.wrong_key(call.verification))
    assert push(call, Cue.DENIED, step=2)
    assert "denied" in call.said[-1]
    assert call.is_over
    kinds = call.verification.events.values_list("kind", flat=True)
    assert "over" in kinds


# Last words


@pytest.fixture
def speaking(call):
    """The call, asking its question."""
    push(call)
    return call


def decide_by(happening, call):
    if happening == "cancel":
        verifications.cancel(call.verification, now=call.begun)
    else:
        verifications.expire(call.verification, now=call.verification.deadline)


@pytest.mark.parametrize("control", ["bxml", "api"])
@pytest.mark.parametrize(("happening", "word"), [("cancel", "was cancelled"), ("expire", "Time is up")])
def test_whoever_has_picked_up_is_told_why_the_call_ends(speaking, configure, control, happening, word):
    configure(CALL_CONTROL=control)
    decide_by(happening, speaking)
    end(speaking)
    assert word in speaking.said[-1]
    assert len(speaking.said) == 2
    assert speaking.is_over
    # Where replies steer the call hangs up by itself; else it asks a worker to.
    assert speaking.verification.events.filter(kind=Kind.OVER).exists() == (control == "api")


@pytest.mark.parametrize("control", ["bxml", "api"])
def test_a_phone_that_nobody_answered_hears_nothing(balky, phone, carrier, configure, control):
    configure(CALL_CONTROL=control)
    verification = reach(State.DIALING, phone.user).verification
    call = carrier.calls[-1]
    call.verification, call.begun = verification, NOW
    verifications.cancel(verification, now=NOW)
    end(call)
    assert (call.is_over, call.said, balky.pushed) == (True, [], 0)


def test_a_call_that_cannot_be_told_is_hung_up_within_a_second(speaking, balky):
    balky.errors = [OutcomeUnknown("timeout")] * 99
    decide_by("cancel", speaking)
    clock = Clock(speaking)
    end(speaking, clock)
    assert clock.now - clock.began <= SECOND
    assert (speaking.is_over, len(speaking.said)) == (True, 1)


def test_a_carrier_that_keeps_silent_is_not_waited_for_with_last_words(speaking, balky):
    balky.errors = [OutcomeUnknown("timeout")] * 99
    decide_by("cancel", speaking)
    clock = Clock(speaking)
    balky.keep_silent = clock.wait
    end(speaking, clock)
    assert clock.now - clock.began <= SECOND
    assert speaking.is_over


def test_the_last_try_for_last_words_has_what_the_others_have_left(speaking, balky):
    balky.errors, balky.timeouts = [CallGone("409")] * 2, []
    decide_by("cancel", speaking)
    end(speaking)
    assert balky.timeouts == pytest.approx([1, 0.8, 0.3])
    assert "was cancelled" in speaking.said[-1]


@pytest.mark.parametrize("retry_after", [1.1, 60])
def test_a_busy_carrier_is_not_waited_for_with_last_words(speaking, balky, retry_after):
    balky.errors = [busy(retry_after)]
    decide_by("cancel", speaking)
    clock = Clock(speaking)
    end(speaking, clock)
    assert clock.waits == []
    assert speaking.is_over


def test_a_call_that_is_over_is_left_alone(speaking, balky):
    verifications.cancel(speaking.verification, now=speaking.begun)
    speaking.hang_up()
    end(speaking)
    assert balky.pushed == 1


@pytest.mark.parametrize("keys", ["denied", "report", "silence"])
def test_a_call_that_was_told_how_it_ends_is_not_interrupted(speaking, balky, keys):
    """It is parked with its own last words on the way, or says them."""
    known = {"denied": stage.wrong_key(speaking.verification), "report": "0", "silence": ""}
    speaking.press(known[keys])
    end(speaking)
    assert balky.pushed == 1
    assert speaking.is_parked


@pytest.mark.parametrize("door", [Kind.PARKED, Kind.OVER])
def test_a_call_that_has_asked_how_it_ends_is_not_told_again(speaking, balky, door):
    """By the time at which a worker comes, it was told by the reply, or has said its last words."""
    decide_by("cancel", speaking)
    stage.receive(door, speaking.verification, step=speaking.verification.step)
    end(speaking)
    assert (balky.pushed, speaking.is_over) == (1, False)


def test_a_machine_hears_no_last_words(speaking, balky):  # A2
    stage.receive(Kind.MACHINE, speaking.verification, answerer=Answerer.MACHINE)
    end(speaking)
    assert (speaking.is_over, balky.pushed) == (True, 1)


def test_a_code_typed_on_the_page_is_heard_of_in_the_call(speaking, balky):
    verification = speaking.verification
    speaking.press(verification.approve_key)
    push(speaking, Cue.TELL_CODE, step=2)
    push(speaking, Cue.OFFER_REPEAT, step=2)
    verification.refresh_from_db()
    verifications.submit_code(verification, verifications.challenge_of(verification).code, now=speaking.begun)
    end(speaking)
    assert "confirmed" in speaking.said[-1]
    assert speaking.is_over


# Whose call it is


def test_a_cancel_by_whoever_saw_the_row_before_the_call_was_placed_reaches_it(phone, carrier, carry_out):
    begun = real_now()
    verification = stage.begin(phone.user, now=begun).verification
    seen = PhoneVerification.objects.get(pk=verification.pk)
    stage.place(verification, now=begun)
    carrier.calls[-1].answer()
    with carry_out():
        verifications.cancel(seen, now=begun)
    assert "was cancelled" in carrier.calls[-1].said[-1]
    assert carrier.calls[-1].is_over


def test_a_call_that_was_told_of_its_cancel_before_we_knew_its_id_is_not_cut_short(phone, carrier):
    verification = stage.begin(phone.user).verification

    class Overtaken(list):
        def append(self, call):
            super().append(call)
            verifications.cancel(PhoneVerification.objects.get(pk=verification.pk), now=NOW)
            stage.answer(verification, call_id=call.call_id)

    carrier.calls, kept = Overtaken(), carrier.calls
    try:
        call = stage.place(verification)
    finally:
        carrier.calls = kept
    assert verification.state == State.CANCELLED
    assert not call.is_over  # it says its last words, and ends by itself
