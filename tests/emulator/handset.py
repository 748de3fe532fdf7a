"""The handset page in a real browser, and short words for what tests do with it."""

from dataclasses import dataclass, field
from typing import Any

import requests
from playwright.sync_api import Locator, Page, expect

from voice2fa.emulator import Emulator

CALLER = "+12025550100"
ANN, BOB = "+12125550141", "+447700900123"
PROMPT = "Press 7 to approve, anything else denies."
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
GATHER = (
    '<?xml version="1.0" encoding="UTF-8"?><Response>'
    '<Gather gatherUrl="/gather" maxDigits="1" terminatingDigits="" firstDigitTimeout="60">'
    '<SpeakSentence locale="en_US">Hello from the site.</SpeakSentence>'
    f"<SpeakSentence>{PROMPT}</SpeakSentence>"
    "</Gather></Response>"
)
# The second Gather keeps the line open, so that a test decides when the call ends.
THANKS = (
    '<Response><Gather gatherUrl="/gather" maxDigits="1" firstDigitTimeout="60">'
    "<SpeakSentence>Thank you.</SpeakSentence></Gather></Response>"
)


@dataclass
class Site:
    """A site that the carrier calls back: it asks for a key and keeps what it is told."""

    url: str
    events: list[dict[str, Any]] = field(default_factory=list)
    replies: dict[str, str] = field(
        default_factory=lambda: {"initiate": GATHER, "answer": GATHER, "gather": THANKS}
    )

    def keys(self) -> str:
        return "".join(event["digits"] for event in self.events if event["eventType"] == "gather")


@dataclass
class Handset:
    """The page, and what tests do around it."""

    page: Page
    emulator: Emulator
    site: Site
    complaints: list[str]

    def open(self) -> "Handset":
        self.page.goto(self.emulator.url)
        expect(self.page.locator("#idle")).to_be_visible()
        return self

    def ring(self, to: str = ANN, **fields: str) -> str:
        """Place a call as the site would; return its id when the phone rings."""
        call_id = self.place(to, **fields)
        expect(self.phone(to)).to_have_attribute("data-state", "ringing")
        return call_id

    def place(self, to: str, **fields: str) -> str:
        """Place a call as the site would; return its id."""
        order = {
            "from": CALLER,
            "to": to,
            "applicationId": self.emulator.options.application_id,
            "answerUrl": f"{self.site.url}/answer",
            "disconnectUrl": f"{self.site.url}/disconnect",
            **fields,
        }
        created = requests.post(
            f"{self.emulator.base_url}/accounts/{self.emulator.options.account_id}/calls",
            json=order,
            auth=(self.emulator.options.client_id, self.emulator.options.client_secret),
            timeout=10,
        )
        assert created.status_code == 201, created.text
        return created.json()["callId"]

    def answer(self, to: str = ANN) -> None:
        self.button("answer", to).click()
        expect(self.phone(to).locator("[data-transcript]")).to_contain_text(PROMPT)
        expect(self.phone(to).locator("[data-listening]")).to_be_visible()

    def call_us(self, **fields: str) -> str:
        """Call the site from one of the phones, without touching the page; return the call's id."""
        body = {"from": ANN, "to": CALLER, **fields}
        placed = requests.post(f"{self.emulator.url}/_control/calls", json=body, timeout=10)
        assert placed.status_code == 201, placed.text
        return placed.json()["callId"]

    def listen(self) -> None:
        """Let the site hear of calls to it."""
        addresses = {"call_initiated_url": "/answer", "call_status_url": "/status"}
        self.turn(**{name: f"{self.site.url}{path}" for name, path in addresses.items()})

    def turn(self, **options: Any) -> None:
        """Turn switches of the emulator."""
        requests.post(f"{self.emulator.url}/_control/options", json=options, timeout=10)

    def advance(self, seconds: float) -> None:
        """Let time pass where it stands still."""
        requests.post(f"{self.emulator.url}/_control/advance", json={"seconds": seconds}, timeout=10)

    def phone(self, number: str = ANN) -> Locator:
        return self.page.locator(f'[data-handset="{number}"]')

    def button(self, action: str, number: str = ANN) -> Locator:
        return self.phone(number).locator(f"[data-action={action}]")

    def key(self, key: str, number: str = ANN) -> Locator:
        return self.phone(number).locator(f'[data-key="{key}"]')

    def look_up(self, call_id: str) -> dict[str, Any]:
        return requests.get(f"{self.emulator.url}/_control/calls/{call_id}", timeout=10).json()

    def expect_ended(self, call_id: str, cause: str, words: str, number: str = ANN) -> None:
        expect(self.phone(number)).to_have_attribute("data-state", "ended")
        expect(self.phone(number)).to_contain_text(f"Call ended · {words}")
        assert self.look_up(call_id)["disconnectCause"] == cause
