"""What a browser shows of machines that pick up, and of numbers that must not be called."""

import re

import pytest
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import stage
from voice2fa.core.events import Answerer, Kind
from voice2fa.core.methods import Method
from voice2fa.flows.telephony import stopping

from .conftest import newest

pytestmark = pytest.mark.django_db


def find_out():
    stage.receive(Kind.MACHINE, newest(), answerer=Answerer.MACHINE)


@pytest.fixture
def approved_by_machine(phone, browser, carrier):
    """A browser whose call was approved, and then found to have been answered by a machine."""
    browser.enter_password()
    call = carrier.calls[-1]
    call.answer()
    call.press(newest().approve_key)
    find_out()
    return browser


def test_what_a_machine_has_approved_opens_nothing_and_leads_back_to_the_page(approved_by_machine):  # A3
    response = approved_by_machine.send("complete")
    assert response.headers["Location"] == reverse("voice2fa:wait")
    assert not approved_by_machine.is_logged_in
    html = approved_by_machine.open("wait").text
    assert "A voicemail answered" in html
    assert 'data-state="over"' in html
    news = approved_by_machine.open("status").json()
    assert (news["state"], news["is_approved"], news["is_live"]) == ("unreachable", False, False)


def test_the_page_of_the_next_call_shows_the_code_and_says_why(approved_by_machine, carrier):
    approved_by_machine.send("resend")
    html = approved_by_machine.open("wait").text
    assert "so please key in a code" in html
    assert stage.code_of(newest())[:3] in html
    call = carrier.calls[-1]
    call.answer()
    call.press(stage.code_of(newest()))
    approved_by_machine.send("complete")
    assert approved_by_machine.is_logged_in


def test_the_page_of_a_voicemail_offers_the_other_phone_and_has_it_called(phone, browser, carrier):
    """Without JavaScript: by the form that is on the page."""
    stage.make_phone(phone.user, number=stage.OTHER_NUMBER, name="Work")
    browser.enter_password()
    assert carrier.calls[-1].to == phone.number.as_e164
    carrier.calls[-1].answer()
    find_out()
    html = browser.open("wait").text
    assert "A voicemail answered" in html
    (offer,) = re.findall(r"<form(?:(?!</form>).)*Call Work.*?</form>", html, re.DOTALL)
    (pk,) = re.findall(r'name="phone" value="(\d+)"', offer)
    browser.post(re.search(r'action="(.*?)"', offer)[1], {"phone": pk})
    call = carrier.calls[-1]
    assert call.to == stage.OTHER_NUMBER
    call.answer()
    call.press(newest().approve_key)  # what a machine did at the one phone is not held against the other
    browser.send("complete")
    assert browser.is_logged_in


def test_the_page_of_whoever_has_one_phone_offers_no_other(phone, browser, carrier):
    browser.enter_password()
    carrier.calls[-1].answer()
    find_out()
    html = browser.open("wait").text
    assert "Call me again" in html
    assert 'name="phone"' not in html


def test_where_a_code_is_asked_for_anyhow_nothing_is_said(phone, browser, configure, carrier):
    configure(LOGIN_METHOD=Method.ENTER)
    browser.enter_password()
    carrier.calls[-1].answer()
    find_out()
    browser.send("resend")
    assert "so please key in a code" not in browser.open("wait").text


@pytest.fixture
def stopped(phone):
    """The phone's number, which must not be called."""
    return stopping.stop_by_staff(stage.NUMBER, staff=stage.make_user("staff"), now=stage.real_now())


def test_a_login_by_a_stopped_phone_says_so(stopped, browser, carrier):
    assert "asked us not to call it" in browser.enter_password().text
    assert not carrier.calls


def test_a_login_by_a_stopped_phone_leads_to_the_other_ways_of_whoever_has_some(
    stopped, phone, browser
):  # R17
    TOTPDevice.objects.create(user=phone.user, name="App", confirmed=True)
    response = browser.enter_password().headers["Location"]
    assert response == reverse("voice2fa:other_ways")
    assert "asked us not to call it" in browser.open("other_ways").text


def test_the_number_field_of_a_registration_says_so(stopped, browser, carrier):
    sent = {
        "username": "berta",
        "email": "berta@example.com",
        "number": stage.NUMBER,
        "password1": stage.PASSWORD,
        "password2": stage.PASSWORD,
        "consents": "on",
    }
    response = browser.send("register", data=sent)
    (error,) = response.context["form"].errors["number"]
    assert "asked us not to call it" in error
    assert not carrier.calls


def test_a_call_that_is_asked_for_again_says_so(phone, browser, carrier):
    browser.enter_password()
    browser.send("cancel")
    stopping.stop_by_staff(stage.NUMBER, staff=stage.make_user("staff"), now=stage.real_now())
    assert "asked us not to call it" in browser.send("resend", follow=True).text
    assert len(carrier.calls) == 1
