"""The three methods: what each one says, what it gathers, and how it judges the keys pressed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from . import codes
from .events import Cause
from .policy import REPEAT_KEY, REPORT_KEY
from .script import HANG_UP, CallScript, Gather, Hangup, Redirect, Say
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
    ASK_AGAIN = "ask_again"
    TELL_CODE = "tell_code"
    OFFER_REPEAT = "offer_repeat"
    APPROVED = "approved"
    DENIED = "denied"
    REPORTED = "reported"
    LOCKED = "locked"
    SILENCE = "silence"
    FAREWELL = "farewell"
    TOO_LATE = "too_late"
    HANG_UP = "hang_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The sentences of a call, ready to speak: translated, and filled in with site and key."""

    ask: str
    ask_again: str
    your_code: str
    once_more: str
    offer_repeat: str
    approved: str
    denied: str
    reported: str
    locked: str
    silence: str
    farewell: str
    too_late: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """What a call must be told or shown: method, code, keys, and how far it has come.

    ``step`` numbers the gather that is awaited, from 1; ``tries`` counts wrong codes so far.
    """

    method: Method
    code: str = field(repr=False)
    key: str = field(repr=False)
    step: int = 1
    tries: int = 0
    max_tries: int = 3
    code_told: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What keys pressed in a call mean: the next cue, and what befalls the verification, if anything."""

    cue: Cue
    happening: Happening | None = None
    cause: Cause = Cause.NONE
    is_wrong_code: bool = False


_SILENT = Verdict(cue=Cue.SILENCE, happening=Happening.UNREACHABLE, cause=Cause.SILENCE)
_DENIED = Verdict(cue=Cue.DENIED, happening=Happening.DENIED)
_APPROVED = Verdict(cue=Cue.APPROVED, happening=Happening.APPROVED)
_REPORTED = Verdict(cue=Cue.REPORTED, happening=Happening.REPORTED)
_LOCKED = Verdict(cue=Cue.LOCKED, happening=Happening.TOO_MANY_TRIES, is_wrong_code=True)


def judge_keys(challenge: Challenge, digits: str, *, ended_by: str = "") -> Verdict:
    """Judge the keys pressed in the call; nothing but the right digits approves (R2, R3)."""
    if not digits and not ended_by and not challenge.code_told:
        return _SILENT
    return _JUDGES[challenge.method](challenge, digits, ended_by)


def judge_typed(challenge: Challenge, typed: str) -> Verdict:
    """Judge the code typed on the page; only ``speak`` has one, and only after the call has told it."""
    if codes.matches(typed, challenge.code):
        return _APPROVED
    return _wrong_code(challenge)


def _wrong_code(challenge: Challenge) -> Verdict:
    if challenge.tries + 1 >= challenge.max_tries:
        return _LOCKED
    return Verdict(cue=Cue.ASK_AGAIN, is_wrong_code=True)


def _judge_enter(challenge: Challenge, digits: str, ended_by: str) -> Verdict:
    return _APPROVED if codes.matches(digits, challenge.code) else _wrong_code(challenge)


def _judge_approve(challenge: Challenge, digits: str, ended_by: str) -> Verdict:
    if digits == REPORT_KEY:
        return _REPORTED
    return _APPROVED if codes.matches(digits, challenge.key) else _DENIED


def _judge_speak(challenge: Challenge, digits: str, ended_by: str) -> Verdict:
    if digits == REPORT_KEY:
        return _REPORTED
    if challenge.code_told:
        return Verdict(cue=Cue.TELL_CODE if digits == REPEAT_KEY else Cue.FAREWELL)
    # A tone in a voicemail's greeting must not unlock the code: the key differs from call to call (A3).
    return Verdict(cue=Cue.TELL_CODE) if codes.matches(digits, challenge.key) else _DENIED


_JUDGES: dict[Method, Callable[[Challenge, str, str], Verdict]] = {
    Method.ENTER: _judge_enter,
    Method.SPEAK: _judge_speak,
    Method.APPROVE: _judge_approve,
}


def write_script(cue: Cue, challenge: Challenge, wording: Wording) -> CallScript:
    """Return what the call does at this cue; the same cue and challenge give the same script."""
    match cue:
        case Cue.ASK:
            return (_ask(challenge, (wording.ask,)), *HANG_UP)
        case Cue.ASK_AGAIN:
            return (_ask(challenge, (wording.ask_again,)), *HANG_UP)
        case Cue.TELL_CODE:
            spelled = Say(text=challenge.code, spelled=True)
            told = (Say(text=wording.your_code), spelled, Say(text=wording.once_more), spelled)
            return (*told, Redirect(step=challenge.step))
        case Cue.OFFER_REPEAT:
            return (_gather_key(challenge, wording.offer_repeat, repeat=1), Hangup())
        case Cue.HANG_UP:
            return HANG_UP
        case _:
            return (Say(text=_CLOSINGS[cue](wording)), Hangup())


_CLOSINGS: dict[Cue, Callable[[Wording], str]] = {
    Cue.APPROVED: lambda wording: wording.approved,
    Cue.DENIED: lambda wording: wording.denied,
    Cue.REPORTED: lambda wording: wording.reported,
    Cue.LOCKED: lambda wording: wording.locked,
    Cue.SILENCE: lambda wording: wording.silence,
    Cue.FAREWELL: lambda wording: wording.farewell,
    Cue.TOO_LATE: lambda wording: wording.too_late,
}


def _ask(challenge: Challenge, sentences: tuple[str, ...]) -> Gather:
    if challenge.method is not Method.ENTER:
        return _gather_key(challenge, *sentences, repeat=2)
    return Gather(
        step=challenge.step,
        prompts=tuple(Say(text=sentence) for sentence in sentences),
        max_digits=len(challenge.code),
        first_digit_seconds=10,
        last_key="#",
        repeat=2,
    )


def _gather_key(challenge: Challenge, *sentences: str, repeat: int) -> Gather:
    return Gather(
        step=challenge.step,
        prompts=tuple(Say(text=sentence) for sentence in sentences),
        max_digits=1,
        first_digit_seconds=6,
        repeat=repeat,
    )
