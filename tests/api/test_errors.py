"""Whatever comes in: every error is a code and a sentence, and none is a failure of ours."""

import json
import subprocess
import sys

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from tests import stage
from voice2fa.api.errors import STATUSES
from voice2fa.api.urls import _v1
from voice2fa.core.errors import Code
from voice2fa.models import PhoneVerification

from .conftest import error_of

ENDPOINTS = [pattern.name for pattern in _v1]
METHODS = {
    pattern.name: {name for name in ("get", "post", "patch", "delete") if hasattr(pattern.callback.cls, name)}
    for pattern in _v1
}
WRITES = [(name, method) for name in ENDPOINTS for method in sorted(METHODS[name] - {"get"})]
TAKES_BODY = [(name, method) for name, method in WRITES if method in {"post", "patch"}]
READS_BODY = [
    (pattern.name, method)
    for pattern in _v1
    for method, doc in pattern.callback.cls.docs.items()
    if doc.takes is not None
]


def path_of(name):
    arguments = [1] if name in {"phone", "browser"} else []
    return reverse(f"voice2fa_api:{name}", args=arguments)


def is_error(response, status, code):
    assert error_of(response) == (status, code)
    body = response.json()
    assert set(body) == ({"code", "detail", "fields"} if code == "invalid" else {"code", "detail"})
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return True


def test_every_refusal_has_a_status():
    assert set(STATUSES) == set(Code)
    assert all(400 <= status < 500 or status == 503 for status in STATUSES.values())


def test_every_method_describes_itself():
    for pattern in _v1:
        assert set(pattern.callback.cls.docs) == METHODS[pattern.name]


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options", "trace"])
def test_a_method_that_there_is_not(inside, method):
    for name in ENDPOINTS:
        if method not in METHODS[name]:
            assert is_error(getattr(inside, method)(path_of(name)), 405, "method_not_allowed")


def test_every_write_is_guarded_against_other_sites(phone, inside):  # a login too, lest it be another's
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = inside.cookies
    for name, method in WRITES:
        response = getattr(browser, method)(path_of(name), {}, content_type="application/json")
        assert is_error(response, 403, "csrf_failed")
        # What a form of another site can send.
        response = getattr(browser, method)(path_of(name), "{}", content_type="text/plain")
        assert is_error(response, 415, "unsupported_media_type")


def test_the_token_of_the_session_endpoint_opens_the_guarded_ones(phone, carry_out):
    browser = Client(enforce_csrf_checks=True)
    token = browser.get(path_of("session")).json()["csrf_token"]
    with carry_out():
        response = browser.post(
            path_of("login"),
            {"username": "anna", "password": stage.PASSWORD},
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )
    assert response.status_code == 201


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/xml"]
)
def test_only_json_is_read(inside, content_type):
    for name, method in TAKES_BODY:
        response = getattr(inside, method)(path_of(name), "a=1", content_type=content_type)
        assert is_error(response, 415, "unsupported_media_type")


def test_only_json_is_sent(inside):
    for name in ENDPOINTS:
        method = sorted(METHODS[name])[0]
        wanted = {"Accept": "text/html"}
        response = getattr(inside, method)(path_of(name), headers=wanted, content_type="application/json")
        assert is_error(response, 406, "not_acceptable")


@pytest.mark.parametrize(
    "body",
    [b"{", b"nonsense", b"\xff\xfe", b'{"a": NaN}', b"[" * 20_000, b'{"a":' * 5_000, b"1" * 5_000],
    ids=["cut", "nonsense", "no text", "NaN", "nested lists", "nested objects", "long number"],
)
def test_what_is_no_json(phone, inside, body):
    for name, method in READS_BODY:
        response = getattr(inside, method)(path_of(name), body, content_type="application/json")
        if error_of(response)[0] in {404, 409}:
            continue  # the ticket, the pass, or the id is asked for first
        assert error_of(response)[1] in {"parse_error", "invalid"}


def test_what_is_too_long(inside):
    body = json.dumps({"username": "a" * 40_000, "password": "b"})
    assert is_error(inside.post(path_of("login"), body, content_type="application/json"), 413, "too_large")


@pytest.mark.parametrize("body", [None, [], "text", 7, True, [{"username": "anna"}]])
def test_what_is_no_object(api, body):
    response = api.post(path_of("login"), json.dumps(body), content_type="application/json")
    assert is_error(response, 400, "invalid")
    assert set(response.json()["fields"]) == {"non_field_errors"} or body is None


ODD = [None, "", " ", "\x00", "\ud800", "😀" * 300, "a" * 10_000, 7, 1.5, True, [], {}, ["a"], 10**400]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_values_are_refused_field_by_field(phone, inside, odd):
    for name, method in READS_BODY:
        doc = next(pattern.callback.cls.docs[method] for pattern in _v1 if pattern.name == name)
        body = dict.fromkeys(doc.sends, odd)
        response = getattr(inside, method)(path_of(name), json.dumps(body), content_type="application/json")
        assert response.status_code < 500
        assert {"code", "detail"} <= set(response.json()) or response.status_code < 400


@pytest.mark.parametrize("ticket", ["", "x", "é" * 50, "a" * 5_000, "'; --"])
@pytest.mark.parametrize("name", ["status", "code", "cancel", "resend", "call_in", "complete"])
def test_a_broken_ticket_is_no_ticket(phone, api, name, ticket):
    method = "get" if name == "status" else "post"
    response = getattr(api, method)(
        path_of(name), headers={"Voice-Auth-Ticket": ticket}, content_type="application/json"
    )
    assert is_error(response, 404, "not_waiting")


def test_the_ticket_is_not_taken_from_the_address(phone, api):
    api.log_in()
    response = api.get(path_of("status"), {"ticket": api.ticket, "Voice-Auth-Ticket": api.ticket})
    assert error_of(response) == (404, "not_waiting")


def test_too_many_requests_are_turned_away_and_told_when_to_come_back(phone, api, settings):
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"voice2fa_start": "2/min"}}
    body = {"username": "anna", "password": "wrong"}
    for _request in range(2):
        assert error_of(api.send("login", body=body)) == (400, "bad_credentials")
    refused = api.send("login", body=body)
    assert is_error(refused, 429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert error_of(api.send("register", body={})) == (429, "throttled")  # one scope
    assert api.ask("session").status_code == 200
    cache.clear()
    assert error_of(api.send("login", body=body)) == (400, "bad_credentials")


def test_a_site_may_lift_a_rate(phone, api, settings):
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"voice2fa_start": None}}
    for _request in range(35):
        assert error_of(api.send("login", body={"username": "x", "password": "y"}))[0] == 400


def test_a_forged_header_does_not_make_another_client(phone, api, settings):  # TRUSTED_PROXIES is 0
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"voice2fa_start": "1/min"}}
    for place, status in enumerate([400, 429]):
        headers = {"X-Forwarded-For": f"198.51.100.{place}"}
        response = api.send("login", body={"username": "x", "password": "y"}, headers=headers)
        assert response.status_code == status


def odd_handler(exc, context):
    raise AssertionError("The site's handler is for the site's own endpoints.")


def test_what_the_site_has_set_for_its_own_api_does_not_reach_ours(phone, api, settings):
    settings.REST_FRAMEWORK = {
        "EXCEPTION_HANDLER": "tests.api.test_errors.odd_handler",
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.BrowsableAPIRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.FormParser"],
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
        "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    }
    assert api.log_in().status_code == 201
    assert error_of(api.send("login", body={})) == (400, "invalid")


def test_basic_credentials_open_nothing(phone, api):  # R39
    import base64

    credentials = base64.b64encode(f"anna:{stage.PASSWORD}".encode()).decode()
    response = api.ask("phones", headers={"Authorization": f"Basic {credentials}"})
    assert error_of(response) == (401, "not_authenticated")


def test_a_fault_of_ours_is_not_dressed_up(phone, api, monkeypatch, settings):
    settings.AUTHENTICATION_BACKENDS = ["voice2fa.backends.VoiceBackend"]
    settings.VOICE2FA = {**settings.VOICE2FA, "FIRST_FACTOR_BACKENDS": ["tests.api.test_errors.Broken"]}
    with pytest.raises(ZeroDivisionError):
        api.log_in()


class Broken:
    def authenticate(self, request, username=None, password=None):
        return 1 / 0


def test_a_get_rings_no_phone(phone, inside, carrier):  # R16
    before = (PhoneVerification.objects.count(), len(carrier.calls))
    for name in ENDPOINTS:
        inside.get(path_of(name))
    assert (PhoneVerification.objects.count(), len(carrier.calls)) == before


@pytest.mark.parametrize(
    "name", ["Voice-Auth-Ticket", "Voice-Auth-Pass", "Voice-Auth-Confirmation", "Authorization"]
)
def test_error_reports_keep_what_the_headers_hold_to_themselves(rf, name):  # A27
    request = rf.get("/", headers={name: "a secret"})
    told = SafeExceptionReporterFilter().get_safe_request_meta(request)
    assert "a secret" in request.META.values()
    assert "a secret" not in told.values()


def test_an_error_report_holds_no_password(phone, api, settings):  # A27
    settings.VOICE2FA = {**settings.VOICE2FA, "FIRST_FACTOR_BACKENDS": ["tests.api.test_errors.Broken"]}
    with pytest.raises(ZeroDivisionError) as caught:
        api.send("login", body={"username": "anna", "password": "my only password"})
    reporter = ExceptionReporter(None, caught.type, caught.value, caught.tb)
    # Those before them are the test's.
    frames = [
        frame
        for frame in reporter.get_traceback_frames()
        if "/voice2fa/" in frame["filename"] or "/rest_framework/" in frame["filename"]
    ]
    assert frames
    assert "my only password" not in str([frame["vars"] for frame in frames])


@pytest.mark.parametrize("pattern", _v1, ids=lambda pattern: pattern.name)
def test_no_endpoint_runs_in_one_transaction(pattern):  # ATOMIC_REQUESTS would take back the count of a guess
    assert pattern.callback._non_atomic_requests == {"default"}


def test_the_way_in_stays_open_where_the_site_asks_for_a_login(phone, api, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert api.log_in().status_code == 201
    assert error_of(api.ask("phones")) == (401, "not_authenticated")


WITHOUT = """
import importlib.util, os, sys
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "drf_spectacular" else find_spec(name, *more)
for name in ("drf_spectacular", "knox", "rest_framework_simplejwt"):
    sys.modules[name] = None
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
from django.conf import settings
settings.INSTALLED_APPS.remove("knox")
import django
django.setup()
from django.test import Client
print(Client().get("/api/v1/status/").json()["code"])
"""


def test_the_api_serves_without_the_packages_that_it_can_do_without():
    command = [sys.executable, "-c", WITHOUT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "not_waiting", done.stderr
