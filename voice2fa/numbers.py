"""Telephone numbers: read what people type, judge what may be called, show as little as needed."""

import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberType

from .core import policy
from .core.errors import Code, Refusal

# What a person can answer at an ordinary price: no premium, shared-cost, pager or follow-me numbers (A11).
CALLABLE_KINDS = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.UAN,
    }
)
SHOWN_DIGITS = 2
LONGEST_EXTENSION = 32  # characters
PAUSE = ","
_EXTENSION = " x"
# What phones keep for a pause, and the commas of keyboards that have none of ours.
_PAUSES = frozenset(",wp\u060c\u3001")
_INTRODUCTION = re.compile(r"\s*(extension|ext|x)[.:]?(?=\s*[\d*#,])")


def check_callable(e164: str, *, regions: tuple[str, ...]) -> None:
    """Raise ``Refusal`` unless the number is valid, in one of the regions, and of a callable kind."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        raise Refusal(Code.NUMBER_INVALID) from None
    if not phonenumbers.is_valid_number(number):
        raise Refusal(Code.NUMBER_INVALID)
    policy.check_number(
        region=phonenumbers.region_code_for_number(number),
        kind=PhoneNumberType.to_string(phonenumbers.number_type(number)),
        regions=regions,
        kinds=[PhoneNumberType.to_string(kind) for kind in CALLABLE_KINDS],
    )


def read_extension(typed: str, *, in_number: str = "") -> str:
    """Return the keys to press for an extension: digits, star, hash, and a comma for each pause; "" for none.

    ``in_number`` is an extension that stood behind the number itself, such as ``+1 202 555 0123 x204``.
    Raises ``Refusal``: ``EXTENSION_INVALID``, ``EXTENSION_TOO_LONG``, or ``EXTENSION_TWICE`` where the two
    differ.
    """
    beside, behind = _clean_extension(typed), _clean_extension(in_number)
    if beside and behind and strip_pauses(beside) != strip_pauses(behind):
        raise Refusal(Code.EXTENSION_TWICE)
    return beside or behind


def strip_pauses(extension: str) -> str:
    """Return the keys of the extension alone, as people tell it to one another."""
    return extension.replace(PAUSE, "")


def _clean_extension(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed).lower()
    introduction = _INTRODUCTION.match(text)
    keys = "".join(_read_key(character) for character in text[introduction.end() if introduction else 0 :])
    if len(keys) > LONGEST_EXTENSION:
        raise Refusal(Code.EXTENSION_TOO_LONG)
    if keys and not strip_pauses(keys):
        raise Refusal(Code.EXTENSION_INVALID)
    return keys


def _read_key(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in {"Zs", "Pd", "Cf"} or character in "\t\r\n":
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    if character in "*#":
        return character
    if character in _PAUSES:
        return PAUSE
    raise Refusal(Code.EXTENSION_INVALID)


def show(e164: str) -> str:
    """Return the number as people write it abroad, such as ``+1 202-555-0123``."""
    number = phonenumbers.parse(e164)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def region_of(e164: str) -> str:
    """Return the ISO 3166 code of the country that the number lies in; empty where it lies in none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""


def mask(e164: str, extension: str = "") -> str:
    """Return the number with all but its country code and last digits hidden, such as ``+1 ••• ••• ••23``.

    An extension follows the number, and leaves out the pauses.
    """
    country, _, rest = show(e164).partition(" ")
    hidden = sum(character.isdigit() for character in rest) - SHOWN_DIGITS
    masked = []
    for character in rest.replace("-", " "):
        if character.isdigit() and hidden > 0:
            character, hidden = "•", hidden - 1
        masked.append(character)
    suffix = f"{_EXTENSION}{strip_pauses(extension)}" if extension else ""
    return f"{country} {''.join(masked)}{suffix}"


def split_masked(masked: str) -> tuple[str, str]:
    """Return the last digits that a masked number shows, and its extension, empty where it has none."""
    number, _, extension = masked.partition(_EXTENSION)
    return number[-SHOWN_DIGITS:], extension
