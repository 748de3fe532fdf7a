"""The carrier's list of SSML: tags, their attributes, and what those may say."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

# Polly's pauses; the carrier publishes the names only.
BREAK_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
# The carrier publishes the names only, and so does Polly; these are usual.
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.5}
SLOWEST, FASTEST = 0.2, 2.0
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ANYTHING = re.compile(r".*", re.DOTALL)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")


def _words(text: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, text.split())))


_LANGUAGES = _words(
    "arb cmn-CN da-DK nl-NL en-AU en-GB en-IN en-US fr-FR fr-CA hi-IN de-DE is-IS it-IT ja-JP ko-KR nb-NO "
    "pl-PL pt-BR pt-PT ro-RO ru-RU es-ES es-MX es-US sv-SE tr-TR cy-GB"
)
# Developer site voice/bxml/speakSentence. Times and rates are judged where they are read.
TAGS: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "break": {"strength": _words(" ".join(BREAK_STRENGTHS)), "time": _ANYTHING},
    "say-as": {
        "interpret-as": _words("characters telephone cardinal ordinal date time"),
        "format": _ANYTHING,
    },
    "prosody": {"rate": _ANYTHING, "pitch": _ANYTHING, "volume": _ANYTHING},
    "lang": {"xml:lang": _LANGUAGES},
    "emphasis": {"level": _ANYTHING},
    "p": {},
    "s": {},
    "phoneme": {"ph": _ANYTHING},
    "sub": {"alias": _ANYTHING},
}
_REQUIRED = {"say-as": "interpret-as", "lang": "xml:lang", "phoneme": "ph", "sub": "alias"}


def find_oddities(element: Element) -> list[str]:
    """Return a sentence for everything about this one tag that the carrier does not list."""
    tag, written = element.tag, {name.replace(_XML, "xml:"): value for name, value in element.items()}
    if tag not in TAGS:
        return [f"SSML tag <{tag}> is not on the carrier's list and is ignored."]
    oddities = []
    if tag in _REQUIRED and _REQUIRED[tag] not in written:
        oddities.append(f"<{tag}> needs {_REQUIRED[tag]}.")
    for name, value in written.items():
        if name not in TAGS[tag]:
            oddities.append(f"<{tag}> has no attribute {name!r} on the carrier's list.")
        elif not TAGS[tag][name].fullmatch(value):
            oddities.append(f"<{tag} {name}={value!r}> is not on the carrier's list.")
    return oddities


def read_rate(element: Element, warnings: list[str]) -> float:
    """Return how much faster than usual a <prosody> speaks: 0.5 is half as fast."""
    written = element.get("rate", "medium").strip()
    percent = _PERCENT.fullmatch(written)
    rate = float(percent[1]) / 100 if percent else RATES.get(written)
    if rate is None:
        warnings.append(f"<prosody rate={written!r}> is neither a name nor a percentage and is ignored.")
        return 1.0
    if not SLOWEST <= rate <= FASTEST:
        warnings.append(f"<prosody rate={written!r}> is not within 20% and 200% and is cut to that.")
    return min(max(rate, SLOWEST), FASTEST)
