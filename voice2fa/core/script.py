"""What we tell the carrier to do with a call: a tuple of these values."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """Speak the text; ``spelled`` says it character by character, with a rest between."""

    text: str
    spelled: bool = False

    def __repr__(self) -> str:
        # What is spelled is the code: a traceback must not show it.
        return f"Say({'(spelled)' if self.spelled else self.text!r})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """Play the recording (wav or mp3) found at ``url``."""

    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """Keep silent for ``seconds``."""

    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Gather:
    """Say the prompts up to ``repeat`` times and collect keys; the reply comes back under ``step``.

    ``first_digit_seconds`` is counted after the prompts have ended; ``last_key`` is a key that ends the
    input early, or ``""``.
    """

    step: int
    prompts: tuple[Say | Play, ...]
    max_digits: int
    first_digit_seconds: int
    between_digits_seconds: int = 5
    last_key: str = ""
    repeat: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    """Ask us again, under ``step``, what comes next."""

    step: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hangup:
    """End the call."""


CallScript: TypeAlias = tuple[Say | Play | Pause | Gather | Redirect | Hangup, ...]

HANG_UP: CallScript = (Hangup(),)
