"""Who picks up a phone: a person, or a machine that may press keys of its own (A2, A3, A25)."""

from enum import StrEnum

from .events import Answerer
from .methods import MOST_STEPS, Method
from .states import State

#: What asks for one key alone. A greeting with a tone in it presses a key too, if rarely the right one.
BY_ONE_KEY = frozenset(Method) - {Method.ENTER}


class Sign(StrEnum):
    """What a call has told of who picks up the phone."""

    MACHINE = "machine"  # the carrier heard one
    TONE = "tone"  # a key that was not asked for, as recorded tones are eight times in nine; stars for ever
    PERSON = "person"  # the code that the page showed was keyed in, and of use


def read_sign(state: State, method: Method, answerer: str, *, is_used: bool, step: int = 1) -> Sign | None:
    """Return what a past call has told, or None if it may have been anybody; ``step`` is how far it came."""
    if answerer == Answerer.MACHINE:
        return Sign.MACHINE
    is_worn_out = state is State.UNREACHABLE and step > MOST_STEPS
    if method in BY_ONE_KEY and (state is State.DENIED or is_worn_out):
        return Sign.TONE
    return Sign.PERSON if is_used and method is Method.ENTER else None


def must_enter(latest: Sign | None) -> bool:
    """Tell whether nothing but the code of the page will do, after the latest sign from the phone."""
    return latest in {Sign.MACHINE, Sign.TONE}
