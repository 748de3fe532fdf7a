"""From our script to BXML: every text escaped, every number within the carrier's limits."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as ET

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
from voice2fa.providers.base import Line, ScriptRefused

from .voices import Voice

# Bandwidth, "BXML" and "Gather".
MAX_BYTES = 64 * 1024
MAX_PROMPTS = 20
REST, SLOW_REST = "600ms", "1s"
SLOW_RATE = "slow"
PHONE_KEYS = frozenset("0123456789*#")
TONE_KEYS = PHONE_KEYS | {","}
MAX_TONES = 50

# "Press 7." is "press seventh" to some voices; a semicolon parts sentences, and is never said.
_STOP_AFTER_DIGIT = re.compile(r"(?<=\d)\.+(?!\w)")
# What XML 1.0 cannot hold even when escaped: controls, NUL, lone surrogates, two non-characters.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Root(StrEnum):
    """The outermost element: one for replies to callbacks, another for a document pushed onto a call."""

    REPLY = "Response"
    PUSHED = "Bxml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What the verbs of one document share."""

    line: Line
    voice_for: Callable[[str], Voice]


def render_bxml(script: CallScript, *, line: Line, voice_for: Callable[[str], Voice], root: Root) -> bytes:
    """Return the document as UTF-8; raises ``ScriptRefused`` when it breaks a limit that cannot be bent.

    ``voice_for`` gives the voice that speaks a language.
    """
    setting = Setting(line=line, voice_for=voice_for)
    document = ET.Element(root.value)
    for verb in script:
        document.extend(_VERBS[type(verb)](verb, setting))
    rendered: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    if len(rendered) >= MAX_BYTES:
        raise ScriptRefused(
            f"The script makes {len(rendered)} bytes of BXML; Bandwidth takes less than {MAX_BYTES}."
        )
    return rendered


def _say(verb: Say, setting: Setting) -> list[ET.Element]:
    text = clean_text(verb.text).strip()
    # A blank SpeakSentence is invalid, and an invalid document ends the call.
    if not text:
        return []
    voice = setting.voice_for(verb.language)
    # With a voice named, the carrier ignores gender and locale: they are left out.
    element = _element("SpeakSentence", voice=voice.name)
    spoken = ET.SubElement(element, "prosody", rate=SLOW_RATE) if verb.slowly else element
    if verb.spelled:
        _spell(spoken, text, rest=SLOW_REST if verb.slowly else REST)
    else:
        spoken.text = _STOP_AFTER_DIGIT.sub(";", text) if voice.takes_stop_for_ordinal else text
    return [element]


def _spell(element: ET.Element, text: str, *, rest: str) -> None:
    """Put a rest between the characters; ``say-as`` "digits" is not in Bandwidth's list."""
    characters = "".join(text.split())
    element.text = characters[0]
    for character in characters[1:]:
        # The space keeps the digits apart even for an engine that does not act on the tag.
        ET.SubElement(element, "break", time=rest).tail = f" {character}"


def _play(verb: Play, setting: Setting) -> list[ET.Element]:
    url = clean_text(verb.url).strip()
    if not url:
        return []
    element = _element("PlayAudio")
    element.text = url
    return [element]


def _pause(verb: Pause, setting: Setting) -> list[ET.Element]:
    return [_element("Pause", duration=_number(verb.seconds, 0.1, 86400))]


def _send_tones(verb: SendTones, setting: Setting) -> list[ET.Element]:
    keys = "".join(key for key in verb.keys if key in TONE_KEYS)[:MAX_TONES]
    if not keys:
        return []
    element = _element("SendDtmf")
    element.text = keys
    return [element]


def _gather(verb: Gather, setting: Setting) -> list[ET.Element]:
    urls = setting.line.urls
    prompts = [element for prompt in verb.prompts for element in _VERBS[type(prompt)](prompt, setting)]
    if len(prompts) > MAX_PROMPTS:
        raise ScriptRefused(f"A gather has {len(prompts)} prompts; Bandwidth takes {MAX_PROMPTS}.")
    element = _element(
        "Gather",
        **_callback("gather", urls.gather, urls.gather_fallback, verb.step),
        **_credentials(setting.line),
        maxDigits=_number(verb.max_digits, 1, 50),
        firstDigitTimeout=_number(verb.first_digit_seconds, 0, 60),
        interDigitTimeout=_number(verb.between_digits_seconds, 1, 60),
        terminatingDigits="".join(key for key in verb.last_keys if key in PHONE_KEYS),
        # The limit holds for the prompts as they are repeated.
        repeatCount=_number(verb.repeat, 1, MAX_PROMPTS // max(len(prompts), 1)),
    )
    element.extend(prompts)
    return [element]


def _redirect(verb: Redirect, setting: Setting) -> list[ET.Element]:
    urls = setting.line.urls
    callback = _callback("redirect", urls.redirect, urls.redirect_fallback, verb.step, verb.door)
    return [_element("Redirect", **callback, **_credentials(setting.line))]


def _park(verb: Park, setting: Setting) -> list[ET.Element]:
    asking = Redirect(step=verb.step, door=Door.PARKED)
    return [*_pause(Pause(seconds=verb.seconds), setting), *_redirect(asking, setting)]


def _hang_up(verb: Hangup, setting: Setting) -> list[ET.Element]:
    return [_element("Hangup")]


_VERBS: dict[type, Callable[[Any, Setting], list[ET.Element]]] = {
    Say: _say,
    Play: _play,
    Pause: _pause,
    Gather: _gather,
    Redirect: _redirect,
    Park: _park,
    SendTones: _send_tones,
    Hangup: _hang_up,
}


def fill(url: str, step: int, door: Door = Door.REDIRECT) -> str:
    """Return the URL with its ``{step}`` and ``{door}`` filled in; other braces are left alone."""
    return url.replace("{step}", str(step)).replace("{door}", door.value)


def clean_text(text: str) -> str:
    """Return the text without what XML cannot hold; every kind of line end becomes a line feed."""
    return _ILLEGAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _callback(name: str, url: str, fallback: str, step: int, door: Door = Door.REDIRECT) -> dict[str, str]:
    return {
        f"{name}Url": fill(url, step, door),
        f"{name}Method": "POST",
        f"{name}FallbackUrl": fill(fallback, step, door),
        f"{name}FallbackMethod": "POST",
    }


def _credentials(line: Line) -> dict[str, str]:
    """Return the attributes that every verb needs for itself: none inherits them from the call."""
    username, password = line.credentials.username, line.credentials.password
    return {
        "username": username,
        "password": password,
        "fallbackUsername": username,
        "fallbackPassword": password,
    }


def _element(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {name: clean_text(value) for name, value in attributes.items()})


def _number(value: float, low: float, high: float) -> str:
    """Return the number within its limits, without the noise of floats: 5, 0.5, 2.25."""
    return f"{min(max(value, low), high):.3f}".rstrip("0").rstrip(".")
