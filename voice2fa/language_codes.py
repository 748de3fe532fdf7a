"""Which languages there are, as Django writes them: in the world, in our catalogues, and on the site."""

import phonenumbers
from django.conf import global_settings, settings
from django.conf.locale import LANG_INFO

#: Those that we are translated into.
TRANSLATED = ("en", "es", "fr", "de", "it", "pt", "nl", "da", "ja", "ru", "ar", "zh-hans")

_LANGUAGES = frozenset(code.partition("-")[0] for code in LANG_INFO)
# Ways of writing, and Latin America, which is no country.
_OTHER_PARTS = frozenset({"arab", "cyrl", "hans", "hant", "latn", "419"})
_PRIVATE = "x"


def is_language(code: str) -> bool:
    """Tell whether Django knows the language, and there is the country that it is said to be spoken in.

    What follows an ``x``, as in ``en-x-pirate``, is between those who say it (RFC 5646, 2.2.7).
    """
    language, *parts = code.lower().split("-")
    public = parts[: parts.index(_PRIVATE)] if _PRIVATE in parts[:-1] else parts
    return language in _LANGUAGES and all(_is_part(part) for part in public)


def list_forms(code: str) -> list[str]:
    """Return the forms of the language that Django has names for: ``es``, ``es-ar``, ``es-co``."""
    language = code.lower().partition("-")[0]
    return sorted(known for known in LANG_INFO if known.partition("-")[0] == language)


def list_named() -> tuple[str, ...]:
    """Return the languages that the site names in LANGUAGES; none where Django's own stand there."""
    if settings.LANGUAGES == global_settings.LANGUAGES:
        return ()
    return tuple(str(code).lower() for code, name in settings.LANGUAGES)


def as_named(code: str) -> str:
    """Return the language as the site writes it: ``en`` for ``en-us``, unless it names that form of it."""
    known = list_named() or TRANSLATED
    return next((form for form in (code, code.partition("-")[0]) if form in known), code)


def _is_part(part: str) -> bool:
    return part in _OTHER_PARTS or part.upper() in phonenumbers.SUPPORTED_REGIONS
