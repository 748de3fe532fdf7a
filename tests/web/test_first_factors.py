"""The password is a matter of the first-factor backends, on every page that asks for it."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, get_user_model, user_logged_in, user_login_failed

from tests import stage
from tests.stage import PASSWORD

from .backends import ByDirectory
from .test_phones import register

DIRECTORY = ["tests.web.backends.ByDirectory"]
RIGHT = ByDirectory.passwords["anna"]


@pytest.fixture
def failures():
    """The credentials of each failed login that Django's listeners were told of."""
    heard = []

    def hear(credentials, **kwargs):
        heard.append(credentials)

    user_login_failed.connect(hear)
    yield heard
    user_login_failed.disconnect(hear)


@pytest.fixture
def phoneless(user, browser, configure):
    """A browser that is logged in where phones are optional, as somebody who has none yet."""
    configure(REQUIRED_FOR="with_phone")
    browser.enter_password()
    assert browser.is_logged_in
    return browser


def give(browser, password):
    """Give the password again, for a first phone."""
    return browser.send("first_phone_password", data={"password": password})


def test_a_first_phone_asks_for_the_password_of_the_directory(phoneless, configure, failures):  # R21
    configure(FIRST_FACTOR_BACKENDS=DIRECTORY)
    assert give(phoneless, RIGHT)["Location"] == "/phone/first-phone/"
    assert failures == []


@pytest.mark.parametrize("wrong", [PASSWORD, ByDirectory.passwords["otto"], "", "x"])
def test_no_other_password_leads_to_a_first_phone(phoneless, configure, wrong):  # R21, A13
    stage.make_user("otto")
    configure(FIRST_FACTOR_BACKENDS=DIRECTORY)
    assert give(phoneless, wrong).status_code == 200
    assert phoneless.open("first_phone")["Location"] == "/phone/first-phone/password/"


@pytest.mark.parametrize("backends", [None, DIRECTORY])
def test_a_wrong_password_beside_a_phone_is_announced_without_itself(
    phoneless, configure, failures, backends
):  # R42, A13
    if backends:
        configure(FIRST_FACTOR_BACKENDS=backends)
    give(phoneless, "a wrong guess")
    assert [credentials["username"] for credentials in failures] == ["anna"]
    assert "a wrong guess" not in repr(failures)


@pytest.mark.parametrize("name", ["anna", "ANNA", "Anna", "aNNa"])
def test_a_username_that_differs_in_case_alone_is_not_registered(phone, browser, carrier, name):
    assert register(browser, username=name, number="+1 202-555-0199").status_code == 200
    assert carrier.calls == []
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("backend", ["voice2fa.backends.VoiceBackend", "tests.web.backends.OwnVoiceBackend"])
def test_where_phones_are_optional_a_session_begins_by_the_sites_own_backend(
    user, browser, configure, settings, carrier, backend
):
    settings.AUTHENTICATION_BACKENDS = [backend]
    configure(REQUIRED_FOR="with_phone")
    heard = []

    def hear(user, **kwargs):
        heard.append(user.get_username())

    user_logged_in.connect(hear)
    try:
        assert browser.enter_password()["Location"] == "/"
    finally:
        user_logged_in.disconnect(hear)
    assert browser.session[BACKEND_SESSION_KEY] == backend
    assert browser.get("/").content == b"Hello anna"
    assert heard == ["anna"]
    assert carrier.calls == []


def test_a_subclass_rings_those_who_have_a_phone(phone, browser, configure, settings, carrier):  # A29
    settings.AUTHENTICATION_BACKENDS = ["tests.web.backends.OwnVoiceBackend"]
    configure(REQUIRED_FOR="with_phone")
    assert browser.enter_password()["Location"] == "/phone/wait/"
    assert not browser.is_logged_in
    assert len(carrier.calls) == 1
