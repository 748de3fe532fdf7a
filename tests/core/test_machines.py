"""Signs of who picks up a phone."""

import pytest

from voice2fa.core.events import Answerer
from voice2fa.core.machines import Sign, must_enter, read_sign
from voice2fa.core.methods import MOST_STEPS, Method
from voice2fa.core.states import State

PEOPLE = ["", *(set(Answerer) - {Answerer.MACHINE})]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("method", Method)
def test_a_machine_is_a_machine_whatever_it_pressed(state, method):
    for is_used in (False, True):
        assert read_sign(state, method, "machine", is_used=is_used) is Sign.MACHINE


@pytest.mark.parametrize("answerer", PEOPLE)
def test_a_key_that_was_not_asked_for_may_be_a_tone(answerer):  # A3
    assert read_sign(State.DENIED, Method.APPROVE, answerer, is_used=False) is Sign.TONE
    assert read_sign(State.DENIED, Method.SPEAK, answerer, is_used=False) is Sign.TONE
    assert read_sign(State.DENIED, Method.ENTER, answerer, is_used=False) is None


@pytest.mark.parametrize("answerer", PEOPLE)
@pytest.mark.parametrize("method", Method)
def test_stars_for_ever_may_be_a_tone(method, answerer):  # A3
    def sign(step):
        return read_sign(State.UNREACHABLE, method, answerer, is_used=False, step=step)

    assert sign(MOST_STEPS) is None
    assert sign(MOST_STEPS + 1) is (None if method is Method.ENTER else Sign.TONE)


@pytest.mark.parametrize("answerer", PEOPLE)
def test_a_code_keyed_in_and_used_shows_a_person_and_a_key_does_not(answerer):
    for method in Method:
        is_person = read_sign(State.APPROVED, method, answerer, is_used=True) is Sign.PERSON
        assert is_person == (method is Method.ENTER)
        assert read_sign(State.APPROVED, method, answerer, is_used=False) is None


@pytest.mark.parametrize("state", sorted(set(State) - {State.DENIED, State.APPROVED}))
@pytest.mark.parametrize("method", Method)
def test_what_ends_otherwise_tells_nothing(state, method):
    assert {read_sign(state, method, answerer, is_used=False) for answerer in PEOPLE} == {None}


def test_signs_of_a_machine_and_nothing_else_call_for_the_code():
    assert [must_enter(sign) for sign in (Sign.MACHINE, Sign.TONE, Sign.PERSON, None)] == [
        True,
        True,
        False,
        False,
    ]
