"""The password is a matter of the first-factor backends, on every page that asks for it."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, get_user_model, user_logged_in, user_login_failed

from tests import stage
from tests.stage import OTHER_NUMBER, PASSWORD
from voice2fa.models import VoiceDevice

from .backends import ByDirectory
from .test_phones import add, register

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
def second(phone):
    return stage.make_phone(phone.user, OTHER_NUMBER)


def remove(browser, phone, password):
    return browser.send("phone_remove", phone.pk, data={"password": password})


def test_a_phone_is_removed_with_the_password_of_the_directory(inside, second, configure, failures):  # R21
    configure(FIRST_FACTOR_BACKENDS=DIRECTORY)
    assert remove(inside, second, RIGHT)["Location"] == "/phone/phones/"
    assert not VoiceDevice.objects.filter(pk=second.pk).exists()
    assert failures == []


@pytest.mark.parametrize("wrong", [PASSWORD, ByDirectory.passwords["otto"], "", "x"])
def test_no_other_password_removes_a_phone(inside, second, configure, wrong):  # R21, A13
    stage.make_user("otto")
    configure(FIRST_FACTOR_BACKENDS=DIRECTORY)
    assert remove(inside, second, wrong).status_code == 200
    assert VoiceDevice.objects.filter(pk=second.pk).exists()


def test_a_phone_is_added_with_the_password_of_the_directory(inside, configure, carrier):  # R21
    configure(FIRST_FACTOR_BACKENDS=DIRECTORY)
    assert add(inside, password=PASSWORD).status_code == 200
    assert len(carrier.calls) == 1
    assert add(inside, password=RIGHT)["Location"] == "/phone/wait/"
    assert len(carrier.calls) == 2


@pytest.mark.parametrize("backends", [None, DIRECTORY])
def test_a_wrong_password_beside_a_phone_is_announced_without_itself(
    inside, second, configure, failures, backends
):  # R42, A13
    if backends:
        configure(FIRST_FACTOR_BACKENDS=backends)
    remove(inside, second, "a wrong guess")
    add(inside, number="+12025550125", password="a wrong guess")
    assert [credentials["username"] for credentials in failures] == ["anna", "anna"]
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
