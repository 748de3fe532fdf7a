"""The values that cross borders: frozen, keyword-only, silent about secrets."""

from dataclasses import FrozenInstanceError

import pytest

from voice2fa.core.errors import Code, Refusal, TryLater, WrongCode
from voice2fa.core.events import Answerer, CallEvent, Cause, Kind
from voice2fa.core.methods import Challenge, Method, Purpose
from voice2fa.core.script import Say

EVENT = CallEvent(kind=Kind.GATHER, call_id="c-1", to="+12025550123", caller="+12025550100", digits="481516")
CHALLENGE = Challenge(purpose=Purpose.LOGIN, method=Method.SPEAK, code="481516", key="7")


@pytest.mark.parametrize("vocabulary", [Kind, Cause, Answerer])
def test_every_vocabulary_of_the_carrier_ends_in_unknown(vocabulary):
    assert list(vocabulary)[-1] == "unknown"


@pytest.mark.parametrize(
    "value", [EVENT, CHALLENGE, Say(text="481516", spelled=True)], ids=["event", "challenge", "say"]
)
def test_no_representation_shows_a_code(value):  # R9
    assert "481516" not in repr(value)


def test_an_event_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        EVENT.digits = "1"


def test_a_misspelt_field_fails_at_the_call():
    with pytest.raises(TypeError):
        CallEvent(kind=Kind.GATHER, call_id="c-1", to="", caller="", digitz="1")


def test_a_refusal_says_its_code():
    assert str(Refusal(Code.NO_PHONE)) == "no_phone"
    assert WrongCode(tries_left=2).code is Code.WRONG_CODE
    assert WrongCode(tries_left=2).tries_left == 2
    assert TryLater(Code.COOLING_DOWN, retry_after=9).retry_after == 9
