"""Which of the account's numbers calls whom, and under which name."""

import re
from collections.abc import Mapping
from typing import Any

import phonenumbers

from voice2fa.core.problems import Problem
from voice2fa.core.speakable import is_visible
from voice2fa.providers.rules import E164, Rule, is_table

LONGEST_NAME = 256  # characters; Bandwidth, "createCall"
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")

NUMBERS_RULE = Rule(
    name="FROM_NUMBERS",
    id="voice2fa.E120",
    must="a dict of the numbers that call in place of FROM_NUMBER, by the country or the first digits of "
    "the number called",
    example="{'GB': '+442045550100', '+1907': '+19075550100'}",
    accepts=is_table,
    default={},
)
NAME_RULE = Rule(
    name="DISPLAY_NAME",
    id="voice2fa.E121",
    must="the name that phones may show: at most 256 characters, something to see among them, and none that "
    "cannot be seen, such as line breaks or marks of direction",
    example="'Example Bank'",
    accepts=lambda value: isinstance(value, str) and len(value) <= LONGEST_NAME and is_visible(value),
    default="",
    has_safe_default=True,
)
RULES = (NUMBERS_RULE, NAME_RULE)


def choose_caller(number: str, *, region: str, numbers: Mapping[str, str]) -> str | None:
    """Return the number that calls this one: by its longest prefix listed, or else by its region."""
    prefixes = [key for key in numbers if key.startswith("+") and number.startswith(key)]
    return numbers.get(max(prefixes, key=len, default=region))


def check_numbers(numbers: Any) -> list[Problem]:
    """Return a problem for keys that name no destination, and one for values that are no numbers."""
    if not is_table(numbers):
        return []
    problems = []
    strange = [key for key in numbers if not _is_destination(key)]
    if strange:
        problems.append(
            Problem(
                id=NUMBERS_RULE.id,
                message=f"OPTIONS['FROM_NUMBERS'] has {strange[0]!r}, which is neither a country nor how a "
                "number begins.",
                hint="Write ISO 3166 codes in capitals, such as 'GB', or first digits such as '+1907'.",
            )
        )
    wrong = [key for key, number in numbers.items() if not E164.fullmatch(number)]
    if wrong:
        problems.append(
            Problem(
                id=NUMBERS_RULE.id,
                message=f"OPTIONS['FROM_NUMBERS'] has for {wrong[0]!r} no number in E.164 form.",
                hint="Write a number of the account's, such as '+442045550100'.",
            )
        )
    return problems


def _is_destination(key: str) -> bool:
    return key in phonenumbers.SUPPORTED_REGIONS or _PREFIX.fullmatch(key) is not None
