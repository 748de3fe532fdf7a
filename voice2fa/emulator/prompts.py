"""Which keys a prompt asks for, in many languages: all that scripted callees understand."""

import re
from collections.abc import Sequence

# "Press", as prompts say it: politely or not.
_VERBS = {
    "ar": r"\w*ضغط\w*",
    "da": "tryk|trykke|tast|taste",
    "de": "drücken|drücke|drück|wählen|wähle|tippen",
    "en": "press",
    "es": "pulse|pulsa|pulsar|presione|presiona|oprima|oprime|marque|marca|teclee|teclea",
    "fr": "appuyez|appuyer|appuie|tapez|taper|composez|composer",
    "it": "prema|premi|premere|digiti|digita|digitare",
    "nl": "druk|drukt|toets|kies",
    "pt": "prima|primir|pressione|pressionar|tecle|digite|marque|carregue|aperte",
    "ro": "apăsați|apăsaţi|apasă|tastați",
    "ru": "нажмите|нажми|нажать|наберите",
}
_LAST = "drücken|wählen|tippen|indrukken|drukken|toetsen|intoetsen|kiezen"
_WORDS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "star": "*", "asterisk": "*", "pound": "#", "hash": "#",
}  # fmt: skip
_KEY = r"([\d*#])(?![\dA-Za-z])"
_NAMED = re.compile(
    # "press the key 7": a few words may stand between, but no full stop.
    rf"\b(?:{'|'.join(_VERBS.values())})\s+(?:[^\W\d]+\s+){{0,4}}?(?:{_KEY}|({'|'.join(_WORDS)})\b)"
    # Chinese; then Japanese, German and Dutch, where the verb may come last.
    rf"|按[^\W\d]{{0,4}}\s*{_KEY}|{_KEY}\s*[^\W\d]{{0,8}}?\s*押|{_KEY}\s+(?:{_LAST})\b",
    re.IGNORECASE,
)


def named_keys(lines: Sequence[str]) -> list[str]:
    """Return the keys that prompts ask for, as in 'Press 7 to approve', in order."""
    return [_read(match) for line in lines for match in _NAMED.finditer(line)]


def _read(match: re.Match[str]) -> str:
    key = next(group for group in match.groups() if group)
    # int, since digits may be Arabic or of full width.
    return str(int(key)) if key.isdigit() else _WORDS.get(key.lower(), key)
