"""A phone behind a switchboard, and the language of its calls, in a browser with the handset beside it."""

import pytest
from playwright.sync_api import expect

from .browsing import SOON, expect_heading, expect_sound, shown_code
from .stage import newcomer
from .test_extensions import FAST
from .test_parity import CONTROLS

pytestmark = pytest.mark.browser


@pytest.fixture(params=CONTROLS)
def example(request, site_with):
    """The example site, by each way to steer calls."""
    return site_with(settings="tests.journeys.example_settings", CALL_CONTROL=request.param)


def test_a_desk_is_registered_and_its_calls_learn_spanish(example, page, phone, carrier):
    person = newcomer(FAST)
    handset = phone(FAST)
    page.goto(example.address("/phone/register/"))
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Phone number").fill(person.number)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_label("Password confirmation").fill(person.password)
    page.get_by_label("automated calls").check()

    # Letters are refused beside the field, and the cursor waits there.
    page.get_by_label("Extension").fill("reception")
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Call me").click()
    expect(page.get_by_text("An extension has digits only.")).to_be_visible()
    expect(page.get_by_label("Extension")).to_be_focused()
    expect_sound(page)
    page.get_by_label("Extension").fill("204")
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_label("Password confirmation").fill(person.password)
    page.get_by_role("button", name="Call me").click()

    # The switchboard picks up, and only then the person at the desk.
    expect_heading(page, "We are calling you to confirm your phone")
    expect(page.get_by_text("A switchboard answers first: we dial extension 204 for you.")).to_be_visible()
    carrier.ring(FAST)
    carrier.advance(1)
    expect(page.get_by_text("We dial extension 204 for you: pick up there.")).to_be_visible(timeout=SOON)
    expect_sound(page)
    carrier.advance(8)
    expect(handset.device.get_by_text("at extension 204")).to_be_visible()
    expect(handset.transcript).to_contain_text("Key in the 6 digits shown on your screen.")
    handset.press(shown_code(page))
    expect_heading(page, "Your phone is confirmed")

    # From now on its calls speak Spanish, whatever the page speaks.
    page.goto(example.address("/phone/phones/"))
    page.get_by_role("link", name="Language My phone, the number ending in 36, extension 204").click()
    expect_heading(page, "Language of calls")
    expect_sound(page)
    page.get_by_label("Language of calls").select_option(label="Español")
    page.get_by_role("button", name="Save the language").click()
    expect(page.get_by_text("Language of calls: Español")).to_be_visible()
    expect_sound(page)
    page.get_by_role("button", name="Log out").click()
    page.goto(example.address("/phone/login/"))
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Continue").click()
    expect_heading(page, "We are calling your phone")
    expect(page.get_by_text("The call speaks Spanish.")).to_be_visible()
    carrier.ring(FAST)
    carrier.advance(1)
    expect(page.get_by_text("We dial extension 204 for you: pick up there.")).to_be_visible(timeout=SOON)
    carrier.advance(8)
    expect(handset.transcript).to_contain_text("Pulse", ignore_case=True)
    handset.press(page.locator("kbd").first.inner_text())
    page.wait_for_url(example.address("/account/"), timeout=SOON)


@pytest.mark.parametrize("example", ["bxml"], indirect=True)
def test_the_site_changes_its_language_and_the_direction_of_writing(example, page):
    page.goto(example.address("/phone/login/"))
    page.get_by_label("Language").select_option(label="العربيّة")
    page.get_by_role("button", name="Change language").click()
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_attached()
    assert page.url == example.address("/phone/login/")
    expect_sound(page)
    page.get_by_label("اللغة").select_option(label="English")
    page.get_by_role("button", name="تغيير اللغة").click()
    expect_heading(page, "Log in")
