"""``VOICE2FA`` is read when it is needed, as a whole, and says what is wrong with each key."""

import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import date, datetime

import pytest
from django.core.exceptions import ImproperlyConfigured

from voice2fa import conf
from voice2fa.conf import KEYS, get_settings
from voice2fa.core.methods import Method
from voice2fa.core.policy import Limit, Scope
from voice2fa.core.prompts import Prompt
from voice2fa.readers import ProviderSetting

NEEDED = {"PUBLIC_URL": "https://www.example.com", "PROVIDER": {"BACKEND": "a.B"}}
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
CDN = "https://cdn.example.com"
LONGEST_RECORDING = f"{CDN}/{{language}}/{'a' * 2009}.mp3"
HOUR, DAY = 3600, 86400

DEFAULT_LIMITS = {
    Scope.USER: (Limit(calls=5, seconds=HOUR), Limit(calls=20, seconds=DAY)),
    Scope.NUMBER: (Limit(calls=5, seconds=HOUR), Limit(calls=20, seconds=DAY)),
    Scope.ADDRESS: (Limit(calls=30, seconds=HOUR),),
}

DEFAULTS = {
    "SITE_NAME": "",
    "LOGIN_METHOD": Method.APPROVE,
    "ENROL_METHOD": Method.ENTER,
    "APPROVE_KEY": "random",
    "CALL_CONTROL": "bxml",
    "CODE_LENGTH": 6,
    "LIFETIME": 300,
    "RING_SECONDS": 30,
    "MAX_TRIES": 3,
    "MAX_FAILURES": 15,
    "COOL_DOWN": 15,
    "CALL_LIMITS": DEFAULT_LIMITS,
    "REQUIRED_FOR": ("everyone",),
    "FIRST_FACTOR_BACKENDS": (MODEL_BACKEND,),
    "ALLOWED_REGIONS": ("US", "CA"),
    "MACHINE_DETECTION": "async",
    "PHONES_PER_USER": 5,
    "ACCOUNTS_PER_NUMBER": 5,
    "TRUSTED_PROXIES": 0,
    "WORKERS": 8,
    "MAX_CALLS": 50,
    "GRACE_UNTIL": None,
    "FIRST_PHONE_PROOF": "email",
    "REMEMBER_DAYS": 0,
    "REMEMBER_STAFF": False,
    "API_ISSUER": "voice2fa.api.issuers.SessionIssuer",
    "SPEECH_RATE": "normal",
    "SPOKEN_INSTEAD": {},
    "RECORDINGS": {},
    "EXTENSION_WAIT": 2,
    "CALL_IN": "off",
}

# What may be written, and how it is read.
GOOD = [
    ("PUBLIC_URL", "https://www.example.com/", "https://www.example.com"),
    ("PUBLIC_URL", "https://www.example.com:8443", "https://www.example.com:8443"),
    ("PUBLIC_URL", "http://localhost:8000", "http://localhost:8000"),
    ("PUBLIC_URL", "http://site.localhost", "http://site.localhost"),
    ("PUBLIC_URL", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ("PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
    ("PROVIDER", {"BACKEND": "a.B", "OPTIONS": {"C": 1}}, ProviderSetting(backend="a.B", options={"C": 1})),
    ("SITE_NAME", "Example Bank", "Example Bank"),
    ("LOGIN_METHOD", "speak", Method.SPEAK),
    ("LOGIN_METHOD", "enter", Method.ENTER),
    ("ENROL_METHOD", "speak", Method.SPEAK),
    ("APPROVE_KEY", "1", "1"),
    ("APPROVE_KEY", "9", "9"),
    ("CODE_LENGTH", 10, 10),
    ("LIFETIME", 600, 600),
    ("COOL_DOWN", 0, 0),
    ("PUBLIC_URL", "https://www.example.com/app/", "https://www.example.com/app"),
    ("CALL_LIMITS", {}, DEFAULT_LIMITS),
    ("CALL_LIMITS", {"address": []}, {**DEFAULT_LIMITS, Scope.ADDRESS: ()}),
    ("CALL_LIMITS", {"user": [(1, 60)]}, {**DEFAULT_LIMITS, Scope.USER: (Limit(calls=1, seconds=60),)}),
    ("REQUIRED_FOR", "with_phone", ("with_phone",)),
    ("REQUIRED_FOR", ["staff", "with_phone"], ("staff", "with_phone")),
    ("REQUIRED_FOR", "group:Tellers of Pier 4", ("group:Tellers of Pier 4",)),
    ("REQUIRED_FOR", "permission:bank.add_transfer", ("permission:bank.add_transfer",)),
    ("REQUIRED_FOR", "bank.rules.must_confirm", ("bank.rules.must_confirm",)),
    ("GRACE_UNTIL", "2027-01-31", date(2027, 1, 31)),
    ("GRACE_UNTIL", date(2027, 1, 31), date(2027, 1, 31)),
    ("FIRST_PHONE_PROOF", "password", "password"),
    ("REMEMBER_DAYS", 30, 30),
    ("REMEMBER_STAFF", True, True),
    ("FIRST_FACTOR_BACKENDS", [MODEL_BACKEND, "a.B"], (MODEL_BACKEND, "a.B")),
    ("ALLOWED_REGIONS", ("DE",), ("DE",)),
    ("MACHINE_DETECTION", "off", "off"),
    ("TRUSTED_PROXIES", 1, 1),
    ("SITE_NAME", "x" * 64, "x" * 64),
    ("SITE_NAME", "北海銀行", "北海銀行"),
    ("SITE_NAME", "Söhne 💰 & Töchter", "Söhne 💰 & Töchter"),
    (
        "SITE_NAME",
        "\u0645\u06cc\u200c\u062f\u0646",
        "\u0645\u06cc\u200c\u062f\u0646",
    ),  # as Persian is written
    ("CALL_CONTROL", "api", "api"),
    ("SPEECH_RATE", "slow", "slow"),
    ("SPOKEN_INSTEAD", {"pt": "es", "zh-Hant": "zh-Hans"}, {"pt": "es", "zh-hant": "zh-hans"}),
    ("RECORDINGS", {"approved": f"{CDN}/done.wav"}, {Prompt.APPROVED: f"{CDN}/done.wav"}),
    (
        "RECORDINGS",
        {"approve": f"{CDN}:8443/{{language}}/press-{{key}}.mp3"},
        {Prompt.APPROVE: f"{CDN}:8443/{{language}}/press-{{key}}.mp3"},
    ),
    ("RECORDINGS", {"approved": LONGEST_RECORDING}, {Prompt.APPROVED: LONGEST_RECORDING}),
    ("EXTENSION_WAIT", 0, 0),
    ("CALL_IN", "A", "A"),
    ("PUBLIC_URL", f"https://www.example.com/{'x' * 1000}", f"https://www.example.com/{'x' * 1000}"),
]

NOT_WHOLE = [None, True, 6.0, "6", [], float("nan")]
# What a call says, and how: where that is wrong, calls go on.
SPARED = {"SITE_NAME", "SPEECH_RATE", "SPOKEN_INSTEAD", "RECORDINGS"}
BAD = {
    "PUBLIC_URL": [
        *(None, b"https://www.example.com", "", "www.example.com", "//www.example.com", "ftp://example.com"),
        *(
            "http://www.example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "https://",
            "http://[",
        ),
        *("https://www.example.com/a b", "https://www.example.com?a=b", "https://www.example.com?"),
        *(
            "https://www.example.com#top",
            "https://user:password@www.example.com",
            "https://www.example.com\n",
        ),
        *("https://www.example.com:port", "https://www.example.com:99999", "https://exa mple.com"),
        *("javascript:alert(1)", f"https://www.example.com/{'x' * 1001}"),
    ],
    "PROVIDER": [
        *(None, "a.B", {}, {"BACKEND": None}, {"BACKEND": "a.B", "OPTIONS": None}),
        *({"BACKEND": "a.B", "OPTIONS": [1]}, {"BACKEND": "a.B", "ACCOUNT_ID": "1"}),
    ],
    "SITE_NAME": [
        *(None, 7, "   ", "💰", "\u202e", "<>", "x" * 65, "x" * 5000),
        *("Bank\u202e", "\u2066Bank\u2069", "Ba\u200bnk", "Bank\ufeff", "Ba\xadnk", "Ba\u3164nk", "Ba\x00nk"),
        *("Bank\nof Us", "Bank\t", "Bank\u2028", "Bank\xa0"),
    ],
    "LOGIN_METHOD": [None, "", "sms", "APPROVE", ["approve"]],
    "ENROL_METHOD": [None, "", "sms", "approve"],
    "APPROVE_KEY": [None, "", "0", "10", "*", "12", 1, "Random"],
    "CALL_CONTROL": [None, "", "BXML", "smoke"],
    "CODE_LENGTH": [*NOT_WHOLE, 5, 11],
    "LIFETIME": [*NOT_WHOLE, 59, 601],
    "RING_SECONDS": [*NOT_WHOLE, 4, 121],
    "MAX_TRIES": [*NOT_WHOLE, 0, 11],
    "MAX_FAILURES": [*NOT_WHOLE, 2, 101],
    "COOL_DOWN": [*NOT_WHOLE, -1, 3601],
    "CALL_LIMITS": [
        *(None, [], {"user": None}, {"user": [5]}, {"user": [(5,)]}, {"user": [(0, 60)]}, {"user": [(5, 0)]}),
        *({"user": [(True, 60)]}, {"user": [(5, 60.0)]}, {"planet": [(5, 60)]}, {"user": [(5, 31 * DAY)]}),
    ],
    "REQUIRED_FOR": [
        *(None, "", "nobody", [], ["staff", ""], [None], "group:", "permission:", "permission:bank"),
        *("bank.", ".rules", "bank.1rule", "bank rules.must", {"staff"}, 7),
    ],
    "GRACE_UNTIL": [None, "soon", "31.1.2027", "2027-02-30", 20270131, datetime(2027, 1, 31)],
    "FIRST_PHONE_PROOF": [None, "", "nothing", ["email"]],
    "REMEMBER_DAYS": [*NOT_WHOLE, -1, 91],
    "REMEMBER_STAFF": [None, "yes", 1, 0],
    "API_ISSUER": [None, 7, ["a.B"]],
    "FIRST_FACTOR_BACKENDS": [None, "", MODEL_BACKEND, [], [None], [""], {MODEL_BACKEND}],
    "ALLOWED_REGIONS": [None, "", "US", [], ["us"], ["USA"], ["US", "XX"], ["001"]],
    "MACHINE_DETECTION": [None, "", "on", True],
    "PHONES_PER_USER": [*NOT_WHOLE, 0, 51],
    "ACCOUNTS_PER_NUMBER": [*NOT_WHOLE, 0, 1001],
    "TRUSTED_PROXIES": [*NOT_WHOLE, -1, 11],
    "WORKERS": [*NOT_WHOLE, 0, 65],
    "MAX_CALLS": [*NOT_WHOLE, 0, 1001],
    "SPEECH_RATE": [None, "", "fast", "SLOW", 0.8],
    "SPOKEN_INSTEAD": [
        *(
            None,
            "es",
            [("pt", "es")],
            {"pt": None},
            {"pt": ""},
            {1: "es"},
            {"pt": "español"},
            {"pt": "es_MX"},
        ),
        *({"pt": "<es>"}, {"pt": ["es"]}),
    ],
    "RECORDINGS": [
        *(None, CDN, [], {"hello": f"{CDN}/a.mp3"}, {"approved": None}, {"approved": ""}, {None: CDN}),
        *({"approved": f"{CDN}/a.ogg"}, {"approved": f"{CDN}/a"}, {"approved": f"{CDN}/a.mp3?key=1"}),
        *(
            {"approved": "http://cdn.example.com/a.mp3"},
            {"approved": "/a.mp3"},
            {"approved": "file:///a.mp3"},
        ),
        *({"approved": "https:///a.mp3"}, {"approved": "https://user:password@cdn.example.com/a.mp3"}),
        *({"approved": f"{CDN}/a b.mp3"}, {"approved": f"{CDN}/a.mp3\n"}, {"approved": f"{CDN}/<a>.mp3"}),
        *({"approved": f"{CDN}/{{code}}.mp3"}, {"approved": f"{CDN}/{{key}}.mp3"}),
        *({"approve": f"{CDN}/press.mp3"}, {"speak": f"{CDN}/{{language}}/press.mp3"}),
        *({"act": f"{CDN}/a.mp3"}, {"origin": f"{CDN}/{{language}}.mp3"}),
        *({"approved": f"{CDN}:99999/a.mp3"}, {"approved": LONGEST_RECORDING.replace("/a", "/aa")}),
    ],
    "EXTENSION_WAIT": [*NOT_WHOLE, -1, 31],
    "CALL_IN": [None, "", True, "C", "a"],
}


def read(**keys):
    return conf.read({**NEEDED, **keys})


@pytest.mark.parametrize("key", [key for key in KEYS if key not in NEEDED])
def test_a_key_that_is_left_out_has_its_default(key):
    values, problems = read()
    assert problems == []
    assert values[key.lower()] == DEFAULTS[key]


@pytest.mark.parametrize("key", NEEDED)
def test_a_key_without_default_must_be_written(key):
    values, (problem,) = conf.read({name: value for name, value in NEEDED.items() if name != key})
    assert key.lower() not in values
    assert problem.id == KEYS[key].metadata["id"]
    assert (problem.message, problem.hint[: 4 + len(key)]) == (f"VOICE2FA has no {key}.", f"Add {key}")


@pytest.mark.parametrize(("key", "written", "expected"), GOOD)
def test_a_good_value_is_read(key, written, expected):
    values, problems = read(**{key: written})
    assert problems == []
    assert values[key.lower()] == expected


@pytest.mark.parametrize(("key", "bad"), [(key, bad) for key, values in BAD.items() for bad in values])
def test_a_bad_value_is_a_problem_of_its_key_alone(key, bad):
    values, (problem,) = read(**{key: bad})
    assert problem.id == KEYS[key].metadata["id"]
    assert problem.message == f"VOICE2FA[{key!r}] is not usable."
    assert problem.hint.startswith("Write ")
    assert "<" not in problem.hint  # what is to be written, not how Python shows it
    assert problem.stops_calls == (key.lower() not in values) == (key not in SPARED)
    assert len(values) == len(KEYS) - problem.stops_calls


def test_every_key_has_bad_examples():
    assert set(BAD) == set(KEYS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("PUBLIC_ULR", "PUBLIC_URL"), ("login_method", "LOGIN_METHOD"), ("LIFE_TIME", "LIFETIME")],
)
def test_an_unknown_key_is_answered_with_the_nearest_one(written, meant):
    _, (problem,) = read(**{written: "something"})
    assert (problem.id, problem.hint) == ("voice2fa.E025", f"Did you mean {meant}?")


def test_an_unknown_key_like_no_other_is_answered_with_all_of_them():
    _, (problem,) = read(colour="blue")
    assert all(key in problem.hint for key in KEYS)


@pytest.mark.parametrize("raw", [None, "", [], 7, [("PUBLIC_URL", "https://www.example.com")]])
def test_anything_but_a_dict_is_one_problem(raw):
    values, (problem,) = conf.read(raw)
    assert (values, problem.id) == ({}, "voice2fa.E001")


DONE = {Prompt.APPROVED: f"{CDN}/done.wav"}


@pytest.mark.parametrize(
    ("key", "bad", "usable"),
    [
        *(("SITE_NAME", bad, "") for bad in (None, 7, "   ", "💰")),
        ("SITE_NAME", "x" * 5000, "x" * 64),
        ("SITE_NAME", "Bank\u202e of\nUs", "Bank of Us"),
        ("SPEECH_RATE", "fast", "normal"),
        ("SPOKEN_INSTEAD", "es", {}),
        ("SPOKEN_INSTEAD", {"pt": "ES", "ko": "<en>", "pl": None, 7: "en"}, {"pt": "es"}),
        ("RECORDINGS", CDN, {}),
        ("RECORDINGS", {"approved": f"{CDN}/done.wav", "denied": f"{CDN}/denied.ogg", "hello": CDN}, DONE),
        ("RECORDINGS", {"approved": f"{CDN}/done.wav", "approve": f"{CDN}/approve.mp3", None: ""}, DONE),
    ],
)
def test_calls_do_without_what_is_wrong_with_what_they_say(key, bad, usable):
    values, (problem,) = read(**{key: bad})
    assert values[key.lower()] == usable
    assert (problem.is_error, problem.stops_calls) == (True, False)


def test_what_calls_do_without_is_logged_once(settings, caplog):
    settings.VOICE2FA = {**NEEDED, "RECORDINGS": {"approved": f"{CDN}/a.ogg"}, "SPEECH_RATE": "fast"}
    assert get_settings() is get_settings()
    rate, recordings = (record.getMessage() for record in caplog.records)
    assert rate.startswith(
        "VOICE2FA['SPEECH_RATE'] is not usable. Calls do without what is wrong. Write one of "
    )
    assert "'RECORDINGS'" in recordings
    assert "the https address of a .wav or .mp3 for 'approved'" in recordings


def test_beside_a_fault_that_stops_calls_the_others_are_told_too(settings, caplog):
    settings.VOICE2FA = {**NEEDED, "SPEECH_RATE": "fast", "LIFETIME": 0}
    with pytest.raises(ImproperlyConfigured, match=r"'LIFETIME'.*'SPEECH_RATE'"):
        get_settings()
    assert caplog.records == []


def test_all_problems_are_told_at_once(settings):
    settings.VOICE2FA = {"PROVIDER": "a.B", "LIFETIME": 0}
    with pytest.raises(ImproperlyConfigured, match=r"no PUBLIC_URL.*'PROVIDER'.*'LIFETIME'"):
        get_settings()


def test_settings_are_read_once_and_again_when_they_change(settings):
    before = get_settings()
    assert get_settings() is before
    settings.VOICE2FA = {**settings.VOICE2FA, "LIFETIME": 120}
    assert get_settings().lifetime == 120
    settings.TIME_ZONE = "Europe/Berlin"
    assert get_settings().lifetime == 120


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        get_settings().lifetime = 1


@pytest.mark.parametrize(("name", "expected"), [("", "www.example.com"), ("Us", "Us")])
def test_the_caller_is_called_by_the_site_name_or_else_by_the_host(settings, name, expected):
    settings.VOICE2FA = {**NEEDED, "SITE_NAME": name}
    assert get_settings().caller_name == expected


@pytest.mark.parametrize(
    ("recordings", "hint"),
    [
        ({"approvd": f"{CDN}/a.mp3"}, "'approvd' is none of act, again, approve, approved, "),
        ({"approved": f"{CDN}/a.ogg"}, "the https address of a .wav or .mp3 for 'approved'"),
        ({"approved": None}, "the https address of a .wav or .mp3 for 'approved', without a query"),
        ({"approve": f"{CDN}/a.mp3"}, "Write {key} into the address of the recording of 'approve'"),
        ({"act": f"{CDN}/a.mp3"}, "no recording of 'act', which says something else in each call"),
        (
            {"denied": CDN, "approved": f"{CDN}/a.ogg"},
            "for 'denied', without a query and of at most 2048 ",
        ),
        ({"denied": CDN, "approved": f"{CDN}/a.ogg"}, "a .wav or .mp3 for 'approved'"),
    ],
)
def test_a_recording_that_cannot_be_played_is_told_by_its_prompt(recordings, hint):
    _, (problem,) = read(RECORDINGS=recordings)
    assert hint in problem.hint


def test_settings_are_not_read_before_they_are_needed():
    script = """
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x" * 50,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_otp", "voice2fa"],
)
django.setup()
import voice2fa.urls, voice2fa.backends
from voice2fa.conf import get_settings
assert get_settings.cache_info().misses == 0
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)
