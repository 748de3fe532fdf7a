"""Logging in with a real browser: the site in one tab, the ringing handset in another."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import (
    expect_heading,
    expect_in,
    expect_out,
    fill_login,
    log_in,
    register,
    shown_code,
    shown_key,
)
from .stage import newcomer

pytestmark = pytest.mark.browser


def test_answer_and_press_the_named_key(site, page, phone):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    expect(page.get_by_text("ending in")).to_be_attached()
    assert person.number not in page.content()
    handset.answer()
    assert handset.named_key() == shown_key(page)
    expect(page.get_by_text("You have answered.")).to_be_visible(timeout=3000)
    handset.press(shown_key(page))
    expect_in(page, site)
    expect(handset.device).to_contain_text("Call ended")


def test_a_fixed_key(site_with, page, phone):
    site = site_with(APPROVE_KEY="1")
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    handset.answer().press("1")
    expect_in(page, site)


def test_key_in_the_code_of_the_page(entering_site, page, phone):
    person = entering_site.welcome()
    handset = phone(person.number)
    log_in(page, entering_site, person)
    code = shown_code(page)
    assert len(code) == 6
    handset.answer().press(code)
    expect_in(page, entering_site)


def test_hear_the_code_again_and_type_it(speaking_site, page, phone, carrier):
    person = speaking_site.welcome()
    handset = phone(person.number)
    log_in(page, speaking_site, person)
    handset.answer().press(handset.named_key())
    expect(page.get_by_text("The code has been told.")).to_be_visible(timeout=3000)
    expect(page.get_by_text("Type the code that you heard.")).to_be_visible()
    expect(page.get_by_text("to hear your code")).to_be_hidden()
    expect(handset.transcript).to_contain_text("To hear it again, press star")
    handset.press("*")
    expect(handset.transcript).to_contain_text(re.compile(r"(Your code is.*){2}"))
    code = carrier.ring_of(person.number).spoken_code
    page.get_by_label("Code from the call").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Confirm").click()
    expect_in(page, speaking_site)


def test_the_page_follows_the_call_step_by_step(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    current = page.locator("[aria-current=step]")
    handset = carrier.ring(person.number)
    expect(page.locator("[data-voice2fa-sentence]")).to_have_text(
        re.compile("We are placing the call|Your phone is ringing")
    )
    site.set_ahead(3)  # the carrier is asked about the ringing no more than every two seconds
    expect(current).to_contain_text("Ringing")
    handset.answer()
    expect(current).to_contain_text("Waiting for a key", timeout=3000)
    handset.press(handset.named_key)
    expect_in(page, site)


def test_where_the_person_wanted_to_go(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person, "/members/")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site, "/members/")


def test_deny(site, page, phone):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    handset.answer().press("12"[handset.named_key() == "1"])
    expect_heading(page, "Denied")
    expect(page.get_by_role("button", name="Call me again")).to_be_enabled()
    expect_out(page, site)


def test_report(site, page, phone):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    handset.answer().press("0")
    expect_heading(page, "Reported")
    expect(page.get_by_text("change its password")).to_be_visible()
    expect(page.get_by_role("button", name="Call me again")).to_have_count(0)
    page.get_by_role("link", name="Back to login").click()
    expect_heading(page, "Log in")
    expect_out(page, site)


@pytest.mark.parametrize("is_answered", [False, True], ids=["ringing", "answered"])
def test_cancel(site, page, phone, is_answered):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    if is_answered:
        handset.answer()
    page.get_by_role("button", name="Cancel the call").click()
    expect_heading(page, "Cancelled")
    expect(handset.device).to_contain_text("Call ended")
    expect_out(page, site)


def test_decline_and_be_called_again(site, page, phone):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    handset.decline()
    expect_heading(page, "The call was declined")
    page.get_by_role("button", name="Call me again").click()
    expect_heading(page, "We are calling your phone")
    handset.answer().press(shown_key(page))
    expect_in(page, site)


def test_a_new_call_with_a_new_code(entering_site, page, carrier):
    person = entering_site.welcome()
    log_in(page, entering_site, person)
    old_code, old_call = shown_code(page), carrier.answer(person.number)
    page.get_by_role("button", name="Call me again").click()
    old_call.wait_for_the_end()
    handset = carrier.answer(person.number)
    new_code = shown_code(page)
    assert new_code != old_code
    handset.press(old_code)
    expect(page.locator("[data-voice2fa-tries]")).to_have_text("2", timeout=3000)
    handset.press(new_code)
    expect_in(page, entering_site)


def test_a_wrong_code_on_the_page_three_times(speaking_site, page, carrier):
    person = speaking_site.welcome()
    log_in(page, speaking_site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    wrong = str((int(handset.spoken_code) + 1) % 10**6).zfill(6)
    for left in ("You have 2 tries left", "You have 1 try left"):
        page.get_by_label("Code from the call").fill(wrong)
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text(left)).to_be_visible()
    page.get_by_label("Code from the call").fill(wrong)
    page.get_by_role("button", name="Confirm").click()
    expect_heading(page, "Too many wrong codes")
    handset.wait_for_the_end()
    expect_out(page, speaking_site)


def test_a_code_half_typed_survives_the_news_of_the_call(speaking_site, page, carrier):
    person = speaking_site.welcome()
    log_in(page, speaking_site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    code = handset.spoken_code
    field = page.get_by_label("Code from the call")
    expect(page.get_by_text("The code has been told.")).to_be_visible(timeout=3000)
    field.fill(code[:3])
    with page.expect_response("**/phone/status/"):
        handset.hang_up()
    page.wait_for_timeout(1500)
    expect(field).to_have_value(code[:3])
    field.press_sequentially(code[3:])
    field.press("Enter")
    expect_in(page, speaking_site)


def test_nothing_is_asked_while_a_form_is_on_its_way(speaking_site, page, carrier):
    person = speaking_site.welcome()
    log_in(page, speaking_site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect(page.get_by_text("The code has been told.")).to_be_visible(timeout=3000)
    held, asked = [], []
    page.route("**/phone/code/", lambda route: held.append(route))
    page.get_by_label("Code from the call").fill(handset.spoken_code)
    page.get_by_role("button", name="Confirm").click(no_wait_after=True)
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2000)  # nothing happens, and that takes time
    assert [url for url in asked if "status" in url] == []
    held[0].continue_()
    expect_in(page, speaking_site)


def test_a_double_click_rings_once(site_with, page, carrier):  # R16
    site = site_with(COOL_DOWN=15)
    person = site.welcome()
    fill_login(page, site, person)
    page.get_by_role("button", name="Continue").dblclick()
    expect_heading(page, "We are calling your phone")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site)
    assert len(carrier.calls(person.number)) == 1


def test_a_second_browser_supersedes_the_first(site, page, open_browser, carrier):
    person = site.welcome()
    log_in(page, site, person)
    carrier.ring(person.number)
    other = open_browser().new_page()
    log_in(other, site, person)
    expect_heading(page, "Another request took its place")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(other, site)
    expect_out(page, site)


def test_two_tabs_of_one_browser_both_arrive(site, page, browser, carrier):
    person = site.welcome()
    log_in(page, site, person, "/members/")
    second = browser.new_page()
    second.goto(site.address("/phone/wait/"))
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    for tab in (page, second):
        expect(tab.get_by_text("verified: True")).to_be_visible(timeout=6000)


def test_going_back_after_the_login_does_no_harm(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Please start again")).to_have_count(0)
    page.goto(site.address("/members/"))
    expect_heading(page, "For members")
    assert len(carrier.calls(person.number)) == 1


def test_going_back_while_it_rings_and_forward_again(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    carrier.ring(person.number)
    page.go_back()
    expect_heading(page, "Log in")
    page.go_forward()
    expect_heading(page, "We are calling your phone")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site)
    assert len(carrier.calls(person.number)) == 1


def test_a_reload_while_it_rings_rings_no_other_phone(site, page, carrier):  # R16
    person = site.welcome()
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    page.reload()
    expect_heading(page, "We are calling your phone")
    handset.press(handset.named_key)
    expect_in(page, site)
    assert len(carrier.calls(person.number)) == 1


def test_a_site_that_cannot_be_reached_for_a_moment(site, page, browser, carrier):
    person = site.welcome()
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    browser.set_offline(True)
    expect(page.get_by_text("We have lost contact with this site")).to_be_visible(timeout=10_000)
    browser.set_offline(False)
    handset.press(handset.named_key)
    page.wait_for_url(site.address("/"), timeout=8000)


def test_register_by_keying_in_the_code(site, page, phone):
    person = newcomer()
    handset = phone(person.number)
    register(page, site, person)
    handset.answer().press(shown_code(page))
    expect_heading(page, "Your phone is confirmed")
    page.get_by_role("link", name="Continue").click()
    expect_in(page, site)


def test_register_by_typing_the_code(speaking_site, page, phone, carrier):
    person = newcomer()
    handset = phone(person.number)
    register(page, speaking_site, person)
    handset.answer().press(handset.named_key())
    expect(handset.transcript).to_contain_text("To hear it again")
    page.get_by_label("Code from the call").fill(carrier.ring_of(person.number).spoken_code)
    page.get_by_role("button", name="Confirm").click()
    expect_heading(page, "Your phone is confirmed")


def test_add_a_second_phone_and_remove_the_first(site, page, phone, carrier):
    person, second = site.welcome(), newcomer().number
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site)
    page.goto(site.address("/phone/phones/"))
    page.get_by_role("link", name="Add a phone").click()
    page.get_by_label("Name").fill("Work phone")
    page.get_by_label("Phone number").fill(second)
    page.get_by_label("automated calls").check()
    work = phone(second)
    page.get_by_role("button", name="Call this phone").click()
    expect_heading(page, "We are calling the phone you are adding")
    work.answer().press(shown_code(page))
    expect(page.get_by_text("Work phone is confirmed.")).to_be_visible(timeout=3000)
    page.get_by_role("link", name="Remove Phone 1").click()
    page.get_by_role("button", name="Remove the phone").click()
    expect(page.get_by_text("Phone 1 was removed.")).to_be_visible()
    page.get_by_role("link", name="Remove Work phone").click()
    expect_heading(page, "Is it you?")  # the phone that has confirmed this session is gone
