"""What we tell the carrier to do with a call: a tuple of these values."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """Speak the text; ``spelled`` says it character by character, with a rest between.

    ``language`` is a code as Django writes them (``"es"``, ``"zh-hans"``), or ``""`` for the carrier's own.
    """

    text: str
    language: str = ""
    spelled: bool = False
    slowly: bool = False

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
class SendTones:
    """Press keys for the person, as at a switchboard; a comma is half a second of silence."""

    keys: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gather:
    """Say the prompts up to ``repeat`` times and collect keys; the reply comes back under ``step``.

    ``first_digit_seconds`` is counted after the prompts have ended; ``last_keys`` are the keys of which each
    ends the input early.
    """

    step: int
    prompts: tuple[Say | Play, ...]
    max_digits: int
    first_digit_seconds: int
    between_digits_seconds: int = 5
    last_keys: str = ""
    repeat: int = 1


class Door(StrEnum):
    """Why a call asks us what comes next."""

    REDIRECT = "redirect"  # the script says so: it has told the code
    PARKED = "parked"  # the call was told to wait for a script, and none was pushed onto it
    OVER = "over"  # a script that was pushed onto the call has come to its end


@dataclass(frozen=True, kw_only=True, slots=True)
class Redirect:
    """Ask us again, at the door and under ``step``, what comes next."""

    step: int
    door: Door = Door.REDIRECT


@dataclass(frozen=True, kw_only=True, slots=True)
class Park:
    """Wait up to ``seconds`` for a script to be pushed onto the call; then ask us under ``step``."""

    seconds: float
    step: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hangup:
    """End the call."""


CallScript: TypeAlias = tuple[Say | Play | Pause | SendTones | Gather | Redirect | Park | Hangup, ...]

HANG_UP: CallScript = (Hangup(),)
