"""A passkey in place of the call, with Chromium's own virtual authenticator."""

import pytest
from playwright.sync_api import expect

from .browsing import expect_heading, expect_sound

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def site(site_with):
    return site_with(settings="tests.journeys.passkey_settings")


@pytest.fixture
def at(site):
    """Return a function that tells the address at which passkeys are good."""
    return lambda path: site.address(path).replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser):
    page = browser.new_page()
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    assert failures == []


@pytest.fixture
def authenticator(browser, page):
    """The fingerprint reader of the machine on which the browser runs."""
    session = browser.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session


@pytest.fixture
def give_password(at, page):
    def give(person):
        page.goto(at("/phone/login/?next=/members/"))
        page.get_by_label("Username").fill(person.username)
        page.get_by_label("Password").fill(person.password)
        page.get_by_role("button", name="Continue").click()
        expect_heading(page, "We are calling your phone")

    return give


@pytest.fixture
def owner(site, at, page, carrier, authenticator, give_password):
    """Somebody who is logged in by call, and has added a passkey."""
    person = site.welcome()
    give_password(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    expect_heading(page, "For members")
    page.goto(at("/add-passkey/"))
    with page.expect_response("**/registration/complete/") as registered:
        page.get_by_role("button", name="Add it").click()
    assert registered.value.ok
    return person


def test_a_passkey_lets_its_owner_in_without_the_call(site, browser, page, owner, give_password):
    browser.clear_cookies()
    give_password(owner)
    page.get_by_role("link", name="Use another way").click()
    expect_heading(page, "Use another way")
    expect(page.get_by_role("button", name="Use the passkey")).to_be_visible()
    expect_sound(page)
    page.get_by_role("button", name="Use the passkey").click()
    expect_heading(page, "For members")
    expect(page.get_by_text("verified: True")).to_be_visible()
    assert site.states(owner)[-1] == "cancelled"


def test_a_passkey_confirms_once_more(page, at, owner):
    page.goto(at("/phone/other-ways/?next=/members/"))
    page.get_by_role("button", name="Use the passkey").click()
    expect_heading(page, "For members")


def test_a_passkey_alone_is_no_login(browser, page, at, owner):
    browser.clear_cookies()
    page.goto(at("/phone/login/"))
    told = page.evaluate(
        """async (address) => {
          const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
          const reply = await fetch(address, {method: "POST", headers: {"X-CSRFToken": token}});
          return [reply.status, (await reply.json()).code];
        }""",
        at("/phone/passkey/begin/"),
    )
    assert told == [403, "not_waiting"]


def test_somebody_elses_passkey_is_none(site, browser, page, at, owner, give_password):
    browser.clear_cookies()
    stranger = site.welcome()
    give_password(stranger)
    expect(page.get_by_role("link", name="Use another way")).to_have_count(0)
    page.goto(at("/phone/other-ways/"))
    expect_heading(page, "We are calling your phone")
