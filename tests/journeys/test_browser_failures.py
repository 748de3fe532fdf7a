"""Logins that fail, in a browser: the page says by itself what happened, and what to do next."""

import pytest
from playwright.sync_api import expect

from .browsing import (
    SOON,
    expect_heading,
    expect_in,
    expect_out,
    expect_sound,
    log_in,
    shown_code,
    shown_key,
    submit_login,
)
from .stage import fresh_number
from .test_failures import ENDINGS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ENDINGS)
def test_the_page_tells_by_itself_after(site, page, carrier, name):
    act, _, heading, next_step = ENDINGS[name]
    person = site.welcome()
    log_in(page, site, person)
    act(carrier.ring(person.number))
    expect_heading(page, heading)
    expect(page.get_by_text(next_step)).to_be_visible()
    expect_out(page, site)


@pytest.mark.parametrize("detection", ["async", "sync"])
def test_a_voicemail_answers(site_with, page, phone, carrier, detection):
    site = site_with(**({"MACHINE_DETECTION": "sync"} if detection == "sync" else {}))
    person = site.welcome(fresh_number(), fresh_number())
    handset = phone(person.number)
    log_in(page, site, person)
    pick_up(carrier, handset, "Let voicemail answer")
    expect_heading(page, "A voicemail answered")
    expect(page.get_by_role("button", name="Call me again")).to_be_enabled()
    expect_sound(page)
    page.get_by_role("button", name="Call Phone 2").click()
    expect_heading(page, "We are calling your phone")
    other = phone(person.numbers[1])
    pick_up(carrier, other, "Answer")
    other.press(other.named_key())
    expect_in(page, site)
    assert [call["to"] for call in carrier.calls()] == person.numbers


def pick_up(carrier, handset, button):
    """Pick up, and let the time pass in which the carrier makes out who does."""
    handset.device.get_by_role("button", name=button, exact=True).click()
    expect(handset.device.get_by_role("button", name="Hang up")).to_be_visible()
    carrier.advance(3)


def test_a_voicemail_that_nobody_recognises_hears_no_code(site_with, page, carrier):
    site = site_with(MACHINE_DETECTION="off", LOGIN_METHOD="speak")
    person = site.welcome()
    log_in(page, site, person)
    handset = carrier.ring(person.number)
    carrier.act(handset.call_id, "machine")
    carrier.advance(30)
    expect_heading(page, "No key was pressed")
    assert not handset.spoken_code


def test_time_runs_out_while_it_rings(site, page, phone, carrier):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    site.set_ahead(301)
    expect_heading(page, "Time is up")
    expect(handset.device).to_contain_text("Call ended")
    site.set_ahead(0)
    page.get_by_role("button", name="Call me again").click()
    expect_heading(page, "We are calling your phone")


def test_time_runs_out_while_somebody_listens(site, page, phone):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    handset.answer()
    expect(page.get_by_text("You have answered.")).to_be_visible(timeout=SOON)
    site.set_ahead(301)
    expect(handset.transcript).to_contain_text("Time is up, so nothing is approved. Goodbye.")
    expect(handset.device).to_contain_text("Call ended")
    expect_heading(page, "Time is up")


def test_an_answer_after_the_deadline(site, page, phone):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    page.goto("about:blank")  # nobody looks, so that nothing but the answer can find out
    site.set_ahead(301)
    handset.device.get_by_role("button", name="Answer", exact=True).click()
    expect(handset.transcript).to_contain_text("no longer open")
    page.goto(site.address("/phone/wait/"))
    expect_heading(page, "Time is up")


def test_a_wrong_code_in_the_call_three_times(entering_site, page, phone):
    person = entering_site.welcome()
    handset = phone(person.number)
    log_in(page, entering_site, person)
    wrong = str((int(shown_code(page)) + 1) % 10**6).zfill(6)
    handset.answer().press(wrong)
    expect(page.locator("[data-voice2fa-tries]")).to_have_text("2", timeout=3000)
    handset.press(wrong)
    expect(page.locator("[data-voice2fa-tries]")).to_have_text("1", timeout=3000)
    handset.press(wrong)
    expect(handset.transcript).to_contain_text("no tries left")
    expect_heading(page, "Too many wrong codes")
    expect(page.get_by_role("button", name="Call me again")).to_have_count(0)
    page.get_by_role("link", name="Back to login").click()
    expect_heading(page, "Log in")


def test_the_carrier_is_down_and_comes_back(site, page, carrier):
    person = site.welcome()
    carrier.go_down()
    try:
        submit_login(page, site, person)
        expect_heading(page, "The call could not be made")
    finally:
        carrier.come_back()
    page.get_by_role("button", name="Call me again").click()
    expect_heading(page, "We are calling your phone")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site)


@pytest.mark.parametrize(
    ("fault", "heading"),
    [
        ({"kind": "error", "status": 403}, "The call could not be made"),
        ({"kind": "error", "status": 429, "retryAfter": "60"}, "The telephone service is busy"),
    ],
    ids=["refused", "busy"],
)
def test_the_carrier_does_not_take_the_order(site, page, carrier, fault, heading):
    person = site.welcome()
    carrier.fault(operation="createCall", **fault)
    submit_login(page, site, person)
    expect_heading(page, heading, timeout=6000)
    expect(page.get_by_role("button", name="Call me again")).to_be_enabled()


@pytest.mark.parametrize("status", [500, 502])
def test_the_carrier_fails_and_the_person_may_ask_again(site, page, carrier, status):
    person = site.welcome()
    carrier.fault(kind="error", operation="createCall", status=status, count=1)
    log_in(page, site, person)
    page.get_by_role("button", name="Call me again").click()
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_in(page, site)
    assert len(carrier.calls(person.number)) == 1


def test_the_answer_of_the_carrier_is_lost(site, page, carrier, log_in_elsewhere):
    log_in_elsewhere(site)  # the site has a token: it is the order whose answer is lost
    person = site.welcome()
    carrier.fault(kind="lost", operation="createCall")
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    assert handset.named_key == shown_key(page)
    handset.press(handset.named_key)
    expect_in(page, site)
    assert len(carrier.calls(person.number)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "duplicate"},
        {"kind": "drop", "eventType": "answer", "count": 1},
        {"kind": "drop", "eventType": "gather", "count": 1},
        {"kind": "delay", "eventType": "gather", "seconds": 2},
        {"kind": "delay", "eventType": "answer", "seconds": 2},
        {"kind": "reorder", "eventType": "disconnect", "count": 1},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_misfortunes_of_callbacks_keep_nobody_out(site, page, carrier, fault):  # A17
    person = site.welcome()
    carrier.fault(**fault)
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    carrier.advance(2)
    handset.press(handset.named_key)
    carrier.advance(2)
    expect_in(page, site)
    assert site.states(person) == ["approved"]


def test_callbacks_that_never_come_end_the_attempt(site, page, carrier):
    person = site.welcome()
    carrier.fault(kind="drop", eventType="gather")
    log_in(page, site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_heading(page, "The call could not be made")
    expect_out(page, site)
