"""Tables of request fields, and the checks that turn JSON into typed values or the documented 400."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from voice2fa.emulator.errors import ApiError

E164 = re.compile(r"\+[1-9]\d{1,14}")
SIP = re.compile(r"sips?:[^\s@]+@[^\s@]+", re.IGNORECASE)
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
METHODS = ("POST", "GET")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One JSON field: how it is checked, its bounds, and its value when absent or null."""

    check: Callable[["Field", str, Any], Any]
    default: Any = None
    low: float = 0
    high: float = 0


def bad(name: str, reason: str) -> ApiError:
    """Return the 400 in the carrier's usual wording."""
    return ApiError(400, f"Invalid {name}: {reason}")


def check_text(field: Field, name: str, value: Any) -> str:
    """Return text of at most `high` characters."""
    if not isinstance(value, str):
        raise bad(name, "must be a string")
    if len(value) > field.high:
        raise bad(name, f"must contain at most {field.high:.0f} characters")
    return value


def check_tag(field: Field, name: str, value: Any) -> str:
    """Return a tag; too long a one has a wording of its own."""
    if isinstance(value, str) and len(value) > field.high:
        text = f"sendCallback tag must contain at most {field.high:.0f} characters"
        raise ApiError(400, f"Could not create call: {text}")
    return check_text(field, name, value)


def check_number(field: Field, name: str, value: Any) -> float:
    """Return a number within the range, decimals allowed."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise bad(name, "must be a number")
    if not field.low <= value <= field.high:
        raise ApiError(400, f"{name} must be within the range [{field.low}, {field.high}], but was {value}")
    return value


def check_whole(field: Field, name: str, value: Any) -> int:
    """Return a whole number within the range."""
    if isinstance(value, float) and not value.is_integer():
        raise bad(name, "must be a whole number")
    return int(check_number(field, name, value))


def check_boolean(field: Field, name: str, value: Any) -> bool:
    """Return true or false, never a string that looks like one."""
    if not isinstance(value, bool):
        raise bad(name, "must be a boolean")
    return value


def check_method(field: Field, name: str, value: Any) -> str:
    """Return GET or POST; the wording names the URL field that it belongs to."""
    if value not in METHODS:
        raise ApiError(400, f"Invalid {name.replace('Method', 'Url')} method. Supported methods: [POST, GET]")
    return str(value)


def check_url(field: Field, name: str, value: Any) -> str:
    """Return an absolute http or https URL of at most 2048 characters."""
    if not isinstance(value, str) or len(value) > 2048:
        raise bad(name, "must be a URL of at most 2048 characters")
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise bad(name, "must be a valid URL") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise bad(name, "only http and https are allowed")
    if not host or re.search(r"\s", value) or CONTROL_CHARACTERS.search(value):
        raise bad(name, "must be a valid URL")
    return value


def check_phone(field: Field, name: str, value: Any) -> str:
    """Return an E.164 number."""
    if not isinstance(value, str) or not E164.fullmatch(value):
        raise bad(name, "must be an E164 telephone number")
    return value


def check_destination(field: Field, name: str, value: Any) -> str:
    """Return an E.164 number or a SIP URI."""
    if isinstance(value, str) and SIP.fullmatch(value):
        return value
    return check_phone(field, name, value)


def check_choice(*choices: str) -> Callable[[Field, str, Any], str]:
    """Return a check that lets only these words pass."""

    def check(field: Field, name: str, value: Any) -> str:
        if value not in choices:
            raise bad(name, f"must be one of [{', '.join(choices)}]")
        return str(value)

    return check


def check_object(field: Field, name: str, value: Any) -> Mapping[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise bad(name, "must be an object")
    return value


def read(table: Mapping[str, Field], body: Mapping[str, Any], *, refuse_unknown: bool) -> dict[str, Any]:
    """Return a value for every field of the table; null counts as absent."""
    unknown = sorted(set(body) - set(table))
    if unknown and refuse_unknown:
        raise ApiError(400, f"Unrecognized field(s): [{', '.join(unknown)}]")
    values = {}
    for name, field in table.items():
        value = body.get(name)
        values[name] = field.default if value is None else field.check(field, name, value)
    return values


def may_carry_credentials(url: str, policy: str) -> bool:
    """Return whether credentials may go to that URL: https always, http as the option says."""
    parts = urlsplit(url)
    if parts.scheme.lower() == "https" or policy == "always":
        return True
    return policy == "loopback" and (parts.hostname or "") in LOOPBACK
