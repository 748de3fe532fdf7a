"""The example site in a browser: its own pages, its own frame around ours, and the demonstration."""

import pytest
from playwright.sync_api import expect

from .browsing import expect_heading, expect_sound, log_in, submit_login

pytestmark = pytest.mark.browser
NAME = "tests.journeys.example_settings"


@pytest.fixture
def example(site_with):
    return site_with(settings=NAME)


def test_the_front_page(example, page):
    page.goto(example.address("/"))
    expect_heading(page, "Your money stays at anchor until your phone says yes.")
    expect_sound(page)


def test_logging_in_to_the_account_and_out(example, page, carrier):
    person = example.welcome()
    log_in(page, example, person)
    expect_sound(page)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect(page.get_by_text("This session was confirmed by a call to Phone 1.")).to_be_visible(timeout=3000)
    expect_sound(page)
    page.get_by_role("button", name="Log out").click()
    page.goto(example.address("/account/"))
    expect_heading(page, "Log in")


def test_the_site_and_the_handset_side_by_side(example, open_browser, carrier):
    person = example.welcome()
    page = open_browser(viewport={"width": 1500, "height": 950}).new_page()
    page.goto(example.address("/demo/"))
    frames = [page.frame_locator(".stage-wide iframe").nth(place) for place in range(2)]
    site, phone = frames
    expect(phone.get_by_text("Waiting for a call")).to_be_visible()
    site.get_by_role("link", name="Log in").first.click()
    site.get_by_label("Username").fill(person.username)
    site.get_by_label("Password").fill(person.password)
    site.get_by_role("button", name="Continue").click()
    device = phone.locator(f'[data-handset="{person.number}"]')
    device.get_by_role("button", name="Answer", exact=True).click()
    expect(device.locator("[data-listening]")).to_be_visible()
    device.locator(f'[data-key="{site.locator("kbd").first.inner_text()}"]').click()
    expect(site.get_by_text("This session was confirmed")).to_be_visible(timeout=5000)


def test_staff_reach_the_admin_by_phone_alone(example, page, phone):
    staff = example.welcome(is_staff=True)
    handset = phone(staff.number)
    submit_login(page, example, staff, "/admin/")
    handset.answer().press(handset.named_key())
    page.wait_for_url(example.address("/admin/"), timeout=3000)
    page.goto(example.address("/admin/voice2fa/phoneverification/"))
    expect(page.get_by_text(staff.number)).to_have_count(0)
