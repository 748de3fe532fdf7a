"""Where the person wants to go must not be the page that waits for it."""

import pytest

from .conftest import newest

CIRCLES = [
    "/phone/wait/",
    "/phone/wait/?next=/there/",
    "/phone/wait/#here",
    "http://testserver/phone/wait/",
    "//testserver/phone/wait/",
    "/phone/w%61it/",
    "/phone/./wait/",
    "/phone/done/../wait/",
    "/phone/wait",
]


@pytest.mark.parametrize("next_url", CIRCLES)
def test_a_next_that_leads_back_to_the_waiting_page_is_dropped(phone, browser, carrier, next_url):
    browser.enter_password(next=next_url)
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    assert browser.send("complete", follow=True).redirect_chain == [("/", 302)]
    assert browser.open("wait", follow=True).redirect_chain == [("/", 302)]


@pytest.mark.parametrize("page", ["login", "register", "done"])
@pytest.mark.parametrize("next_url", CIRCLES)
def test_no_page_hands_on_a_next_that_leads_in_a_circle(browser, page, next_url):
    assert next_url not in browser.open(page, data={"next": next_url}).content.decode()
