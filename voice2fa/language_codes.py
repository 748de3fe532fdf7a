"""Which languages exist, as Django writes them: by themselves, or as they are spoken in a country."""

import phonenumbers
from django.conf.locale import LANG_INFO

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


def _is_part(part: str) -> bool:
    return part in _OTHER_PARTS or part.upper() in phonenumbers.SUPPORTED_REGIONS
