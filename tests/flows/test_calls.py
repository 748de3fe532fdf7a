"""What the carrier reports about a call, in every order and at every moment."""

import secrets
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests import stage
from tests.stage import NOW, answer, hang_up, press, reach, receive, row
from voice2fa.conf import get_settings
from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.methods import MOST_STEPS, Cue, Method
from voice2fa.core.script import Gather, Hangup, Redirect, Say
from voice2fa.core.states import FINAL, State
from voice2fa.exceptions import RejectedCallback, UnknownCall
from voice2fa.flows import calls
from voice2fa.flows import verification as verifications
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import CallEvent, StoppedNumber
from voice2fa.providers.base import OutcomeUnknown

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def method_for(state):
    return Method.ENTER if state == State.LOCKED else Method.APPROVE


@pytest.fixture
def at(phone):
    """Return a function that brings a login of the user into a state."""

    def bring(state, method=None, **request):
        return reach(state, phone.user, method=method or method_for(state), **request).verification

    return bring


def said(script):
    """Return what the call says at once, the question that it asks included."""
    verbs = [prompt for verb in script for prompt in getattr(verb, "prompts", [verb])]
    return " ".join(verb.text for verb in verbs if isinstance(verb, Say))


def asks(script):
    return isinstance(script[0], Gather)


# The whole call, by each method


def test_the_right_key_approves(at):
    verification = at(State.DIALING)
    assert asks(answer(verification))
    assert "confirmed" in said(press(verification, verification.approve_key))
    assert (verification.state, verification.decided_at) == (State.APPROVED, NOW)


def test_the_code_of_the_page_keyed_in_approves(at):
    verification = at(State.DIALING, Method.ENTER)
    answer(verification)
    assert "not the code" in said(press(verification, stage.wrong_code(verification))[0].prompts)
    assert verification.tries == 1
    assert "confirmed" in said(press(verification, code_of(verification), ended_by="#"))
    assert verification.state == State.APPROVED


def test_the_code_of_the_call_is_told_after_its_key_and_again_after_a_star(at):
    verification = at(State.DIALING, Method.SPEAK)
    question = answer(verification)
    assert code_of(verification) not in said(question[0].prompts)
    told = press(verification, verification.approve_key)
    assert told[1] == Say(text=code_of(verification), language=verification.language, spelled=True)
    assert told[-1] == Redirect(step=2)
    offer = receive(Kind.REDIRECT, verification, step=2)
    assert offer[0].step == 2
    again = press(verification, "*")
    assert again == (*(replace(verb, slowly=True) for verb in told[:-1]), Redirect(step=3))
    receive(Kind.REDIRECT, verification, step=3)
    assert "Goodbye" in said(press(verification, ""))
    assert verification.state == State.ANSWERED


def test_hanging_up_after_the_code_was_told_leaves_time_to_type(at):
    verification = at(State.ANSWERED, Method.SPEAK)
    press(verification, verification.approve_key)
    hang_up(verification, cause=Cause.HUNG_UP)
    assert (verification.state, verification.cause, verification.ended_at) == (State.ANSWERED, "", NOW)
    verifications.submit_code(verification, code_of(verification), now=NOW)
    assert verification.state == State.APPROVED


def test_three_wrong_codes_in_the_call_lock(at):
    verification = at(State.ANSWERED, Method.ENTER)
    wrong = stage.wrong_code(verification)
    for tries in (1, 2):
        assert asks(press(verification, wrong))
        assert (verification.state, verification.tries) == (State.ANSWERED, tries)
    assert "no tries left" in said(press(verification, wrong))
    assert (verification.state, verification.tries) == (State.LOCKED, 3)


@pytest.mark.parametrize("method", Method)
def test_silence_ends_the_attempt_and_says_why(at, method):
    verification = at(State.ANSWERED, method)
    assert "No key" in said(press(verification, ""))
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.SILENCE)


@pytest.mark.parametrize("method", Method)
def test_zero_reports(at, method):
    verification = at(State.ANSWERED, method)
    assert "telling us" in said(press(verification, "0"))
    assert verification.state == State.REPORTED


@pytest.mark.parametrize("method", Method)
def test_a_star_asks_the_same_again_slowly(at, method):
    verification = at(State.DIALING, method)
    question = said(answer(verification))
    script = press(verification, "", ended_by="*") if method == Method.ENTER else press(verification, "*")
    assert said(script) == question
    assert all(verb.slowly for verb in script[0].prompts)
    press(verification, stage.right_keys(verification))
    assert verification.tries == 0
    assert verification.state == (State.ANSWERED if method == Method.SPEAK else State.APPROVED)


def test_a_star_among_the_digits_of_a_code_clears_them_and_costs_no_try(at):
    verification = at(State.ANSWERED, Method.ENTER)
    assert asks(press(verification, code_of(verification)[:4], ended_by="*"))
    assert (verification.state, verification.tries) == (State.ANSWERED, 0)


def test_nobody_keeps_the_line_busy_with_stars(at):
    verification = at(State.ANSWERED)
    while asks(press(verification, "*")):
        assert verification.step <= MOST_STEPS
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.SILENCE)


# After a report


@pytest.mark.parametrize("method", Method)
def test_zero_once_more_stops_all_calls_to_the_number(at, method):  # A23
    verification = at(State.REPORTED, method)
    assert "not call" in said(press(verification, "0"))
    (stopped,) = StoppedNumber.objects.all()
    assert (stopped.number.as_e164, stopped.stopped_at) == (stage.NUMBER, NOW)
    assert verification.state == State.REPORTED


@pytest.mark.parametrize("keys", ["", "1", "*", "#", "00"])
def test_whatever_else_is_pressed_after_a_report_stops_nothing(at, keys):
    verification = at(State.REPORTED)
    script = press(verification, keys)
    assert not asks(script)
    assert "Goodbye" in said(script)
    assert not StoppedNumber.objects.exists()
    assert verification.state == State.REPORTED


def begin_with_zero(verification):
    """Give the verification a code that begins with two zeros."""
    while not code_of(verification).startswith("00"):
        verification.nonce = secrets.token_hex(16)
    verification.save(update_fields=["nonce"])


def test_whoever_keys_in_slowly_a_code_that_begins_with_zeros_reports_nothing(at):  # R5, R46
    verification = at(State.ANSWERED, Method.ENTER)
    begin_with_zero(verification)
    assert asks(press(verification, "0", ended_by=""))
    assert (verification.state, verification.tries) == (State.ANSWERED, 0)
    press(verification, code_of(verification))
    assert verification.state == State.APPROVED


def test_whoever_reports_is_heard_though_the_code_begins_with_zeros(at):  # A23
    verification = at(State.ANSWERED, Method.ENTER)
    begin_with_zero(verification)
    press(verification, "0", ended_by="")
    press(verification, "0", ended_by="")
    assert verification.state == State.REPORTED


def test_what_follows_a_report_is_heard_once(at):  # A17
    verification = at(State.REPORTED)
    step = verification.step
    first = press(verification, "", step=step)
    before = row(verification)
    for keys in ("0", verification.approve_key):
        assert press(verification, keys, step=step) == first
    assert row(verification) == before
    assert not StoppedNumber.objects.exists()


def test_a_report_that_comes_twice_does_not_stop_the_calls(at):
    verification = at(State.ANSWERED)
    first = press(verification, "0", step=1)
    assert press(verification, "0", step=1) == first
    assert not StoppedNumber.objects.exists()


def test_the_call_speaks_the_language_of_the_page(at, settings):
    verification = at(State.DIALING)
    verification.language = "xx"
    verification.save()
    assert asks(answer(verification))


# Order: what overtakes, repeats and comes late


def test_the_answer_may_overtake_the_reply_to_our_order(phone, carrier):
    verification = stage.begin(phone.user).verification
    seen = []

    class Overtaken(list):
        """A list of calls in which each is answered before the order for it has been replied to."""

        def append(self, call):
            super().append(call)
            seen.append(answer(verification, call_id=call.call_id))

    carrier.calls, kept = Overtaken(), carrier.calls
    try:
        call = stage.place(verification)
    finally:
        carrier.calls = kept
    assert asks(seen[0])
    assert (verification.state, verification.call_id) == (State.ANSWERED, call.call_id)
    assert not call.is_over


@pytest.mark.parametrize("method", Method)
def test_a_repeated_delivery_gets_the_same_script_and_changes_nothing(at, method):
    verification = at(State.DIALING, method)
    first = answer(verification)
    before = row(verification)
    assert answer(verification, now=NOW + SECOND) == first
    assert row(verification) == before
    first = press(verification, stage.right_keys(verification))
    before = row(verification)
    assert press(verification, stage.right_keys(verification), step=1, now=NOW + SECOND) == first
    assert press(verification, "5", step=1, now=NOW + SECOND) == first
    assert row(verification) == before
    assert CallEvent.objects.count() == 2


@pytest.mark.parametrize("method", Method)
def test_a_repeated_answer_is_answered_alike_when_all_is_over(at, method):
    verification = at(State.DIALING, method)
    first = answer(verification)
    press(verification, "")
    assert answer(verification) == first


def test_a_repeated_answer_of_a_machine_is_hung_up_again(at):
    verification = at(State.DIALING)
    assert answer(verification, answerer=Answerer.MACHINE) == (Hangup(),)
    assert answer(verification, answerer=Answerer.MACHINE) == (Hangup(),)


def test_a_repeated_wrong_code_is_counted_once(at):
    verification = at(State.ANSWERED, Method.ENTER)
    wrong = stage.wrong_code(verification)
    assert press(verification, wrong, step=1) == press(verification, wrong, step=1)
    assert verification.tries == 1


def test_a_repeated_redirect_offers_the_same_again(at):
    verification = at(State.ANSWERED, Method.SPEAK)
    press(verification, verification.approve_key)
    first = receive(Kind.REDIRECT, verification, step=2)
    assert receive(Kind.REDIRECT, verification, step=2) == first
    assert CallEvent.objects.filter(kind=Kind.REDIRECT).count() == 1


def test_a_repeated_disconnect_changes_nothing(at):
    verification = at(State.DIALING)
    hang_up(verification, cause=Cause.BUSY)
    before = row(verification)
    assert hang_up(verification, cause=Cause.NO_ANSWER, now=NOW + SECOND) == (Hangup(),)
    assert row(verification) == before
    assert CallEvent.objects.count() == 1


def test_a_disconnect_before_any_other_word_closes_the_attempt(at):
    verification = at(State.DIALING)
    hang_up(verification, cause=Cause.REJECTED)
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.REJECTED)


def test_a_disconnect_without_a_cause_has_an_unknown_one(at):
    verification = at(State.DIALING)
    hang_up(verification)
    assert verification.cause == Cause.UNKNOWN


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_disconnect_never_undoes_a_decision(at, state):
    verification = at(state)
    hang_up(verification, cause=Cause.HUNG_UP)
    assert verification.state == state


@pytest.mark.parametrize("method", [Method.ENTER, Method.APPROVE])
def test_a_call_that_ends_without_keys_is_unreachable(at, method):
    verification = at(State.ANSWERED, method)
    hang_up(verification, cause=Cause.HUNG_UP)
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.HUNG_UP)


@pytest.mark.parametrize("kind", [Kind.GATHER, Kind.REDIRECT])
def test_keys_before_the_answer_are_refused(at, kind):  # R19
    verification = at(State.DIALING)
    before = row(verification)
    with pytest.raises(RejectedCallback, match="out of order"):
        receive(kind, verification, step=1, digits=verification.approve_key)
    assert row(verification) == before


@pytest.mark.parametrize("kind", [Kind.GATHER, Kind.REDIRECT])
def test_keys_before_the_reply_to_our_order_are_refused(at, kind, carrier):  # R19
    verification = at(State.PENDING)
    carrier.fail_next(OutcomeUnknown("no reply"), although_placed=True)
    stage.place(verification)
    before = row(verification)
    with pytest.raises(RejectedCallback, match="out of order"):
        receive(kind, verification, step=1, digits=verification.approve_key)
    assert row(verification) == before


@pytest.mark.parametrize(
    "state", sorted({State.ANSWERED, *FINAL} - {State.CANCELLED, State.EXPIRED, State.UNREACHABLE})
)
@pytest.mark.parametrize("kind", [Kind.GATHER, Kind.REDIRECT])
def test_a_step_that_the_call_has_not_reached_is_refused(at, state, kind):  # R19
    verification = at(state)
    before = row(verification)
    for step in (verification.step + 1, 10**30):
        with pytest.raises(RejectedCallback, match="out of order"):
            receive(kind, verification, step=step, digits=verification.approve_key)
    assert row(verification) == before


@pytest.mark.parametrize("state", sorted(FINAL))
@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.GATHER, Kind.REDIRECT, Kind.MACHINE, Kind.UNKNOWN])
def test_nothing_moves_a_verification_that_is_decided(at, state, kind):  # A17
    verification = at(state)
    before = row(verification)
    step = verification.step
    if state == State.REPORTED and kind == Kind.GATHER:
        before["step"] += 1  # the wish of whoever has reported it was awaited
    for answerer in (None, Answerer.MACHINE):
        script = receive(
            kind, verification, step=step, digits=stage.right_keys(verification), answerer=answerer
        )
        assert isinstance(script[-1], Hangup)
    after = row(verification)
    if kind == Kind.MACHINE:
        before |= {fact: after[fact] for fact in ("answerer", "cause")}  # who picked up is no decision
    assert after == before


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.APPROVED, "confirmed"),
        (State.DENIED, "denied"),
        (State.REPORTED, "telling us"),
        (State.LOCKED, "no tries left"),
        (State.CANCELLED, "was cancelled"),
        (State.EXPIRED, "Time is up"),
        (State.UNREACHABLE, "no longer open"),
    ],
)
@pytest.mark.parametrize("kind", [Kind.GATHER, Kind.REDIRECT])
def test_a_call_that_goes_on_hears_what_was_decided(at, state, word, kind):
    verification = at(state)
    if kind == Kind.GATHER and state == State.REPORTED:
        word = "Goodbye"  # it was told already, and asked for a wish
    assert word in said(receive(kind, verification, step=verification.step))


def test_a_call_that_tells_the_code_hears_that_the_page_has_it(at):
    verification = at(State.ANSWERED, Method.SPEAK)
    press(verification, verification.approve_key)
    verifications.submit_code(verification, code_of(verification), now=NOW)
    assert "confirmed" in said(receive(Kind.REDIRECT, verification, step=2))
    assert "confirmed" in said(press(verification, "", step=2))


def test_a_redirect_that_nobody_asked_for_starts_the_question_again(at):
    verification = at(State.ANSWERED)
    assert asks(receive(Kind.REDIRECT, verification, step=1))
    assert verification.state == State.ANSWERED


def test_a_step_before_the_first_gathers_nothing(at):
    verification = at(State.ANSWERED)
    assert not asks(receive(Kind.GATHER, verification, step=0, digits=verification.approve_key))
    assert verification.state == State.ANSWERED


# Time


@pytest.mark.parametrize(
    ("seconds", "state"), [(599, State.APPROVED), (600, State.EXPIRED), (601, State.EXPIRED)]
)
@pytest.mark.parametrize("method", [Method.ENTER, Method.APPROVE])
def test_keys_count_until_ten_minutes_have_passed(at, configure, seconds, state, method):  # R7
    configure(LIFETIME=600)
    verification = at(State.ANSWERED, method)
    script = press(verification, stage.right_keys(verification), now=NOW + seconds * SECOND)
    assert verification.state == state
    assert ("no longer open" in said(script)) == (state == State.EXPIRED)


@pytest.mark.parametrize(
    ("seconds", "state"), [(599, State.ANSWERED), (600, State.EXPIRED), (601, State.EXPIRED)]
)
def test_a_call_answered_late_from_the_queue_is_dead(at, configure, seconds, state):  # R7
    configure(LIFETIME=600)
    verification = at(State.DIALING)
    script = answer(verification, now=NOW + seconds * SECOND)
    assert verification.state == state
    assert asks(script) == (state == State.ANSWERED)


@pytest.mark.parametrize(("seconds", "state"), [(599, State.ANSWERED), (600, State.EXPIRED)])
def test_a_redirect_after_the_deadline_gathers_nothing(at, configure, seconds, state):  # R7
    configure(LIFETIME=600)
    verification = at(State.ANSWERED)
    assert asks(receive(Kind.REDIRECT, verification, step=1, now=NOW + seconds * SECOND)) == (seconds == 599)
    assert verification.state == state


def test_a_late_answer_and_its_repetition_hear_the_same(at):
    verification = at(State.DIALING)
    late = verification.deadline
    assert answer(verification, now=late) == answer(verification, now=late)


# Who it belongs to


FOREIGN = [
    ("to", "+12025550124", "another number called"),
    ("to", "", "another number called"),
    ("caller", "+12025550199", "another calling number"),
    ("caller", "", "another calling number"),
]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("field", "value", "sentence"), FOREIGN)
@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED])
def test_an_event_that_names_other_numbers_is_not_believed(at, kind, field, value, sentence, state):  # R45
    verification = at(state)
    before = row(verification)
    with pytest.raises(RejectedCallback, match=sentence):
        receive(kind, verification, step=1, digits=verification.approve_key, **{field: value})
    assert row(verification) == before


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.ANSWER])
@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED, State.APPROVED])
def test_an_event_of_another_call_is_not_believed(at, kind, state):  # R45
    verification = at(state)
    before = row(verification)
    with pytest.raises(RejectedCallback, match="another call"):
        receive(kind, verification, step=1, call_id="another", digits=verification.approve_key)
    assert row(verification) == before


@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED, State.APPROVED])
def test_a_second_call_of_one_order_is_hung_up_and_decides_nothing(at, state):
    verification = at(state)
    before = row(verification)
    assert answer(verification, call_id="another") == (Hangup(),)
    assert row(verification) == before


@pytest.mark.parametrize("kind", Kind)
def test_an_event_before_we_ordered_a_call_is_not_believed(at, kind):
    verification = at(State.PENDING)
    before = row(verification)
    with pytest.raises(RejectedCallback, match="No call has been ordered"):
        receive(kind, verification, step=1, call_id="local-1", digits=verification.approve_key)
    assert row(verification) == before


def test_an_event_about_nothing_we_know_is_not_believed(at):
    event = stage.report(Kind.ANSWER, at(State.DIALING))
    with pytest.raises(UnknownCall):
        calls.receive(uuid4(), event, step=0, now=NOW)


def test_an_event_of_another_account_is_not_believed(at, configure):
    verification = at(State.DIALING)
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Suspicious"})
    before = row(verification)
    with pytest.raises(RejectedCallback, match="another account"):
        answer(verification)
    assert row(verification) == before


# Machines


def test_a_machine_found_before_the_answer_hears_nothing(at):  # A2
    verification = at(State.DIALING, Method.SPEAK)
    assert answer(verification, answerer=Answerer.MACHINE) == (Hangup(),)
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.MACHINE)


@pytest.mark.parametrize("answerer", [None, Answerer.HUMAN, Answerer.SILENCE, Answerer.UNKNOWN])
def test_whoever_is_not_surely_a_machine_is_asked(at, answerer):
    assert asks(answer(at(State.DIALING), answerer=answerer))


@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED])
def test_a_machine_found_beside_the_call_ends_it(at, state, carry_out, carrier):
    verification = at(state)
    with carry_out():
        receive(Kind.MACHINE, verification, answerer=Answerer.MACHINE)
    verification.refresh_from_db()
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.MACHINE)
    assert carrier.calls[-1].is_over


@pytest.mark.parametrize("answerer", [None, Answerer.HUMAN, Answerer.SILENCE, Answerer.UNKNOWN])
def test_a_person_found_beside_the_call_is_noted_and_changes_nothing(at, answerer):
    verification = at(State.ANSWERED)
    before = row(verification)
    receive(Kind.MACHINE, verification, answerer=answerer)
    assert row(verification) == before | {"answerer": answerer or Answerer.UNKNOWN}


def test_an_event_of_an_unknown_kind_is_kept_and_decides_nothing(at):
    verification = at(State.ANSWERED)
    before = row(verification)
    receive(Kind.UNKNOWN, verification)
    receive(Kind.UNKNOWN, verification)
    assert row(verification) == before
    assert CallEvent.objects.filter(kind=Kind.UNKNOWN).count() == 1


# What is kept


def test_each_event_is_kept_once_with_what_we_answered(at):
    verification = at(State.ANSWERED, Method.SPEAK)
    press(verification, verification.approve_key)
    receive(Kind.REDIRECT, verification, step=2)
    hang_up(verification, cause=Cause.HUNG_UP)
    kept = CallEvent.objects.order_by("pk").values_list("kind", "step", "cue", "cause")
    assert list(kept) == [
        (Kind.ANSWER, 0, Cue.ASK, ""),
        (Kind.GATHER, 1, Cue.TELL_CODE, ""),
        (Kind.REDIRECT, 2, Cue.OFFER_REPEAT, ""),
        (Kind.DISCONNECT, 0, Cue.HANG_UP, Cause.HUNG_UP),
    ]


def test_the_report_is_kept_beside_the_event(at):
    verification = at(State.DIALING)
    answer(verification, raw={"kind": "answer"}, occurred_at=NOW - SECOND)
    event = CallEvent.objects.get()
    assert (event.raw, event.occurred_at, event.received_at) == ({"kind": "answer"}, NOW - SECOND, NOW)


def test_no_event_is_kept_of_what_was_not_believed(at):
    verification = at(State.ANSWERED)
    count = CallEvent.objects.count()
    for changes in ({"to": "+12025550124"}, {"call_id": "another"}):
        with pytest.raises(RejectedCallback):
            press(verification, "1", **changes)
    assert CallEvent.objects.count() == count


# What somebody else does at the very same moment. The flow has read the row when the other one writes:
# a carrier's word to is_ours() is the last thing that it asks for before its own guarded update.


@pytest.fixture
def meanwhile(configure):
    """Return a function that has an act done between the reading of the row and the guarded update."""

    def interrupt(act):
        from . import carriers

        configure(PROVIDER={"BACKEND": "tests.flows.carriers.Interrupted"})
        carriers.Interrupted.meanwhile = act

    return interrupt


def test_of_two_answers_at_once_both_are_asked(at, meanwhile):
    verification = at(State.DIALING)
    other = type(verification).objects.get(pk=verification.pk)
    meanwhile(lambda: answer(other))
    assert asks(answer(verification))
    assert CallEvent.objects.count() == 1


def test_of_two_calls_answered_at_once_one_is_hung_up(at, meanwhile, carrier):
    verification = at(State.PENDING)
    carrier.fail_next(OutcomeUnknown("no reply"), although_placed=True)
    stage.place(verification)
    other = type(verification).objects.get(pk=verification.pk)
    meanwhile(lambda: answer(other, call_id="first"))
    assert answer(verification, call_id="second") == (Hangup(),)
    assert verification.call_id == "first"


def test_an_answer_that_a_cancel_overtakes_is_told_so(at, meanwhile):
    verification = at(State.DIALING)
    other = type(verification).objects.get(pk=verification.pk)
    meanwhile(lambda: verifications.cancel(other, now=NOW))
    assert "was cancelled" in said(answer(verification))
    assert verification.state == State.CANCELLED


def test_an_answer_of_which_we_knew_nothing_and_that_a_cancel_overtakes_is_told_so(at, meanwhile, carrier):
    verification = at(State.PENDING)
    carrier.fail_next(OutcomeUnknown("no reply"), although_placed=True)
    stage.place(verification)
    other = type(verification).objects.get(pk=verification.pk)
    meanwhile(lambda: verifications.cancel(other, now=NOW))
    assert "was cancelled" in said(answer(verification))
    assert CallEvent.objects.get().cue == Cue.CANCELLED


@pytest.mark.parametrize("method", Method)
def test_of_two_deliveries_of_keys_at_once_one_counts(at, meanwhile, method):
    verification = at(State.ANSWERED, method)
    other = type(verification).objects.get(pk=verification.pk)
    keys = stage.right_keys(verification)
    first = []
    meanwhile(lambda: first.append(press(other, keys)))
    assert press(verification, keys) == first[0]
    assert CallEvent.objects.filter(kind=Kind.GATHER).count() == 1


def test_of_two_wrong_codes_at_once_one_counts(at, meanwhile):
    verification = at(State.ANSWERED, Method.ENTER)
    other = type(verification).objects.get(pk=verification.pk)
    wrong = stage.wrong_code(verification)
    meanwhile(lambda: press(other, wrong))
    assert asks(press(verification, wrong, step=1))
    assert verification.tries == 1


def test_keys_that_a_cancel_overtakes_approve_nothing(at, meanwhile):
    verification = at(State.ANSWERED)
    other = type(verification).objects.get(pk=verification.pk)
    meanwhile(lambda: verifications.cancel(other, now=NOW))
    assert "was cancelled" in said(press(verification, verification.approve_key))
    assert verification.state == State.CANCELLED


def test_late_keys_that_a_decision_overtakes_leave_it(at, meanwhile):
    verification = at(State.ANSWERED)
    other = type(verification).objects.get(pk=verification.pk)
    meanwhile(lambda: press(other, verification.approve_key))
    press(verification, verification.approve_key, now=verification.deadline)
    assert verification.state == State.APPROVED


def test_a_disconnect_that_a_decision_overtakes_is_kept_and_undoes_nothing(at, meanwhile):
    verification = at(State.ANSWERED)
    other = type(verification).objects.get(pk=verification.pk)
    meanwhile(lambda: press(other, verification.approve_key))
    hang_up(verification, cause=Cause.HUNG_UP)
    assert (verification.state, verification.ended_at) == (State.APPROVED, NOW)
    assert CallEvent.objects.filter(kind=Kind.DISCONNECT).exists()


def test_an_answer_gives_back_the_time_that_an_unclear_order_took(at, carrier):
    verification = at(State.PENDING)
    carrier.fail_next(OutcomeUnknown("no reply"), although_placed=True)
    stage.place(verification)
    assert verification.deadline == NOW + 50 * SECOND
    answer(verification, now=NOW + 49 * SECOND)
    assert (verification.state, verification.cause) == (State.ANSWERED, "")
    assert verification.deadline == NOW + get_settings().lifetime * SECOND
