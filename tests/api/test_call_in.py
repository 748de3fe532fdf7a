"""Calling the site in place of being called, as JSON."""

import pytest

from tests import stage
from tests.stage import CALLER, NUMBER
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.flows.telephony.lines import open_reception
from voice2fa.models import PhoneVerification
from voice2fa.providers.memory import MemoryProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(phone, api, configure):
    """A client whose login waits for a call, and the reply that said so."""
    configure(CALL_IN="A")
    api.log_in()
    reply = api.send("call_in")
    assert reply.status_code == 201
    return api, reply.json()


def call_us():
    return MemoryProvider.take_call(caller=NUMBER, to=CALLER, line=open_reception())


def test_the_reply_says_which_number_to_call_what_to_key_in_and_from_where(asked):
    _api, begun = asked
    verification = PhoneVerification.objects.get(is_call_in=True)
    code = code_of(verification)
    assert begun["show"]["code"] == f"{code[:3]} {code[3:]}"
    assert (begun["show"]["caller"], begun["show"]["number"]) == ("+1 202-555-0100", "+1 ••• ••• ••23")
    assert begun["show"]["key"] == ""
    told = begun["verification"]
    assert (told["is_call_in"], told["may_call_in"], told["progress"]) == (True, False, "awaited")


def test_whoever_calls_and_keys_in_the_code_is_let_in(asked):
    api, begun = asked
    call = call_us()
    assert api.ask("status").json()["progress"] == "answered"
    call.press(begun["show"]["code"].replace(" ", ""))
    assert api.ask("status").json()["is_approved"]
    assert api.send("complete").status_code == 200
    assert api.has_session


def test_the_old_ticket_is_dead(phone, api, configure):  # R10
    configure(CALL_IN="A")
    old = api.log_in().json()["ticket"]
    api.send("call_in")
    assert api.ask("status", ticket=old).json()["state"] == "cancelled"
    call_us().press(code_of(PhoneVerification.objects.get(is_call_in=True)))
    assert api.send("complete", ticket=old).json()["code"] == "not_approved"


def test_a_site_that_takes_no_calls_says_so(phone, api):
    begun = api.log_in().json()
    assert not begun["verification"]["may_call_in"]
    refused = api.send("call_in")
    assert (refused.status_code, refused.json()["code"]) == (409, "call_in_off")
    assert "cannot call us" in refused.json()["detail"]
    assert PhoneVerification.objects.count() == 1


def test_nobody_else_may_ask_for_it(phone, api, configure):  # R4
    configure(CALL_IN="A")
    api.log_in()
    assert api.send("call_in", ticket="").json()["code"] == "not_waiting"
    assert api.send("call_in", ticket="somebody else's").json()["code"] == "not_waiting"
    assert PhoneVerification.objects.count() == 1


def test_limits_hold(phone, api, configure):  # R15
    configure(CALL_IN="A", CALL_LIMITS={**stage.NO_LIMITS, "user": [(1, 3600)]})
    api.log_in()
    refused = api.send("call_in")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_calls")
    assert "Retry-After" in refused.headers
