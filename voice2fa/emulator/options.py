"""Every switch of the emulator in one frozen table, from which CLI, control plane and Python API are made."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from voice2fa.emulator.exchanges import MASK
from voice2fa.emulator.numbers import BEHAVIOURS

SECRETS = ("client_secret", "application_password", "application_fallback_password")
OWNED_NUMBERS = tuple(f"+120255501{last:02d}" for last in range(10))


def switch(default: Any, help: str, *, choices: Sequence[str] = (), low: float | None = None) -> Any:
    """Return a dataclass field that also knows its help sentence and its permitted values."""
    return field(default=default, metadata={"help": help, "choices": tuple(choices), "low": low})


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How the emulated carrier behaves where its documentation is silent, and what the account has."""

    host: str = switch("127.0.0.1", "address to listen on")
    port: int = switch(0, "port to listen on; 0 takes a free one", low=0)
    base_url: str = switch("", "address told in callUrl and Location (default: where the emulator listens)")
    allow_any_host: bool = switch(False, "answer the control plane for any Host and Origin")
    allowed_hosts: tuple[str, ...] = switch((), "further host names that the control plane answers to")
    # The account
    account_id: str = switch("9900000", "the account's number")
    application_id: str = switch("00000000-0000-4000-8000-000000000001", "the voice application's id")
    client_id: str = switch("emulator", "OAuth client id, and user name for Basic")
    client_secret: str = switch("emulator-secret", "OAuth client secret, and password for Basic")
    accept_basic: bool = switch(
        True, "accept Basic credentials on the voice API (the carrier stops 2026-12-02)"
    )
    numbers: tuple[str, ...] = switch(
        OWNED_NUMBERS, "numbers that the account owns; calls from others end as error"
    )
    # The application: where calls to us are announced
    call_initiated_url: str = switch("", "where incoming calls are announced; without it they end at once")
    call_initiated_method: str = switch("POST", "how they are announced", choices=("POST", "GET"))
    call_initiated_fallback_url: str = switch("", "where else, when that fails")
    call_initiated_fallback_method: str = switch("POST", "how, there", choices=("POST", "GET"))
    call_status_url: str = switch("", "where incoming calls' ends are told")
    call_status_method: str = switch("POST", "how they are told", choices=("POST", "GET"))
    application_username: str = switch("", "callback credentials of call_initiated_url and call_status_url")
    application_password: str = switch("", "the password of these")
    application_fallback_username: str = switch("", "callback credentials of call_initiated_fallback_url")
    application_fallback_password: str = switch("", "the password of these")
    callback_timeout: float = switch(15.0, "seconds that the site has to reply in incoming calls", low=1)
    # The credentials of the API
    token_seconds: float = switch(3600.0, "lifetime of an OAuth token", low=0)
    voice_permission: bool = switch(True, "the credentials may use Voice; without it every answer is 403")
    out_of_credit: bool = switch(False, "refuse new calls with 402")
    # Limits
    cps: int = switch(5, "calls dialled per second", low=1)
    concurrent_calls: int = switch(100, "calls in progress at once", low=1)
    queue_seconds: int = switch(300, "queue length, in seconds of calls at the dialling rate", low=0)
    at_concurrency_limit: str = switch(
        "refuse",
        "when all lines are taken: 429 at create, or accept and end as account-limit, or wait in the queue",
        choices=("refuse", "account-limit", "wait"),
    )
    retry_after: str = switch("seconds", "form of Retry-After on 429", choices=("seconds", "date", "omit"))
    retry_after_seconds: int = switch(1, "what Retry-After says", low=0)
    # Time
    speed: float = switch(
        1.0, "clock: 1 is real, 10 is ten times faster, 0 stands still until advanced", low=0
    )
    speech_wpm: float = switch(150.0, "words spoken per minute; 0 means that speech takes no time", low=0)
    audio_seconds: float = switch(3.0, "nominal length of every audio file", low=0)
    ring_delay: float = switch(0.0, "seconds between dialling and the first ring", low=0)
    max_call_seconds: float = switch(
        0.0, "cut answered calls after this long; 0 never (Build accounts: 1800)", low=0
    )
    # The API
    state_lag: float = switch(0.2, "seconds during which a new call's state is still 404", low=0)
    state_shape: str = switch("object", "shape of the call-state answer", choices=("object", "array"))
    ended_conflict_seconds: float = switch(
        60.0, "how long updates of an ended call are 409 before 404", low=0
    )
    unknown_fields: str = switch("ignore", "unknown JSON fields in requests", choices=("ignore", "refuse"))
    plain_http_credentials: str = switch(
        "loopback",
        "webhook credentials on http URLs: for this machine only, always or never (the carrier: never)",
        choices=("loopback", "always", "never"),
    )
    # Callbacks
    callback_lag: float = switch(0.0, "seconds between an event and the callback about it", low=0)
    webhook_auth: str = switch(
        "challenge",
        "callback credentials: after a 401 to a bare request, after a 401 to one with body, or at once",
        choices=("challenge", "challenge-with-body", "preemptive"),
    )
    fallback_on_status: bool = switch(True, "a 4xx or 5xx answer also goes to the fallback URL")
    empty_reply: str = switch(
        "invalid-bxml", "a 2xx answer without a body", choices=("invalid-bxml", "hangup")
    )
    wrong_content_type: str = switch(
        "warn", "BXML that is not served as XML", choices=("warn", "invalid-bxml")
    )
    async_retry: bool = switch(True, "send asynchronous callbacks once more after a connection fault")
    # BXML
    unusual_root: str = switch(
        "warn", "<Bxml> in a callback answer, <Response> in PUT", choices=("warn", "refuse")
    )
    unknown_attribute: str = switch(
        "warn", "an attribute that no page lists", choices=("warn", "invalid-bxml")
    )
    unknown_voice: str = switch(
        "warn", "a voice or locale that no page lists", choices=("warn", "invalid-bxml")
    )
    odd_bxml: str = switch(
        "warn", "anything else that is odd about a document", choices=("warn", "invalid-bxml")
    )
    early_keys: str = switch(
        "dropped", "keys pressed before a Gather begins", choices=("dropped", "buffered")
    )
    max_documents: int = switch(1000, "BXML documents per call before application-error", low=1)
    max_documents_per_second: int = switch(50, "the same within one second: a redirect loop", low=1)
    # The callee
    detection_seconds: float = switch(
        -1.0, "machine detection takes this long; -1 as its thresholds imply", low=-1
    )
    everyone: str = switch(
        "handset", "behaviour of numbers that are not in the magic table", choices=tuple(BEHAVIOURS)
    )
    # Memory
    keep_calls: int = switch(5000, "ended calls remembered at all", low=0)
    keep_details: int = switch(500, "ended calls remembered with transcript and exchanges", low=0)
    keep_exchanges: int = switch(100, "latest exchanges kept per call", low=1)
    keep_body: int = switch(16384, "characters kept of each exchanged body", low=0)
    seed: int = switch(0, "seed of the dice that faults with a probability throw")


# The strictest reading of what the pages say: whatever is odd about a document refuses it.
STRICTEST: Mapping[str, str] = {
    "unusual_root": "refuse",
    "unknown_attribute": "invalid-bxml",
    "unknown_voice": "invalid-bxml",
    "odd_bxml": "invalid-bxml",
    "wrong_content_type": "invalid-bxml",
    "empty_reply": "invalid-bxml",
}
FIELDS = {item.name: item for item in fields(Options)}
_SPOKEN = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return _SPOKEN[str(value).lower()]


def _to_tuple(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(str(part).strip() for part in parts if str(part).strip())


_CONVERTERS: dict[Any, Any] = {bool: _to_bool, int: int, float: float, str: str, tuple[str, ...]: _to_tuple}


def coerce(name: str, value: Any) -> Any:
    """Return a value fit for the named switch, or raise ValueError with a sentence."""
    if name not in FIELDS:
        raise ValueError(f"There is no option called {name!r}.")
    item = FIELDS[name]
    try:
        result = _CONVERTERS[item.type](value)
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"Option {name} cannot be {value!r}.") from None
    choices, low = item.metadata["choices"], item.metadata["low"]
    if choices and result not in choices:
        raise ValueError(f"Option {name} is one of {', '.join(choices)}, not {value!r}.")
    # "not >=" rather than "<": NaN must not pass.
    if low is not None and not result >= low:
        raise ValueError(f"Option {name} is at least {low}, not {value!r}.")
    return result


def change(options: Options, changes: Mapping[str, Any]) -> Options:
    """Return the options with some switches turned, or raise ValueError with a sentence."""
    return replace(options, **{name: coerce(name, value) for name, value in changes.items()})


def to_json(options: Options) -> dict[str, Any]:
    """Return every switch and its position, secrets masked."""
    masked = {name: MASK for name in SECRETS if getattr(options, name)}
    return {**asdict(options), **masked, "numbers": list(options.numbers)}


def build_parser(epilog: str) -> argparse.ArgumentParser:
    """Return the command line that has one switch for each field."""
    parser = argparse.ArgumentParser(
        prog="python -m voice2fa.emulator",
        description="Emulate Bandwidth's Voice API v2 and BXML on this machine.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, item in FIELDS.items():
        flag = "--" + name.replace("_", "-")
        text = f"{item.metadata['help']} (default: {_show(item.default)})".replace("%", "%%")
        if item.type is bool:
            parser.add_argument(flag, dest=name, action=argparse.BooleanOptionalAction, help=text)
        else:
            parser.add_argument(flag, dest=name, metavar=_metavar(item), help=text)
    return parser


def _show(default: Any) -> str:
    return ",".join(default) if isinstance(default, tuple) else str(default)


def _metavar(item: Any) -> str:
    return "|".join(item.metadata["choices"]) or item.name.upper()


def parse(arguments: Sequence[str] | None, epilog: str = "", **defaults: Any) -> Options:
    """Return the options that a command line asks for; a bad value ends with argparse's usual message."""
    parser = build_parser(epilog)
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    try:
        return change(Options(), {**defaults, **given})
    except ValueError as error:
        parser.error(str(error))
