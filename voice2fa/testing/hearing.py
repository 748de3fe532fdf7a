"""What somebody on the phone has heard: the key and the code, once the call has told them."""

import re
from collections.abc import Sequence

from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification


class Listener:
    """A mixin for calls that know their verification and what was ``said``."""

    @property
    def verification(self) -> PhoneVerification:
        """The verification that the call is for, as it is now."""
        raise NotImplementedError

    @property
    def said(self) -> Sequence[str]:
        """The sentences heard so far."""
        raise NotImplementedError

    @property
    def purpose(self) -> str:
        """What the call is for: ``register``, ``enrol``, ``login`` or ``confirm``."""
        return str(self.verification.purpose)

    @property
    def key(self) -> str:
        """The key that the call has named; raises ``AssertionError`` if it has not named one."""
        return self._heard(self.verification.approve_key, "key")

    @property
    def code(self) -> str:
        """The code that the call has told; raises ``AssertionError`` if it has told none.

        Where the code is to be keyed in (method ``enter``) it is on the page, and not in the call.
        """
        return self._heard(code_of(self.verification), "code")

    def _heard(self, expected: str, what: str) -> str:
        if not any(expected in _list_numbers(sentence) for sentence in self.said):
            raise AssertionError(f"The call has told no {what}. It has said: {list(self.said)}")
        return expected


def _list_numbers(sentence: str) -> list[str]:
    """Return the numbers in the sentence; the carrier spells a code with a rest after each digit."""
    spelled = (digits.replace(" ", "") for digits in re.findall(r"(?<!\d)\d(?: \d)+(?!\d)", sentence))
    return [*re.findall(r"\d+", sentence), *spelled]
