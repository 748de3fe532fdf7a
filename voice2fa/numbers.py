"""Telephone numbers: read what people type, judge what may be called, show as little as needed."""

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


def show(e164: str) -> str:
    """Return the number as people write it abroad, such as ``+1 202-555-0123``."""
    number = phonenumbers.parse(e164)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def mask(e164: str) -> str:
    """Return the number with all but its country code and last digits hidden, such as ``+1 ••• ••• ••23``."""
    country, _, rest = show(e164).partition(" ")
    hidden = sum(character.isdigit() for character in rest) - SHOWN_DIGITS
    masked = []
    for character in rest.replace("-", " "):
        if character.isdigit() and hidden > 0:
            character, hidden = "•", hidden - 1
        masked.append(character)
    return f"{country} {''.join(masked)}"
