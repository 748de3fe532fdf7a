"""Journeys of users with a model of their own; run by ``test_custom_user.py`` in a process of its own."""

import uuid
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from tests import stage
from tests.stage import NUMBER, OTHER_NUMBER, PASSWORD
from tests.web.conftest import newest
from voice2fa.models import PhoneVerification, VoiceDevice

pytest_plugins = ["tests.web.conftest"]  # for its browser
EMAIL = "anna@example.com"


@pytest.fixture
def member(db):
    return get_user_model().objects.create_user(EMAIL, PASSWORD)


@pytest.fixture
def phone(member):
    return stage.make_phone(member)


def key_in(carrier):
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))


def test_the_migrations_fit(db):
    call_command("makemigrations", "voice2fa", "--check", "--dry-run", verbosity=0)
    assert isinstance(get_user_model()().pk, uuid.UUID)


def test_a_login_by_address_and_call(phone, browser, carrier):
    browser.enter_password(EMAIL)
    key_in(carrier)
    assert browser.send("complete")["Location"] == "/"
    assert browser.get("/").content == f"Hello {EMAIL}".encode()
    assert browser.get("/").wsgi_request.user.is_verified()


def test_a_registration_asks_for_the_models_own_fields_and_keeps_them(browser, carrier, db):
    page = browser.open("register").content.decode()
    assert all(f'name="{name}"' in page for name in ("email", "full_name", "born_on", "number", "password1"))
    data = {
        "email": EMAIL, "full_name": "Anna Karenina", "born_on": "1990-02-03", "number": NUMBER,
        "password1": PASSWORD, "password2": PASSWORD, "consents": "on",
    }  # fmt: skip
    assert browser.send("register", data=data)["Location"] == "/phone/wait/"
    key_in(carrier)
    assert browser.send("complete")["Location"] == "/phone/done/"
    member = get_user_model().objects.get()
    assert (member.email, member.full_name, member.born_on) == (EMAIL, "Anna Karenina", date(1990, 2, 3))
    assert member.joined_at is not None
    assert VoiceDevice.objects.get().user == member


def test_an_address_taken_meanwhile_is_refused(browser, carrier, db):
    data = {
        "email": EMAIL, "full_name": "Anna", "born_on": "1990-02-03", "number": NUMBER,
        "password1": PASSWORD, "password2": PASSWORD, "consents": "on",
    }  # fmt: skip
    browser.send("register", data=data)
    key_in(carrier)
    get_user_model().objects.create_user(EMAIL, PASSWORD)
    assert browser.send("complete")["Location"] == "/phone/register/"
    assert get_user_model().objects.count() == 1


def test_a_second_phone_is_added_and_the_first_removed(phone, browser, carrier):
    browser.enter_password(EMAIL)
    key_in(carrier)
    browser.send("complete")
    browser.send(
        "phone_add", data={"name": "Work", "number": OTHER_NUMBER, "password": PASSWORD, "consents": "on"}
    )
    key_in(carrier)
    browser.send("complete")
    browser.send("phone_remove", phone.pk, data={"password": PASSWORD})
    assert VoiceDevice.objects.get().number == OTHER_NUMBER


def test_limits_count_the_calls_of_one_member(phone, configure):  # R15
    configure(CALL_LIMITS={"user": [(1, 3600)]})
    other = get_user_model().objects.create_user("otto@example.com", PASSWORD)
    stage.make_phone(other, OTHER_NUMBER)
    assert stage.refusal_of(stage.begin, phone.user) is None
    assert stage.refusal_of(stage.begin, phone.user) == "too_many_calls"
    assert stage.refusal_of(stage.begin, other, number=OTHER_NUMBER) is None
    assert PhoneVerification.objects.count() == 2


def test_a_remembered_browser(phone, browser, carrier, configure):
    configure(REMEMBER_DAYS=30)
    browser.enter_password(EMAIL, remember="on")
    key_in(carrier)
    browser.send("complete")
    browser.session.flush()
    del browser.cookies["sessionid"]
    assert browser.enter_password(EMAIL)["Location"] == "/"
    assert PhoneVerification.objects.count() == 1
    assert browser.get("/").content == f"Hello {EMAIL}".encode()


def test_the_honest_login_of_tests(member, client, voice_login):
    voice_login(client, member)
    assert client.get("/").wsgi_request.user.is_verified()
