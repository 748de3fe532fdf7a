"""Each door by itself, as its own package opens it; run by ``test_doors.py`` in a process of its own."""

import base64
import json

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from knox.models import AuthToken
from rest_framework.authtoken.models import Token

from tests.stage import PASSWORD
from tests.web.conftest import newest

from .crawling import crawl

AXES = "axes.backends.AxesStandaloneBackend"
VOICE = "voice2fa.backends.VoiceBackend"
MODEL = "django.contrib.auth.backends.ModelBackend"
ALIAS = "tests.test_second_backends.ByAlias"
USERS = "django.contrib.auth.middleware.AuthenticationMiddleware"
OURS = "voice2fa.middleware.ConfirmationMiddleware"
OPEN = {"/admin/login/", "/accounts/login/", "/api/auth/login/", "/api/token/", "/api/jwt/", "/api/me/"}
CREDENTIALS = {"username": "anna", "password": PASSWORD}
NEW_PASSWORD = "Copper-Kettle-77"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hold_back")]


def is_inside(client):
    return client.get("/members/").status_code == 200


def by_form(address):
    def knock(client, user):
        client.post(address, CREDENTIALS)
        return SESSION_KEY in client.session

    return knock


def by_basic(client, user):
    return client.get("/api/me/", **basic()).status_code == 200


def basic():
    return {"HTTP_AUTHORIZATION": f"Basic {base64.b64encode(f'anna:{PASSWORD}'.encode()).decode()}"}


def by_token(address, word):
    """Ask for a token, and say whether it shows the way in."""

    def knock(client, user):
        given = client.post(address, json.dumps(CREDENTIALS), content_type="application/json").json()
        token = given.get("token") or given.get("access")
        if token is None:
            return False
        return client.get("/api/me/", HTTP_AUTHORIZATION=f"{word} {token}").status_code == 200

    return knock


def by_knox(client, user):
    client.post("/api/knox/", **basic())
    return AuthToken.objects.exists()


def by_reset(client, user):
    """Follow the link of an e-mail: the thief may read the mails, too."""
    user.refresh_from_db()
    link = f"{urlsafe_base64_encode(force_bytes(user.pk))}/{default_token_generator.make_token(user)}"
    view = "reset-by-another" if MODEL in settings.AUTHENTICATION_BACKENDS else "reset"
    page = client.get(f"/accounts/{view}/{link}/")
    client.post(page["Location"], {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD})
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    return is_inside(client)


DOORS = {
    "Django's login": by_form("/accounts/login/"),
    "the admin's login": by_form("/admin/login/"),
    "the browsable API's login": by_form("/api/auth/login/"),
    "BasicAuthentication": by_basic,
    "obtain_auth_token": by_token("/api/token/", "Token"),
    "simplejwt's pair": by_token("/api/jwt/", "Bearer"),
    "knox": by_knox,
    "a password reset": by_reset,
}
LISTS = {
    "ours alone": [VOICE],
    "axes in front": [AXES, VOICE],
    "a second after it": [VOICE, MODEL],
    "both": [AXES, VOICE, MODEL, ALIAS],
}
every_door = pytest.mark.parametrize("door", DOORS)


@pytest.mark.parametrize(
    "door", sorted(set(DOORS) - {"a password reset"})
)  # that one is shut wherever we are installed
def test_without_ours_a_password_opens(anna, client, settings, door):
    settings.AUTHENTICATION_BACKENDS = [AXES, MODEL]
    assert DOORS[door](client, anna)


def test_without_ours_the_crawl_finds_the_doors(anna, settings):
    settings.AUTHENTICATION_BACKENDS = [AXES, MODEL]
    opened = crawl("anna")
    assert {found.address for found in opened} >= OPEN
    assert {found.what for found in opened} == {"session", "token", "page"}


@every_door
@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("required_for", ["everyone", "with_phone", "staff", "permission:auth.add_user"])
def test_a_password_alone_opens_none(
    anna, client, settings, configure, door, listed, required_for
):  # R39, A20
    settings.AUTHENTICATION_BACKENDS = LISTS[listed]
    configure(REQUIRED_FOR=required_for)
    assert not DOORS[door](client, anna)
    assert not Token.objects.exists()
    assert SESSION_KEY not in client.session


@every_door
def test_of_whom_nothing_is_required_the_door_opens(anna, client, settings, configure, door):
    settings.AUTHENTICATION_BACKENDS = [VOICE]
    configure(REQUIRED_FOR="group:nobody")
    assert DOORS[door](client, anna)


# The middleware, in front of what does not ask Django who somebody is


@pytest.fixture
def shut(settings):
    place = settings.MIDDLEWARE.index(USERS) + 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], OURS, *settings.MIDDLEWARE[place:]]


@pytest.mark.parametrize("address", ["/api/me/", "/admin/", "/members/"])
def test_a_session_without_a_mark_is_none_to_rest_framework_and_the_admin(anna, client, shut, address):  # R39
    client.force_login(anna, backend=MODEL)
    assert client.get(address).status_code in {302, 401}


def log_in(browser, carrier):
    """Take anna through a login by call, on our page."""
    browser.enter_password()
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    return browser.send("complete")


@pytest.mark.parametrize("address", ["/api/me/", "/admin/", "/members/"])
def test_a_confirmed_session_is_one(anna, browser, carrier, shut, address):
    log_in(browser, carrier)
    assert browser.get(address).status_code == 200


# django-axes


@pytest.fixture
def impatient(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.AXES_LOCKOUT_CALLABLE = None


def fail(browser, times):
    return [browser.enter_password(password="wrong").status_code for _ in range(times)]


def test_axes_counts_the_failures_of_our_page_and_shuts_it(anna, browser, carrier, impatient):
    assert fail(browser, 3) == [200, 200, 429]
    # Nor does the right password ring a phone now: it would tell that it is right.
    assert browser.enter_password().status_code == 429
    assert carrier.calls == []


def test_axes_shuts_our_api_as_well(anna, browser, carrier, impatient):
    fail(browser, 3)
    reply = browser.post("/api/voice/v1/login/", CREDENTIALS, content_type="application/json")
    assert reply.status_code == 429
    assert carrier.calls == []


def test_axes_counts_the_failures_of_all_doors_together(anna, browser, impatient):
    fail(browser, 1)
    browser.post("/admin/login/", {"username": "anna", "password": "wrong"})
    assert browser.post("/api/auth/login/", {"username": "anna", "password": "wrong"}).status_code == 429
    assert browser.enter_password().status_code == 429


def test_a_login_by_call_wipes_the_slate_if_axes_is_told_to(anna, browser, carrier, impatient, settings):
    settings.AXES_RESET_ON_SUCCESS = True
    fail(browser, 2)
    assert log_in(browser, carrier)["Location"] == "/members/"
    assert fail(browser, 2) == [200, 200]


def test_a_password_that_is_right_is_a_failure_at_a_door_that_asks_for_no_call(anna, browser, impatient):
    replies = [browser.post("/admin/login/", CREDENTIALS).status_code for _ in range(3)]
    assert replies == [200, 200, 429]
