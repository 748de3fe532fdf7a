"""The voices that Bandwidth speaks with, by locale; the first of each is its default."""

# Bandwidth, SpeakSentence page. An unknown voice ends the call, so the list is closed.
VOICES: dict[str, tuple[str, ...]] = {
    "en_US": (
        *("susan", "julie", "kate", "ruth", "salli", "salli_enh", "ivy", "ivy_enh"),
        *("paul", "dave", "stephen", "joey", "joey_enh", "justin"),
    ),
    "en_UK": ("bridget", "simon"),
    "en_GB": ("emma", "emma_enh"),
    "en_AU": ("nicole", "russell"),
    "en_IN": ("raveena",),
    "en_GB_WLS": ("geraint",),
    "de": ("katrin", "stefan"),
    "es": ("esperanza", "violeta", "jorge"),
    "es_MX": ("rosa",),
    "es_US": ("lupe", "penelope", "pedro", "miguel"),
    "fr": ("jolie", "bernard"),
    "fr_CA": ("gabrielle", "chantal", "liam"),
    "it": ("paola", "luca"),
    "ja": ("masako", "kenji"),
    "ru": ("nadiya", "anatoli"),
    "arb": ("zeina",),
    "cmn-CN": ("zhiyu",),
    "da_DK": ("naja", "mads"),
    "nl_NL": ("ruben",),
    "ro_RO": ("carmen",),
}

LOCALE_OF: dict[str, str] = {voice: locale for locale, voices in VOICES.items() for voice in voices}


def choose_voice(voice: str, locale: str) -> str:
    """Return the voice asked for, or else the first one of the locale, or else the carrier's own default."""
    return voice or (VOICES[locale][0] if locale else "susan")
