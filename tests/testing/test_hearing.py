"""What counts as heard, in whatever way the carrier has said it."""

import pytest

from tests.factories import PhoneVerificationFactory
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.testing.hearing import Listener


class Ear(Listener):
    def __init__(self, verification, *said):
        self._verification, self._said = verification, said

    @property
    def verification(self):
        return self._verification

    @property
    def said(self):
        return self._said


@pytest.fixture
def verification(db):
    return PhoneVerificationFactory(code_told=True)


@pytest.mark.parametrize("spell", ["", " "])
def test_a_code_is_heard_in_one_piece_or_digit_by_digit(verification, spell):
    code = code_of(verification)
    assert Ear(verification, "Your code is:", spell.join(code), "Once more:").code == code


@pytest.mark.parametrize(
    "said", [(), ("Your code is:",), ("Your code is: {0}1",), ("1 {0}",), ("{0}9 {0}9",)]
)
def test_other_numbers_are_no_code(verification, said):
    spelled = " ".join(code_of(verification))
    with pytest.raises(AssertionError, match="has told no code"):
        _ = Ear(verification, *(words.replace("{0}", spelled) for words in said)).code


def test_a_key_is_heard_beside_other_numbers(verification):
    key = verification.approve_key
    assert Ear(verification, f"From Firefox 128 on Windows. To approve, press {key}; or 0.").key == key
