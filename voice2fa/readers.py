"""Turn the raw values of ``VOICE2FA`` into typed ones, or say what to write instead."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import phonenumbers

from .core.addresses import is_loopback
from .core.methods import Method
from .core.policy import APPROVE_KEYS, RANDOM_KEY, Limit, Scope
from .core.prompts import Prompt
from .core.speakable import LONGEST_NAME, clean, is_visible

_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?(/[A-Za-z0-9._~-]+)*/*"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_RECORDING = re.compile(r"https://[A-Za-z0-9.-]+(:(?P<port>[0-9]{1,5}))?(/[A-Za-z0-9._~%-]+)+\.(wav|mp3)")
_LAST_PORT = 65535
# Bandwidth, "createCall": no address is longer. Those of callbacks begin with ours.
LONGEST_URL, LONGEST_PUBLIC_URL = 2048, 1024

EVERYONE = "everyone"
WITH_PHONE = "with_phone"
STAFF = "staff"
GROUP = "group:"
PERMISSION = "permission:"
_PERMISSION = re.compile(r"permission:\w+\.\w+")
_DOTTED_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


class Wrong(Exception):
    """A value that a reader cannot accept; the message says what to write.

    ``usable`` is what remains of the value without its faults, where calls could make do with that.
    """

    def __init__(self, message: str, *, usable: Any = None) -> None:
        super().__init__(message)
        self.usable = usable


def text(value: Any) -> str:
    """Read a string."""
    if not isinstance(value, str):
        raise Wrong("Write a string.")
    return value


def name(value: Any) -> str:
    """Read a name that calls say: cut short or emptied by our own rules for names it would mislead."""
    given = text(value)
    if given and (len(given) > LONGEST_NAME or not clean(given) or not is_visible(given)):
        raise Wrong(
            f"Write at most {LONGEST_NAME} characters, with letters or digits among them that can be spoken, "
            "and none that cannot be seen, such as line breaks or marks of direction; or leave it empty.",
            usable=clean(given),
        )
    return given


def choice(*choices: str) -> Callable[[Any], str]:
    """Return a reader of one of the choices."""

    def read(value: Any) -> str:
        if value not in choices:
            raise Wrong(f"Write one of {', '.join(repr(str(choice)) for choice in choices)}.")
        return str(value)

    return read


def flag(value: Any) -> bool:
    """Read a yes or no."""
    if not isinstance(value, bool):
        raise Wrong("Write True or False.")
    return value


def day(value: Any) -> date | None:
    """Read a day of the calendar, or an empty text for none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if value == "":
        return None
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        raise Wrong("Write a day such as '2027-01-31'.") from None


def required_for(value: Any) -> tuple[str, ...]:
    """Read who must confirm: one word, or a list of them; whoever any of them names must."""
    words = texts("['staff', 'with_phone']")([value] if isinstance(value, str) else value)
    for word in words:
        if not _names_people(word):
            raise Wrong(
                "Write 'everyone', 'with_phone', 'staff', 'group:tellers', 'permission:bank.add_transfer', "
                f"a dotted path such as 'bank.rules.must_confirm', or a list of these, in place of {word!r}."
            )
    return words


def _names_people(word: str) -> bool:
    if word in {EVERYONE, WITH_PHONE, STAFF} or (word.startswith(GROUP) and word != GROUP):
        return True
    return bool(_PERMISSION.fullmatch(word) or _DOTTED_PATH.fullmatch(word))


def method(*choices: Method) -> Callable[[Any], Method]:
    """Return a reader of one of the methods."""
    read = choice(*choices)
    return lambda value: Method(read(value))


def whole(low: int, high: int, unit: str) -> Callable[[Any], int]:
    """Return a reader of a whole number from low to high."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Wrong(f"Write a whole number of {unit} from {low} to {high}.")
        return value

    return read


def texts(example: str) -> Callable[[Any], tuple[str, ...]]:
    """Return a reader of a list of strings."""

    def read(value: Any) -> tuple[str, ...]:
        if (
            isinstance(value, str)
            or not isinstance(value, Sequence)
            or not value
            or not all(isinstance(item, str) and item for item in value)
        ):
            raise Wrong(f"Write a list of strings, such as {example}.")
        return tuple(value)

    return read


def regions(value: Any) -> tuple[str, ...]:
    """Read a list of countries."""
    regions = texts("['US', 'CA']")(value)
    unknown = sorted(set(regions) - set(phonenumbers.SUPPORTED_REGIONS))
    if unknown:
        raise Wrong(f"Write ISO 3166 codes in capitals, such as 'US', in place of {', '.join(unknown)}.")
    return regions


def languages_instead(value: Any) -> dict[str, str]:
    """Read which language is spoken in place of which."""
    sentence = "Write language codes as Django does, such as {'pt': 'es', 'pt-br': 'es'}."
    if not isinstance(value, Mapping):
        raise Wrong(sentence)
    pairs = [pair for pair in value.items() if all(map(_is_language, pair))]
    usable = {given.lower(): spoken.lower() for given, spoken in pairs}
    if len(pairs) < len(value):
        raise Wrong(sentence, usable=usable)
    return usable


def _is_language(code: Any) -> bool:
    return isinstance(code, str) and _LANGUAGE.fullmatch(code) is not None


def recordings(value: Any) -> dict[Prompt, str]:
    """Read the address of a recording by prompt."""
    if not isinstance(value, Mapping):
        raise Wrong("Write a dict such as {'approved': 'https://cdn.example.com/{language}/approved.mp3'}.")
    usable, faults = {}, []
    for name, url in value.items():
        try:
            usable[_prompt(name)] = _recording(name, url)
        except Wrong as wrong:
            faults.append(str(wrong))
    if faults:
        raise Wrong(" ".join(faults), usable=usable)
    return usable


def _prompt(name: Any) -> Prompt:
    if name not in set(Prompt):
        raise Wrong(f"Write prompts that exist: {name!r} is none of {', '.join(sorted(Prompt))}.")
    return Prompt(name)


def _recording(name: str, url: Any) -> str:
    """Read one address; the carrier plays wav and mp3, and ends the call over anything else."""
    if name in {Prompt.ACT, Prompt.ORIGIN}:
        raise Wrong(f"Write no recording of {name!r}, which says something else in each call.")
    names_key = name in {Prompt.APPROVE, Prompt.SPEAK}
    filled = url.replace("{language}", "en") if isinstance(url, str) else ""
    address = _RECORDING.fullmatch(filled.replace("{key}", "1") if names_key else filled)
    # As written: no code of a language and no key is longer than what stands for it.
    if address is None or int(address["port"] or 0) > _LAST_PORT or len(url) > LONGEST_URL:
        raise Wrong(
            f"Write the https address of a .wav or .mp3 for {name!r}, without a query and of at most "
            f"{LONGEST_URL} characters, in which nothing stands in braces but "
            f"{'{language} and {key}' if names_key else '{language}'}."
        )
    if names_key and "{key}" not in filled:
        raise Wrong(f"Write {{key}} into the address of the recording of {name!r}: it must say the key.")
    return str(url)


def public_url(value: Any) -> str:
    """Read scheme and host, and the path that the site is mounted under, if any."""
    # A query or a fragment would end up in the middle of every callback URL.
    origin = _ORIGIN.fullmatch(text(value))
    if origin is None or int(origin["port"] or 0) > _LAST_PORT:
        raise Wrong("Write scheme and host, such as 'https://www.example.com', and no query.")
    if len(origin[0]) > LONGEST_PUBLIC_URL:
        raise Wrong(f"Write an address of at most {LONGEST_PUBLIC_URL} characters.")
    if origin["scheme"] == "http" and not is_loopback(origin["host"].strip("[]")):
        raise Wrong("Write an https address: callbacks carry credentials. Only this machine may use http.")
    return origin[0].rstrip("/")


def approve_key(value: Any) -> str:
    """Read the key that approves."""
    if value != RANDOM_KEY and (not isinstance(value, str) or len(value) != 1 or value not in APPROVE_KEYS):
        raise Wrong("Write 'random', or one key from '1' to '9' in quotes; 0 is kept for 'this was not me'.")
    return str(value)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderSetting:
    """Which provider class places the calls, and its options."""

    backend: str
    options: Mapping[str, Any] = field(default_factory=dict)


def provider(value: Any) -> ProviderSetting:
    """Read a provider's class and options."""
    example = "{'BACKEND': 'voice2fa.providers.bandwidth.BandwidthProvider', 'OPTIONS': {...}}"
    if not isinstance(value, Mapping) or not isinstance(value.get("BACKEND"), str):
        raise Wrong(f"Write {example}.")
    if set(value) - {"BACKEND", "OPTIONS"} or not isinstance(value.get("OPTIONS", {}), Mapping):
        raise Wrong(f"Write nothing but BACKEND and OPTIONS, as in {example}.")
    return ProviderSetting(backend=value["BACKEND"], options=dict(value.get("OPTIONS", {})))


DEFAULT_CALL_LIMITS: Mapping[str, Sequence[tuple[int, int]]] = {
    "user": [(5, 3600), (20, 86400)],
    "number": [(5, 3600), (20, 86400)],
    "address": [(30, 3600)],
}


def call_limits(value: Any) -> dict[Scope, tuple[Limit, ...]]:
    """Read limits by scope; a scope that is left out keeps its default, an empty list lifts it."""
    sentence = (
        "Write {'user': [(5, 3600)], 'number': [(5, 3600)], 'address': [(20, 3600)]}: (calls, seconds)."
    )
    if not isinstance(value, Mapping) or set(value) - set(Scope):
        raise Wrong(sentence)
    value = {**DEFAULT_CALL_LIMITS, **value}
    try:
        return {Scope(scope): tuple(_limit(pair) for pair in pairs) for scope, pairs in value.items()}
    except (TypeError, ValueError):
        raise Wrong(sentence) from None


def _limit(pair: Any) -> Limit:
    calls, seconds = pair
    is_whole = all(isinstance(item, int) and not isinstance(item, bool) for item in (calls, seconds))
    if not (is_whole and calls > 0 and 0 < seconds <= 30 * 86400):
        raise ValueError
    return Limit(calls=calls, seconds=seconds)
