"""The voices that Bandwidth speaks with, by locale, and the locales that speak Django's languages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Gender(StrEnum):
    """Whether a voice is a woman's or a man's."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """One voice; ``costs_extra`` tells that the carrier calls it enhanced, and charges for it."""

    name: str
    locale: str
    gender: Gender
    costs_extra: bool = False

    @property
    def language(self) -> str:
        """The language without its country, as Django writes it: ``en``, ``zh``."""
        return _LANGUAGES.get(self.locale, self.locale.partition("_")[0])

    @property
    def takes_stop_for_ordinal(self) -> bool:
        """Whether it says "seventh" where a full stop follows a 7."""
        return self.language in _ORDINAL_BY_STOP


# Bandwidth, "SpeakSentence" page: female and male voices, a star behind those that cost extra. An unknown one
# ends the call, so the list is closed. Danish and Dutch stand on the page of 2026 and not on that of 2023.
_SPEAKERS: Mapping[str, tuple[str, str]] = {
    "en_US": (
        "susan julie kate ruth* salli salli_enh* ivy ivy_enh*",
        "paul dave stephen* joey joey_enh* justin",
    ),
    "en_UK": ("bridget", "simon"),
    "en_GB": ("emma emma_enh*", ""),
    "en_AU": ("nicole", "russell"),
    "en_IN": ("raveena", ""),
    "en_GB_WLS": ("", "geraint"),
    "de": ("katrin", "stefan"),
    "es": ("esperanza violeta", "jorge"),
    "es_MX": ("rosa", ""),
    "es_US": ("lupe* penelope", "pedro* miguel"),
    "fr": ("jolie", "bernard"),
    "fr_CA": ("gabrielle* chantal", "liam*"),
    "it": ("paola", "luca"),
    "ja": ("masako", "kenji"),
    "ru": ("nadiya", "anatoli"),
    "arb": ("zeina", ""),
    "cmn-CN": ("zhiyu", ""),
    "da_DK": ("naja", "mads"),
    "nl_NL": ("", "ruben"),
    "ro_RO": ("carmen", ""),
}
_LANGUAGES = {"arb": "ar", "cmn-CN": "zh"}
_ORDINAL_BY_STOP = frozenset({"da", "de"})


def _list_voices() -> Iterator[Voice]:
    for locale, speakers in _SPEAKERS.items():
        for gender, names in zip(Gender, speakers, strict=True):
            for name in names.split():
                bare = name.removesuffix("*")
                yield Voice(name=bare, locale=locale, gender=gender, costs_extra=name != bare)


VOICES: Mapping[str, Voice] = {voice.name: voice for voice in _list_voices()}

#: Django's languages, and the locale that speaks each; a country that is not named speaks as its language.
LOCALES: Mapping[str, str] = {
    "ar": "arb",
    "da": "da_DK",
    "de": "de",
    "en": "en_US",
    "en-au": "en_AU",
    "en-gb": "en_UK",
    "en-ie": "en_UK",
    "en-in": "en_IN",
    "en-nz": "en_AU",
    "es": "es",
    **dict.fromkeys(("es-419", "es-ar", "es-co", "es-mx", "es-ni", "es-ve"), "es_MX"),
    "es-us": "es_US",
    "fr": "fr",
    "fr-ca": "fr_CA",
    "it": "it",
    "ja": "ja",
    "nl": "nl_NL",
    "ro": "ro_RO",
    "ru": "ru",
    "zh": "cmn-CN",
    # The voice speaks Mandarin, and people there Cantonese.
    **dict.fromkeys(("zh-hk", "zh-hant-hk", "zh-mo", "zh-hant-mo"), ""),
}
