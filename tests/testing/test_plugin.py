"""The pytest plugin as other projects meet it: found by its entry point, in the way of nobody."""

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.wide

SETTINGS = """
    SECRET_KEY = "only-for-tests"
    USE_TZ = True
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    INSTALLED_APPS = [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "django_otp",
        "voice2fa",
    ]
    MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django_otp.middleware.OTPMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ],
    }}]
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    ROOT_URLCONF = "shop_urls"
    STATIC_URL = "/static/"
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    AUTHENTICATION_BACKENDS = ["voice2fa.backends.VoiceBackend"]
    LOGIN_URL = "voice2fa:login"
    LOGIN_REDIRECT_URL = "/orders/"
    # As on the site itself: the fixtures see to it that no test calls anybody.
    VOICE2FA = {
        "PUBLIC_URL": "https://shop.example.com",
        "PROVIDER": {
            "BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider",
            "OPTIONS": {
                "ACCOUNT_ID": "9900000",
                "APPLICATION_ID": "00000000-0000-4000-8000-000000000001",
                "FROM_NUMBER": "+12025550100",
                "CLIENT_ID": "shop",
                "CLIENT_SECRET": "never-used",
                "CALLBACK_SECRETS": ["never-used-" + "x" * 32],
            },
        },
    }
"""
# Warnings are errors there, too: a plugin must not bring any along. The exception is that of our own tests.
PYTEST = """
    [pytest]
    filterwarnings =
        error
        ignore:unclosed database in <sqlite3:ResourceWarning
"""
URLS = """
    from django.contrib.auth.decorators import login_required
    from django.http import HttpResponse
    from django.urls import include, path
    from django_otp.decorators import otp_required


    @login_required
    @otp_required
    def orders(request):
        return HttpResponse(f"Orders of {request.user}")


    urlpatterns = [path("phone/", include("voice2fa.urls")), path("orders/", orders)]
"""
TESTS = """
    import pytest
    import requests
    from voice2fa.testing import give_phone

    PASSWORD = "correct horse battery"


    @pytest.fixture
    def mara(django_user_model):
        user = django_user_model.objects.create_user("mara", password=PASSWORD)
        give_phone(user, "+12025550123")
        return user


    def test_members_see_their_orders(client, mara, voice_login):
        assert client.get("/orders/").status_code == 302
        voice_login(client, mara)
        assert client.get("/orders/").content == b"Orders of mara"


    @pytest.mark.parametrize("in_transaction", [True, False])
    def test_a_login_rings(client, request, phone_calls, in_transaction):
        if not in_transaction:
            request.getfixturevalue("transactional_db")
        request.getfixturevalue("mara")
        client.post("/phone/login/", {"username": "mara", "password": PASSWORD})
        (call,) = phone_calls
        call.answer()
        call.press(call.key)
        assert client.post("/phone/complete/").url == "/orders/"


    @pytest.mark.django_db(transaction=True)
    def test_a_login_rings_as_marked(client, mara, phone_calls):
        client.post("/phone/login/", {"username": "mara", "password": PASSWORD})
        assert [call.to for call in phone_calls] == ["+12025550123"]


    def test_no_call_is_left_over(phone_calls):
        assert phone_calls == []


    def test_a_call_over_the_wire(live_server, phone_emulator, mara):
        with requests.Session() as http:
            http.trust_env = False
            http.get(f"{live_server}/phone/login/")
            form = {"csrfmiddlewaretoken": http.cookies["csrftoken"]}
            http.post(f"{live_server}/phone/login/", {**form, "username": "mara", "password": PASSWORD})
            call = phone_emulator.ring("+12025550123")
            assert (call.to, call.purpose, call.said) == ("+12025550123", "login", ())
            call.answer()
            call.press(call.key)
            assert call.is_over
            done = http.post(f"{live_server}/phone/complete/", form)
            assert done.text == "Orders of mara"


    def test_somebody_calls_the_site_over_the_wire(settings, client, live_server, phone_emulator, mara):
        settings.VOICE2FA = {**settings.VOICE2FA, "CALL_IN": "B"}
        client.post("/phone/login/", {"username": "mara", "password": PASSWORD})
        client.post("/phone/call-in/")
        (taken_back,) = phone_emulator.calls
        assert taken_back.is_over
        assert taken_back.verification.ended_at is None  # the report waits until the test's request is over
        code = client.get("/phone/wait/").context["page"].code
        call = phone_emulator.call_us("+12025550123", attestation="B")
        assert taken_back.verification.ended_at is not None
        call.press(code.replace(" ", ""))
        assert call.verification.state == "approved"
        assert call.is_over
        assert phone_emulator.call_us("+12025550123", attestation="none").is_over


    def test_a_call_is_heard_to_the_end_of_its_question_in_recordings_too(
        settings, client, live_server, phone_emulator, mara
    ):
        recordings = {name: f"https://cdn.example.com/{name}.wav" for name in ("caller", "login", "report")}
        recordings["approve"] = "https://cdn.example.com/{key}.wav"
        settings.VOICE2FA = {**settings.VOICE2FA, "RECORDINGS": recordings}
        client.post("/phone/login/", {"username": "mara", "password": PASSWORD})
        call = phone_emulator.ring()
        call.answer()
        call.press(call.key)
        assert call.verification.state == "approved"


    @pytest.mark.parametrize("act", ["busy", "reject", "no_answer"])
    def test_nobody_answers(client, live_server, phone_emulator, mara, act):
        client.post("/phone/login/", {"username": "mara", "password": PASSWORD})
        call = phone_emulator.ring()
        getattr(call, act)()
        assert call.is_over
        assert call.verification.state == "unreachable"
        assert [str(other) for other in phone_emulator.calls] == [str(call)]


    def test_the_settings_are_as_they_were(settings):
        assert settings.VOICE2FA["PROVIDER"]["OPTIONS"]["CLIENT_ID"] == "shop"
        assert settings.VOICE2FA["PUBLIC_URL"] == "https://shop.example.com"
        assert not settings.is_overridden("TASKS")
"""
STRANGERS = """
    import sys


    def test_nothing_of_django_is_loaded():
        assert "voice2fa.pytest_plugin" in sys.modules
        assert not {name.split(".")[0] for name in sys.modules} & {"django", "django_otp", "requests"}
        assert not [name for name in sys.modules if name.startswith("voice2fa.") and "plugin" not in name]
"""


@pytest.fixture
def run_pytest(tmp_path):
    """Return a function that runs pytest in a folder with these files, and tells the summary."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "PYTEST_", "COVERAGE_", "COV_"))
    }

    def run(*arguments, status=0, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(dedent(text))
        (tmp_path / "pytest.ini").write_text(dedent(PYTEST))
        slow = ("cacheprovider", "randomly", "schemathesis")
        without = [part for name in slow for part in ("-p", f"no:{name}")]
        command = [sys.executable, "-m", "pytest", *without, *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_plugin_is_found_by_its_entry_point():
    (found,) = entry_points(group="pytest11", name="voice2fa")
    assert found.value == "voice2fa.pytest_plugin"


def test_a_shop_tests_its_logins(run_pytest):
    told = run_pytest("--ds=shop_settings", shop_settings=SETTINGS, shop_urls=URLS, test_shop=TESTS)
    assert "12 passed" in told


def test_the_example_of_the_readme_passes(run_pytest):
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (example,) = re.findall(r"^```python\n(# test_login\.py\n.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    told = run_pytest("--ds=shop_settings", shop_settings=SETTINGS, shop_urls=URLS, test_login=example)
    assert "2 passed" in told


def test_a_project_without_django_does_not_notice(run_pytest):
    assert "1 passed" in run_pytest("-p", "no:django", test_strangers=STRANGERS)


def test_a_project_with_django_and_without_us_does_not_notice(run_pytest):
    strangers = """
        from django.apps import apps


        def test_no_model_of_ours_is_loaded(settings, rf):
            assert not apps.is_installed("voice2fa")
            assert rf.get("/").path == "/"
            assert not hasattr(settings, "VOICE2FA")
    """
    settings = """
        SECRET_KEY = "only-for-tests"
        MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    """
    assert "1 passed" in run_pytest("--ds=shop_settings", shop_settings=settings, test_strangers=strangers)


def test_it_can_be_turned_off(run_pytest):
    wanting = """
        def test_something(phone_calls):
            pass
    """
    told = run_pytest(
        "-p", "no:voice2fa", "--ds=shop_settings", status=1, shop_settings=SETTINGS, test_it=wanting
    )
    assert "fixture 'phone_calls' not found" in told


def test_the_fixtures_say_what_they_are(run_pytest):
    told = run_pytest("--fixtures")
    for name in ("phone_calls", "voice_login", "voice_confirm", "phone_emulator"):
        assert name in told


def test_without_the_extra_the_emulator_says_what_to_install(run_pytest):
    poor = """
        import sys

        import pytest


        def test_it(monkeypatch):
            monkeypatch.setitem(sys.modules, "aiohttp", None)
            from voice2fa.testing import PhoneEmulator

            with pytest.raises(ImportError, match=r"django-voice2fa\\[emulator\\]"):
                PhoneEmulator()
    """
    assert "1 passed" in run_pytest(
        "--ds=shop_settings", shop_settings=SETTINGS, shop_urls=URLS, test_poor=poor
    )
