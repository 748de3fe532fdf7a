"""Tables of BXML: verbs, their attributes, ranges and defaults, and the voices that speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
PROMPTS = frozenset({"SpeakSentence", "PlayAudio"})
MOST_PROMPTS = 20
AUDIO_EXTENSIONS = frozenset({"wav", "mp3"})
REFUSED_EXTENSIONS = _words("ogg oga flac m4a aac opus webm wma aiff mp4")

# Developer site voice/bxml/speakSentence; the second line from the Java SDK and the migration toolkit.
VOICES = _words(
    "susan julie kate ruth paul dave stephen bridget simon katrin stefan esperanza violeta jorge rosa "
    "lupe pedro jolie gabrielle chantal liam paola luca masako kenji nadiya anatoli zeina zhiyu salli "
    "salli_enh ivy ivy_enh joey joey_enh justin emma emma_enh nicole russell raveena geraint penelope "
    "miguel naja mads ruben carmen samuel emily"
)
LOCALES = _words(
    "en_US en_UK en_GB en_AU en_IN en_GB_WLS de es es_MX es_US fr fr_CA it ja ru arb cmn-CN da_DK nl_NL ro_RO"
)
