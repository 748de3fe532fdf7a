"""A customer of the bank, from the first day to a lost phone, through the API alone.

Nothing but ``requests``: one client for the bank, and the carrier's control plane for the phone in the hand.
"""

import re

import pytest
import requests

TIMEOUT = 20  # seconds
EXAMPLE = "tests.journeys.example_settings"


class Bank:
    """The bank's API, as an app of its own would use it."""

    def __init__(self, url):
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False

    def ask(self, path, **headers):
        return self.http.get(f"{self.url}/api/v1/{path}/", headers=headers, timeout=TIMEOUT)

    def send(self, path, body=None, method="POST", **headers):
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken", ""), "Referer": self.url, **headers}
        return self.http.request(
            method, f"{self.url}/api/v1/{path}/", json=body or {}, headers=headers, timeout=TIMEOUT
        )

    def follow(self, ticket, until):
        """Ask how far the call has come until it has come that far; 304 means nothing new."""
        etag = ""
        for _question in range(100):
            reply = self.ask("status", **{"Voice-Auth-Ticket": ticket, "If-None-Match": etag})
            if reply.status_code == 200:
                etag, told = reply.headers["ETag"], reply.json()
                if told["progress"] == until:
                    return told
        raise AssertionError(f"The call is {told['progress']}, not {until}.")


class Phone:
    """A phone in somebody's hand, at the emulated carrier."""

    def __init__(self, carrier_url, number):
        self.control = f"{carrier_url}/_control"
        self.number = number

    def answer(self):
        """Wait until it rings, and pick up; return what the caller says."""
        self.call_id = self._get("/wait", to=self.number, ringing=1, timeout=10)["callId"]
        self._post(f"/calls/{self.call_id}/answer")
        return " ".join(self._get(f"/calls/{self.call_id}")["transcript"])

    def press(self, keys):
        self._post(f"/calls/{self.call_id}/press", digits=keys)

    def _get(self, path, **params):
        return requests.get(self.control + path, params=params, timeout=TIMEOUT).json()

    def _post(self, path, **body):
        requests.post(self.control + path, json=body, timeout=TIMEOUT).raise_for_status()
        # The emulator of the tests stands still by itself.
        requests.post(f"{self.control}/advance", json={"seconds": 0}, timeout=TIMEOUT).raise_for_status()


@pytest.fixture
def bank_site(site_with):
    return site_with(settings=EXAMPLE, COOL_DOWN=0)


def test_from_the_first_day_to_a_lost_phone(bank_site, carrier):
    bank = Bank(bank_site.url)
    mobile = Phone(carrier.url, "+12025550161")
    landline = Phone(carrier.url, "+12025550162")

    # Nobody is logged in; this also brings the CSRF cookie.
    assert bank.ask("session").json()["user"] is None
    assert bank.ask("phones").status_code == 401

    # Register: the reply shows a code, which is keyed into the phone.
    started = bank.send(
        "register",
        {
            "username": "cora",
            "email": "cora@example.com",
            "password": "Brass-Lantern-42",
            "number": mobile.number,
            "consents": True,
        },
    ).json()
    mobile.answer()
    mobile.press(started["show"]["code"].replace(" ", ""))
    bank.follow(started["ticket"], until="approved")
    done = bank.send("complete", **{"Voice-Auth-Ticket": started["ticket"]}).json()
    assert (done["purpose"], done["user"]["username"]) == ("register", "cora")

    # Inside, and out again.
    assert [phone["name"] for phone in bank.ask("phones").json()] == ["My phone"]
    assert bank.send("session", method="DELETE").status_code == 204
    assert bank.ask("session").json()["user"] is None

    # Log in: the phone names a key, and the reply shows the same one.
    wrong = bank.send("login", {"username": "cora", "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_credentials")
    started = bank.send("login", {"username": "cora", "password": "Brass-Lantern-42"}).json()
    ticket = {"Voice-Auth-Ticket": started["ticket"]}
    assert bank.send("complete", **ticket).json()["code"] == "not_approved"
    assert f"press {started['show']['key']}" in mobile.answer()
    mobile.press(started["show"]["key"])
    bank.follow(started["ticket"], until="approved")
    assert bank.send("complete", **ticket).json()["user"]["username"] == "cora"
    assert bank.send("complete", **ticket).json()["code"] == "already_used"

    # Before a sensitive act the phone rings again.
    started = bank.send("confirmations").json()
    mobile.answer()
    mobile.press(started["show"]["key"])
    assert bank.send("complete", **{"Voice-Auth-Ticket": started["ticket"]}).json()["purpose"] == "confirm"

    # A second phone counts once a call has proved it.
    started = bank.send("phones", {"name": "Landline", "number": landline.number, "consents": True}).json()
    landline.answer()
    landline.press(started["show"]["code"].replace(" ", ""))
    added = bank.send("complete", **{"Voice-Auth-Ticket": started["ticket"]}).json()["phone"]
    assert added["number"] == "+1 ••• ••• ••62"
    changed = bank.send(f"phones/{added['id']}", {"name": "Home", "is_preferred": True}, method="PATCH")
    assert changed.json()["is_preferred"]

    # Recovery codes are told once.
    codes = bank.send("recovery-codes").json()["codes"]
    assert bank.ask("recovery-codes").json()["remaining"] == len(codes) == 10
    bank.send("session", method="DELETE")

    # The landline rings now; somebody else picks up, and presses another key.
    started = bank.send("login", {"username": "cora", "password": "Brass-Lantern-42"}).json()
    landline.answer()
    landline.press("1" if started["show"]["key"] != "1" else "2")
    assert bank.follow(started["ticket"], until="denied")["may_resend"]
    # So the mobile is rung instead: a new ticket, and the old one is dead.
    (other,) = started["show"]["other_phones"]
    again = bank.send("resend", {"phone": other["id"]}, **{"Voice-Auth-Ticket": started["ticket"]}).json()
    assert again["show"]["number"] == "+1 ••• ••• ••61"
    # It is not at hand either. Cancel, and take a recovery code.
    assert bank.send("cancel", **{"Voice-Auth-Ticket": again["ticket"]}).json()["state"] == "cancelled"
    ticket = {"Voice-Auth-Ticket": again["ticket"]}
    (way,) = bank.ask("other-ways", **ticket).json()
    done = bank.send("other-ways/verify", {"way": way["id"], "token": codes[0]}, **ticket).json()
    assert (done["purpose"], done["user"]["username"]) == ("login", "cora")
    assert bank.ask("recovery-codes").json()["remaining"] == 9

    # The mobile is lost: take it off the account.
    assert bank.send(f"phones/{other['id']}", method="DELETE").status_code == 204
    assert [phone["name"] for phone in bank.ask("phones").json()] == ["Home"]
    refused = bank.send(f"phones/{added['id']}", method="DELETE")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_phone")


def test_an_app_with_tokens(site_with, carrier):
    issuer = "voice2fa.api.issuers.simplejwt.SimpleJWTIssuer"
    site = site_with(settings=EXAMPLE, COOL_DOWN=0, API_ISSUER=issuer)
    person = site.welcome()
    app, phone = Bank(site.url), Phone(carrier.url, person.number)

    started = app.send("login", {"username": person.username, "password": person.password}).json()
    phone.answer()
    phone.press(started["show"]["key"])
    done = app.send("complete", **{"Voice-Auth-Ticket": started["ticket"]}).json()
    token = {"Authorization": f"Bearer {done['access']}"}
    assert app.ask("session", **token).json()["user"]["username"] == person.username
    assert dict(app.http.cookies) == {}

    # The token alone is not enough for a change: the receipt of a fresh confirmation comes beside it.
    assert app.send("recovery-codes", **token).json()["code"] == "confirmation_required"
    started = app.send("confirmations", **token).json()
    phone.answer()
    phone.press(started["show"]["key"])
    receipt = app.send("complete", **token, **{"Voice-Auth-Ticket": started["ticket"]}).json()["confirmation"]
    fresh = {**token, "Voice-Auth-Confirmation": receipt}
    assert len(app.send("recovery-codes", **fresh).json()["codes"]) == 10


def test_the_site_keeps_its_secrets_to_itself(bank_site, carrier):  # R9
    bank, phone = Bank(bank_site.url), Phone(carrier.url, "+12025550163")
    bank.ask("session")
    started = bank.send(
        "register",
        {
            "username": "dora",
            "email": "",
            "password": "Brass-Lantern-42",
            "number": phone.number,
            "consents": True,
        },
    )
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", started.json()["ticket"])
    code = started.json()["show"]["code"].replace(" ", "")
    phone.answer()
    phone.press(code)
    bank.send("complete", **{"Voice-Auth-Ticket": started.json()["ticket"]})
    told = bank_site.log + str([row for row in bank_site.rows() if not row.get("session_data")])
    for secret in (started.json()["ticket"], "Brass-Lantern-42"):
        assert secret not in told
    assert code not in re.findall(r"\d+", told)
