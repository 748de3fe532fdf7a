"""What a call says of the things to be approved: numbers in words, and amounts of money."""

import string
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from num2words import CONVERTER_CLASSES, num2words

from .core.payloads import Money, Payload, Value, plain
from .core.speakable import clean

LONGEST_MESSAGE = 512  # characters
# Languages whose sentences of num2words we have read; it confuses currencies in some of the others.
WORDED = frozenset({"de", "en", "es", "fi", "fr", "it", "nl", "pl", "pt", "ru"})
_ADJECTIVES = frozenset({"en", "fi"})  # where it says whose dollar it is in the language itself
MOST = Decimal(10) ** 12  # nobody follows more digits than these
# num2words counts a hundred of the small unit in everything. ISO 4217 says otherwise for these; and of the
# yuan it calls the hundredths what tenths are called.
_NOT_BY_HUNDRED = frozenset(
    {
        *("BHD", "BIF", "CLP", "CNY", "DJF", "GNF", "IQD", "ISK", "JOD", "JPY", "KMF", "KRW", "KWD"),
        *("LYD", "MGA", "MRU", "OMR", "PYG", "RWF", "TND", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
# Currencies to which it gives names that nobody uses.
_MISNAMED: Mapping[str, frozenset[str]] = {
    "en": frozenset({"ISK", "SAR"}),
    "it": frozenset({"GBP"}),
    "nl": frozenset({"GBP"}),
}
# Where they say a million *of* euros, and it does not.
_MILLIONS_OF, _MILLION = frozenset({"es", "fr", "it"}), 10**6
_CUT = "\x00"  # stands in no words


def fill(template: str, payload: Payload) -> str:
    """Return the message with the payload's values in it, as they are spoken in the active language.

    ``template`` names them as in ``"Send {amount} to {payee}."``. Raises ``ValueError`` where it names what
    the payload does not hold, names nothing of it, asks for more than a name, says nothing, or gets too long.
    """
    filled, used = [], set()
    for text, name, spec, conversion in string.Formatter().parse(template):
        filled.append(text)
        if name is None:
            continue
        if spec or conversion or name not in payload:
            raise ValueError(f"The message names {{{name}}}, which is no plain name of the payload.")
        filled.append(say(payload[name]))
        used.add(name)
    if payload and not used:
        raise ValueError("The message names nothing of the payload: write {names}, and do not fill them in.")
    message = " ".join("".join(filled).split())
    if len(message) > LONGEST_MESSAGE or not any(letter.isalnum() for letter in message):
        raise ValueError(f"A message has from 1 to {LONGEST_MESSAGE} characters, some of which can be said.")
    return message


def say(value: Value) -> str:
    """Return the value as the call says it in the active language."""
    match value:
        case Money():
            return say_money(value)
        case str():
            return clean(value) or _("something that cannot be read out")
        case int() | Decimal() if Decimal(value).is_finite():
            return say_number(Decimal(value))
    raise ValueError("A message is filled with str, int, finite Decimal and Money, and nothing else.")


def say_number(number: Decimal) -> str:
    """Return a whole number in words; a broken one, or a language without words for it, gets digits."""
    words = _words(int(number)) if number == number.to_integral_value() else ""
    return _signed(number, words or _digits(number.copy_abs()))


def say_money(money: Money) -> str:
    """Return amount and currency in words; else the digits, and the letters of the currency one by one."""
    words = _money_words(abs(money.amount), money.currency)
    if not words:
        digits = _digits(money.amount.copy_abs(), at_least=_small_digits(money))
        words = f"{digits} {' '.join(money.currency)}"
    return _signed(money.amount, words)


def _signed(number: Decimal, words: str) -> str:
    # Ours to say: num2words fails at it in some languages, and garbles it in others.
    return _("minus {number}").format(number=words) if number < 0 else words


def _words(number: int) -> str:
    language = _language()
    if not language or abs(number) >= MOST:
        return ""
    return _ask(abs(number), lang=language)


def _money_words(amount: Decimal, currency: str) -> str:
    language = _language()
    amount = Decimal(plain(amount))
    small_digits = -int(amount.as_tuple().exponent)
    if amount >= MOST or small_digits > (0 if currency in _NOT_BY_HUNDRED else 2):
        return ""
    if currency not in _currencies(language):
        return ""
    if language in _MILLIONS_OF and amount >= _MILLION and int(amount) % _MILLION == 0:
        return ""
    how = {"to": "currency", "currency": currency, "separator": _CUT}
    words = _ask(amount, lang=language, adjective=language in _ADJECTIVES, **how)
    whole, cut, small = (part.strip() for part in words.partition(_CUT))
    if small_digits == 0:
        return whole
    return f"{whole}, {small}" if cut and small else ""


@cache
def _currencies(language: str) -> frozenset[str]:
    """Return the currencies that the language has a name of their own for: not every dollar is one."""
    if not language:
        return frozenset()
    converter = CONVERTER_CLASSES[language]
    adjectives = converter.CURRENCY_ADJECTIVES if language in _ADJECTIVES else {}
    names = {code: (adjectives.get(code), forms[0]) for code, forms in converter.CURRENCY_FORMS.items()}
    used = Counter(names.values())
    own = frozenset(code for code, name in names.items() if used[name] == 1)
    return own - _MISNAMED.get(language, frozenset())


def _language() -> str:
    """Return the active language as num2words calls it, or an empty text where we do not trust its words."""
    active = get_language() or ""
    language = active.split("-")[0]
    return language if language in WORDED and active != "pt-br" else ""  # their cents have another name


def _ask(number: int | Decimal, **how: object) -> str:
    try:
        return str(num2words(number, **how))
    except Exception:  # it raises whatever comes to hand for what it does not know; digits are always there
        return ""


def _small_digits(money: Money) -> int:
    is_broken = money.amount != money.amount.to_integral_value()
    return 2 if is_broken and money.currency not in _NOT_BY_HUNDRED else 0


def _digits(number: Decimal, *, at_least: int = 0) -> str:
    digits = plain(number)
    places = max(at_least, len(digits.partition(".")[2]))
    return str(number_format(digits, places, use_l10n=True, force_grouping=False))
