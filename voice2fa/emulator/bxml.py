"""BXML documents: parsed without trusting them, checked against the tables, frozen."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from voice2fa.emulator import speech, verbs
from voice2fa.emulator.attributes import READERS, BxmlError
from voice2fa.emulator.options import Options
from voice2fa.emulator.speech import Speech
from voice2fa.emulator.verbs import VerbRule

LARGEST_DOCUMENT = 64 * 1024
DEEPEST = 20
_DECLARATIONS = re.compile(r"<!(DOCTYPE|ENTITY)")
_TONES = re.compile(r"[0-9*#a-dA-D,wW]{1,50}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """One verb with a value for each of its attributes."""

    name: str
    settings: Mapping[str, Any]
    text: str = ""
    speech: Speech | None = None
    children: tuple["Verb", ...] = ()

    @property
    def is_answering(self) -> bool:
        """Whether it picks up a call to us that still rings."""
        return self.name in verbs.ANSWERING or (
            self.name == "Ring" and self.settings["answerCall"] is not False
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """Verbs in order, and what was odd but tolerable about them."""

    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...]


def parse(body: bytes, options: Options, *, root: str) -> Document:
    """Return the document; `root` is the one documented at this place. Raise BxmlError."""
    tree = _read_tree(body)
    warnings: list[str] = []
    if tree.tag not in ("Response", "Bxml"):
        raise BxmlError(f"The root element is <{tree.tag}>, not <{root}>.")
    if tree.tag != root:
        _object(
            f"The root element is <{tree.tag}>; <{root}> is documented here.", options.unusual_root, warnings
        )
    _check_depth(tree)
    if _has_text(tree):
        warnings.append(f"Text directly inside <{tree.tag}> is ignored.")
    found = tuple(_read_verb(child, options, warnings) for child in tree)
    if warnings and options.odd_bxml != "warn":
        raise BxmlError(" ".join(warnings))
    return Document(verbs=found, warnings=tuple(warnings))


def _object(sentence: str, policy: str, warnings: list[str]) -> None:
    if policy != "warn":
        raise BxmlError(sentence)
    warnings.append(sentence)


def _read_tree(body: bytes) -> Element:
    if len(body) > LARGEST_DOCUMENT:
        raise BxmlError("The document is larger than 64 KB.")
    try:
        # Decoding first means that no declared encoding can hide a declaration from the search below.
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BxmlError("The document is not UTF-8.") from None
    if not text.strip():
        raise BxmlError("The document is empty.")
    if _DECLARATIONS.search(text):
        raise BxmlError("Document type and entity declarations are not allowed.")
    try:
        return fromstring(text)  # noqa: S314  declarations, the door of XML attacks, are refused above
    except (ParseError, ValueError) as error:
        raise BxmlError(f"The document is not well-formed XML: {error}.") from None


def _check_depth(tree: Element) -> None:
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return
    raise BxmlError(f"Elements are nested more than {DEEPEST} deep.")


def _has_text(element: Element) -> bool:
    return any((text or "").strip() for text in (element.text, *(child.tail for child in element)))


def _read_verb(element: Element, options: Options, warnings: list[str]) -> Verb:
    rule = verbs.RULES.get(element.tag)
    if rule is None:
        known = "is not emulated" if element.tag in verbs.NOT_EMULATED else "is not a BXML verb"
        raise BxmlError(f"<{element.tag}> {known}.")
    settings = _read_settings(element, rule, options, warnings)
    return _CONTENTS[rule.content](element, settings, options, warnings)


def _read_settings(
    element: Element, rule: VerbRule, options: Options, warnings: list[str]
) -> Mapping[str, Any]:
    for name in element.attrib:
        if name not in rule.attributes:
            sentence = f"<{element.tag}> has no attribute {name!r}; it is ignored."
            _object(sentence, options.unknown_attribute, warnings)
    settings = {}
    for name, attribute in rule.attributes.items():
        written = element.get(name)
        if written is None and attribute.required:
            raise BxmlError(f"<{element.tag}> needs {name}.")
        where = f"{name} of <{element.tag}>"
        settings[name] = (
            attribute.default if written is None else READERS[attribute.kind](attribute, where, written)
        )
    tag = settings.get("tag")
    if tag is not None and len(tag) > 256:
        warnings.append(f"tag of <{element.tag}> is longer than the 256 characters that BXML pages allow.")
    return settings


def _refuse_children(element: Element) -> None:
    if len(element):
        raise BxmlError(f"<{element.tag}> cannot hold <{element[0].tag}>.")


def _read_nothing(
    element: Element, settings: Mapping[str, Any], options: Options, warnings: list[str]
) -> Verb:
    _refuse_children(element)
    if _has_text(element):
        warnings.append(f"Text inside <{element.tag}> is ignored.")
    return Verb(name=element.tag, settings=settings)


def _read_plain(element: Element, settings: Mapping[str, Any], options: Options, warnings: list[str]) -> Verb:
    _refuse_children(element)
    text = (element.text or "").strip()
    where = f"The content of <{element.tag}>"
    if element.tag == "PlayAudio":
        text = READERS["url"](verbs.URL, where, text)
        if verbs.extension(text) not in verbs.AUDIO_EXTENSIONS:
            warnings.append(f"{where} does not end in .wav or .mp3: {text}.")
    elif element.tag == "SendDtmf" and not _TONES.fullmatch(text):
        raise BxmlError(f"{where} is at most 50 of 0-9 * # a-d , w W.")
    elif element.tag == "Tag":
        READERS["tag"](verbs.TAG, where, text)
    return Verb(name=element.tag, settings=settings, text=text)


def _read_speech(
    element: Element, settings: Mapping[str, Any], options: Options, warnings: list[str]
) -> Verb:
    spoken = speech.read(element)
    if not spoken.text:
        raise BxmlError("<SpeakSentence> must not be blank.")
    warnings.extend(spoken.warnings)
    _check_voice(element, settings, options, warnings)
    return Verb(name=element.tag, settings=settings, text=spoken.text, speech=spoken)


def _check_voice(
    element: Element, settings: Mapping[str, Any], options: Options, warnings: list[str]
) -> None:
    name, locale, gender = settings["voice"], settings["locale"], settings["gender"]
    voice = verbs.VOICES.get(name)
    if name is None and locale not in verbs.SPEAKERS:
        _object(f"There is no voice for the locale {locale!r}.", options.unknown_voice, warnings)
    elif name is None and "gender" in element.attrib and not _has_speaker(locale, gender):
        warnings.append(f"No {gender} voice speaks {locale!r}; the other gender does.")
    elif name is not None and voice is None and name not in verbs.OLD_VOICES:
        _object(f"There is no voice {name!r}.", options.unknown_voice, warnings)
    elif voice is not None and element.get("locale", voice.locale) != voice.locale:
        warnings.append(f"The voice {name!r} speaks {voice.locale!r}; the locale {locale!r} is ignored.")
    elif voice is not None and element.get("gender", voice.gender) != voice.gender:
        warnings.append(f"The voice {name!r} is {voice.gender}; the gender {gender!r} is ignored.")


def _has_speaker(locale: str, gender: str) -> bool:
    return any((voice.locale, voice.gender) == (locale, gender) for voice in verbs.VOICES.values())


def _read_prompts(
    element: Element, settings: Mapping[str, Any], options: Options, warnings: list[str]
) -> Verb:
    if _has_text(element):
        warnings.append(f"Text directly inside <{element.tag}> is ignored.")
    for child in element:
        if child.tag not in verbs.PROMPTS:
            raise BxmlError(f"<{element.tag}> cannot hold <{child.tag}>.")
    if len(element) * settings["repeatCount"] > verbs.MOST_PROMPTS:
        raise BxmlError(
            f"<{element.tag}>: repeatCount times nested verbs must not exceed {verbs.MOST_PROMPTS}."
        )
    if settings["gatherUrl"] is None:
        warnings.append("<Gather> without gatherUrl throws the digits away.")
    if settings["input"] != "dtmf":
        warnings.append("Speech input is not emulated; only keys are gathered.")
    children = tuple(_read_verb(child, options, warnings) for child in element)
    return Verb(name=element.tag, settings=settings, children=children)


_CONTENTS: dict[str, Callable[[Element, Mapping[str, Any], Options, list[str]], Verb]] = {
    "none": _read_nothing,
    "text": _read_plain,
    "speech": _read_speech,
    "prompts": _read_prompts,
}
