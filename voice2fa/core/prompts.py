"""What a call says, prompt by prompt, and the script that each cue makes of it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol, TypeAlias

from .methods import Challenge, Cue, Method, Purpose
from .script import HANG_UP, CallScript, Gather, Hangup, Pause, Play, Redirect, Say, SendTones


class Prompt(StrEnum):
    """The things that a call can say; each is one template, and can be one recording."""

    CALLER = "caller"
    REGISTER = "register"
    ENROL = "enrol"
    LOGIN = "login"
    CONFIRM = "confirm"
    ACT = "act"
    ORIGIN = "origin"
    ENTER = "enter"
    SPEAK = "speak"
    APPROVE = "approve"
    REPORT = "report"
    AGAIN = "again"
    WRONG_CODE = "wrong_code"
    YOUR_CODE = "your_code"
    ONCE_MORE = "once_more"
    OFFER_REPEAT = "offer_repeat"
    APPROVED = "approved"
    DENIED = "denied"
    REPORTED = "reported"
    OFFER_STOP = "offer_stop"
    STOPPED = "stopped"
    LOCKED = "locked"
    SILENCE = "silence"
    FAREWELL = "farewell"
    CANCELLED = "cancelled"
    TIME_UP = "time_up"
    TOO_LATE = "too_late"
    UNEXPECTED = "unexpected"


Utterance: TypeAlias = Say | Play
_TIMES = 2  # how often a question is asked, if nobody answers it


class Speaker(Protocol):
    """Whoever knows the words of one call, and their language."""

    def say(self, prompt: Prompt, *, slowly: bool) -> Utterance:
        """Return the words of the prompt, or its recording."""

    def spell(self, characters: str, *, slowly: bool) -> Say:
        """Return the characters one by one, in the language of the other words."""


_REQUESTS = {
    Purpose.REGISTER: Prompt.REGISTER,
    Purpose.ENROL: Prompt.ENROL,
    Purpose.LOGIN: Prompt.LOGIN,
    Purpose.CONFIRM: Prompt.CONFIRM,
}
_TASKS = {Method.ENTER: Prompt.ENTER, Method.SPEAK: Prompt.SPEAK, Method.APPROVE: Prompt.APPROVE}
_CLOSINGS: Mapping[Cue, Prompt] = {
    Cue.APPROVED: Prompt.APPROVED,
    Cue.DENIED: Prompt.DENIED,
    Cue.STOPPED: Prompt.STOPPED,
    Cue.LOCKED: Prompt.LOCKED,
    Cue.SILENCE: Prompt.SILENCE,
    Cue.FAREWELL: Prompt.FAREWELL,
    Cue.CANCELLED: Prompt.CANCELLED,
    Cue.TIME_UP: Prompt.TIME_UP,
    Cue.TOO_LATE: Prompt.TOO_LATE,
}


def write_script(cue: Cue, challenge: Challenge, speaker: Speaker) -> CallScript:
    """Return what the call does at this cue; the same cue and challenge give the same script."""
    match cue:
        case Cue.ASK:
            prompts = _speak(speaker, _list_question(challenge))
            return (*_dial_extension(challenge), _ask(challenge, prompts, repeat=_times(challenge)), *HANG_UP)
        case Cue.ASK_SLOWLY:
            return (_ask(challenge, _speak(speaker, _list_question(challenge), slowly=True)), *HANG_UP)
        case Cue.ASK_AGAIN:
            return (_ask(challenge, _speak(speaker, [Prompt.WRONG_CODE, Prompt.ENTER])), *HANG_UP)
        case Cue.TELL_CODE | Cue.TELL_SLOWLY:
            return _tell_code(challenge, speaker, slowly=cue is Cue.TELL_SLOWLY)
        case Cue.OFFER_REPEAT:
            return (_gather_key(challenge, _speak(speaker, [Prompt.OFFER_REPEAT])), *HANG_UP)
        # A call to us is none of ours to be stopped.
        case Cue.REPORTED if challenge.is_call_in or not challenge.may_stop:
            return (*_speak(speaker, [Prompt.REPORTED, Prompt.FAREWELL]), Hangup())
        case Cue.REPORTED:
            prompts = _speak(speaker, [Prompt.REPORTED, Prompt.OFFER_STOP])
            return (_gather_key(challenge, prompts), *HANG_UP)
        case Cue.HANG_UP:
            return HANG_UP
        case _:
            return (*_speak(speaker, [_CLOSINGS[cue]]), Hangup())


def write_unexpected(speaker: Speaker) -> CallScript:
    """Return what somebody hears who calls us and has nothing to confirm: it tells nothing of anybody."""
    return (*_speak(speaker, [Prompt.CALLER, Prompt.UNEXPECTED]), Hangup())


def _list_question(challenge: Challenge) -> list[Prompt]:
    """Return who calls, what was asked and from where, what to press, how to report, how to hear it again."""
    request = Prompt.ACT if challenge.names_act else _REQUESTS[challenge.purpose]
    origin = [Prompt.ORIGIN] if challenge.names_origin else []
    if challenge.is_call_in:
        # Whoever shows the number may be a stranger. What it is about is for who has keyed in the code.
        about = [Prompt.CALLER] if challenge.method is Method.ENTER else [request]
    else:
        about = [Prompt.CALLER, request, *origin]
    return [*about, _TASKS[challenge.method], Prompt.REPORT, Prompt.AGAIN]


def _dial_extension(challenge: Challenge) -> CallScript:
    if not challenge.extension:
        return ()
    # A switchboard speaks first, and hears no keys while it does.
    return (Pause(seconds=challenge.extension_wait), SendTones(keys=challenge.extension))


def _tell_code(challenge: Challenge, speaker: Speaker, *, slowly: bool) -> CallScript:
    code = speaker.spell(challenge.code, slowly=slowly)
    your_code, once_more = (
        speaker.say(words, slowly=slowly) for words in (Prompt.YOUR_CODE, Prompt.ONCE_MORE)
    )
    return (your_code, code, once_more, code, Redirect(step=challenge.step))


def _speak(speaker: Speaker, prompts: Iterable[Prompt], *, slowly: bool = False) -> tuple[Utterance, ...]:
    """Return the prompts, with those that are spoken one after another in one breath."""
    spoken: list[Utterance] = []
    for prompt in prompts:
        words, last = speaker.say(prompt, slowly=slowly), spoken[-1] if spoken else None
        if isinstance(words, Say) and isinstance(last, Say):
            # A site's own words may end without a mark; and a full stop after a digit is an ordinal to some.
            rest = "," if last.text[-1:].isalnum() else ""
            joined = f"{last.text}{rest} {words.text}"
            spoken[-1] = Say(text=joined, language=words.language, slowly=words.slowly)
        else:
            spoken.append(words)
    return tuple(spoken)


def _times(challenge: Challenge) -> int:
    # An extension rings for a while yet, and what is said meanwhile is lost.
    return 5 if challenge.extension else _TIMES


def _ask(challenge: Challenge, prompts: tuple[Utterance, ...], *, repeat: int = _TIMES) -> Gather:
    if challenge.method is not Method.ENTER:
        return _gather_key(challenge, prompts, repeat=repeat)
    return Gather(
        step=challenge.step,
        prompts=prompts,
        max_digits=len(challenge.code),
        first_digit_seconds=_silence(repeat, 10),
        last_keys="#*",
        repeat=repeat,
    )


def _gather_key(challenge: Challenge, prompts: tuple[Utterance, ...], *, repeat: int = 1) -> Gather:
    seconds = _silence(repeat, 6)
    return Gather(
        step=challenge.step, prompts=prompts, max_digits=1, first_digit_seconds=seconds, repeat=repeat
    )


def _silence(repeat: int, usual: int) -> int:
    # Who picks up at a desk in the middle of a sentence waits for the next one; keys are heard all the while.
    return 3 if repeat > _TIMES else usual
