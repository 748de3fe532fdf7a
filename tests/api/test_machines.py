"""What the API tells of machines that pick up, and of numbers that must not be called."""

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import stage
from voice2fa.core.events import Answerer, Kind
from voice2fa.flows.telephony import stopping

from .conftest import error_of, newest

pytestmark = pytest.mark.django_db


def test_what_a_machine_has_approved_is_told_as_unreachable_and_opens_nothing(phone, api, approve):  # A3
    other = stage.make_phone(phone.user, stage.OTHER_NUMBER)
    api.log_in()
    stage.receive(Kind.MACHINE, approve(api), answerer=Answerer.MACHINE)
    told = api.ask("status").json()
    assert (told["state"], told["progress"], told["is_approved"]) == ("unreachable", "unreachable", False)
    assert told["heading"] == "A voicemail answered"
    assert told["may_resend"]
    assert error_of(api.send("complete")) == (409, "not_approved")
    again = api.send("resend", body={"phone": other.pk}).json()
    assert again["verification"]["method"] == "approve"


def test_after_a_machine_the_code_is_told_and_why(phone, api, approve):
    api.log_in()
    stage.receive(Kind.MACHINE, approve(api), answerer=Answerer.MACHINE)
    told = api.send("resend").json()
    assert told["verification"]["method"] == "enter"
    assert told["show"]["code"].replace(" ", "") == stage.code_of(newest())
    assert "so please key in a code" in told["show"]["why_code"]
    approve(api)
    assert api.send("complete").status_code == 200
    assert api.log_in().json()["show"]["why_code"] == ""


@pytest.fixture
def stopped(phone):
    """The phone's number, which must not be called."""
    return stopping.stop_by_staff(stage.NUMBER, staff=stage.make_user("staff"), now=stage.real_now())


def test_a_stopped_number_has_a_code_of_its_own(stopped, api, carrier):
    assert error_of(api.log_in()) == (409, "number_stopped")
    assert not carrier.calls


def test_whoever_has_other_ways_is_led_to_them(stopped, phone, api):  # R17
    TOTPDevice.objects.create(user=phone.user, name="App", confirmed=True)
    response = api.log_in()
    assert (response.status_code, response.json()["code"]) == (202, "number_stopped")
    assert [way["name"] for way in response.json()["other_ways"]] == ["App"]
