"""Calling the site from the handset, with its page in another tab."""

import pytest
from playwright.sync_api import expect

from .browsing import expect_heading, expect_in, expect_sound, log_in, shown_code

pytestmark = pytest.mark.browser
THROUGH = "You are through. Key in the code on your phone."


def test_the_person_calls_keys_in_the_code_and_the_page_goes_on(calling_site, page, phone):
    person = calling_site.welcome()
    handset = phone(person.number)
    log_in(page, calling_site, person)
    page.get_by_role("button", name="Call us instead").click()
    expect_heading(page, "Call us from your phone")
    expect(page.get_by_role("link", name="+1 202-555-0100")).to_have_attribute("href", "tel:+12025550100")
    expect(page.locator("[aria-current=step]")).to_contain_text("Waiting for your call")
    expect_sound(page)
    code = shown_code(page)
    handset.call_us()
    expect(handset.transcript).to_contain_text("Key in the 6 digits")
    expect(page.get_by_text(THROUGH)).to_be_visible(timeout=3000)
    expect(page.locator("[aria-current=step]")).to_contain_text("You are through")
    handset.press(code)
    expect_in(page, calling_site)
    expect(handset.device).to_contain_text("Call ended")


def test_the_page_waits_again_after_a_call_that_broke_off(calling_site, page, phone):
    person = calling_site.welcome()
    handset = phone(person.number)
    log_in(page, calling_site, person)
    page.get_by_role("button", name="Call us instead").click()
    handset.call_us()
    expect(page.get_by_text(THROUGH)).to_be_visible(timeout=3000)
    handset.hang_up()
    expect(page.locator("[aria-current=step]")).to_contain_text("Waiting for your call", timeout=3000)
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect_heading(page, "Cancelled")
    expect(page.get_by_role("button", name="Call us again")).to_be_visible()
    expect(page.get_by_role("button", name="Have us call you")).to_be_visible()
    expect_sound(page)
