"""The ``VOICE2FA`` setting as one frozen, typed object, read when it is first needed."""

import difflib
import logging
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from . import readers
from .core.methods import Method
from .core.policy import RANDOM_KEY, VOUCHED, Limit, Scope
from .core.problems import Problem
from .core.prompts import Prompt

logger = logging.getLogger("voice2fa.conf")
MAX_LIFETIME = 600  # seconds; NIST SP 800-63B-4, 3.1.3.2 (R7)
MIN_CODE_LENGTH = 6  # decimal digits; NIST SP 800-63B-4, 3.1.3.2 (R5)
EVERYONE = readers.EVERYONE
WITH_PHONE = readers.WITH_PHONE
STAFF = readers.STAFF
EMAIL = "email"
BXML = "bxml"
API = "api"
NEVER = "off"
NORMAL = "normal"
SLOW = "slow"
STAFF_CODE = "staff_code"
PASSWORD = "password"  # noqa: S105 - a word, not a secret


def _setting(
    number: int,
    read: Callable[[Any], Any],
    doc: str,
    default: Any = MISSING,
    *,
    has_safe_default: bool = False,
) -> Any:
    facts = {"id": f"voice2fa.E{number:03}", "read": read, "doc": doc, "default": default}
    return field(metadata={**facts, "has_safe_default": has_safe_default})


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Every key of ``VOICE2FA``, read and validated; names in the dict are these in capitals."""

    public_url: str = _setting(
        2,
        readers.public_url,
        "Scheme, host and mount path under which the carrier reaches this site; callback URLs begin with it.",
    )
    provider: readers.ProviderSetting = _setting(
        3, readers.provider, "The class that talks to the carrier, and its options."
    )
    site_name: str = _setting(
        4,
        readers.name,
        "Who the call says is calling; empty for the host name of PUBLIC_URL.",
        "",
        has_safe_default=True,
    )
    login_method: Method = _setting(
        5, readers.method(*Method), "How a login is confirmed: 'approve', 'enter' or 'speak'.", Method.APPROVE
    )
    enrol_method: Method = _setting(
        6,
        readers.method(Method.ENTER, Method.SPEAK),
        "How a phone is proved: 'enter' (key in the page's code) or 'speak' (type the call's code).",
        Method.ENTER,
    )
    approve_key: str = _setting(
        7,
        readers.approve_key,
        "The key that approves: 'random' for each call, or a fixed one such as '1'.",
        RANDOM_KEY,
    )
    call_control: str = _setting(
        8,
        readers.choice(BXML, API),
        "How a call is steered: 'bxml', by the replies to its callbacks, or 'api', by scripts that a worker "
        "pushes onto the live call.",
        BXML,
    )
    code_length: int = _setting(9, readers.whole(MIN_CODE_LENGTH, 10, "digits"), "Digits in a code.", 6)
    lifetime: int = _setting(
        10,
        readers.whole(60, MAX_LIFETIME, "seconds"),
        "Seconds from the request until a verification is dead.",
        300,
    )
    ring_seconds: int = _setting(11, readers.whole(5, 120, "seconds"), "Seconds that the phone may ring.", 30)
    max_tries: int = _setting(
        12, readers.whole(1, 10, "tries"), "Wrong codes that end a call's verification.", 3
    )
    max_failures: int = _setting(
        13,
        readers.whole(3, 100, "wrong codes"),
        "Wrong codes a day after which an account or number must wait.",
        15,
    )
    cool_down: int = _setting(
        14,
        readers.whole(0, 3600, "seconds"),
        "Seconds between two calls to a person that were not approved.",
        15,
    )
    call_limits: Mapping[Scope, tuple[Limit, ...]] = _setting(
        15,
        readers.call_limits,
        "Calls in vain allowed, as (calls, seconds), by 'user', 'number' and client 'address'.",
        readers.DEFAULT_CALL_LIMITS,
    )
    required_for: tuple[str, ...] = _setting(
        16,
        readers.required_for,
        "Who must confirm a login: 'everyone', 'with_phone', 'staff', 'group:…', 'permission:…', "
        "a dotted path to a function of the user, or a list of these.",
        (EVERYONE,),
    )
    first_factor_backends: tuple[str, ...] = _setting(
        17,
        readers.texts("['django.contrib.auth.backends.ModelBackend']"),
        "Authentication backends that check the password.",
        ("django.contrib.auth.backends.ModelBackend",),
    )
    allowed_regions: tuple[str, ...] = _setting(
        18, readers.regions, "Countries (ISO 3166 codes) whose numbers may be called.", ("US", "CA")
    )
    machine_detection: str = _setting(
        19,
        readers.choice("off", "async", "sync"),
        "Whether the carrier listens for answering machines: 'off', 'async' or 'sync'.",
        "async",
    )
    phones_per_user: int = _setting(
        20, readers.whole(1, 50, "phones"), "Phones that one account may have.", 5
    )
    accounts_per_number: int = _setting(
        21, readers.whole(1, 1000, "accounts"), "Accounts that one phone may serve.", 5
    )
    trusted_proxies: int = _setting(
        22,
        readers.whole(0, 10, "proxies"),
        "Proxies in front of the site whose X-Forwarded-For entries are true.",
        0,
    )
    workers: int = _setting(
        23,
        readers.whole(1, 64, "threads"),
        "Threads that place calls where no task queue (TASKS) is configured.",
        8,
    )

    max_calls: int = _setting(
        24,
        readers.whole(1, 1000, "calls"),
        "Calls a day to one number, whatever becomes of them.",
        50,
    )
    grace_until: date | None = _setting(
        60,
        readers.day,
        "The day, as '2027-01-31', up to which those who must confirm and have no phone yet may log in "
        "without; empty for no such time.",
        "",
    )
    first_phone_proof: str = _setting(
        61,
        readers.choice(EMAIL, STAFF_CODE, PASSWORD),
        "What a first phone asks for beside the password: 'email' (a link, or a code from staff), "
        "'staff_code' (only that), or 'password' (nothing).",
        EMAIL,
    )
    remember_days: int = _setting(
        62,
        readers.whole(0, 90, "days"),
        "Days for which a person may have a browser remembered and log in there without a call; 0: never.",
        0,
    )
    remember_staff: bool = _setting(
        63, readers.flag, "Whether browsers of staff may be remembered too.", False
    )
    api_issuer: str = _setting(
        64,
        readers.text,
        "The class that gives API clients a session or a token for an approved login.",
        "voice2fa.api.issuers.SessionIssuer",
    )
    speech_rate: str = _setting(
        65,
        readers.choice(NORMAL, SLOW),
        "How fast calls speak: 'normal' or 'slow'.",
        NORMAL,
        has_safe_default=True,
    )
    spoken_instead: Mapping[str, str] = _setting(
        66,
        readers.languages_instead,
        "What calls speak in place of a language that the carrier has no voice for, such as {'pt': 'es'}.",
        {},
        has_safe_default=True,
    )
    recordings: Mapping[Prompt, str] = _setting(
        67,
        readers.recordings,
        "Recordings to play in place of speech: the https address of a .wav or .mp3 by prompt, in which "
        "{language} stands for the language of the call, and {key} for its key.",
        {},
        has_safe_default=True,
    )
    extension_wait: int = _setting(
        68,
        readers.whole(0, 30, "seconds"),
        "Seconds between the answer of a switchboard and the keys of the extension.",
        2,
    )
    call_in: str = _setting(
        69,
        readers.choice(NEVER, *VOUCHED),
        "Whether a person may call us in place of being called, and how sure their carrier must be of the "
        "number: 'off', 'A' (full attestation), 'B' (partial) or 'any'.",
        NEVER,
    )

    @property
    def caller_name(self) -> str:
        """Who the call says is calling."""
        return self.site_name or str(urlsplit(self.public_url).hostname)


KEYS = {item.name.upper(): item for item in fields(Settings)}


def read(raw: Any) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values that could be read, by field name, and one problem for each that could not.

    A value that has a safe default, such as the words alone in place of a recording, is among the values too.
    """
    if not isinstance(raw, Mapping):
        hint = "Write VOICE2FA = {'PUBLIC_URL': 'https://www.example.com', 'PROVIDER': {...}}."
        return {}, [
            Problem(id="voice2fa.E001", message="The VOICE2FA setting is missing or not a dict.", hint=hint)
        ]
    values: dict[str, Any] = {}
    problems = [_unknown_key(str(key)) for key in raw if key not in KEYS]
    for key, item in KEYS.items():
        value = raw.get(key, item.metadata["default"])
        if value is MISSING:
            hint = f"Add {key}: {item.metadata['doc']}"
            message = f"VOICE2FA has no {key}."
            problems.append(Problem(id=item.metadata["id"], message=message, hint=hint))
            continue
        try:
            values[item.name] = item.metadata["read"](value)
        except readers.Wrong as wrong:
            problem = _unusable(item, wrong)
            problems.append(problem)
            if problem.has_safe_default:
                is_left = wrong.usable is not None
                values[item.name] = wrong.usable if is_left else item.metadata["default"]
    return values, problems


def _unusable(item: Field[Any], wrong: readers.Wrong) -> Problem:
    return Problem(
        id=item.metadata["id"],
        message=f"VOICE2FA[{item.name.upper()!r}] is not usable.",
        hint=str(wrong),
        has_safe_default=item.metadata["has_safe_default"],
    )


def _unknown_key(key: str) -> Problem:
    close = difflib.get_close_matches(key.upper(), KEYS, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"Known keys: {', '.join(KEYS)}."
    return Problem(id="voice2fa.E025", message=f"VOICE2FA has an unknown key {key!r}.", hint=hint)


@cache
def get_settings() -> Settings:
    """Return the site's settings; raises ``ImproperlyConfigured`` with every fault in a sentence.

    Where each fault has a safe default, these are logged instead, once per process.
    """
    values, problems = read(getattr(django_settings, "VOICE2FA", None))
    if any(problem.stops_calls for problem in problems):
        raise ImproperlyConfigured(" ".join(f"{problem.message} {problem.hint}" for problem in problems))
    for problem in problems:
        logger.warning("%s Calls do without what is wrong. %s", problem.message, problem.hint)
    return Settings(**values)


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "VOICE2FA":
        get_settings.cache_clear()


setting_changed.connect(_forget, dispatch_uid="voice2fa.conf")
