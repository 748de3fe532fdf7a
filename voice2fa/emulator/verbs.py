"""Tables of BXML: verbs, their attributes, ranges and defaults, and the voices that speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """How one attribute is read; `kind` names its reader in the parser."""

    kind: str
    default: Any = None
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class VerbRule:
    """What one verb may hold: `content` is none, text, speech or prompts."""

    content: str
    attributes: Mapping[str, Attribute]


TEXT = Attribute(kind="text", high=1024)
TAG = Attribute(kind="tag", high=4096)
URL = Attribute(kind="url")
METHOD = Attribute(kind="choice", default="POST", choices=("POST", "GET"))
BOOLEAN = Attribute(kind="boolean")
LOGIN = {"username": TEXT, "password": TEXT}
FALLBACK_LOGIN = {"fallbackUsername": TEXT, "fallbackPassword": TEXT}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _number(default: float, low: float, high: float) -> Attribute:
    return Attribute(kind="number", default=default, low=low, high=high)


def _whole(default: int, low: int, high: int) -> Attribute:
    return Attribute(kind="whole", default=default, low=low, high=high)


# Developer site, pages voice/bxml/*; speech attributes of Gather from the SDK 23.3.1.
RULES: dict[str, VerbRule] = {
    "SpeakSentence": VerbRule(
        content="speech",
        attributes={
            "voice": Attribute(kind="text", high=256),
            "gender": Attribute(kind="choice", default="female", choices=("female", "male")),
            "locale": Attribute(kind="text", default="en_US", high=32),
        },
    ),
    "PlayAudio": VerbRule(content="text", attributes=LOGIN),
    "Pause": VerbRule(content="none", attributes={"duration": _number(1, 0.1, 86400)}),
    "Gather": VerbRule(
        content="prompts",
        attributes={
            "gatherUrl": URL,
            "gatherMethod": METHOD,
            "gatherFallbackUrl": URL,
            "gatherFallbackMethod": METHOD,
            **LOGIN,
            **FALLBACK_LOGIN,
            "tag": TAG,
            "terminatingDigits": Attribute(kind="keys", default="", high=16),
            "maxDigits": _whole(50, 1, 50),
            "interDigitTimeout": _number(5, 1, 60),
            "firstDigitTimeout": _number(5, 0, 60),
            "repeatCount": _whole(1, 1, 20),
            "input": Attribute(kind="choice", default="dtmf", choices=("dtmf", "speech", "dtmf_speech")),
            "hints": Attribute(kind="text", high=4096),
            "language": TEXT,
            "partialResultCallback": URL,
            "partialResultCallbackMethod": METHOD,
            "profanityFilter": BOOLEAN,
            "speechModel": TEXT,
            "speechTimeout": _number(5, 0, 60),
        },
    ),
    "Redirect": VerbRule(
        content="none",
        attributes={
            "redirectUrl": Attribute(kind="url", required=True),
            "redirectMethod": METHOD,
            "redirectFallbackUrl": URL,
            "redirectFallbackMethod": METHOD,
            **LOGIN,
            **FALLBACK_LOGIN,
            "tag": TAG,
        },
    ),
    "Hangup": VerbRule(content="none", attributes={}),
    "Tag": VerbRule(content="text", attributes={}),
    "SendDtmf": VerbRule(
        content="text",
        attributes={"toneDuration": _number(200, 50, 5000), "toneInterval": _number(400, 50, 5000)},
    ),
    "Ring": VerbRule(content="none", attributes={"duration": _number(5, 0.1, 86400), "answerCall": BOOLEAN}),
    "StartGather": VerbRule(
        content="none",
        attributes={
            "dtmfUrl": Attribute(kind="url", required=True),
            "dtmfMethod": METHOD,
            **LOGIN,
            "tag": TAG,
        },
    ),
    "StopGather": VerbRule(content="none", attributes={}),
}
# Verbs of the carrier that this emulator does not act out: refused by name, so that nobody wonders.
NOT_EMULATED = _words(
    "Bridge Conference Connect CustomParam Forward PauseRecording PlayAudioList Record Refer "
    "ResumeRecording StartRecording StartStream StartTranscription StopRecording StopStream "
    "StopTranscription Transfer"
)
# What is heard, or listens, answers a call to us; no page says which verbs do, but for Ring's answerCall.
ANSWERING = frozenset({"SpeakSentence", "PlayAudio", "Gather", "SendDtmf"})
PROMPTS = frozenset({"SpeakSentence", "PlayAudio"})
MOST_PROMPTS = 20
AUDIO_EXTENSIONS = frozenset({"wav", "mp3"})
REFUSED_EXTENSIONS = _words("ogg oga flac m4a aac opus webm wma aiff mp4")


def extension(address: str) -> str:
    """Return how the path of an audio file ends, without the dot: all that is known before it is fetched."""
    return urlsplit(address).path.rpartition(".")[2].lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Who speaks: in which locale, female or male."""

    locale: str
    gender: str


# Developer site voice/bxml/speakSentence, female and male; those it lacks are from the Java SDK and the
# migration toolkit.
SPEAKERS: Mapping[str, tuple[str, str]] = {
    "en_US": ("susan julie kate ruth salli salli_enh ivy ivy_enh", "paul dave stephen joey joey_enh justin"),
    "en_UK": ("bridget", "simon"),
    "en_GB": ("emma emma_enh", ""),
    "en_AU": ("nicole", "russell"),
    "en_IN": ("raveena", ""),
    "en_GB_WLS": ("", "geraint"),
    "de": ("katrin", "stefan"),
    "es": ("esperanza violeta", "jorge"),
    "es_MX": ("rosa", ""),
    "es_US": ("lupe penelope", "pedro miguel"),
    "fr": ("jolie", "bernard"),
    "fr_CA": ("gabrielle chantal", "liam"),
    "it": ("paola", "luca"),
    "ja": ("masako", "kenji"),
    "ru": ("nadiya", "anatoli"),
    "arb": ("zeina", ""),
    "cmn-CN": ("zhiyu", ""),
    "da_DK": ("naja", "mads"),
    "nl_NL": ("", "ruben"),
    "ro_RO": ("carmen", ""),
}
VOICES: Mapping[str, Voice] = {
    name: Voice(locale=locale, gender=gender)
    for locale, speakers in SPEAKERS.items()
    for gender, names in zip(("female", "male"), speakers, strict=True)
    for name in names.split()
}
# Still accepted; whose they are is no longer told.
OLD_VOICES = frozenset({"samuel", "emily"})
