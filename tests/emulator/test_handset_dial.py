"""The handset page when somebody on it calls the site, and when a switchboard has the call."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .handset import ANN, CALLER, PROMPT

OFFICE = "+19075550136"
RING = "<Response><Ring duration='60' answerCall='false'/></Response>"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def dial(handset, number):
    page = handset.page
    page.get_by_text("Call somebody").click()
    page.get_by_label("From this phone").fill(number)
    page.get_by_label("To the site's number").select_option(CALLER)
    page.get_by_label("Attestation").select_option("B")
    page.get_by_role("button", name="Call", exact=True).click()


def extend(site, tones="204"):
    """Let the site dial an extension before it says anything."""
    site.replies["answer"] = (
        f"<Response><Pause duration='0.5'/><SendDtmf>{tones}</SendDtmf>"
        f"<Gather gatherUrl='/gather' maxDigits='1' firstDigitTimeout='4' repeatCount='3'>"
        f"<SpeakSentence>{PROMPT}</SpeakSentence></Gather></Response>"
    )


@pytest.mark.browser
def test_a_phone_on_the_page_calls_the_site(handset):
    handset.listen()
    dial(handset, "+1 (212) 555-0141")
    expect(handset.phone()).to_have_attribute("data-state", "answered")
    expect(handset.phone()).to_contain_text("+1 (202) 555-0100")
    expect(handset.phone().locator("[data-transcript]")).to_contain_text(PROMPT)
    handset.key("7").click()
    expect(handset.phone().locator("[data-transcript]")).to_contain_text("Thank you.")
    assert handset.site.keys() == "7"
    (initiate, _gather) = handset.site.events
    assert (initiate["from"], initiate["stirShaken"]["attestationIndicator"]) == (ANN, "B")
    expect(handset.page.locator("#wire-title")).to_have_text("Call from +1 (212) 555-0141")
    handset.button("hangup").click()
    expect(handset.phone()).to_contain_text("Call ended · hung up")


@pytest.mark.browser
def test_a_call_that_the_site_lets_ring_can_be_given_up(handset):
    handset.site.replies["initiate"] = RING
    handset.listen()
    call_id = handset.call_us()
    expect(handset.phone()).to_have_attribute("data-state", "calling")
    expect(handset.phone()).to_contain_text("Calling…")
    expect(handset.button("answer")).to_be_hidden()
    handset.page.keyboard.press("Escape")
    expect(handset.phone()).to_contain_text("Call ended · given up")
    assert handset.look_up(call_id)["disconnectCause"] == "cancel"


@pytest.mark.browser
def test_why_a_call_cannot_be_made_is_told(handset):
    dial(handset, "12")
    expect(handset.page.locator("[data-dial-notice]")).to_contain_text("'from' is a number such as")
    handset.complaints.clear()  # Chromium logs every answer of 400 and above


@pytest.mark.browser
def test_phones_that_were_seen_are_offered(handset):
    handset.ring(ANN)
    handset.page.get_by_text("Call somebody").click()
    expect(handset.page.get_by_label("From this phone")).to_have_value(ANN)
    expect(handset.page.locator("#dial-to option")).to_have_count(len(handset.emulator.options.numbers))


@pytest.mark.browser
def test_keys_wait_for_the_extension(handset):
    extend(handset.site)
    handset.turn(speed=0)
    handset.place(OFFICE)
    handset.advance(0.3)
    phone = handset.phone(OFFICE)
    expect(phone).to_have_attribute("data-state", "answered")
    expect(phone).to_contain_text("A switchboard listens for tones")
    expect(handset.key("7", OFFICE)).to_be_hidden()
    handset.advance(2)
    expect(phone).to_contain_text("Extension 204 rings")
    expect(phone.locator(".unheard").first).to_contain_text("[the switchboard says] Welcome.")
    handset.advance(5)
    expect(phone).to_contain_text("at extension 204")
    expect(phone.locator("[data-transcript]")).to_contain_text("[extension 204 picks up]")
    expect(phone.locator("p:not(.unheard)", has_text=PROMPT)).to_be_visible()
    handset.key("7", OFFICE).click()
    expect(phone.locator("[data-transcript]")).to_contain_text("Thank you.")
    assert handset.site.keys() == "7"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing_while_calling_or_with_a_switchboard(open_handset, width, scheme):
    handset = open_handset(width=width, scheme=scheme)
    found = {}

    def examine(state):
        result = Axe().run(handset.page)
        if result.violations_count:
            found[state] = result.generate_report()
        assert handset.page.evaluate(OVERFLOW) == 0

    handset.page.get_by_text("Call somebody").click()
    expect(handset.page.locator("#dial-to option").first).to_be_attached()
    examine("dialling")
    handset.site.replies["initiate"] = RING
    handset.listen()
    handset.call_us()
    expect(handset.phone()).to_have_attribute("data-state", "calling")
    examine("calling")
    extend(handset.site, "999")
    handset.turn(speed=0)
    handset.place(OFFICE)
    handset.advance(3)
    expect(handset.phone(OFFICE)).to_contain_text("A switchboard hangs up")
    examine("switchboard")
    assert found == {}
    assert handset.complaints == []
