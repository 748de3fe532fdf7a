"""Calling the site in place of being called, on its pages."""

import json

import pytest

from tests import stage
from tests.stage import CALLER, NUMBER
from voice2fa.core.events import Attestation
from voice2fa.core.states import State
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.flows.telephony.lines import open_reception
from voice2fa.models import PhoneVerification
from voice2fa.providers.memory import MemoryProvider

from .conftest import newest

BUTTON = "Call us instead"


@pytest.fixture(autouse=True)
def _call_in_is_on(configure):
    configure(CALL_IN="A")


@pytest.fixture
def asked(phone, browser):
    """A browser whose page asks the person to call."""
    browser.enter_password()
    response = browser.send("call_in")
    assert (response.status_code, response["Location"]) == (302, "/phone/wait/")
    return browser


def call_us(number=NUMBER, **facts):
    return MemoryProvider.take_call(caller=number, to=CALLER, line=open_reception(), **facts)


def words(browser):
    return " ".join(browser.open("wait").content.decode().split())


def news(browser):
    return json.loads(browser.open("status").content)


def test_the_page_of_a_call_offers_to_be_called(phone, browser):
    browser.enter_password()
    assert BUTTON in words(browser)


def test_the_page_of_a_call_that_failed_offers_it_too(phone, browser, carrier):
    browser.enter_password()
    carrier.calls[-1].no_answer()
    assert BUTTON in words(browser)


@pytest.mark.parametrize("why", ["off", "carrier", "extension", "reported", "late"])
def test_it_is_not_offered_where_it_cannot_be(phone, browser, carrier, configure, why):
    if why == "off":
        configure(CALL_IN="off")
    elif why == "carrier":
        configure(PROVIDER={"BACKEND": "tests.flows.carriers.OneWay"})
    elif why == "extension":
        phone.extension = "42"
        phone.save()
    browser.enter_password()
    if why == "reported":
        carrier.calls[-1].answer()
        carrier.calls[-1].press("0")
    elif why == "late":
        long_ago = stage.real_now() - stage.LONG_AGO
        PhoneVerification.objects.update(begun_at=long_ago)
    assert BUTTON not in words(browser)
    before = newest().pk
    browser.send("call_in")
    assert newest().pk == before


def test_the_page_says_which_number_to_call_what_to_key_in_and_from_where(asked):
    page, verification = words(asked), newest()
    code = code_of(verification)
    assert "Call us from your phone" in page
    assert f'href="tel:{CALLER}"' in page
    assert "+1 202-555-0100" in page
    assert f"{code[:3]} {code[3:]}" in page
    assert "+1 ••• ••• ••23" in page
    assert "Waiting for your call" in page
    assert "Call comes from" not in page
    assert BUTTON not in page
    assert "Call us again" not in page


def test_nobody_is_rung_and_the_first_call_is_ended(asked, carrier):
    (first,) = carrier.calls
    assert first.is_over
    first, second = PhoneVerification.objects.order_by("created_at")
    assert (first.state, second.state) == (State.CANCELLED, State.PENDING)
    assert (second.is_call_in, second.claimed_at, second.method) == (True, None, "enter")


def test_a_look_begins_nothing(phone, browser):  # R16
    browser.enter_password()
    assert browser.open("call_in").status_code == 405
    assert PhoneVerification.objects.count() == 1


def test_nothing_begins_without_a_csrf_token(phone, new_browser):
    browser = new_browser(enforce_csrf_checks=True)
    assert browser.send("call_in").status_code == 403


def test_whoever_waits_for_nothing_is_led_to_the_login(db, browser):
    assert browser.send("call_in")["Location"] == "/phone/login/"


def test_the_page_follows_the_call_and_lets_the_person_in(asked):
    assert (news(asked)["progress"], news(asked)["state"]) == ("awaited", "pending")
    call = call_us()
    assert (news(asked)["progress"], "You are through" in news(asked)["sentence"]) == ("answered", True)
    call.hang_up()
    assert news(asked)["progress"] == "awaited"
    call_us().press(code_of(newest()))
    assert news(asked)["is_approved"]
    assert asked.send("complete")["Location"] == "/"
    assert asked.is_logged_in


def test_the_person_hears_of_a_carrier_that_does_not_vouch(asked):
    call_us(attestation=Attestation.PARTIAL)
    assert "does not vouch" in news(asked)["sentence"]
    assert news(asked)["progress"] == "awaited"
    call_us()
    assert "You are through" in news(asked)["sentence"]


def test_the_page_tells_nothing_of_calls_from_other_numbers(asked):
    before = news(asked)
    call_us(stage.OTHER_NUMBER)
    assert news(asked) == before


def test_cancelling_ends_the_call_with_a_word(asked):
    call = call_us()
    asked.send("cancel")
    assert call.is_over
    assert "cancelled" in call.said[-1]
    assert newest().state == State.CANCELLED


def test_the_person_may_have_us_call_after_all_by_the_usual_method(asked, carrier):
    assert "Have us call you" in words(asked)
    asked.send("resend")
    assert (newest().is_call_in, newest().method) == (False, "approve")
    assert len(carrier.calls) == 2


def test_after_a_call_of_theirs_that_failed_they_may_call_again(asked):
    asked.send("cancel")
    assert "Call us again" in words(asked)
    asked.send("call_in")
    assert newest().is_call_in
    assert newest().is_live


def test_no_pause_is_kept_before_calling_us_and_the_limits_count_it(phone, browser, configure):  # R15
    limits = {**stage.NO_LIMITS, "user": [(2, 3600)]}
    configure(CALL_IN="A", COOL_DOWN=60, CALL_LIMITS=limits)
    browser.enter_password()
    browser.send("call_in")
    assert newest().is_call_in
    browser.send("cancel")
    browser.send("call_in")
    assert PhoneVerification.objects.count() == 2
    assert "too many calls" in words(browser)


def test_a_phone_that_is_being_added_can_be_proved_so(inside):
    facts = {"name": "Work", "number": stage.OTHER_NUMBER, "consents": "on"}
    inside.send("phone_add", data=facts)
    inside.send("call_in")
    call_us(stage.OTHER_NUMBER).press(code_of(newest()))
    inside.send("complete")
    assert "Work" in inside.open("phones").content.decode()
    assert newest().device.confirmed


def test_a_new_account_can_be_proved_so(db, browser):
    facts = {"username": "berta", "email": "b@example.com", "number": NUMBER, "consents": "on"}
    browser.send("register", data={**facts, "password1": stage.PASSWORD, "password2": stage.PASSWORD})
    browser.send("call_in")
    call_us().press(code_of(newest()))
    browser.send("complete")
    assert browser.is_logged_in
