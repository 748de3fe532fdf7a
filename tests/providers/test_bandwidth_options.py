"""Every option that can be wrong has a problem of its own, and no problem shows the value."""

import pytest

from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.bandwidth.options import RULES, read_options
from voice2fa.providers.base import BadOptions

from .samples import SECRET, bandwidth_options

BASIC = {"CLIENT_ID": None, "CLIENT_SECRET": "", "USERNAME": "emulator", "PASSWORD": "secret"}


def ids(**changes):
    return [problem.id for problem in BandwidthProvider.check(bandwidth_options(**changes))]


def test_good_options_have_no_problem():
    assert ids() == []


def test_what_is_not_given_is_assumed():
    options = read_options(bandwidth_options())
    assert options.base_url == "https://voice.bandwidth.com/api/v2"
    assert options.token_url == "https://api.bandwidth.com/api/v1/oauth2/token"
    assert (options.connect_timeout, options.read_timeout, options.callback_timeout) == (3.05, 10, 15)
    assert (options.priority, options.gender, options.display_name) == (1, "female", "")
    assert (options.voices, options.from_numbers) == ({}, {})


@pytest.mark.parametrize("value", ["", None])
@pytest.mark.parametrize(
    "name", ["BASE_URL", "TOKEN_URL", "READ_TIMEOUT", "PRIORITY", "DISPLAY_NAME", "VOICES", "FROM_NUMBERS"]
)
def test_an_unset_environment_variable_counts_as_not_given(name, value):
    assert ids(**{name: value}) == []


@pytest.mark.parametrize(
    ("id", "name", "values"),
    [
        ("E102", "ACCOUNT_ID", [None, 9900000, "u-abc", "99 0", "\uff11234567", "99000001234"]),
        ("E102", "ACCOUNT_ID", ["9900000\n", "990/../1", "9900"]),
        ("E103", "APPLICATION_ID", ["", 1, "app", "00000000-0000-4000-8000-00000000000g"]),
        ("E104", "FROM_NUMBER", ["", 12025550100, "2025550100", "+0202555", "+1 202 5550100", "+1" * 9]),
        ("E105", "CALLBACK_SECRETS", [None, [], SECRET, [SECRET, "short"], [SECRET, 1], ["x" * 31]]),
        ("E110", "BASE_URL", ["http://voice.example", "voice.example", "https://", "ftp://voice.example", 7]),
        ("E110", "BASE_URL", ["https://a@voice.example", "https://voice.example/?a", "https://x.example/#a"]),
        ("E110", "BASE_URL", ["https://voice.example/ a", "https://voice.example:x", "https://[::1", "http://10.0.0.1"]),
        ("E111", "TOKEN_URL", ["http://api.example/token", ["https://api.example"], "https://api.example/\n"]),
        ("E112", "CONNECT_TIMEOUT", [0, -1, 31, "3", True, float("nan"), float("inf")]),
        ("E113", "READ_TIMEOUT", [0, 61, "10", [10], False]),
        ("E114", "CALLBACK_TIMEOUT", [0.5, 26, "15", True]),
        ("E115", "PRIORITY", [0, 6, 1.0, "1", True]),
        ("E116", "VOICES", ["susan", ["susan"], {"en": None}, {1: "susan"}, {"en": ["susan"]}]),
        ("E117", "GENDER", ["Female", "f", 1, ["male"], True]),
        ("E120", "FROM_NUMBERS", ["+442045550100", [("GB", "+442045550100")], {"GB": 44}, {1: "+1"}]),
        ("E121", "DISPLAY_NAME", ["x" * 257, "Bank\n", "Bank\x00", "\u202eknaB", "\ud800", 7, ["Bank"]]),
        ("E121", "DISPLAY_NAME", ["   ", "Ba\u200bnk", "Ba\xadnk", "\u200e", "\u3164", "\u2800", "\u200d"]),
    ],
)  # fmt: skip
def test_a_wrong_value_has_its_own_problem(id, name, values):
    for value in values:
        assert ids(**{name: value}) == [f"voice2fa.{id}"], value


@pytest.mark.parametrize(
    ("id", "name", "pair"),
    [
        ("E106", "CLIENT_ID", {}),
        ("E107", "CLIENT_SECRET", {}),
        ("E108", "USERNAME", BASIC),
        ("E109", "PASSWORD", BASIC),
    ],
)
@pytest.mark.parametrize("value", [7, " padded ", ["x"]])
def test_a_wrong_credential_has_its_own_problem(id, name, pair, value):
    errors = [found for found in ids(**{**pair, name: value}) if found.startswith("voice2fa.E")]
    assert errors == [f"voice2fa.{id}"]


@pytest.mark.parametrize("host", ["localhost:8001", "127.0.0.1:8001", "[::1]:8001", "emulator.localhost"])
def test_this_machine_may_be_reached_over_plain_http(host):
    assert ids(BASE_URL=f"http://{host}/api/v2") == []


def test_credentials_are_a_whole_pair():
    assert ids(CLIENT_SECRET="") == ["voice2fa.E118"]
    assert ids(CLIENT_ID="", CLIENT_SECRET="", USERNAME="emulator") == ["voice2fa.E118"]
    assert ids(CLIENT_ID="", CLIENT_SECRET="") == ["voice2fa.E118"]


def test_credentials_are_of_one_kind():
    assert ids(USERNAME="emulator", PASSWORD="secret") == ["voice2fa.E119"]
    assert ids(USERNAME="emulator") == ["voice2fa.E119"]


def test_an_api_user_is_warned_of_the_day_when_it_ends():
    (problem,) = BandwidthProvider.check(bandwidth_options(**BASIC))
    assert (problem.id, problem.is_error) == ("voice2fa.W101", False)
    assert "2026-12-02" in problem.message
    assert "CLIENT_ID" in problem.hint


def test_a_name_that_may_not_be_shown_is_not_and_calls_go_on(caplog):
    assert read_options(bandwidth_options(DISPLAY_NAME="   ")).display_name == ""
    (record,) = caplog.records
    assert "OPTIONS['DISPLAY_NAME'] must be the name that phones may show" in record.getMessage()


@pytest.mark.parametrize("name", ["ACCOUNT_ID", "FROM_NUMBER", "PRIORITY", "FROM_NUMBERS", "BASE_URL"])
def test_what_has_no_safe_default_stops_calls(name):
    with pytest.raises(BadOptions, match=rf"'{name}'.*'GENDER'"):
        read_options(bandwidth_options(**{name: object()}, GENDER="robot"))


@pytest.mark.parametrize(
    "name", ["Example Bank", "x" * 256, "Söhne & Töchter", "株式会社", "Bank ❤\ufe0f💰", "👩\u200d💻 & Söhne"]
)
def test_a_name_of_up_to_256_characters_may_be_shown(name):
    assert ids(DISPLAY_NAME=name) == []


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("ACCOUNT", "ACCOUNT_ID"), ("callback_secret", "CALLBACK_SECRETS"), ("CLIENT_SECRETS", "CLIENT_SECRET")],
)
def test_a_misspelt_option_is_told_the_right_one(name, suggestion):
    (problem,) = BandwidthProvider.check(bandwidth_options(**{name: "x"}))
    assert problem.id == "voice2fa.E101"
    assert problem.hint == f"Did you mean {suggestion!r}?"


def test_an_option_like_no_other_is_told_all():
    (problem,) = BandwidthProvider.check({**bandwidth_options(), 7: "x"})
    assert all(rule.name in problem.hint for rule in RULES)


def test_everything_missing_is_reported_at_once():
    found = [problem.id for problem in BandwidthProvider.check({})]
    assert found == [f"voice2fa.E{number}" for number in (102, 103, 104, 105, 118)]


def test_problems_are_sentences_that_show_no_value():
    wrong = {rule.name: object() for rule in RULES} | {"CLIENT_SECRET": " hunter2hunter2 "}
    problems = BandwidthProvider.check(wrong)
    assert len(problems) == len(RULES) + 1
    for problem in problems:
        assert problem.message.endswith(".")
        assert problem.hint
        assert "hunter2" not in problem.message + problem.hint


def test_every_problem_has_an_id_of_its_own():
    numbers = [rule.id for rule in RULES]
    assert len(set(numbers)) == len(numbers)
