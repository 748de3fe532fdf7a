"""Without JavaScript: the page renews itself, and every button works."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import expect_heading, expect_in, expect_out, log_in, register, shown_code, shown_key
from .stage import newcomer

pytestmark = pytest.mark.browser
RENEWED = 6000  # milliseconds; the page renews itself every three seconds


@pytest.fixture
def page(open_browser):
    return open_browser(java_script_enabled=False).new_page()


def test_log_in_with_the_named_key(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    expect(page.get_by_text("You have answered.")).to_be_visible(timeout=RENEWED)
    handset.press(shown_key(page))
    expect_heading(page, "Confirmed", timeout=RENEWED)
    page.get_by_role("button", name="Continue").click()
    expect_in(page, site)


def test_recovery_codes_offer_no_button_that_does_nothing(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    carrier.answer(person.number).press(shown_key(page))
    expect_heading(page, "Confirmed", timeout=RENEWED)
    page.get_by_role("button", name="Continue").click()
    page.goto(site.address("/phone/recovery-codes/"))
    page.get_by_role("button", name="Make recovery codes").click()
    expect_heading(page, "Your new recovery codes")
    expect(page.get_by_role("button", name="Print them")).to_be_hidden()


def test_log_in_with_the_code_of_the_call(speaking_site, page, carrier):
    person = speaking_site.welcome()
    log_in(page, speaking_site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect(page.get_by_text("The code has been told.")).to_be_visible(timeout=RENEWED)
    wrong = str((int(handset.spoken_code) + 1) % 10**6).zfill(6)
    page.get_by_label("Code from the call").fill(wrong)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("You have 2 tries left")).to_be_visible()
    page.get_by_label("Code from the call").fill(handset.spoken_code)
    page.get_by_role("button", name="Confirm").click()
    expect_in(page, speaking_site)


def test_a_page_with_a_code_field_does_not_renew_itself_while_one_types(speaking_site, page, carrier):
    person = speaking_site.welcome()
    log_in(page, speaking_site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect(page.get_by_text("The code has been told.")).to_be_visible(timeout=RENEWED)
    field = page.get_by_label("Code from the call")
    field.fill("123")
    page.wait_for_timeout(4000)
    expect(field).to_have_value("123")


def test_register_with_the_code_of_the_page(site, page, carrier):
    person = newcomer()
    register(page, site, person)
    carrier.answer(person.number).press(shown_code(page))
    expect_heading(page, "Confirmed", timeout=RENEWED)
    page.get_by_role("button", name="Continue").click()
    expect_heading(page, "Your phone is confirmed")
    page.get_by_role("link", name="Continue").click()
    expect_in(page, site)


def test_cancel_call_again_and_start_over(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    first = carrier.ring(person.number)
    page.get_by_role("button", name="Cancel the call").click()
    expect_heading(page, "Cancelled")
    first.wait_for_the_end()
    page.get_by_role("button", name="Call me again").click()
    expect_heading(page, "We are calling your phone")
    second = carrier.ring(person.number)
    page.get_by_role("button", name="Call me again").click()
    second.wait_for_the_end()
    carrier.answer(person.number).press("0")
    expect_heading(page, "Reported", timeout=RENEWED)
    page.get_by_role("link", name="Back to login").click()
    expect_heading(page, "Log in")
    expect_out(page, site)


def test_the_time_left_and_a_link_to_look_now_stand_on_the_page(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    carrier.ring(person.number)
    expect(page.get_by_role("timer")).to_have_text(re.compile("minutes"))
    page.get_by_role("link", name="Look now").click()
    expect_heading(page, "We are calling your phone")


def test_a_failure_shows_itself(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    carrier.ring(person.number).be_busy()
    expect_heading(page, "The line was busy", timeout=RENEWED)
