"""Every refusal and every outcome has a sentence that says what to do next."""

import pytest

from voice2fa.core.errors import Code, Refusal, TryLater, WrongCode
from voice2fa.core.events import Cause
from voice2fa.core.states import FINAL, State
from voice2fa.sentences import explain_outcome, explain_refusal


@pytest.mark.parametrize("code", Code)
def test_every_refusal_is_a_sentence(code):
    sentence = explain_refusal(Refusal(code))
    assert sentence.endswith(".")
    assert code.value not in sentence


@pytest.mark.parametrize("state", sorted(FINAL))
@pytest.mark.parametrize("cause", Cause)
def test_every_outcome_has_a_heading_and_a_next_step(state, cause):
    outcome = explain_outcome(state, cause)
    assert str(outcome.heading)
    assert str(outcome.sentence).endswith(".")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "in 1 second."),
        (2, "in 2 seconds."),
        (119, "in 119 seconds."),
        (120, "in 2 minutes."),
        (121, "in 3 minutes."),
        (7140, "in 119 minutes."),
        (7141, "in 2 hours."),
        (86400, "in 24 hours."),
    ],
)
def test_the_wait_is_told_in_the_unit_that_people_use(seconds, words):
    sentence = explain_refusal(TryLater(Code.TOO_MANY_CALLS, retry_after=seconds))
    assert sentence.endswith(f"Try again {words}")


@pytest.mark.parametrize(("left", "words"), [(0, "0 tries left."), (1, "1 try left."), (2, "2 tries left.")])
def test_a_wrong_code_tells_the_tries_that_are_left(left, words):
    assert explain_refusal(WrongCode(tries_left=left)).endswith(words)


def test_a_call_of_unknown_outcome_that_timed_out_is_our_trouble():
    assert explain_outcome(State.EXPIRED, Cause.CARRIER_DOWN) != explain_outcome(State.EXPIRED, Cause.NONE)
