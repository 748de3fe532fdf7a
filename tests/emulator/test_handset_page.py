"""The handset page in a real browser: it rings, talks, takes keys, shows the wire, for everybody."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Request, expect

from voice2fa.emulator import Emulator, Options

from .handset import ANN, BOB, PROMPT, Handset

FOLDER = Path(__file__).parents[2] / "voice2fa" / "emulator" / "handset"


# The telephone


@pytest.mark.browser
def test_it_rings_and_says_who_calls(handset: Handset) -> None:
    expect(handset.page.locator("#idle")).to_contain_text("Waiting for a call")
    handset.ring(displayName="The Site")
    expect(handset.phone()).to_contain_text("The Site")
    expect(handset.phone()).to_contain_text("+1 (202) 555-0100")
    expect(handset.page.get_by_role("alert")).to_contain_text(
        "Incoming call from The Site to +1 (212) 555-0141"
    )
    expect(handset.page).to_have_title("☎ Ringing")
    expect(handset.page.locator("#idle")).to_be_hidden()


@pytest.mark.browser
def test_answering_shows_what_the_caller_says(handset: Handset) -> None:
    handset.ring()
    expect(handset.key("7")).to_be_hidden()
    handset.answer()
    log = handset.phone().get_by_role("log", name="What the caller says")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log.locator("p")).to_have_text(["Hello from the site.", PROMPT])
    expect(handset.phone().get_by_role("timer")).to_have_text(re.compile(r"^0:\d\d$"))
    expect(handset.button("answer")).to_be_hidden()


@pytest.mark.browser
def test_a_clicked_key_reaches_the_site(handset: Handset) -> None:
    handset.ring()
    handset.answer()
    handset.key("7").click()
    expect(handset.phone().locator("[data-transcript]")).to_contain_text("Thank you.")
    expect(handset.phone().locator("[data-pressed]")).to_have_text("7")
    assert handset.site.keys() == "7"


@pytest.mark.browser
def test_the_computer_keyboard_works_the_phone(handset: Handset) -> None:
    call_id = handset.ring()
    handset.page.keyboard.press("Enter")
    expect(handset.phone().locator("[data-listening]")).to_be_visible()
    handset.page.keyboard.press("#")
    expect(handset.phone().locator("[data-transcript]")).to_contain_text("Thank you.")
    assert handset.site.keys() == "#"
    handset.page.keyboard.press("Escape")
    handset.expect_ended(call_id, "hangup", "hung up")


@pytest.mark.browser
def test_escape_declines_a_ringing_call(handset: Handset) -> None:
    call_id = handset.ring()
    handset.page.keyboard.press("Escape")
    handset.expect_ended(call_id, "rejected", "declined")


@pytest.mark.browser
def test_single_keys_can_be_turned_off(handset: Handset) -> None:
    handset.ring()
    handset.answer()
    handset.page.locator("[data-action=keyboard]").click()
    handset.page.keyboard.press("4")
    handset.key("8").click()
    expect(handset.phone().locator("[data-pressed]")).to_have_text("8")
    expect(handset.phone().locator("[data-transcript]")).to_contain_text("Thank you.")
    assert handset.site.keys() == "8"


@pytest.mark.browser
def test_fast_keys_keep_their_order(handset: Handset) -> None:
    handset.ring()
    handset.answer()
    pressed: list[str] = []

    def keep(sent: Request) -> bool:
        if sent.url.endswith("/press"):
            pressed.append(sent.post_data_json["digits"])
        return "0" in pressed

    with handset.page.expect_request(keep):
        for key in "1234567890":
            handset.page.keyboard.press(key)
    assert "".join(pressed) == "1234567890"
    expect(handset.phone().locator("[data-pressed]")).to_have_text("1234567890")


@pytest.mark.browser
def test_hanging_up_keeps_the_transcript_until_dismissed(handset: Handset) -> None:
    call_id = handset.ring()
    handset.answer()
    handset.button("hangup").click()
    handset.expect_ended(call_id, "hangup", "hung up")
    expect(handset.phone().locator("[data-transcript]")).to_contain_text(PROMPT)
    handset.button("dismiss").click()
    expect(handset.phone()).to_have_count(0)
    expect(handset.page.locator("#idle")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("action", "cause", "words"), [("decline", "rejected", "declined"), ("busy", "busy", "busy")]
)
def test_a_ringing_call_can_be_refused(handset: Handset, action: str, cause: str, words: str) -> None:
    call_id = handset.ring()
    handset.button(action).click()
    handset.expect_ended(call_id, cause, words)
    assert handset.site.keys() == ""


@pytest.mark.browser
def test_voicemail_can_answer(handset: Handset) -> None:
    call_id = handset.ring()
    handset.button("voicemail").click()
    expect(handset.phone()).to_have_attribute("data-state", "answered")
    assert handset.look_up(call_id)["state"] == "answered"


@pytest.mark.browser
def test_the_site_may_end_the_call(handset: Handset) -> None:
    call_id = handset.ring()
    account = handset.emulator.options.account_id
    url = f"{handset.emulator.base_url}/accounts/{account}/calls/{call_id}"
    auth = (handset.emulator.options.client_id, handset.emulator.options.client_secret)
    requests.post(url, json={"state": "completed"}, auth=auth, timeout=10)
    handset.expect_ended(call_id, "cancel", "cancelled by the site")
    expect(handset.page).to_have_title("Handset")


@pytest.mark.browser
def test_two_phones_ring_at_once_and_the_newest_is_in_front(handset: Handset) -> None:
    first = handset.ring(ANN)
    handset.answer(ANN)
    second = handset.ring(BOB)
    expect(handset.phone(BOB)).to_have_attribute("data-shown", "")
    expect(handset.phone(ANN)).not_to_have_attribute("data-shown", "")
    handset.answer(BOB)
    handset.page.keyboard.press("3")
    expect(handset.phone(BOB).locator("[data-transcript]")).to_contain_text("Thank you.")
    handset.button("hangup", BOB).click()
    handset.expect_ended(second, "hangup", "hung up", BOB)
    expect(handset.phone(ANN)).to_have_attribute("data-shown", "")
    expect(handset.phone(ANN)).to_have_attribute("data-state", "answered")
    expect(handset.phone(ANN).locator("[data-pressed]")).to_have_text("")
    assert handset.look_up(first)["state"] == "answered"


@pytest.mark.browser
def test_a_phone_at_the_back_can_answer_and_be_brought_forward(handset: Handset) -> None:
    handset.ring(ANN)
    handset.ring(BOB)
    handset.button("answer", ANN).click()
    expect(handset.phone(ANN)).to_have_attribute("data-state", "answered")
    handset.phone(ANN).get_by_role("button", name="Show the phone +1 (212) 555-0141").click()
    expect(handset.key("1", ANN)).to_be_visible()
    expect(handset.phone(ANN).get_by_role("heading")).to_be_focused()


@pytest.mark.browser
def test_the_keyboard_is_not_lost_when_a_button_goes(handset: Handset) -> None:
    handset.ring()
    handset.button("answer").focus()
    handset.page.keyboard.press("Enter")
    expect(handset.key("1")).to_be_visible()
    expect(handset.phone().get_by_role("heading")).to_be_focused()


@pytest.mark.browser
def test_a_reload_finds_the_call_again(handset: Handset) -> None:
    handset.ring()
    handset.answer()
    handset.page.reload()
    expect(handset.phone()).to_have_attribute("data-state", "answered")
    expect(handset.phone().locator("[data-transcript]")).to_contain_text(PROMPT)
    expect(handset.page.locator("[data-exchange]")).to_have_count(2)


@pytest.mark.browser
def test_a_refusal_of_the_emulator_is_shown(handset: Handset) -> None:
    handset.ring()
    handset.page.route("**/answer", lambda route: route.fulfill(status=409, json={"error": "Not just now."}))
    handset.button("answer").click()
    expect(handset.phone().locator("[data-notice]")).to_have_text("Not just now.")
    handset.complaints.clear()  # Chromium logs every answer of 400 and above


@pytest.mark.browser
def test_a_lost_connection_is_told_and_mended(open_handset: Any) -> None:
    handset = open_handset()
    handset.ring()
    banner = handset.page.locator("#link")
    port = int(handset.emulator.url.rsplit(":", 1)[1])
    handset.emulator.stop()
    expect(banner).to_contain_text("Connection to the emulator lost")
    with Emulator(Options(port=port)):
        expect(banner).to_be_hidden(timeout=20_000)
        expect(handset.page.locator("#idle")).to_be_visible()


# Sound


@pytest.mark.browser
def test_the_sound_switch_is_remembered(handset: Handset) -> None:
    switch = handset.page.get_by_role("button", name="Sound", exact=True)
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    handset.page.reload()
    expect(switch).to_have_attribute("aria-pressed", "false")


@pytest.mark.browser
def test_blocked_sound_is_offered_until_a_click_opens_it(open_handset: Any) -> None:
    # Headless Chromium lets every page sound: here one begins silent, as browsers for people do.
    handset = open_handset(
        script="window.AudioContext = class extends AudioContext {"
        "  constructor() { super(); this.suspend(); }"
        "};"
    )
    handset.ring()
    offer = handset.page.get_by_role("button", name="Click to enable sound")
    offer.click()
    expect(offer).to_be_hidden()


# The inspector


@pytest.mark.browser
def test_the_inspector_shows_the_wire_in_order(handset: Handset) -> None:
    handset.ring()
    handset.answer()
    handset.key("7").click()
    rows = handset.page.locator("[data-exchange]")
    expect(rows).to_have_count(3)
    names = rows.evaluate_all("rows => rows.map((row) => [row.dataset.direction, row.dataset.name])")
    assert names == [["api", "createCall"], ["callback", "answer"], ["callback", "gather"]]
    expect(rows.nth(0)).to_contain_text("201 Created")
    rows.nth(1).locator("summary").click()
    expect(rows.nth(1).locator("pre").nth(0)).to_contain_text('"eventType": "answer"')
    expect(rows.nth(1).locator("pre").nth(1)).to_contain_text("\n    <SpeakSentence>Press 7 to approve")


@pytest.mark.browser
def test_the_inspector_shows_the_call_that_is_chosen(handset: Handset) -> None:
    first = handset.ring(ANN)
    handset.button("decline", ANN).click()
    second = handset.ring(BOB)
    expect(handset.page.locator(f"[data-call={second}]")).to_have_attribute("aria-current", "true")
    handset.page.locator(f"[data-call={first}]").click()
    expect(handset.page.locator("#wire-title")).to_have_text("Call to +1 (212) 555-0141")
    expect(handset.page.locator("[data-name=disconnect]")).to_be_visible()


@pytest.mark.browser
def test_text_from_a_site_stays_text(handset: Handset) -> None:
    hostile = "<img src=x onerror=document.body.remove()>"
    handset.ring(displayName=hostile, tag=hostile)
    expect(handset.phone().get_by_role("heading")).to_have_text(hostile)
    handset.page.locator("[data-exchange] summary").click()
    expect(handset.page.locator("[data-exchange] pre").first).to_contain_text(hostile)
    expect(handset.page.locator("img")).to_have_count(0)


@pytest.mark.browser
def test_the_panel_turns_the_clock_and_resets(handset: Handset) -> None:
    clock = f"{handset.emulator.url}/_control/clock"
    frozen = handset.page.get_by_role("button", name="Frozen")
    frozen.click()
    expect(frozen).to_have_attribute("aria-pressed", "true")
    assert requests.get(clock, timeout=10).json()["speed"] == 0
    handset.ring()
    for _ in range(3):
        handset.page.get_by_role("button", name="Advance 10 s").click()
    expect(handset.phone()).to_contain_text("Call ended · no answer")
    handset.page.get_by_role("button", name="Reset").click()
    expect(handset.phone()).to_have_count(0)
    expect(handset.page.locator("[data-speed='1']")).to_have_attribute("aria-pressed", "true")


@pytest.mark.browser
def test_the_panel_sets_and_clears_faults(handset: Handset) -> None:
    handset.page.get_by_role("button", name="Refuse a call").click()
    expect(handset.page.locator(".said")).to_have_text("Faults that wait to strike: 1.")
    handset.page.get_by_role("button", name="No faults").click()
    expect(handset.page.locator(".said")).to_have_text("No faults are set.")
    assert requests.get(f"{handset.emulator.url}/_control/faults", timeout=10).json() == {"faults": []}


@pytest.mark.browser
def test_the_page_explains_numbers_that_act_by_themselves(handset: Handset) -> None:
    handset.page.get_by_text("Numbers that act by themselves").click()
    expect(handset.page.get_by_role("row", name="+1 (907) 555-0110 is busy")).to_be_visible()


# For everybody


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 420])
def test_axe_finds_nothing_in_any_state(open_handset: Any, scheme: str, width: int) -> None:
    handset = open_handset(width=width, scheme=scheme)
    reports = {}

    def examine(state: str) -> None:
        result = Axe().run(handset.page)
        if result.violations_count:
            reports[state] = result.generate_report()

    examine("idle")
    handset.ring()
    examine("ringing")
    handset.answer()
    examine("in call")
    handset.ring(BOB)
    examine("two phones")
    handset.button("decline", BOB).click()
    handset.button("hangup", ANN).click()
    expect(handset.phone()).to_have_attribute("data-state", "ended")
    examine("ended")
    handset.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    expect(handset.page.locator("[data-exchange] pre").first).to_be_visible()
    expect(handset.page.locator("tbody tr").first).to_be_visible()
    examine("everything open")
    assert reports == {}
    assert handset.complaints == []


@pytest.mark.browser
def test_nothing_scrolls_sideways_at_320_pixels(open_handset: Any) -> None:
    handset = open_handset(width=320, height=640)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert handset.page.evaluate(overflow) == 0
    handset.ring()
    assert handset.page.evaluate(overflow) == 0
    handset.answer()
    assert handset.page.evaluate(overflow) == 0
    handset.ring(BOB, displayName="A site with a name that is far too long for any telephone")
    assert handset.page.evaluate(overflow) == 0
    handset.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    expect(handset.page.locator("[data-exchange] pre").first).to_be_visible()
    assert handset.page.evaluate(overflow) == 0


@pytest.mark.browser
@pytest.mark.parametrize(("width", "is_open"), [(1280, True), (420, False)])
def test_the_inspector_is_folded_where_the_page_is_narrow(
    open_handset: Any, width: int, is_open: bool
) -> None:
    handset = open_handset(width=width)
    expect(handset.page.locator("#calls-title")).to_be_visible(visible=is_open)


def test_no_file_holds_inline_code_or_writes_markup_from_data() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\("
        r'|\bstyle=|<style|\son\w+="|https?://(?!www\.w3\.org/)'
    )
    files = sorted(FOLDER.iterdir())
    assert {"index.html", "handset.css", "handset.js"} <= {file.name for file in files}
    found = {file.name: forbidden.findall(file.read_text("utf-8")) for file in files}
    assert {name: words for name, words in found.items() if words} == {}
