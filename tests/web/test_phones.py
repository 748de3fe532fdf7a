"""Registering, and the pages of a person's phones."""

import re

import pytest
from django.contrib.auth import get_user_model

from tests import stage
from tests.stage import NUMBER, OTHER_NUMBER
from voice2fa.models import PhoneVerification, VoiceDevice

from .conftest import newest

User = get_user_model()
NEW_PASSWORD = "a long enough secret of Berta"


def register(browser, **changes):
    data = {"username": "berta", "email": "", "number": "+1 202-555-0123", "password1": NEW_PASSWORD}
    return browser.send("register", data={**data, "password2": NEW_PASSWORD, "consents": "on", **changes})


def key_in_code(carrier):
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.code_of(newest()))


def add(browser, **changes):
    data = {"name": "Work phone", "number": OTHER_NUMBER, "consents": "on"}
    return browser.send("phone_add", data={**data, **changes})


# Register


def test_registering_creates_account_and_phone_once_the_call_is_through(browser, carrier):  # R20
    assert register(browser)["Location"] == "/phone/wait/"
    assert (User.objects.count(), VoiceDevice.objects.count()) == (0, 0)
    key_in_code(carrier)
    assert User.objects.count() == 0
    assert browser.send("complete")["Location"] == "/phone/done/"
    assert browser.get("/").content == b"Hello berta"
    assert VoiceDevice.objects.get().confirmed
    assert User.objects.get().check_password(NEW_PASSWORD)


def test_neither_session_nor_cookies_hold_the_password(browser, carrier):  # R9
    register(browser)
    kept = repr(dict(browser.session)) + browser.cookies.output()
    assert NEW_PASSWORD not in kept
    assert "md5$" not in kept
    assert PhoneVerification.objects.get().applicant["fields"]["password"].startswith("md5$")


def test_next_is_carried_through_a_registration(browser, carrier):
    register(browser, next="/there/")
    key_in_code(carrier)
    assert browser.send("complete")["Location"] == "/there/"


def test_a_username_taken_meanwhile_is_told(browser, carrier):
    register(browser)
    key_in_code(carrier)
    stage.make_user("berta")
    response = browser.send("complete", follow=True)
    assert response.redirect_chain == [("/phone/register/", 302)]
    assert "took that username meanwhile" in response.content.decode()
    assert not browser.is_logged_in


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "+4915112345678"}, {"number": "911"}, {"number": ""}, {"number": "+19002345678"},
        {"password2": "another"}, {"password1": "", "password2": ""}, {"username": ""}, {"number": "+1\x00"},
    ],
)  # fmt: skip
def test_a_faulty_registration_rings_nobody(browser, carrier, changes):
    assert register(browser, **changes).status_code == 200
    assert carrier.calls == []


def test_what_is_no_number_is_told_in_our_words(browser):
    page = register(browser, number="12").content.decode()
    assert "That is not a valid phone number. Check the digits and the country code." in page


def test_a_refused_number_is_told_at_its_field(browser):
    page = register(browser, number="+4915112345678").content.decode()
    assert "cannot call numbers in that country" in page


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"username": ""}, "username"),
        ({"number": "12"}, "number"),
        ({"number": "+4915112345678"}, "number"),
        ({"password2": "another one", "consents": ""}, "password2"),
    ],
)
def test_the_cursor_is_in_the_first_wrong_field(browser, changes, name):
    page = register(browser, **changes).content.decode()
    (focused,) = re.findall(r"<input[^>]* autofocus\b[^>]*>", page)
    assert f'name="{name}"' in focused


def test_staff_rights_cannot_be_registered(browser, carrier):
    register(browser, is_staff="on", is_superuser="on")
    key_in_code(carrier)
    browser.send("complete")
    assert not User.objects.get().is_staff
    assert not User.objects.get().is_superuser


# Add


def test_a_phone_is_added_by_a_call_to_it(inside, carrier):  # R20
    assert add(inside)["Location"] == "/phone/wait/"
    assert carrier.calls[-1].to == OTHER_NUMBER
    key_in_code(carrier)
    response = inside.send("complete", follow=True)
    assert response.redirect_chain == [("/phone/phones/", 302)]
    assert "Work phone is confirmed" in response.content.decode()
    assert VoiceDevice.objects.filter(confirmed=True).count() == 2


@pytest.mark.parametrize("changes", [{"number": ""}, {"number": NUMBER}, {"name": ""}, {"consents": ""}])
def test_a_phone_is_not_added_without_name_consent_and_new_number(inside, carrier, changes):  # R29, R48
    calls = len(carrier.calls)
    assert add(inside, **changes).status_code == 200
    assert len(carrier.calls) == calls
    assert VoiceDevice.objects.count() == 1


@pytest.mark.parametrize("name", ["phone_add", "register"])
def test_the_form_tells_what_a_call_does_not_protect_from_and_what_else_there_is(
    inside, browser, name
):  # R29
    page = (inside if name == "phone_add" else browser).open(name).content.decode()
    for words in ("automated calls", "takes over your phone number", "authenticator app", "recovery codes"):
        assert words in page
    assert page.count('type="checkbox" name="consents"') == 1


def test_a_box_that_is_not_ticked_is_told_at_the_box(browser, carrier):  # R48
    page = register(browser, consents="").content.decode()
    assert page.count("Please tick the box.") == 1
    assert carrier.calls == []


def test_the_page_asks_for_no_password(inside):
    assert 'name="password"' not in inside.open("phone_add").content.decode()


@pytest.mark.parametrize("proof", ["email", "staff_code", "password"])
def test_who_has_no_phone_yet_is_led_to_the_first(user, browser, configure, proof):  # R21
    configure(REQUIRED_FOR="with_phone", FIRST_PHONE_PROOF=proof)
    browser.enter_password()
    assert browser.open("phone_add")["Location"] == "/phone/first-phone/"
    assert add(browser)["Location"] == "/phone/first-phone/"
    assert VoiceDevice.objects.count() == 0


def test_a_full_account_gets_no_more_phones(inside, configure):
    configure(PHONES_PER_USER=1)
    assert "as many phones as an account" in inside.open("phones").content.decode()
    assert "as many phones as an account" in add(inside).content.decode()


# List and remove


def test_the_list_shows_proved_phones_masked(inside, phone):
    stage.make_phone(phone.user, OTHER_NUMBER, confirmed=False, name="Unproved")
    page = inside.open("phones").content.decode()
    assert "Mobile" in page
    assert "Unproved" not in page
    assert NUMBER not in page


def test_a_phone_is_removed_once_the_person_has_said_so_twice(inside, phone):  # R24
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    assert inside.open("phone_remove", other.pk).status_code == 200
    assert VoiceDevice.objects.count() == 2
    response = inside.send("phone_remove", other.pk, follow=True)
    assert "was removed" in response.content.decode()
    assert list(VoiceDevice.objects.all()) == [phone]


def test_that_the_last_phone_stays_is_told_before_anybody_decides(inside, phone):
    page = inside.open("phone_remove", phone.pk).content.decode()
    assert "This is your only phone" in page
    assert "Remove the phone" not in page
    assert 'href="/phone/phones/add/"' in page


def test_the_last_phone_goes_where_nobody_needs_one(inside, phone, configure):
    configure(REQUIRED_FOR="with_phone")
    assert "Remove the phone" in inside.open("phone_remove", phone.pk).content.decode()


def test_the_last_phone_stays(inside, phone):
    response = inside.send("phone_remove", phone.pk)
    assert "only phone" in response.content.decode()
    assert VoiceDevice.objects.count() == 1


def test_a_session_is_no_longer_verified_by_a_removed_phone(inside, phone):  # R24
    stage.make_phone(phone.user, OTHER_NUMBER)
    inside.send("phone_remove", phone.pk)
    assert not inside.get("/").wsgi_request.user.is_verified()


@pytest.mark.parametrize("method", ["open", "send"])
@pytest.mark.parametrize("page", ["phone_remove", "phone_rename", "phone_language", "phone_prefer"])
@pytest.mark.parametrize("which", ["another's", "unproved", "missing"])
def test_only_the_persons_own_proved_phones_exist_here(inside, phone, method, which, page):
    other = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    unproved = stage.make_phone(phone.user, OTHER_NUMBER, confirmed=False)
    pk = {"another's": other.pk, "unproved": unproved.pk, "missing": 10**6}[which]
    assert (
        getattr(inside, method)(page, pk, **({"data": {"name": "x"}} if method == "send" else {})).status_code
        == 404
    )
    assert VoiceDevice.objects.count() == 3


@pytest.mark.parametrize("name", ["phones", "phone_add"])
def test_the_pages_of_phones_are_for_those_logged_in(browser, name):
    assert browser.open(name)["Location"].startswith("/phone/login/?next=")
