"""The dialect of the stand-ins: events and scripts as small JSON objects."""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from voice2fa.core.events import Answerer, Attestation, CallEvent, Cause, Kind
from voice2fa.core.script import (
    CallScript,
    Door,
    Gather,
    Hangup,
    Park,
    Pause,
    Play,
    Redirect,
    Say,
    SendTones,
)

from .base import BadEvent, Line
from .reports import read_call_id, read_keys, read_object, read_text

Verb = dict[str, Any]

_STORED = ("kind", "call_id", "to", "caller", "cause", "answerer", "attestation")
_Word = TypeVar("_Word", bound=StrEnum)


def write_event(kind: Kind, **facts: str) -> bytes:
    """Return the event as a callback's body."""
    return json.dumps({"kind": kind, **facts}).encode()


def parse_event(body: bytes) -> CallEvent:
    """Return the event in a callback's body; raises ``BadEvent``, never anything else."""
    report = read_object(body)
    kind, cause, answerer = (read_text(report, name) for name in ("kind", "cause", "answerer"))
    attestation = read_text(report, "attestation")
    if not kind:
        raise BadEvent("The event has no kind.")
    digits = read_keys(report, "digits", at_most=50)
    return CallEvent(
        kind=_read_word(Kind, kind, Kind.UNKNOWN),
        call_id=read_call_id(report, "call_id"),
        to=read_text(report, "to"),
        caller=read_text(report, "caller"),
        digits=digits,
        ended_by=read_keys(report, "ended_by", at_most=1),
        cause=_read_word(Cause, cause, Cause.UNKNOWN),
        answerer=_read_word(Answerer, answerer, Answerer.UNKNOWN) if answerer else None,
        attestation=_read_word(Attestation, attestation, Attestation.UNKNOWN) if attestation else None,
        raw={name: read_text(report, name) for name in _STORED} | {"digits": f"{len(digits)} keys"},
    )


def _read_word(vocabulary: type[_Word], word: str, otherwise: _Word) -> _Word:
    return vocabulary(word) if word in set(vocabulary) else otherwise


def read_script(body: bytes) -> list[Verb]:
    """Return the verbs of a script; raises ``ValueError`` for anything else."""
    content = json.loads(body)
    if not isinstance(content, dict) or not isinstance(content.get("script"), list):
        raise ValueError("There is no script in the reply.")
    return list(content["script"])


def write_script(script: CallScript, *, line: Line) -> bytes:
    """Return the script as the body of a reply."""
    return json.dumps({"script": [_VERBS[type(verb)](verb, line) for verb in script]}).encode()


def _write_callback(url: str, fallback: str, step: int, line: Line, door: Door = Door.REDIRECT) -> Verb:
    return {
        "url": url.replace("{step}", str(step)).replace("{door}", door),
        "fallback": fallback.replace("{step}", str(step)).replace("{door}", door),
        "username": line.credentials.username,
        "password": line.credentials.password,
    }


def _write_say(verb: Say, line: Line) -> Verb:
    return {"verb": "say", "text": verb.text}


def _write_play(verb: Play, line: Line) -> Verb:
    return {"verb": "play", "url": verb.url}


def _write_pause(verb: Pause, line: Line) -> Verb:
    return {"verb": "pause", "seconds": verb.seconds}


def _write_gather(verb: Gather, line: Line) -> Verb:
    return {
        "verb": "gather",
        "prompts": [_VERBS[type(prompt)](prompt, line) for prompt in verb.prompts],
        "max_digits": verb.max_digits,
        "last_keys": verb.last_keys,
        **_write_callback(line.urls.gather, line.urls.gather_fallback, verb.step, line),
    }


def _write_redirect(verb: Redirect, line: Line) -> Verb:
    urls = line.urls
    callback = _write_callback(urls.redirect, urls.redirect_fallback, verb.step, line, verb.door)
    return {"verb": "redirect", **callback}


def _write_park(verb: Park, line: Line) -> Verb:
    asking = _write_redirect(Redirect(step=verb.step, door=Door.PARKED), line)
    return {**asking, "verb": "park", "seconds": verb.seconds}


def _write_tones(verb: SendTones, line: Line) -> Verb:
    return {"verb": "tones", "keys": verb.keys}


def _write_hangup(verb: Hangup, line: Line) -> Verb:
    return {"verb": "hangup"}


_VERBS: dict[type, Callable[[Any, Line], Verb]] = {
    Say: _write_say,
    Play: _write_play,
    Pause: _write_pause,
    Gather: _write_gather,
    Redirect: _write_redirect,
    Park: _write_park,
    SendTones: _write_tones,
    Hangup: _write_hangup,
}
