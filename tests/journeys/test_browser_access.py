"""Everybody can use the pages: axe finds nothing, 320 pixels suffice, and so does a keyboard."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import (
    expect_heading,
    expect_in,
    expect_sound,
    fill_login,
    log_in,
    register,
    shown_code,
    shown_key,
)
from .stage import newcomer
from .test_failures import ENDINGS

pytestmark = pytest.mark.browser


def test_the_forms_for_strangers(site, page):
    for path in ("login", "register"):
        page.goto(site.address(f"/phone/{path}/"))
        expect_sound(page)
        page.locator("form").evaluate("form => form.noValidate = true")
        page.locator("button[type=submit]").last.click()
        expect(page.get_by_text("This field is required.").first).to_be_visible()
        expect_sound(page)
    person = site.welcome()
    person.password = "wrong"
    fill_login(page, site, person)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    expect_sound(page)


def test_registering_step_by_step(site, page, carrier):
    person = newcomer()
    register(page, site, person)
    expect_sound(page)
    carrier.answer(person.number).press(shown_code(page))
    expect_heading(page, "Your phone is confirmed")
    expect_sound(page)


def test_waiting_for_a_key(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    handset = carrier.ring(person.number)
    expect_sound(page)
    handset.answer()
    expect(page.get_by_text("You have answered.")).to_be_visible()
    expect_sound(page)


def test_waiting_for_a_code_to_be_keyed_in(entering_site, page, carrier):
    person = entering_site.welcome()
    log_in(page, entering_site, person)
    carrier.answer(person.number)
    expect(page.get_by_text("You have answered.")).to_be_visible()
    expect_sound(page)


def test_waiting_for_a_code_to_be_typed(speaking_site, page, carrier):
    person = speaking_site.welcome()
    log_in(page, speaking_site, person)
    handset = carrier.answer(person.number)
    expect_sound(page)
    handset.press(handset.named_key)
    expect(page.get_by_text("The code has been told.")).to_be_visible()
    expect_sound(page)
    page.get_by_label("Code from the call").fill("1")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("You have 2 tries left")).to_be_visible()
    expect_sound(page)


@pytest.mark.parametrize("name", ["declined", "another key", "zero"])
def test_the_ends_of_a_call(site, page, carrier, name):
    act, _, heading, _ = ENDINGS[name]
    person = site.welcome()
    log_in(page, site, person)
    act(carrier.ring(person.number))
    expect_heading(page, heading)
    expect_sound(page)


def test_the_refusal_to_call_again_at_once(site_with, page, carrier):
    site = site_with(COOL_DOWN=15)
    person = site.welcome()
    log_in(page, site, person)
    carrier.ring(person.number).decline()
    expect_heading(page, "The call was declined")
    expect_sound(page)
    page.goto(site.address("/phone/login/"))
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("We have only just called.")).to_be_visible()
    expect_sound(page)


def test_a_page_without_a_call_to_wait_for(site, page):
    page.goto(site.address("/phone/wait/"))
    expect(page.get_by_text("There is no call to wait for here.")).to_be_visible()
    expect_sound(page)


def test_phones(site, page, carrier):
    person, second = site.welcome(), newcomer().number
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site)
    page.goto(site.address("/phone/phones/"))
    expect_sound(page)
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_text("This is your only phone")).to_be_visible()
    expect_sound(page)
    page.get_by_role("link", name="Add a phone").click()
    expect_heading(page, "Add a phone")
    expect_sound(page)
    page.get_by_label("Name").fill("A phone with a name that goes on and on, as names of phones do")
    page.get_by_label("Phone number").fill("+1 900 555 0100")
    page.get_by_label("automated calls").check()
    page.get_by_role("button", name="Call this phone").click()
    expect(page.locator(".voice2fa-error").first).to_be_visible()
    expect_sound(page)
    page.get_by_label("Phone number").fill(second)
    page.get_by_role("button", name="Call this phone").click()
    expect_heading(page, "We are calling the phone you are adding")
    expect_sound(page)
    carrier.answer(second).press(shown_code(page))
    expect_heading(page, "Your phones")
    expect_sound(page)
    page.get_by_role("link", name="Remove A phone").click()
    expect(page.get_by_label("Log me out everywhere else")).to_be_checked()
    expect_sound(page)
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Ring first A phone").click()
    expect_heading(page, "Ring this phone first?")
    expect_sound(page)
    page.get_by_role("button", name="Ring it first").click()
    expect(page.locator(".voice2fa-phones li").nth(1)).to_contain_text("rung first")
    expect_sound(page)
    page.get_by_role("link", name="Rename A phone").click()
    expect_heading(page, "Rename this phone")
    expect_sound(page)
    page.get_by_label("Name").fill("Work")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_text("The phone is called Work now.")).to_be_visible()
    mail = site.wait_for_mail(person.email, "A phone was added")
    page.goto(re.search(r"http://\S+/disown/\S+", mail["body"])[0])
    expect_heading(page, "Was this not you?")
    expect_sound(page)
    page.get_by_role("button", name="It was not me").click()
    expect_heading(page, "Everybody is logged out")
    expect_sound(page)
    page.go_back()
    page.reload()
    expect_heading(page, "This link is of no use any more")
    expect_sound(page)


def test_log_in_by_keyboard_alone(speaking_site, page, carrier):
    person = speaking_site.welcome()
    page.goto(speaking_site.address("/phone/login/"))
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type(person.username)
    page.keyboard.press("Tab")
    page.keyboard.type(person.password)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    page.keyboard.press("Enter")
    expect_heading(page, "We are calling your phone")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect(page.get_by_text("The code has been told.")).to_be_visible()
    tab_to(page, page.get_by_label("Code from the call"))
    page.keyboard.type(handset.spoken_code)
    page.keyboard.press("Enter")
    expect_in(page, speaking_site)


def test_register_by_keyboard_alone(site, page, carrier):
    person = newcomer()
    page.goto(site.address("/phone/register/"))
    for label, value in (
        ("Username", person.username),
        ("Email address", "somebody@example.com"),
        ("Phone number", person.number),
        ("Password", person.password),
        ("Password confirmation", person.password),
    ):
        tab_to(page, page.get_by_label(re.compile(rf"^{label}( \(optional\))?$")))
        page.keyboard.type(value)
    tab_to(page, page.get_by_label("automated calls"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Call me"))
    page.keyboard.press("Enter")
    expect_heading(page, "We are calling you to confirm your phone")
    carrier.answer(person.number).press(shown_code(page))
    expect_heading(page, "Your phone is confirmed")
    tab_to(page, page.get_by_role("link", name="Continue"))
    page.keyboard.press("Enter")
    expect_in(page, site)


def test_cancel_by_keyboard_alone(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    handset = carrier.ring(person.number)
    tab_to(page, page.get_by_role("button", name="Cancel the call"))
    page.keyboard.press("Space")
    expect_heading(page, "Cancelled")
    handset.wait_for_the_end()


def test_the_waiting_page_says_its_news_to_screen_readers(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    news = page.get_by_role("status")
    expect(news).to_have_attribute("aria-live", "polite")
    handset = carrier.answer(person.number)
    expect(news).to_contain_text("You have answered.")
    assert shown_key(page) == handset.named_key


def tab_to(page, target, most=20):
    """Press Tab until the target has the focus, which must be visible."""
    if page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate(
                "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.boxShadow].join() }"
            )
            assert outline != "none,none"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}.")
