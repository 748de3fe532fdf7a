"""What a browser shows and keeps of a login: no code in any address or cookie, no page in its cache."""

import pytest

from .browsing import expect_heading, expect_in, log_in, register, shown_code
from .stage import newcomer
from .test_secrets import holds

pytestmark = pytest.mark.browser


def test_no_address_and_no_storage_holds_a_code(entering_site, page, browser, carrier):  # R9
    addresses = []
    browser.on("request", lambda request: addresses.append(request.url))
    person = newcomer()
    register(page, entering_site, person)
    codes = [shown_code(page)]
    carrier.answer(person.number).press(codes[0])
    expect_heading(page, "Your phone is confirmed")
    browser.clear_cookies()
    log_in(page, entering_site, person)
    codes.append(shown_code(page))
    carrier.answer(person.number).press(codes[1])
    expect_in(page, entering_site)
    cookies = [f"{cookie['name']}={cookie['value']}" for cookie in browser.cookies()]
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert len(addresses) > 10
    assert holds("\n".join([*addresses, *cookies, stored]), codes) == []


def test_no_address_holds_a_code_that_is_typed(speaking_site, page, browser, carrier):  # R9
    addresses = []
    browser.on("request", lambda request: addresses.append(request.url))
    person = speaking_site.welcome()
    log_in(page, speaking_site, person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    page.get_by_label("Code from the call").fill(handset.spoken_code)
    page.get_by_role("button", name="Confirm").click()
    expect_in(page, speaking_site)
    assert holds("\n".join(addresses), [handset.spoken_code]) == []


def test_the_waiting_page_stays_in_no_cache(entering_site, page, carrier):
    person = entering_site.welcome()
    log_in(page, entering_site, person)
    response = page.goto(entering_site.address("/phone/wait/"))
    assert "no-store" in response.headers["cache-control"]


def test_the_page_is_not_in_the_way_of_a_strict_content_security_policy(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    assert page.locator("script:not([src]), [style], style").count() == 0
