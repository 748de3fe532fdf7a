"""The way to a first phone through the API: a pass, a proof, a call."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import stage
from voice2fa.models import VoiceDevice

from .conftest import NEW_NUMBER, error_of

NUMBER = {"number": NEW_NUMBER, "consents": True}


@pytest.fixture
def anna(db):
    return stage.make_user(email="anna@example.com")


def log_in(api):
    response = api.log_in()
    assert (response.status_code, response.json()["code"]) == (202, "phone_required")
    return {"Voice-Auth-Pass": response.json()["pass"]}


def prove(api, mailoutbox):
    """Bring the code that was mailed, and return what the next step needs."""
    held = log_in(api)
    assert api.send("first_phone_mail", headers=held).json()["address"] == "a•••@e•••.com"
    secret = re.search(r"\b[0-9a-z]{4}-[0-9a-z]{4}\b", mailoutbox[-1].body).group()
    told = api.send("first_phone_proof", body={"secret": secret}, headers=held).json()
    return {"Voice-Auth-Pass": told["pass"]}, told["proof"]


def test_a_mailed_code_and_a_call_let_the_owner_in(anna, api, approve, mailoutbox):
    held, proof = prove(api, mailoutbox)
    assert api.send("first_phone", body={**NUMBER, "proof": proof}, headers=held).status_code == 201
    approve(api)
    done = api.send("complete").json()
    assert (done["purpose"], done["phone"]["number"]) == ("enrol", "+1 ••• ••• ••77")
    assert api.has_session
    assert VoiceDevice.objects.get().confirmed


def test_the_password_alone_adds_no_phone(anna, api, carrier):  # R21
    held = log_in(api)
    assert error_of(api.send("first_phone", body=NUMBER, headers=held)) == (403, "proof_required")
    forged = api.send("first_phone", body={**NUMBER, "proof": "forged"}, headers=held)
    assert error_of(forged) == (403, "proof_required")
    assert carrier.calls == []


def test_a_site_may_ask_for_the_password_alone(anna, api, approve, configure):
    configure(FIRST_PHONE_PROOF="password")
    held = log_in(api)
    assert api.send("first_phone", body=NUMBER, headers=held).status_code == 201
    approve(api)
    assert api.send("complete").status_code == 200


@pytest.mark.parametrize("held", [{}, {"Voice-Auth-Pass": "forged"}])
@pytest.mark.parametrize(
    ("name", "body"),
    [("first_phone", NUMBER), ("first_phone_mail", {}), ("first_phone_proof", {"secret": "7k3f-a9qm"})],
)
def test_without_a_pass_there_is_no_way(anna, api, held, name, body, mailoutbox):
    assert error_of(api.send(name, body=body, headers=held)) == (409, "start_over")
    assert mailoutbox == []


def test_a_wrong_code_is_no_proof(anna, api, mailoutbox):
    held = log_in(api)
    api.send("first_phone_mail", headers=held)
    wrong = api.send("first_phone_proof", body={"secret": "aaaa-aaaa"}, headers=held)
    assert error_of(wrong) == (400, "wrong_proof")


def test_mails_are_limited(anna, api, mailoutbox):
    held = log_in(api)
    api.send("first_phone_mail", headers=held)
    refused = api.send("first_phone_mail", headers=held)
    assert error_of(refused) == (429, "too_many_mails")
    assert int(refused["Retry-After"]) > 0
    assert len(mailoutbox) == 1


def test_somebody_with_a_phone_cannot_come_this_way(anna, api, mailoutbox):  # R21
    held, proof = prove(api, mailoutbox)
    stage.make_phone(anna)
    refused = api.send("first_phone", body={**NUMBER, "proof": proof}, headers=held)
    assert error_of(refused) == (403, "confirmation_required")


def test_in_the_time_of_grace_the_reply_names_the_day(anna, api, configure):
    last = timezone.localdate() + timedelta(days=3)
    configure(GRACE_UNTIL=str(last))
    done = api.log_in()
    assert done.status_code == 200
    assert done.json()["phone_day"] == str(last + timedelta(days=1))
    assert api.has_session


def test_whoever_is_inside_without_a_phone_gives_the_password_again(anna, api, configure):
    configure(REQUIRED_FOR="with_phone")
    api.log_in()
    assert error_of(api.send("phones", body={"name": "Mine", **NUMBER})) == (403, "proof_required")
    wrong = api.send("first_phone_pass", body={"password": "wrong"})
    assert error_of(wrong) == (400, "bad_credentials")
    told = api.send("first_phone_pass", body={"password": stage.PASSWORD})
    assert (told.status_code, told.json()["asks_for_proof"]) == (202, True)


def test_whoever_has_a_phone_gets_no_pass(phone, inside):
    refused = inside.send("first_phone_pass", body={"password": stage.PASSWORD})
    assert error_of(refused) == (403, "confirmation_required")
