"""The doors at which Bandwidth announces calls to us, and what it may say there."""

import base64
import json
import logging
import xml.etree.ElementTree as ET

import pytest
from django.test import Client
from django.urls import reverse

from tests import stage
from tests.flows.arrivals import expect_call
from tests.providers.samples import ACCOUNT_ID, APPLICATION_ID, bandwidth_options
from tests.stage import CALLER, NUMBER, OTHER_NUMBER, row
from voice2fa.callbacks.parsers import LONGEST_BODY
from voice2fa.core.states import State
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.flows.telephony.lines import open_line, open_reception

from .test_doors import NONSENSE

pytestmark = pytest.mark.django_db
VOUCHED = {"verstat": "TN-Validation-Passed", "attestationIndicator": "A", "originatingId": "abc123"}
DOORS = {
    "incoming": {"eventType": "initiate", "stirShaken": VOUCHED, "privacy": False, "callerDisplayName": ""},
    "incoming_gather": {"eventType": "gather", "digits": "", "terminatingDigit": ""},
    "incoming_disconnect": {"eventType": "disconnect", "cause": "hangup"},
}


class Arrival:
    """One call to us, as Bandwidth tells of it."""

    def __init__(self, verification):
        self.verification = verification
        self.client = Client(enforce_csrf_checks=True)
        self.credentials = open_reception().credentials.as_header()

    def event(self, door, **changes):
        event = {
            **DOORS[door],
            "eventTime": "2026-11-02T09:00:31.402Z",
            "accountId": ACCOUNT_ID,
            "applicationId": APPLICATION_ID,
            "from": NUMBER,
            "to": CALLER,
            "direction": "inbound",
            "callId": "c-0a1b2c3d-incoming",
            "startTime": "2026-11-02T09:00:00.410Z",
            **changes,
        }
        return {key: value for key, value in event.items() if value is not ...}

    def url(self, door, step=1, *, fallback=False):
        arguments = [step] if door == "incoming_gather" else []
        return reverse(f"voice2fa:call_{door}{'_fallback' if fallback else ''}", args=arguments)

    def post(self, url, body, *, credentials=..., **extra):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        header = self.credentials if credentials is ... else credentials
        headers = {} if header is None else {"Authorization": header}
        response = self.client.post(url, body, content_type="application/json", headers=headers, **extra)
        self.verification.refresh_from_db()
        return response

    def send(self, door, *, step=1, credentials=..., fallback=False, **changes):
        url = self.url(door, step, fallback=fallback)
        return self.post(url, self.event(door, **changes), credentials=credentials)


@pytest.fixture
def arrival(bandwidth, phone, configure):
    """A call from the saved phone, which a login waits for."""
    configure(CALL_IN="A")
    return Arrival(expect_call(phone.user, now=stage.real_now()))


def spoken(response):
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    return " ".join(ET.fromstring(response.content).itertext())


def test_the_whole_call(arrival):
    question = arrival.send("incoming")
    (gather,) = ET.fromstring(question.content).iter("Gather")
    assert gather.get("gatherUrl") == f"http://localhost:8000{arrival.url('incoming_gather')}"
    assert gather.get("gatherFallbackUrl").endswith(arrival.url("incoming_gather", fallback=True))
    assert (gather.get("maxDigits"), gather.get("terminatingDigits")) == ("6", "#*")
    pair = f"{gather.get('username')}:{gather.get('password')}"
    assert "Basic " + base64.b64encode(pair.encode()).decode() == arrival.credentials
    assert "confirmed" in spoken(arrival.send("incoming_gather", digits=code_of(arrival.verification)))
    assert arrival.verification.state == State.APPROVED
    end = arrival.send("incoming_disconnect")
    assert (end.status_code, end.content) == (204, b"")
    assert arrival.verification.ended_at is not None


def test_the_fallbacks_lead_to_the_same_doors(arrival):
    assert "Key in" in spoken(arrival.send("incoming", fallback=True))
    arrival.send("incoming_gather", fallback=True, digits=code_of(arrival.verification))
    assert arrival.verification.state == State.APPROVED


def test_a_stranger_is_told_that_we_expect_no_call(arrival):
    reply = arrival.send("incoming", **{"from": OTHER_NUMBER})
    assert "expect no call" in spoken(reply)
    assert ET.fromstring(reply.content)[-1].tag == "Hangup"


@pytest.mark.parametrize("told", [{**VOUCHED, "attestationIndicator": "B"}, {}, None, ...])
def test_a_call_that_its_carrier_does_not_vouch_for_is_not_taken(arrival, told):
    assert "expect no call" in spoken(arrival.send("incoming", stirShaken=told))


@pytest.mark.parametrize("hidden", ["Restricted", "Anonymous", "Private", "Unavailable", "", ..., 7, None])
def test_whoever_hides_the_number_is_not_taken(arrival, hidden):
    assert "expect no call" in spoken(arrival.send("incoming", **{"from": hidden}))


# Credentials


@pytest.mark.parametrize("door", DOORS)
def test_a_request_without_credentials_is_challenged(arrival, door):  # R45
    before = row(arrival.verification)
    response = arrival.send(door, credentials=None)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Basic realm="')
    assert row(arrival.verification) == before


@pytest.mark.parametrize("door", DOORS)
def test_the_credentials_of_a_verification_open_no_door_of_calls_to_us(arrival, door):  # R45, A16
    before = row(arrival.verification)
    own = open_line(arrival.verification.pk).credentials
    for header in (own.as_header(), type(own)(username="voice2fa", password=own.password).as_header()):
        assert arrival.send(door, credentials=header).status_code == 401
    assert row(arrival.verification) == before


@pytest.mark.parametrize("name", ["answer", "gather", "disconnect"])
def test_the_credentials_for_calls_to_us_open_no_verification(arrival, name):  # R45, A16
    arguments = [arrival.verification.pk, *([1] if name == "gather" else [])]
    url = reverse(f"voice2fa:call_{name}", args=arguments)
    assert arrival.post(url, {}).status_code == 401


def test_every_secret_of_the_list_opens_the_door_and_a_removed_one_does_not(arrival, configure):
    backend = "voice2fa.providers.bandwidth.BandwidthProvider"
    old, new = "first-callback-secret-of-the-tests-1", "second-callback-secret-of-the-tests"
    configure(PROVIDER={"BACKEND": backend, "OPTIONS": bandwidth_options(CALLBACK_SECRETS=[new, old])})
    assert arrival.send("incoming").status_code == 200
    newest = open_reception().credentials.as_header()
    assert newest != arrival.credentials
    assert arrival.send("incoming", credentials=newest).status_code == 200
    configure(PROVIDER={"BACKEND": backend, "OPTIONS": bandwidth_options(CALLBACK_SECRETS=[new])})
    assert arrival.send("incoming").status_code == 401


# Bodies


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "changes", [{"accountId": "9900001"}, {"applicationId": "other"}, {"accountId": ...}]
)
def test_another_account_is_refused(arrival, door, changes):
    arrival.send("incoming")
    before = row(arrival.verification)
    assert arrival.send(door, digits=code_of(arrival.verification), **changes).status_code == 400
    assert row(arrival.verification) == before


def test_keys_of_a_call_that_was_not_announced_are_not_found(arrival):
    right = code_of(arrival.verification)
    assert arrival.send("incoming_gather", digits=right).status_code == 404
    arrival.send("incoming")
    assert arrival.send("incoming_gather", digits=right, callId="c-another").status_code == 404
    assert arrival.verification.state == State.PENDING


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("other", DOORS)
def test_each_door_takes_its_own_events(arrival, door, other):
    arrival.send("incoming")
    reply = arrival.post(arrival.url(door), arrival.event(other))
    assert (reply.status_code < 300) == (door == other)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: repr(body[:24]))
def test_nonsense_is_refused_and_changes_nothing(arrival, door, body):
    before = row(arrival.verification)
    assert arrival.post(arrival.url(door), body).status_code == 400
    assert row(arrival.verification) == before


@pytest.mark.parametrize("door", DOORS)
def test_a_huge_body_is_refused(arrival, door):
    assert arrival.post(arrival.url(door), b" " * (LONGEST_BODY + 1)).status_code == 413


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_only_post_is_taken(arrival, door, method):
    call = getattr(arrival.client, method)
    assert call(arrival.url(door), headers={"Authorization": arrival.credentials}).status_code == 405


def test_an_event_of_a_kind_to_come_ends_the_call_and_decides_nothing(arrival):
    arrival.send("incoming")
    before = row(arrival.verification)
    reply = arrival.post(arrival.url("incoming_gather"), arrival.event("incoming_gather", eventType="of2031"))
    assert [verb.tag for verb in ET.fromstring(reply.content)] == ["Hangup"]
    assert row(arrival.verification) == before


def test_neither_code_nor_keys_are_logged_or_kept(arrival, caplog):  # R9, A27
    caplog.set_level(logging.DEBUG)
    code = code_of(arrival.verification)
    arrival.send("incoming")
    arrival.send("incoming_gather", digits=code)
    kept = json.dumps([event.raw for event in arrival.verification.events.all()])
    assert code not in kept
    assert code not in caplog.text
