"""A site in which every page demands a login: the way in stays open, and nothing else of ours."""

import pytest

from tests import stage
from tests.stage import PASSWORD
from voice2fa.core.states import State
from voice2fa.models import PhoneVerification

from .conftest import newest
from .test_phones import key_in_code, register

GUARD = "django.contrib.auth.middleware.LoginRequiredMiddleware"


@pytest.fixture(autouse=True)
def guarded(settings, db):
    place = settings.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], GUARD, *settings.MIDDLEWARE[place:]]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/phone/phones/",
        "/phone/phones/add/",
        "/phone/phones/1/rename/",
        "/phone/phones/1/language/",
        "/phone/phones/1/prefer/",
        "/phone/phones/1/remove/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_everything_else_demands_a_login(browser, address, method):
    response = getattr(browser, method)(address)
    assert (response.status_code, response["Location"]) == (302, f"/phone/login/?next={address}")


@pytest.mark.parametrize("name", ["login", "register", "done", "disowned"])
def test_pages_on_the_way_in_open_to_all(browser, name):
    assert browser.open(name).status_code == 200


@pytest.mark.parametrize("method", ["open", "send"])
def test_the_link_of_an_email_asks_for_no_login(browser, method):  # R23
    assert getattr(browser, method)("disown", "not-ours").status_code == 410


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("open", "wait"),
        ("open", "status"),
        ("send", "complete"),
        ("send", "code"),
        ("send", "cancel"),
        ("send", "resend"),
        ("send", "call_in"),
    ],
)
def test_pages_of_a_call_know_themselves_when_there_is_none(browser, method, name):
    response = getattr(browser, method)(name)
    # Ours leads to the login without a next: the guard would have added one.
    assert response.headers.get("Location", "/phone/login/") == "/phone/login/"
    assert response.status_code == (404 if name == "status" else 302)


def test_a_login_goes_its_whole_way(phone, browser, carrier):
    assert browser.enter_password()["Location"] == "/phone/wait/"
    assert browser.open("wait").status_code == 200
    assert browser.open("status").json()["state"] == State.DIALING
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    assert browser.send("complete")["Location"] == "/"
    assert browser.get("/").content == b"Hello anna"
    assert browser.open("phones").status_code == 200


def test_a_code_is_typed_before_anybody_is_logged_in(phone, browser, carrier, configure):
    configure(LOGIN_METHOD="speak")
    browser.enter_password()
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    assert browser.send("code", data={"code": stage.code_of(newest())})["Location"] == "/"
    assert browser.is_logged_in


def test_a_call_is_cancelled_and_repeated_before_anybody_is_logged_in(phone, browser, carrier):
    browser.enter_password()
    assert browser.send("cancel")["Location"] == "/phone/wait/"
    assert newest().state == State.CANCELLED
    assert browser.send("resend")["Location"] == "/phone/wait/"
    assert PhoneVerification.objects.count() == len(carrier.calls) == 2


def test_an_account_is_registered(browser, carrier):
    assert register(browser)["Location"] == "/phone/wait/"
    key_in_code(carrier)
    assert browser.send("complete", follow=True).redirect_chain == [("/phone/done/", 302)]
    assert browser.get("/").content == b"Hello berta"


def test_a_wrong_password_is_told_on_the_page(phone, browser):
    assert browser.enter_password(password="not " + PASSWORD).status_code == 200
