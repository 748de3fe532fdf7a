"""What a provider option may be: one rule per option, and the check that walks them."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from voice2fa.core.addresses import is_loopback
from voice2fa.core.problems import Problem

REQUIRED = object()
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SECRET_LENGTH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One option: its name, the id of its problem, what it must be, and a test of that.

    ``must`` completes the sentence "OPTIONS['NAME'] must be ..."; ``example`` is shown as what to write.
    ``has_safe_default`` tells that calls take the default in place of a value that breaks the rule.
    """

    name: str
    id: str
    must: str
    example: str
    accepts: Callable[[Any], bool]
    default: Any = REQUIRED
    has_safe_default: bool = False


def read_values(rules: Sequence[Rule], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every ruled option by lower-case name: the default where none can be used."""
    return {
        rule.name.lower(): options[rule.name] if _is_usable(rule, options) else rule.default for rule in rules
    }


def is_given(options: Mapping[str, Any], name: str) -> bool:
    """Tell whether the option is set; ``None`` and ``""``, as unset environment variables give, are not."""
    return options.get(name) not in (None, "")


def _is_usable(rule: Rule, options: Mapping[str, Any]) -> bool:
    return is_given(options, rule.name) and rule.accepts(options[rule.name])


def check_rules(rules: Sequence[Rule], options: Mapping[str, Any], *, unknown_id: str) -> list[Problem]:
    """Return a problem for every option that breaks its rule or that no rule knows."""
    return [*_check_names(rules, options, unknown_id), *_check_values(rules, options)]


def _check_names(rules: Sequence[Rule], options: Mapping[str, Any], unknown_id: str) -> list[Problem]:
    names = [rule.name for rule in rules]
    return [
        Problem(
            id=unknown_id,
            message=f"OPTIONS has an entry {str(name)!r} that this provider does not know.",
            hint=_suggest(str(name), names),
        )
        for name in options
        if name not in names
    ]


def _suggest(name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(name.upper(), names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Remove it; the options are {', '.join(names)}."


def _check_values(rules: Sequence[Rule], options: Mapping[str, Any]) -> list[Problem]:
    problems = []
    for rule in rules:
        given = is_given(options, rule.name)
        if not _is_usable(rule, options) and (given or rule.default is REQUIRED):
            verb = "must be" if given else "is missing: it must be"
            problems.append(
                Problem(
                    id=rule.id,
                    # The value is not shown: it may be a secret pasted into the wrong line.
                    message=f"OPTIONS['{rule.name}'] {verb} {rule.must}.",
                    hint=f"Write, for instance, {rule.example}.",
                    has_safe_default=rule.has_safe_default,
                )
            )
    return problems


def matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    """Return a test for text that matches the pattern as a whole."""
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def is_text(value: Any) -> bool:
    """Tell whether the value is text without spaces around it."""
    return isinstance(value, str) and bool(value) and value == value.strip()


def is_table(value: Any) -> bool:
    """Tell whether the value is a dict of texts by text."""
    return isinstance(value, Mapping) and all(
        isinstance(item, str) for pair in value.items() for item in pair
    )


def is_number(low: float, high: float) -> Callable[[Any], bool]:
    """Return a test for a number from ``low`` to ``high``, both included."""
    return lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    )


def is_integer(low: int, high: int) -> Callable[[Any], bool]:
    """Return a test for a whole number from ``low`` to ``high``, both included."""
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_secret_list(value: Any) -> bool:
    """Tell whether the value is a list of one or more secrets that are long enough."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(secret, str) and len(secret) >= SECRET_LENGTH for secret in value)
    )


def is_safe_url(value: Any) -> bool:
    """Tell whether the value is an absolute https URL, or an http one of this machine, and nothing more."""
    if not isinstance(value, str) or re.search(r"[\s\x00-\x1f\x7f]", value):
        return False
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    return (
        bool(host)
        and is_plain
        and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    )
