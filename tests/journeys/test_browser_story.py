"""One person and the example site, from the registration to the day on which the phone is lost, by pages."""

import base64
import re

import pytest
from django_otp.oath import totp
from playwright.sync_api import expect

from .browsing import SOON, expect_heading, expect_sound, log_in, register, shown_code, submit_login
from .stage import newcomer
from .test_browser_access import tab_to

pytestmark = pytest.mark.browser


@pytest.fixture
def example(site_with):
    return site_with(settings="tests.journeys.example_settings")


@pytest.fixture
def person():
    return newcomer()


@pytest.fixture
def approve(carrier):
    """Return a function that answers a phone, and presses the key that the call names."""

    def approve(number):
        handset = carrier.answer(number)
        handset.press(handset.named_key)

    return approve


def expect_account(page, words):
    expect(page.get_by_text(words)).to_be_visible(timeout=SOON)


def leave(page):
    page.get_by_role("button", name="Log out").click()


def test_the_story_of_an_account(example, page, carrier, person, approve):
    """Register, be remembered, confirm again, add a phone, keep codes, and come in without the phone."""
    # The account begins with its phone.
    register(page, example, person)
    carrier.answer(person.number).press(shown_code(page))
    expect_heading(page, "Your phone is confirmed")
    page.get_by_role("link", name="Continue").click()
    expect_account(page, "This session was confirmed by a call to My phone.")
    leave(page)

    # A login rings; this browser is to be remembered.
    page.goto(example.address("/phone/login/"))
    expect_sound(page)
    page.get_by_label("Remember this browser for 30 days").check()
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Continue").click()
    approve(person.number)
    expect_account(page, "This session was confirmed by a call to My phone.")
    leave(page)

    # From then on the password is enough here, and confirms nothing.
    calls = len(carrier.calls(person.number))
    submit_login(page, example, person)
    expect_account(page, "This session was not confirmed: your password was enough.")
    expect_sound(page)
    assert len(carrier.calls(person.number)) == calls
    page.goto(example.address("/phone/browsers/"))
    expect(page.get_by_role("listitem").filter(has_text="Chrome on Linux")).to_contain_text("this browser")
    expect_sound(page)

    page.goto(example.address("/account/"))
    page.get_by_role("link", name="Send money").click()
    expect_heading(page, "Is it you?")

    # A second phone asks for the first one, and ends what was remembered.
    page.goto(example.address("/phone/phones/"))
    page.get_by_role("link", name="Add a phone").click()
    expect_heading(page, "Is it you?")
    expect_sound(page)
    page.get_by_role("button", name="Call me now").click()
    approve(person.number)
    expect_heading(page, "Add a phone")
    second = newcomer().number
    page.get_by_label("Name").fill("Work phone")
    page.get_by_label("Phone number").fill(second)
    page.get_by_label("automated calls").check()
    page.get_by_role("button", name="Call this phone").click()
    expect_heading(page, "We are calling the phone you are adding")
    carrier.answer(second).press(shown_code(page))
    expect(page.get_by_text("Work phone is confirmed.")).to_be_visible(timeout=SOON)
    expect_sound(page)
    page.get_by_role("link", name="Remembered browsers").click()
    expect(page.get_by_text("No browser is remembered")).to_be_visible()
    expect_sound(page)

    # Codes for the day on which the phone is lost: that day comes.
    page.get_by_role("link", name="Back to your phones").click()
    page.get_by_role("link", name="Recovery codes").click()
    page.get_by_role("button", name="Make recovery codes").click()
    expect_heading(page, "Your new recovery codes")
    codes = page.locator(".voice2fa-recovery code").all_inner_texts()
    leave(page)
    log_in(page, example, person)
    page.get_by_role("link", name="Use another way").click()
    expect_heading(page, "Use another way")
    expect_sound(page)
    page.get_by_label("One of your recovery codes").fill(codes[0])
    page.get_by_role("button", name="Confirm").click()
    expect_account(page, "This session was confirmed without a call: Recovery codes.")

    # An app on the tablet is set up, and takes the place of the call as well.
    page.get_by_role("link", name="Authenticator app").click()
    page.get_by_role("button", name="Set up an app").click()
    secret = base64.b32decode(re.sub(r"\s", "", page.locator("code").first.inner_text()))
    page.get_by_label("Code from the app").fill(f"{totp(secret):06}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The app is set up.")).to_be_visible()
    leave(page)
    # Each code of the app counts once; and between two calls that nobody approved some time must pass.
    example.set_ahead(30)
    log_in(page, example, person)
    page.get_by_role("link", name="Use another way").click()
    if not page.get_by_label("Code from the app").is_visible():
        page.get_by_role("link", name="Authenticator app").click()
    page.get_by_label("Code from the app").fill(f"{totp(secret, drift=1):06}")
    page.get_by_role("button", name="Confirm").click()
    expect_account(page, "This session was confirmed without a call: My app.")

    # The lost phone is taken off the account, and the other one rings.
    page.get_by_role("link", name="Your phones").click()
    page.get_by_role("link", name="Remove My phone").click()
    page.get_by_role("button", name="Remove the phone").click()
    expect(page.get_by_text("My phone was removed.")).to_be_visible()
    leave(page)
    example.set_ahead(60)
    log_in(page, example, person)
    approve(second)
    expect_account(page, "This session was confirmed by a call to Work phone.")


def test_be_remembered_and_forgotten_by_keyboard_alone(example, page, approve):
    person = example.welcome()
    page.goto(example.address("/phone/login/"))
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type(person.username)
    page.keyboard.press("Tab")
    page.keyboard.type(person.password)
    tab_to(page, page.get_by_label("Remember this browser"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")
    approve(person.number)
    expect_account(page, "This session was confirmed by a call to Phone 1.")
    page.goto(example.address("/phone/phones/"))
    tab_to(page, page.get_by_role("link", name="Remembered browsers"))
    page.keyboard.press("Enter")
    expect_heading(page, "Remembered browsers")
    tab_to(page, page.get_by_role("button", name="Forget Chrome on Linux"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chrome on Linux is forgotten.")).to_be_visible()


def test_a_remembered_browser_needs_no_javascript(example, open_browser, carrier, approve):
    page = open_browser(java_script_enabled=False).new_page()
    person = example.welcome()
    page.goto(example.address("/phone/login/"))
    page.get_by_label("Remember this browser").check()
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Continue").click()
    approve(person.number)
    page.goto(example.address("/phone/wait/"))
    page.get_by_role("button", name="Continue").click()
    expect_account(page, "This session was confirmed by a call to Phone 1.")
    (cookie,) = (kept for kept in page.context.cookies() if kept["name"] == "voice2fa_browser")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    leave(page)
    submit_login(page, example, person)
    expect_account(page, "This session was not confirmed: your password was enough.")


def test_two_browsers_are_forgotten_at_once(example, open_browser, approve):
    person = example.welcome()
    pages = [open_browser().new_page() for _ in range(2)]
    for page in pages:
        page.goto(example.address("/phone/login/"))
        page.get_by_label("Remember this browser").check()
        page.get_by_label("Username").fill(person.username)
        page.get_by_label("Password").fill(person.password)
        page.get_by_role("button", name="Continue").click()
        approve(person.number)
        expect_account(page, "This session was confirmed by a call to Phone 1.")
    here, there = pages
    here.goto(example.address("/phone/browsers/"))
    expect(here.get_by_role("button", name="Forget Chrome on Linux")).to_have_count(2)
    expect(here.get_by_text("this browser", exact=True)).to_have_count(1)
    expect_sound(here)
    here.get_by_role("button", name="Forget all").click()
    expect(here.get_by_text("All browsers are forgotten.")).to_be_visible()
    leave(there)
    submit_login(there, example, person)
    expect_heading(there, "We are calling your phone")
