"""Sending money at the example bank: the call says what is sent, and one key sends it (R40)."""

import pytest
from playwright.sync_api import expect

from example_project.settings import EMULATED_CARRIER

from .browsing import expect_heading, expect_sound, log_in, shown_code, shown_key
from .test_browser_example import NAME

pytestmark = pytest.mark.browser
ACCOUNT = "NL91 ABNA 0417 1643 00"
WORDS = "Send two hundred and fifty US dollars, ten cents to Maria Keller, account ending in 4 3 0 0."


@pytest.fixture
def example(calling_site_with):
    return calling_site_with(settings=NAME, account=EMULATED_CARRIER)


@pytest.fixture
def member(example, page, carrier):
    """Somebody who has logged in by telephone and looks at the account."""
    person = example.welcome()
    log_in(page, example, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    page.wait_for_url(example.address("/account/"))
    return person


def ask_to_send(page):
    page.get_by_role("link", name="Send money").click()
    expect_heading(page, "Send money")
    page.get_by_label("To whom").fill("Maria Keller")
    page.get_by_label("Account number").fill(ACCOUNT)
    page.get_by_label("Dollars").fill("250.10")
    page.get_by_role("button", name="Call me to send it").click()
    expect_heading(page, "We are calling you to confirm")


def test_send_money_with_the_handset(example, page, phone, member):
    handset = phone(member.number)
    ask_to_send(page)
    expect(page.get_by_text(WORDS)).to_be_visible()
    expect_sound(page)
    handset.answer()
    expect(handset.transcript).to_contain_text(f"Please confirm: {WORDS}")
    assert handset.named_key() == shown_key(page)
    handset.press(shown_key(page))
    expect_heading(page, "The money is on its way")
    expect(page.get_by_text("$ 250.10")).to_be_visible()
    expect_sound(page)
    page.get_by_role("link", name="Back to your account").click()
    expect(page.get_by_text("$ 5,954.71")).to_be_visible()
    expect(page.get_by_role("row", name="Maria Keller")).to_have_count(1)


def test_send_money_by_calling_the_bank(example, page, phone, member):
    handset = phone(member.number)
    ask_to_send(page)
    page.get_by_role("button", name="Call us instead").click()
    expect_heading(page, "Call us from your phone")
    handset.call_us()
    handset.press(shown_code(page))
    expect(page.get_by_text("The code is right.")).to_be_visible(timeout=3000)
    expect(page.get_by_text(WORDS)).to_be_visible()
    expect(page.get_by_text("Call this number:")).to_have_count(0)
    expect_sound(page)
    expect(handset.transcript).to_contain_text(f"Please confirm: {WORDS}")
    handset.press(handset.named_key())
    expect_heading(page, "The money is on its way")


def test_a_wrong_key_sends_nothing_and_leads_back_to_the_form(example, page, phone, member):
    handset = phone(member.number)
    ask_to_send(page)
    handset.answer()
    handset.press("2" if handset.named_key() == "1" else "1")
    expect_heading(page, "Denied")
    expect_sound(page)
    page.get_by_role("link", name="Back").click()
    expect_heading(page, "Send money")
    expect(page.get_by_label("To whom")).to_have_value("Maria Keller")
    page.get_by_role("link", name="Back to your account").click()
    expect(page.get_by_text("$ 6,204.81")).to_be_visible()


def test_another_form_that_rings_nobody_leaves_the_transfer_under_way(example, page, carrier, member):
    ask_to_send(page)
    handset = carrier.answer(member.number)
    other = page.context.new_page()
    other.goto(example.address("/account/send/"))
    other.get_by_label("Dollars").fill("4000")
    other.get_by_role("button", name="Call me to send it").click()
    expect(other.get_by_text("We have only just called.")).to_be_visible()
    handset.press(handset.named_key)
    expect_heading(page, "The money is on its way")
    expect(page.get_by_text("$ 250.10")).to_be_visible()
    page.get_by_role("link", name="Send more").click()
    expect(page.get_by_text("$ 250.10 to Maria Keller.")).to_be_visible()
    page.get_by_role("link", name="Receipt").click()
    expect_heading(page, "The money is on its way")


def test_who_comes_to_the_end_without_a_form_is_led_to_one(example, page, member):
    page.goto(example.address("/account/send/finish/"))
    expect_heading(page, "Send money")


def test_a_slip_in_the_account_number_calls_nobody(example, page, member, carrier):
    page.goto(example.address("/account/send/"))
    page.get_by_label("To whom").fill("Maria Keller")
    page.get_by_label("Account number").fill("NL91 ABNA 0417 1643 01")
    page.get_by_label("Dollars").fill("9999")
    page.get_by_role("button", name="Call me to send it").click()
    expect(page.get_by_text("That is no account number.")).to_be_visible()
    expect(page.get_by_text("more than you can send")).to_be_visible()
    expect_sound(page)
    assert len(carrier.calls(member.number)) == 1


def test_the_phone_is_asked_again_before_the_account_numbers_are_shown(example, page, phone, member):
    example.set_ahead(400)
    handset = phone(member.number)
    page.get_by_role("link", name="Account numbers").click()
    expect_heading(page, "Is it you?")
    expect_sound(page)
    page.get_by_role("button", name="Call me now").click()
    handset.answer()
    handset.press(shown_key(page))
    expect_heading(page, "Account numbers")
    expect_sound(page)


def test_a_form_that_comes_too_late_is_sent_again_by_a_button(example, page, phone, member):
    page.goto(example.address("/account/authenticator/"))
    example.set_ahead(400)
    page.get_by_role("button", name="Set up an app").click()
    expect_heading(page, "Is it you?")
    handset = phone(member.number)
    page.get_by_role("button", name="Call me now").click()
    handset.answer()
    handset.press(shown_key(page))
    expect_heading(page, "Thank you, it is you")
    expect_sound(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Start again with another secret")).to_be_visible()
