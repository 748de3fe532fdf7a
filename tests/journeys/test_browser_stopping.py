"""Stop calling me, in a browser: the handset presses 0 twice, and staff lift it when its owner asks."""

import pytest
from playwright.sync_api import expect

from .browsing import expect_heading, expect_in, expect_sound, log_in, submit_login

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(site, carrier, open_browser):
    """A page of the admin, in the browser of a member of staff."""
    staff, page = site.welcome(is_staff=True), open_browser().new_page()
    submit_login(page, site, staff)
    handset = carrier.answer(staff.number)
    handset.press(handset.named_key)
    expect_in(page, site)
    return page


def test_whoever_answers_stops_the_calls_and_staff_let_them_begin_again(site, page, phone, carrier, admin):
    person = site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    handset.answer().press("0")
    expect(handset.transcript).to_contain_text("To stop all our calls to this number, press 0 again.")
    expect_heading(page, "Reported")
    handset.press("0")
    expect(handset.transcript).to_contain_text("We will not call this number any more. Goodbye.")
    page.get_by_role("link", name="Back to login").click()
    submit_login(page, site, person)
    expect(page.get_by_role("alert")).to_contain_text("asked us not to call it")
    expect_sound(page)
    assert len(carrier.calls(person.number)) == 1

    admin.goto(site.address(f"/admin/voice2fa/stoppednumber/?q={person.number.removeprefix('+1')}"))
    admin.locator("#result_list tbody th a").click()
    expect(admin.locator("#content")).not_to_contain_text(person.number)
    admin.get_by_role("link", name="Let it be called again").click()
    admin.get_by_role("button", name="Let it be called").click()  # not without a reason
    expect(admin.get_by_role("heading", name="be called again")).to_be_visible()
    admin.get_by_label("Reason").fill("They called us from it.")
    admin.get_by_role("button", name="Let it be called").click()
    expect(admin.get_by_text("may be called again.")).to_be_visible()
    log_in(page, site, person)
    carrier.ring(person.number)
