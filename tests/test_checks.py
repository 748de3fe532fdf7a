"""Every fault of a site has its own id and a sentence that says what to write."""

import re
from pathlib import Path

import django
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.checks import ERROR, Tags, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpResponse
from django.urls import path

import voice2fa
from tests import settings as good
from voice2fa.backends import VoiceBackend
from voice2fa.conf import KEYS
from voice2fa.providers.base import Provider

MEMORY = "voice2fa.providers.memory.MemoryProvider"
CONSOLE_PROVIDER = "voice2fa.providers.console.ConsoleProvider"
BANDWIDTH = "voice2fa.providers.bandwidth.BandwidthProvider"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
VOICE_BACKEND = "voice2fa.backends.VoiceBackend"
CONFIRMATION = "voice2fa.middleware.ConfirmationMiddleware"
REMOTE_USER = "django.contrib.auth.middleware.RemoteUserMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
NUMBER = 7
GOOD_OPTIONS = {
    "ACCOUNT_ID": "9900000",
    "APPLICATION_ID": "00000000-0000-4000-8000-000000000001",
    "FROM_NUMBER": "+12025550100",
    "CLIENT_ID": "somebody",
    "CLIENT_SECRET": "something",
    "CALLBACK_SECRETS": ["only-for-tests-only-for-tests-only-for"],
}

# This module is also the URLconf of a site that has voice2fa's pages nowhere near its login.
urlpatterns = [path("", lambda request: HttpResponse())]


class EmailBackend(BaseBackend):
    """Takes an address, and no ``username``."""

    def authenticate(self, request, email=None, password=None):
        """Pretend to check."""


class BadgeBackend(BaseBackend):
    """Takes what the user model might call its login field, and neither a username nor an address."""

    def authenticate(self, request, badge=None, password=None):
        """Pretend to check."""


class TokenBackend(BaseBackend):
    def authenticate(self, request, token):
        """Pretend to check."""


class PermissionsBackend(ModelBackend):
    authenticate = BaseBackend.authenticate


class StricterVoiceBackend(VoiceBackend):
    pass


class OwnMiddleware(AuthenticationMiddleware):
    pass


class HalfProvider(Provider):
    pass


class NoProvider:
    pass


async def asks_slowly(user):
    return False


def asks_nobody():
    return False


def asks(user):
    return False


def here(name):
    return f"{__name__}.{name}"


def voice(**keys):
    return {"VOICE2FA": {**good.VOICE2FA, **keys}}


def provider(backend, **options):
    # The carrier has no voice for Portuguese, and the pages of the tests come in it.
    return voice(PROVIDER={"BACKEND": backend, "OPTIONS": options}, SPOKEN_INSTEAD={"pt": "es"})


def without(setting, part):
    return {setting: [item for item in getattr(good, setting) if part not in item]}


def prompt(name, text):
    """Have the site override the template of a prompt."""
    own = ("django.template.loaders.locmem.Loader", {f"voice2fa/calls/{name}.txt": text})
    options = {"loaders": [own, "django.template.loaders.app_directories.Loader"]}
    (templates,) = good.TEMPLATES
    return {"TEMPLATES": [{**templates, "APP_DIRS": False, "OPTIONS": templates["OPTIONS"] | options}]}


def backends(*paths):
    return {"AUTHENTICATION_BACKENDS": list(paths)}


def middleware(path, place):
    return {"MIDDLEWARE": [*good.MIDDLEWARE[:place], path, *good.MIDDLEWARE[place:]]}


def missing(key):
    return {"VOICE2FA": {name: value for name, value in good.VOICE2FA.items() if name != key}}


def find(settings, wrong, **how):
    for name, value in wrong.items():
        setattr(settings, name, value)
    return run_checks(tags=["voice2fa"], **how)


def ids_of(messages):
    return [message.id.removeprefix("voice2fa.") for message in messages]


WRONG = [
    ({"VOICE2FA": None}, "E001"),
    ({"VOICE2FA": ["PUBLIC_URL"]}, "E001"),
    (missing("PUBLIC_URL"), "E002"),
    (voice(PUBLIC_URL="http://www.example.com"), "E002"),
    (missing("PROVIDER"), "E003"),
    (voice(PROVIDER=MEMORY), "E003"),
    (voice(SITE_NAME=None), "E004"),
    (voice(LOGIN_METHOD="sms"), "E005"),
    (voice(ENROL_METHOD="approve"), "E006"),
    (voice(APPROVE_KEY="0"), "E007"),
    (voice(CALL_CONTROL="smoke"), "E008"),
    (voice(CODE_LENGTH=5), "E009"),
    (voice(LIFETIME=601), "E010"),
    (voice(RING_SECONDS=0), "E011"),
    (voice(MAX_TRIES=0), "E012"),
    (voice(MAX_FAILURES=101), "E013"),
    (voice(MAX_CALLS=0), "E024"),
    (voice(GRACE_UNTIL="soon"), "E060"),
    (voice(FIRST_PHONE_PROOF="nothing"), "E061"),
    (voice(REMEMBER_DAYS=91), "E062"),
    (voice(REMEMBER_STAFF="yes"), "E063"),
    (voice(API_ISSUER=None), "E064"),
    (voice(SPEECH_RATE="fast"), "E065"),
    (voice(SPOKEN_INSTEAD="es"), "E066"),
    (voice(RECORDINGS={"approved": "https://cdn.example.com/approved.ogg"}), "E067"),
    (voice(EXTENSION_WAIT=31), "E068"),
    (voice(CALL_IN="yes"), "E069"),
    (voice(CALL_IN="A", PROVIDER={"BACKEND": CONSOLE_PROVIDER}), "W086"),
    (voice(API_ISSUER="bank.NoIssuer"), "E095"),
    (prompt("approve", ""), "E096"),
    (prompt("approve", "Press 1 to approve."), "W097"),
    (voice(SPOKEN_INSTEAD={"pt": "tlh"}), "E098"),
    ({"LANGUAGE_CODE": "ko"}, "W099"),
    (voice(PROVIDER={"BACKEND": BANDWIDTH, "OPTIONS": GOOD_OPTIONS}), "W099"),
    (voice(PROVIDER={"BACKEND": BANDWIDTH, "OPTIONS": GOOD_OPTIONS}, SPOKEN_INSTEAD={"fr": "es"}), "W094"),
    ({"USE_TZ": False}, "E049"),
    (voice(COOL_DOWN=-1), "E014"),
    (voice(CALL_LIMITS={"user": 5}), "E015"),
    (voice(REQUIRED_FOR="nobody"), "E016"),
    (voice(FIRST_FACTOR_BACKENDS=[]), "E017"),
    (voice(ALLOWED_REGIONS=["us"]), "E018"),
    (voice(MACHINE_DETECTION="maybe"), "E019"),
    (voice(PHONES_PER_USER=0), "E020"),
    (voice(ACCOUNTS_PER_NUMBER=0), "E021"),
    (voice(TRUSTED_PROXIES=True), "E022"),
    (voice(WORKERS=0), "E023"),
    (voice(COLOUR="blue"), "E025"),
    (provider("voice2fa.providers.pigeon.PigeonProvider"), "E030"),
    (provider("pigeon"), "E030"),
    (provider(here("HalfProvider")), "E031"),
    (provider(here("NoProvider")), "E031"),
    (provider(here("here")), "E031"),
    (backends(MODEL_BACKEND), "E040"),
    ({"AUTHENTICATION_BACKENDS": None}, "E040"),
    (backends("voice2fa.no.Backend"), "E040"),
    (backends(MODEL_BACKEND, VOICE_BACKEND), "E041"),
    (backends("axes.backends.AxesStandaloneBackend", MODEL_BACKEND, VOICE_BACKEND), "E041"),
    (backends(here("EmailBackend"), VOICE_BACKEND), "E041"),
    (backends(VOICE_BACKEND, "django.contrib.auth.backends.AllowAllUsersModelBackend"), "W072"),
    (voice(REQUIRED_FOR="no.such.function"), "E070"),
    (voice(REQUIRED_FOR=["staff", here("NUMBER")]), "E070"),
    (voice(REQUIRED_FOR=here("asks_slowly")), "E070"),
    (voice(REQUIRED_FOR=here("asks_nobody")), "E070"),
    (voice(REQUIRED_FOR="permission:auth.sing"), "W074"),
    (middleware(CONFIRMATION, 0), "W071"),
    (middleware(CONFIRMATION, 8), "W071"),
    (middleware(REMOTE_USER, 6), "W073"),
    (voice(FIRST_FACTOR_BACKENDS=["no.such.Backend"]), "E042"),
    (voice(FIRST_FACTOR_BACKENDS=[VOICE_BACKEND]), "E042"),
    (voice(FIRST_FACTOR_BACKENDS=[here("NoProvider")]), "E042"),
    (without("INSTALLED_APPS", "django_otp"), "W043"),
    (without("MIDDLEWARE", "SessionMiddleware"), "E044"),
    (without("MIDDLEWARE", "AuthenticationMiddleware"), "E044"),
    (without("MIDDLEWARE", "MessageMiddleware"), "E044"),
    ({"ROOT_URLCONF": __name__}, "E045"),
    ({"LOGIN_URL": "/accounts/login/"}, "W046"),
    ({"LOGIN_URL": "no-such-name"}, "W046"),
    ({"TASKS": {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}}, "W047"),
    ({"TASKS": {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}}, "W047"),
    (without("MIDDLEWARE", "OTPMiddleware"), "W048"),
    ({"MIDDLEWARE": sorted(good.MIDDLEWARE, key=lambda item: "django_otp" not in item)}, "W048"),
]
PUBLISHED = "for-calls-on-this-machine-only-and-nowhere-else"
SMTP, CONSOLE = (f"django.core.mail.backends.{name}.EmailBackend" for name in ("smtp", "console"))


def mails_by(backend):
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend}}}
    return {"EMAIL_BACKEND": backend}


WRONG_IN_PRODUCTION = [
    (voice(PUBLIC_URL="https://www.example.com"), "E050"),
    (provider(CONSOLE_PROVIDER), "E050"),
    (provider(BANDWIDTH, **GOOD_OPTIONS), "E051"),
    (provider(BANDWIDTH, **{**GOOD_OPTIONS, "CALLBACK_SECRETS": [PUBLISHED]}), "E053"),
    (provider(BANDWIDTH, **{**GOOD_OPTIONS, "CALLBACK_SECRETS": ["ab" * 20]}), "E053"),
    ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}, "W054"),
    (voice(APPROVE_KEY="1"), "W055"),
    (voice(APPROVE_KEY="1", LOGIN_METHOD="enter", ENROL_METHOD="speak"), "W055"),
    (provider(BANDWIDTH, **GOOD_OPTIONS, BASE_URL="http://127.0.0.1:8001/api/v2"), "W052"),
    (provider(BANDWIDTH, **GOOD_OPTIONS, TOKEN_URL="http://localhost:8001/token"), "W052"),
    (voice(CALL_IN="any"), "W087"),
    (mails_by(CONSOLE), "W075"),
    (voice(FIRST_PHONE_PROOF="password"), "W076"),
    (without("INSTALLED_APPS", "plugins"), "E080"),
]


@pytest.mark.parametrize(("wrong", "expected"), WRONG)
def test_a_wrong_setting_is_reported_under_its_id(settings, wrong, expected):
    messages = find(settings, wrong)
    assert expected in ids_of(messages)
    assert all(message.msg.endswith(".") and message.hint for message in messages)


@pytest.mark.parametrize(("wrong", "expected"), WRONG_IN_PRODUCTION)
def test_a_setting_wrong_in_production_alone_is_reported_by_check_deploy_alone(settings, wrong, expected):
    assert find(settings, wrong) == []
    assert expected in ids_of(run_checks(tags=["voice2fa"], include_deployment_checks=True))


def test_good_settings_are_met_with_silence():
    assert run_checks(tags=["voice2fa"]) == []


def test_good_production_settings_are_met_with_silence(settings):
    right = provider(BANDWIDTH, **GOOD_OPTIONS) | mails_by(SMTP)
    right["VOICE2FA"]["PUBLIC_URL"] = "https://www.example.com"
    assert find(settings, right, include_deployment_checks=True) == []


@pytest.mark.parametrize("wise", [{"MACHINE_DETECTION": "sync"}, {"LOGIN_METHOD": "enter"}])
def test_a_fixed_key_is_fine_where_no_machine_can_press_it(settings, wise):  # A3
    messages = find(settings, voice(APPROVE_KEY="1", **wise), include_deployment_checks=True)
    assert "W055" not in ids_of(messages)


def test_where_staff_give_codes_no_mails_are_needed(settings):
    wrong = voice(FIRST_PHONE_PROOF="staff_code") | mails_by(CONSOLE)
    assert "W075" not in ids_of(find(settings, wrong, include_deployment_checks=True))


def test_errors_are_errors_and_warnings_are_warnings(settings):
    for wrong, expected in WRONG:
        for message in find(settings, wrong):
            assert (message.level == ERROR) == (".E" in message.id), expected
        for name in wrong:
            setattr(settings, name, getattr(good, name, None))


def test_every_key_has_its_own_id_in_the_order_of_the_keys():
    ids = [item.metadata["id"] for item in KEYS.values()]
    assert ids == sorted(set(ids))


def test_ids_are_unique_and_each_is_tried_here():
    found = []
    for module in sorted(Path(voice2fa.__file__).parent.glob("checks/*.py")):
        ids = re.findall(r'id="voice2fa\.([EW])(\d+)"', module.read_text())
        found += [number for _, number in ids]
    assert len(found) == len(set(found))
    tried = {expected[1:] for _, expected in WRONG + WRONG_IN_PRODUCTION}
    assert set(found) <= tried | {"085"}


def test_a_user_model_without_an_address_is_reported(monkeypatch):  # R23
    monkeypatch.setattr(get_user_model(), "EMAIL_FIELD", "address")
    assert ids_of(run_checks(tags=["voice2fa"])) == ["W085"]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_setting_has_a_wrong_example_here(key):
    assert KEYS[key].metadata["id"].removeprefix("voice2fa.") in {expected for _, expected in WRONG}


def test_an_option_that_the_provider_refuses_is_reported_as_the_provider_says(settings):
    (message,) = find(settings, provider(MEMORY, FROM_NUMBER="202-555-0100"))
    assert (message.id, message.level) == ("voice2fa.E152", ERROR)
    assert "FROM_NUMBER" in message.msg


def test_a_providers_warning_stays_a_warning(settings):
    basic = {name: value for name, value in GOOD_OPTIONS.items() if not name.startswith("CLIENT")}
    messages = find(settings, provider(BANDWIDTH, **basic, USERNAME="somebody", PASSWORD="something"))
    assert ids_of(messages) == ["W101"]


def test_no_message_repeats_a_secret(settings):
    wrong = provider(
        BANDWIDTH, **{**GOOD_OPTIONS, "CALLBACK_SECRETS": "hunter2", "CLIENT_SECRET": " hunter2"}
    )
    assert "hunter2" not in "".join(map(str, find(settings, wrong, include_deployment_checks=True)))


def test_several_faults_are_all_reported_at_once(settings):
    messages = find(settings, voice(CODE_LENGTH=1, LIFETIME=1, COLOUR="blue") | backends(MODEL_BACKEND))
    assert {"E009", "E010", "E025", "E040", "E041"} <= set(ids_of(messages))


def test_an_unknown_key_is_answered_with_the_right_one(settings):
    (message,) = find(settings, voice(LOGINMETHOD="enter"))
    assert message.hint == "Did you mean LOGIN_METHOD?"


def test_a_backend_for_another_login_field_is_a_way_around_where_users_log_in_by_it(settings, monkeypatch):
    around = backends(here("BadgeBackend"), VOICE_BACKEND)
    assert find(settings, around) == []
    monkeypatch.setattr("django.contrib.auth.models.User.USERNAME_FIELD", "badge")
    assert ids_of(find(settings, around)) == ["E041"]


@pytest.mark.parametrize("name", ["TokenBackend", "PermissionsBackend", "StricterVoiceBackend"])
def test_a_backend_that_opens_nothing_by_password_may_stay(settings, name):
    assert find(settings, backends(VOICE_BACKEND, here(name))) == []


def test_a_subclass_of_voice_backend_serves_as_well(settings):
    assert find(settings, backends(here("StricterVoiceBackend"))) == []


def test_a_subclass_of_a_middleware_serves_as_well(settings):
    own = [here("OwnMiddleware") if "AuthenticationM" in item else item for item in good.MIDDLEWARE]
    assert find(settings, {"MIDDLEWARE": own}) == []


@pytest.mark.parametrize(
    "listed",
    [
        [VOICE_BACKEND, MODEL_BACKEND],  # whom it knows, ours has known before
        ["axes.backends.AxesStandaloneBackend", VOICE_BACKEND, MODEL_BACKEND],
        ["axes.backends.AxesBackend", VOICE_BACKEND],
    ],
)
def test_backends_that_open_nothing_beside_ours_may_stay(settings, listed):
    assert find(settings, backends(*listed)) == []


@pytest.mark.parametrize(
    "word",
    ["everyone", "with_phone", "staff", "group:tellers", "permission:auth.add_user", here("asks")],
)
def test_words_that_name_people_are_met_with_silence(settings, word):
    assert find(settings, voice(REQUIRED_FOR=word)) == []


def test_a_group_is_reported_where_users_have_none(settings, monkeypatch):
    for name in ("PermissionsMixin", "AbstractUser", "User"):
        monkeypatch.delattr(f"django.contrib.auth.models.{name}.groups")
    assert ids_of(find(settings, voice(REQUIRED_FOR="group:tellers"))) == ["W074"]


@pytest.mark.parametrize(
    ("inserted", "expected"),
    [
        ([CONFIRMATION], []),
        ([REMOTE_USER, CONFIRMATION], []),
        ([REMOTE_USER, CONFIRMATION, LOGIN_REQUIRED], []),
        ([CONFIRMATION, REMOTE_USER], ["W071"]),
        ([LOGIN_REQUIRED, CONFIRMATION], ["W071"]),
    ],
)
def test_the_middleware_stands_after_all_that_open_and_before_all_that_ask(settings, inserted, expected):
    users = good.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    listed = [*good.MIDDLEWARE[:users], *inserted, *good.MIDDLEWARE[users:]]
    assert ids_of(find(settings, {"MIDDLEWARE": listed})) == expected


def test_the_middleware_needs_no_other_that_asks(settings):
    listed = [item for item in good.MIDDLEWARE if "OTP" not in item]
    assert ids_of(find(settings, {"MIDDLEWARE": [*listed, CONFIRMATION]})) == ["W048"]


@pytest.mark.parametrize("login_url", ["voice2fa:login", "/phone/login/"])
def test_login_url_may_be_a_name_or_an_address(settings, login_url):
    assert find(settings, {"LOGIN_URL": login_url}) == []


def test_a_queue_with_workers_is_welcome(settings):
    assert find(settings, {"TASKS": {"default": {"BACKEND": "somewhere.RedisBackend"}}}) == []


BROKEN = [
    {"VOICE2FA": voice(PUBLIC_URL="http://[")["VOICE2FA"]},
    {"VOICE2FA": {1: 2, None: 3}},
    {"MIDDLEWARE": None},
    {"MIDDLEWARE": ["no.such.Middleware", 7]},
    {"AUTHENTICATION_BACKENDS": ["no.such.Backend", 7]},
    {"TASKS": ["default"]},
    {"TASKS": {"default": None}},
    {"LOGIN_URL": None},
    provider(BANDWIDTH, BASE_URL="http://[", TOKEN_URL=7, VOICES=[], GENDER={}, FROM_NUMBERS=7),
    {"ROOT_URLCONF": "no_such_urlconf"},
]


@pytest.mark.parametrize("broken", BROKEN)
def test_checks_never_raise(settings, broken):
    find(settings, broken, include_deployment_checks=True)


@pytest.mark.django_db  # from Django 6.1 on the command looks at the database too
def test_a_site_without_the_setting_gets_a_sentence_and_no_traceback(settings):
    del settings.VOICE2FA
    with pytest.raises(SystemCheckError, match=r"voice2fa\.E001"):
        call_command("check")


def test_commands_that_check_nothing_work_without_the_setting(settings, capsys):
    del settings.VOICE2FA
    call_command("diffsettings", output="unified")
    assert "VOICE2FA" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tag", "wrong", "expected"),
    [
        (Tags.security, backends(MODEL_BACKEND, VOICE_BACKEND), "E041"),
        (Tags.urls, {"ROOT_URLCONF": __name__}, "E045"),
    ],
)
def test_checks_also_run_under_the_tags_of_django(settings, tag, wrong, expected):
    for name, value in wrong.items():
        setattr(settings, name, value)
    assert f"voice2fa.{expected}" in [message.id for message in run_checks(tags=[tag])]


def test_check_fails_on_an_error(settings):
    settings.VOICE2FA = voice(CODE_LENGTH=1)["VOICE2FA"]
    with pytest.raises(SystemCheckError, match="from 6 to 10"):
        call_command("check", tags=["voice2fa"])
