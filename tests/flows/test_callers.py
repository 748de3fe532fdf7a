"""The number that calls depends on whom it calls, and page, order and callbacks agree on it."""

import pytest
from django.urls import reverse

from tests import stage
from voice2fa.core.events import Kind
from voice2fa.core.states import State
from voice2fa.exceptions import RejectedCallback
from voice2fa.providers.bandwidth.callers import choose_caller
from voice2fa.providers.memory import MemoryProvider

BRITISH = "+447400123456"
CANADIAN = "+14165550123"
NUMBERS = {"GB": "+442045550100", "CA": "+14165550100", "+1202": "+12025550105"}


class Regional(MemoryProvider):
    """Calls as Bandwidth's provider does with FROM_NUMBERS."""

    def caller_for(self, number, *, region):
        return choose_caller(number, region=region, numbers=NUMBERS) or self.caller


@pytest.fixture(autouse=True)
def regional(configure):
    configure(PROVIDER={"BACKEND": f"{__name__}.Regional"}, ALLOWED_REGIONS=["US", "CA", "GB"])


@pytest.mark.parametrize(
    ("number", "caller"),
    [(BRITISH, NUMBERS["GB"]), (CANADIAN, NUMBERS["CA"]), (stage.NUMBER, NUMBERS["+1202"])],
)
def test_the_call_comes_from_the_number_for_whom_it_calls(user, carrier, number, caller):
    phone = stage.make_phone(user, number=number)
    verification = stage.begin(user, number=number, device=phone).verification
    assert verification.caller == caller
    assert stage.place(verification).caller == caller


def test_a_callback_that_names_another_of_our_numbers_is_not_believed(user):  # A10
    stage.make_phone(user, number=BRITISH)
    verification = stage.begin(user, number=BRITISH).verification
    stage.place(verification)
    with pytest.raises(RejectedCallback):
        stage.receive(Kind.ANSWER, verification, caller=stage.CALLER)
    stage.receive(Kind.ANSWER, verification, caller=NUMBERS["GB"])
    assert verification.state == State.ANSWERED


def test_the_page_shows_the_number_that_calls(user, client, hold_back):
    stage.make_phone(user, number=BRITISH)
    client.post(reverse("voice2fa:login"), {"username": "anna", "password": stage.PASSWORD})
    assert "+44 20 4555 0100" in client.get(reverse("voice2fa:wait")).content.decode()
