"""Somebody without a phone, in a browser: from the password to the session, by an e-mail and a call."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import expect_heading, expect_in, expect_out, expect_sound, shown_code, submit_login
from .test_browser_access import tab_to

pytestmark = pytest.mark.browser
SUBJECT = "Your first phone"


@pytest.fixture
def person(site):
    return site.welcome(has_phones=False)


def ask_for_mail(page, site, person):
    """Give the password, ask for the e-mail, and return its link and its code."""
    submit_login(page, site, person)
    expect_heading(page, "Is this account yours?")
    page.get_by_role("button", name="Send me an e-mail").click()
    expect(page.get_by_text("are on their way to")).to_be_visible()
    body = site.wait_for_mail(person.email, SUBJECT)["body"]
    return re.search(r"http\S+/first-phone/link/(\S+)/", body).group(0, 1)


def name_phone(page, carrier, person):
    page.get_by_label("Phone number").fill(person.number)
    page.get_by_label("Ring this number").check()
    page.get_by_role("button", name="Call this phone").click()
    expect_heading(page, "We are calling the phone you are adding")
    return carrier.answer(person.number)


def sessions_of(site, person):
    (user,) = site.rows("auth.user", username=person.username)
    sessions = site.rows("sessions.session")
    return [row for row in sessions if row["session_data"].get("_auth_user_id") == str(user["pk"])]


def test_by_the_link_of_the_mail_with_every_page_sound(site, page, person, carrier):
    submit_login(page, site, person)
    expect_heading(page, "Is this account yours?")
    expect(page.get_by_text(person.email)).to_have_count(0)
    expect_sound(page)
    page.get_by_label("Code").fill("0000-0000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("wrong, used, or too old")).to_be_visible()
    expect_sound(page)
    page.get_by_role("button", name="Send me an e-mail").click()
    expect(page.get_by_text("are on their way to")).to_be_visible()
    expect_sound(page)
    body = site.wait_for_mail(person.email, SUBJECT)["body"]
    page.goto(re.search(r"http\S+/first-phone/link/\S+/", body)[0])
    expect_heading(page, "Go on to your first phone")
    assert page.url == site.address("/phone/first-phone/link/")
    expect_sound(page)
    page.get_by_role("button", name="Continue").click()
    expect_heading(page, "Add your first phone")
    expect_sound(page)
    expect(page.get_by_text("We ring this number with automated calls")).to_be_visible()
    handset = name_phone(page, carrier, person)
    expect_sound(page)
    assert not sessions_of(site, person)
    handset.press(shown_code(page))
    expect_in(page, site)
    assert sessions_of(site, person)


def test_a_link_opened_in_another_browser_says_to_log_in_there(site, page, person, open_browser):
    link, _ = ask_for_mail(page, site, person)
    elsewhere = open_browser().new_page()
    elsewhere.goto(link)
    expect_heading(elsewhere, "Log in here first")
    expect_sound(elsewhere)
    elsewhere.get_by_role("link", name="Log in").click()
    submit_login(elsewhere, site, person)
    elsewhere.goto(link)
    elsewhere.get_by_role("button", name="Continue").click()
    expect_heading(elsewhere, "Add your first phone")
    page.goto(site.address("/phone/first-phone/"))
    expect_heading(page, "Is this account yours?")
    expect_out(page, site)


def test_by_keyboard_alone_and_without_javascript_with_the_code(site, open_browser, person, carrier):
    page = open_browser(java_script_enabled=False).new_page()
    _, code = ask_for_mail(page, site, person)
    page.get_by_label("Code").focus()
    page.keyboard.type(code.upper())
    page.keyboard.press("Enter")
    expect_heading(page, "Add your first phone")
    page.get_by_label("Phone number").focus()
    page.keyboard.type(person.number)
    tab_to(page, page.get_by_label("Ring this number"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect_heading(page, "We are calling the phone you are adding")
    carrier.answer(person.number).press(shown_code(page))
    page.get_by_role("button", name="Continue").click(timeout=15_000)
    expect_in(page, site)


def test_a_call_that_nobody_answers_leads_to_another_number(site, page, person, carrier):
    _, code = ask_for_mail(page, site, person)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Phone number").fill("+12025550199")
    page.get_by_label("Ring this number").check()
    page.get_by_role("button", name="Call this phone").click()
    carrier.ring("+12025550199").decline()
    expect_heading(page, "The call was declined")
    expect_sound(page)
    page.get_by_role("link", name="Try another number").click()
    site.set_ahead(16)
    name_phone(page, carrier, person).press(shown_code(page))
    expect_in(page, site)


def test_in_the_time_of_grace_the_day_is_shown_and_the_way_open(site_with, page, carrier):
    site = site_with(GRACE_UNTIL="2999-01-30")
    person = site.welcome(has_phones=False)
    page.goto(site.address("/phone/login/"))
    expect(page.get_by_text("From Jan. 31, 2999 on you need a phone to log in.")).to_be_visible()
    expect_sound(page)
    submit_login(page, site, person, "/phone/login/?next=/phone/phones/")
    expect_heading(page, "Your phones")
    expect_sound(page)
    page.get_by_role("link", name="Add one now.").last.click()
    expect_heading(page, "Add your first phone")
    expect_sound(page)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send me an e-mail").click()
    body = site.wait_for_mail(person.email, SUBJECT)["body"]
    page.goto(re.search(r"http\S+/first-phone/link/\S+/", body)[0])
    page.get_by_role("button", name="Continue").click()
    name_phone(page, carrier, person).press(shown_code(page))
    expect_heading(page, "Your phones")
    expect(page.get_by_text("you need a phone to log in")).to_have_count(0)
