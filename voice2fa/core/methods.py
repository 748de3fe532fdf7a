"""The three methods, and how each one judges the keys pressed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from . import codes
from .events import Cause
from .policy import REPEAT_KEY, REPORT_KEY
from .states import Happening


class Purpose(StrEnum):
    """What a verification is for."""

    REGISTER = "register"
    ENROL = "enrol"
    LOGIN = "login"
    CONFIRM = "confirm"


class Method(StrEnum):
    """How the person and the page are tied together."""

    ENTER = "enter"
    SPEAK = "speak"
    APPROVE = "approve"


class Cue(StrEnum):
    """What the call says next; the script follows from the cue and the verification alone."""

    ASK = "ask"
    ASK_SLOWLY = "ask_slowly"
    ASK_AGAIN = "ask_again"
    TELL_CODE = "tell_code"
    TELL_SLOWLY = "tell_slowly"
    OFFER_REPEAT = "offer_repeat"
    APPROVED = "approved"
    DENIED = "denied"
    REPORTED = "reported"
    STOPPED = "stopped"
    LOCKED = "locked"
    SILENCE = "silence"
    FAREWELL = "farewell"
    CANCELLED = "cancelled"
    TIME_UP = "time_up"
    TOO_LATE = "too_late"
    HANG_UP = "hang_up"


#: What a call says only once it is decided, or has nothing more to decide.
CLOSING_CUES = frozenset(Cue) - {
    *(Cue.ASK, Cue.ASK_SLOWLY, Cue.ASK_AGAIN, Cue.TELL_CODE, Cue.TELL_SLOWLY, Cue.OFFER_REPEAT),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """What a call must be told or shown: purpose, method, code, keys, and how far it has come.

    ``step`` numbers the gather that is awaited, from 1; ``tries`` counts wrong codes so far; ``extension``
    holds the keys to press before anybody can hear us, and ``extension_wait`` the seconds to wait before.
    With ``is_call_in`` the person has called us. ``may_stop`` tells whether whoever answers our call speaks
    for the number, and may stop all calls to it.
    """

    purpose: Purpose
    method: Method
    code: str = field(repr=False)
    key: str = field(repr=False)
    step: int = 1
    tries: int = 0
    max_tries: int = 3
    code_told: bool = False
    names_act: bool = False
    names_origin: bool = False
    extension: str = ""
    extension_wait: int = 0
    is_call_in: bool = False
    may_stop: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What keys pressed in a call mean: the next cue, and what befalls the verification, if anything."""

    cue: Cue
    happening: Happening | None = None
    cause: Cause = Cause.NONE
    is_wrong_code: bool = False


# Whoever asks to hear it again for ever keeps a line of ours busy.
MOST_STEPS = 10

_SILENT = Verdict(cue=Cue.SILENCE, happening=Happening.UNREACHABLE, cause=Cause.SILENCE)
_DENIED = Verdict(cue=Cue.DENIED, happening=Happening.DENIED)
_APPROVED = Verdict(cue=Cue.APPROVED, happening=Happening.APPROVED)
_REPORTED = Verdict(cue=Cue.REPORTED, happening=Happening.REPORTED)
_LOCKED = Verdict(cue=Cue.LOCKED, happening=Happening.TOO_MANY_TRIES, is_wrong_code=True)


def judge_keys(challenge: Challenge, digits: str, *, ended_by: str = "") -> Verdict:
    """Judge the keys pressed in the call; nothing but the right digits approves (R2, R3)."""
    if not digits and not ended_by and not challenge.code_told:
        return _SILENT
    if REPEAT_KEY in (digits, ended_by):  # which also clears what was keyed before it
        return _repeat(challenge)
    if _is_report(challenge, digits):
        return _repeat(challenge) if _may_begin_code(challenge, digits, ended_by) else _REPORTED
    return _JUDGES[challenge.method](challenge, digits)


def judge_typed(challenge: Challenge, typed: str) -> Verdict:
    """Judge the code typed on the page; only ``speak`` has one, and only after the call has told it."""
    if codes.matches(typed, challenge.code):
        return _APPROVED
    return _wrong_code(challenge)


def _is_report(challenge: Challenge, digits: str) -> bool:
    """Tell whether nothing but zeros was keyed in, too few for a code: people press it again for effect."""
    return digits == REPORT_KEY or (set(digits) == {REPORT_KEY} and len(digits) < len(challenge.code))


def _may_begin_code(challenge: Challenge, digits: str, ended_by: str) -> bool:
    """Tell whether a code may begin so that is keyed in slowly: then the question comes once more."""
    is_beginning = challenge.method is Method.ENTER and challenge.code.startswith(digits)
    return is_beginning and not ended_by and challenge.step == 1


def _repeat(challenge: Challenge) -> Verdict:
    if challenge.step >= MOST_STEPS:
        return Verdict(cue=Cue.FAREWELL) if challenge.code_told else _SILENT
    return Verdict(cue=Cue.TELL_SLOWLY if challenge.code_told else Cue.ASK_SLOWLY)


def _wrong_code(challenge: Challenge) -> Verdict:
    if challenge.tries + 1 >= challenge.max_tries:
        return _LOCKED
    return Verdict(cue=Cue.ASK_AGAIN, is_wrong_code=True)


def _judge_enter(challenge: Challenge, digits: str) -> Verdict:
    return _APPROVED if codes.matches(digits, challenge.code) else _wrong_code(challenge)


def _judge_approve(challenge: Challenge, digits: str) -> Verdict:
    return _APPROVED if codes.matches(digits, challenge.key) else _DENIED


def _judge_speak(challenge: Challenge, digits: str) -> Verdict:
    if challenge.code_told:
        return Verdict(cue=Cue.FAREWELL)
    # A tone in a voicemail's greeting must not unlock the code: the key differs from call to call (A3).
    return Verdict(cue=Cue.TELL_CODE) if codes.matches(digits, challenge.key) else _DENIED


_JUDGES: dict[Method, Callable[[Challenge, str], Verdict]] = {
    Method.ENTER: _judge_enter,
    Method.SPEAK: _judge_speak,
    Method.APPROVE: _judge_approve,
}
