"""Bandwidth's options: what may be written, what is assumed, and what is wrong with what was written."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voice2fa.core.problems import Problem
from voice2fa.providers.base import BadOptions
from voice2fa.providers.rules import (
    E164,
    UUID,
    Rule,
    check_rules,
    is_given,
    is_integer,
    is_number,
    is_safe_url,
    is_secret_list,
    is_text,
    matches,
    read_values,
)

from . import callers, casting

logger = logging.getLogger("voice2fa.providers")
BASE_URL = "https://voice.bandwidth.com/api/v2"
TOKEN_URL = "https://api.bandwidth.com/api/v1/oauth2/token"  # noqa: S105 - an address, not a token
BASIC_ENDS = "2026-12-02"
OAUTH_PAIR = ("CLIENT_ID", "CLIENT_SECRET")
BASIC_PAIR = ("USERNAME", "PASSWORD")

_URL = "an https URL without query or user name (http only for this machine)"

RULES = (
    Rule(
        name="ACCOUNT_ID",
        id="voice2fa.E102",
        must="the Bandwidth account id: text of 5 to 10 digits",
        example="'9900000'",
        accepts=matches(re.compile(r"[0-9]{5,10}")),
    ),
    Rule(
        name="APPLICATION_ID",
        id="voice2fa.E103",
        must="the UUID of the voice application that owns FROM_NUMBER",
        example="'00000000-0000-4000-8000-000000000001'",
        accepts=matches(UUID),
    ),
    Rule(
        name="FROM_NUMBER",
        id="voice2fa.E104",
        must="the number that calls, in E.164 form",
        example="'+12025550100'",
        accepts=matches(E164),
    ),
    Rule(
        name="CALLBACK_SECRETS",
        id="voice2fa.E105",
        must="a list of secrets of at least 32 characters each, the newest first",
        example="[secrets.token_urlsafe(32)], kept outside the code",
        accepts=is_secret_list,
    ),
    Rule(
        name="CLIENT_ID",
        id="voice2fa.E106",
        must="the client id of Bandwidth API Credentials, as text",
        example="os.environ['BANDWIDTH_CLIENT_ID']",
        accepts=is_text,
        default="",
    ),
    Rule(
        name="CLIENT_SECRET",
        id="voice2fa.E107",
        must="the client secret of Bandwidth API Credentials, as text",
        example="os.environ['BANDWIDTH_CLIENT_SECRET']",
        accepts=is_text,
        default="",
    ),
    Rule(
        name="USERNAME",
        id="voice2fa.E108",
        must="the name of a Bandwidth API User, as text",
        example="os.environ['BANDWIDTH_USERNAME']",
        accepts=is_text,
        default="",
    ),
    Rule(
        name="PASSWORD",
        id="voice2fa.E109",
        must="the password of a Bandwidth API User, as text",
        example="os.environ['BANDWIDTH_PASSWORD']",
        accepts=is_text,
        default="",
    ),
    Rule(
        name="BASE_URL",
        id="voice2fa.E110",
        must=_URL,
        example=f"'{BASE_URL}', or leave it out",
        accepts=is_safe_url,
        default=BASE_URL,
    ),
    Rule(
        name="TOKEN_URL",
        id="voice2fa.E111",
        must=_URL,
        example=f"'{TOKEN_URL}', or leave it out",
        accepts=is_safe_url,
        default=TOKEN_URL,
    ),
    Rule(
        name="CONNECT_TIMEOUT",
        id="voice2fa.E112",
        must="a number of seconds from 0.1 to 30",
        example="3.05",
        accepts=is_number(0.1, 30),
        default=3.05,
    ),
    Rule(
        name="READ_TIMEOUT",
        id="voice2fa.E113",
        must="a number of seconds from 0.1 to 60",
        example="10",
        accepts=is_number(0.1, 60),
        default=10,
    ),
    Rule(
        name="CALLBACK_TIMEOUT",
        id="voice2fa.E114",
        must="a number of seconds from 1 to 25",
        example="15",
        accepts=is_number(1, 25),
        default=15,
    ),
    Rule(
        name="PRIORITY",
        id="voice2fa.E115",
        must="a whole number from 1 (first) to 5 (last)",
        example="1",
        accepts=is_integer(1, 5),
        default=1,
    ),
    *callers.RULES,
    *casting.RULES,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class BandwidthOptions:
    """The options, checked and filled in; seconds are numbers."""

    account_id: str
    application_id: str
    from_number: str
    callback_secrets: Sequence[str] = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    username: str
    password: str = field(repr=False)
    base_url: str
    token_url: str
    connect_timeout: float
    read_timeout: float
    callback_timeout: float
    priority: int
    from_numbers: Mapping[str, str]
    display_name: str
    voices: Mapping[str, str]
    gender: str


def read_options(options: Mapping[str, Any]) -> BandwidthOptions:
    """Return the typed options; raises ``BadOptions`` when a check would report an error that stops calls.

    The other errors are logged: their options have safe defaults.
    """
    errors = [problem for problem in check_options(options) if problem.is_error]
    if any(problem.stops_calls for problem in errors):
        raise BadOptions(errors)
    for problem in errors:
        logger.warning("%s Calls do without what is wrong. %s", problem.message, problem.hint)
    values = read_values(RULES, options)
    values["base_url"] = values["base_url"].rstrip("/")
    return BandwidthOptions(**values)


def check_options(options: Mapping[str, Any]) -> list[Problem]:
    """Return every problem of the options, the warnings last."""
    return [
        *check_rules(RULES, options, unknown_id="voice2fa.E101"),
        *callers.check_numbers(options.get("FROM_NUMBERS")),
        *casting.check_voices(options.get("VOICES")),
        *_check_credentials(options),
    ]


def _check_credentials(options: Mapping[str, Any]) -> list[Problem]:
    oauth = [name for name in OAUTH_PAIR if is_given(options, name)]
    basic = [name for name in BASIC_PAIR if is_given(options, name)]
    if oauth and basic:
        return [_BOTH_PAIRS]
    if len(oauth) == 2:
        return []
    return [_BASIC_IS_ENDING] if len(basic) == 2 else [_NO_PAIR]


_NO_PAIR = Problem(
    id="voice2fa.E118",
    message="OPTIONS holds no complete credentials for Bandwidth's API.",
    hint="Write both CLIENT_ID and CLIENT_SECRET, as made under API Credentials in Bandwidth's dashboard.",
)
_BOTH_PAIRS = Problem(
    id="voice2fa.E119",
    message="OPTIONS mixes OAuth 2 credentials with those of an API User, and only one kind can be used.",
    hint="Keep CLIENT_ID and CLIENT_SECRET, and remove USERNAME and PASSWORD.",
)
_BASIC_IS_ENDING = Problem(
    id="voice2fa.W101",
    message=f"OPTIONS names an API User, whom Bandwidth refuses from {BASIC_ENDS} on: no call can be placed.",
    hint="Write CLIENT_ID and CLIENT_SECRET (API Credentials) in place of USERNAME and PASSWORD.",
    is_error=False,
)
