"""People who call the site, in the tests of other sites."""

import pytest
from django.urls import reverse

from tests import stage

LOGIN = {"username": "anna", "password": stage.PASSWORD}


@pytest.fixture
def code(phone, client, configure, phone_calls):
    """The code of a page that waits for a call from the saved phone."""
    configure(CALL_IN="A")
    client.post(reverse("voice2fa:login"), LOGIN)
    client.post(reverse("voice2fa:call_in"))
    return client.get(reverse("voice2fa:wait")).context["page"].code


def test_whoever_calls_and_keys_in_the_code_is_let_in(code, client, phone_calls):
    call = phone_calls.call_us(stage.NUMBER)
    assert "Key in" in call.said[-1]
    assert (call.purpose, call.to, call.is_answered) == ("login", stage.CALLER, True)
    call.press(code.replace(" ", ""))
    assert (call.is_over, call.verification.state) == (True, "approved")
    client.post(reverse("voice2fa:complete"))
    assert client.get(reverse("voice2fa:phones")).status_code == 200


def test_nobody_is_called_who_calls_and_the_list_holds_calls_of_the_site_alone(code, phone_calls):
    phone_calls.call_us(stage.NUMBER)
    assert list(phone_calls) == []


def test_whoever_calls_unexpectedly_is_told_so(code, phone_calls):
    call = phone_calls.call_us(stage.OTHER_NUMBER)
    assert "expect no call" in call.said[-1]
    assert call.is_over
    with pytest.raises(AssertionError, match="expected no call"):
        call.verification  # noqa: B018 - it is the asking that raises


def test_a_test_says_what_the_carrier_vouches_for(code, phone_calls):
    assert phone_calls.call_us(stage.NUMBER, attestation="C").is_over
    assert phone_calls.call_us(stage.NUMBER, to="+12025550109").is_over


def test_the_person_may_hang_up_and_call_again(code, phone_calls):
    call = phone_calls.call_us(stage.NUMBER)
    call.hang_up()
    assert call.verification.is_live
    again = phone_calls.call_us(stage.NUMBER)
    again.press(code.replace(" ", ""))
    assert again.verification.state == "approved"
