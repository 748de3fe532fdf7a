"""The list of calls that tests of other sites look at."""

import pytest
from django.conf import settings as django_settings
from django.test import TestCase
from django.urls import reverse

from tests import stage
from tests.conftest import DUMMY, IMMEDIATE
from voice2fa import testing
from voice2fa.core.states import State
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, StoppedNumber, VoiceDevice
from voice2fa.providers.base import CarrierBusy, OutcomeUnknown
from voice2fa.providers.memory import MemoryProvider

LOGIN = {"username": "anna", "password": stage.PASSWORD}


@pytest.fixture
def ask(phone, client):
    """Return a function that gives the right password."""

    def ask():
        return client.post(reverse("voice2fa:login"), LOGIN)

    return ask


@pytest.mark.parametrize("control", ["bxml", "api"])
@pytest.mark.parametrize("in_transaction", [True, False])
def test_a_login_is_a_call_in_the_list(request, in_transaction, control, configure, client, phone_calls):
    if not in_transaction:
        request.getfixturevalue("transactional_db")
    configure(CALL_CONTROL=control)
    stage.make_phone(stage.make_user())
    client.post(reverse("voice2fa:login"), LOGIN)
    (call,) = phone_calls
    assert (call.to, call.purpose, call.said) == (stage.NUMBER, "login", ())
    call.answer()
    assert f"press {call.key}" in call.said[0]
    call.press(call.key)
    assert [sentence.count("Goodbye") for sentence in call.said] == [0, 1]
    assert call.is_over
    client.post(reverse("voice2fa:complete"))
    assert client.get(reverse("voice2fa:phones")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_no_thread_places_a_call(client, phone_calls):
    assert django_settings.is_overridden("TASKS")
    assert django_settings.TASKS == IMMEDIATE
    stage.make_phone(stage.make_user())
    client.post(reverse("voice2fa:login"), LOGIN)
    assert len(MemoryProvider.calls) == 1  # by the request itself, before anybody looked


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_the_site_has_set_stays(request, client, settings):
    settings.TASKS = DUMMY
    phone_calls = request.getfixturevalue("phone_calls")
    assert settings.TASKS == DUMMY
    stage.make_phone(stage.make_user())
    client.post(reverse("voice2fa:login"), LOGIN)
    assert MemoryProvider.calls == []
    assert len(phone_calls) == 1


def test_the_list_begins_empty_and_looks_like_one(phone_calls, ask):
    assert not phone_calls
    assert phone_calls == []
    assert repr(phone_calls) == "[]"
    ask()
    assert phone_calls == [phone_calls[0]] == phone_calls[:1]
    assert phone_calls[-1] is phone_calls[0]
    assert repr(phone_calls) == f"[<PhoneCall to {stage.NUMBER}: ringing>]"
    with pytest.raises(IndexError):
        phone_calls[1]
    with pytest.raises(TypeError):
        hash(phone_calls)
    phone_calls.clear()
    assert phone_calls == []


def test_to_look_twice_places_no_second_call(phone_calls, ask):
    ask()
    assert len(phone_calls) == len(phone_calls) == len(MemoryProvider.calls) == 1


def test_a_call_that_the_carrier_would_not_take_is_not_in_it(phone_calls, ask):
    MemoryProvider.fail_next(OutcomeUnknown("no answer"))
    ask()
    assert phone_calls == []


def test_a_busy_carrier_is_tried_again_without_a_pause(phone_calls, ask):
    MemoryProvider.fail_next(CarrierBusy("busy", retry_after=5.0))
    ask()
    assert len(phone_calls) == 1


@pytest.mark.parametrize("control", ["bxml", "api"])
def test_one_that_is_cancelled_on_the_page_hears_so_and_ends(phone_calls, ask, client, configure, control):
    configure(CALL_CONTROL=control)
    ask()
    phone_calls[0].answer()
    client.post(reverse("voice2fa:cancel"))
    assert phone_calls[0].said[-1] == "The request was cancelled. Goodbye."
    assert phone_calls[0].is_over


def test_one_that_is_reported_may_be_the_last_one(phone_calls, ask):
    ask()
    (call,) = phone_calls
    call.answer()
    call.press("0")
    assert not phone_calls[0].is_over
    call.press("0")
    assert call.is_over
    assert StoppedNumber.objects.get().number == stage.NUMBER


def test_one_that_is_cancelled_on_the_page_stops_ringing(phone_calls, ask, client):
    ask()
    (call,) = phone_calls
    client.post(reverse("voice2fa:cancel"))
    assert phone_calls[0].is_over
    assert call.verification.state == State.CANCELLED
    with pytest.raises(RuntimeError):
        call.answer()


@pytest.mark.parametrize(
    ("act", "state", "cause"),
    [
        (lambda call: call.busy(), "unreachable", "busy"),
        (lambda call: call.no_answer(), "unreachable", "no_answer"),
        (lambda call: call.reject(), "unreachable", "rejected"),
        (lambda call: (call.answer(), call.hang_up()), "unreachable", "hung_up"),
        (lambda call: (call.answer(), call.press("")), "unreachable", "silence"),
        (lambda call: call.answer_as_machine(), "unreachable", "machine"),
        (lambda call: (call.answer(), call.press("0"), call.hang_up()), "reported", ""),
    ],
)
@pytest.mark.parametrize("control", ["bxml", "api"])
def test_what_a_person_may_do_instead(phone_calls, ask, act, state, cause, control, configure):
    configure(CALL_CONTROL=control)
    ask()
    (call,) = phone_calls
    act(call)
    assert (call.verification.state, call.verification.cause) == (state, cause)
    assert phone_calls[0].is_over


def test_a_key_is_known_once_it_was_heard(phone_calls, ask):
    ask()
    (call,) = phone_calls
    with pytest.raises(AssertionError, match="has told no key"):
        _ = call.key
    call.answer()
    assert call.is_answered
    assert call.key == call.verification.approve_key
    with pytest.raises(AssertionError, match="has told no code"):
        _ = call.code


@pytest.mark.parametrize("control", ["bxml", "api"])
def test_a_code_is_known_once_it_was_heard(phone_calls, ask, configure, client, control):
    configure(LOGIN_METHOD="speak", CALL_CONTROL=control)
    ask()
    (call,) = phone_calls
    call.answer()
    with pytest.raises(AssertionError, match="has told no code"):
        _ = call.code
    call.press(call.key)
    assert call.code == code_of(call.verification)
    client.post(reverse("voice2fa:code"), {"code": call.code})
    assert "_auth_user_id" in client.session


def test_another_provider_gives_way_to_the_list(request, settings):
    console = {"BACKEND": "voice2fa.providers.console.ConsoleProvider"}
    settings.VOICE2FA = {**settings.VOICE2FA, "PROVIDER": console}
    phone_calls = request.getfixturevalue("phone_calls")
    stage.begin(stage.make_phone(stage.make_user()).user, now=stage.real_now())
    assert len(phone_calls) == 1


class LoginTests(TestCase):
    """As a site without pytest would write them."""

    def test_a_login_rings(self):
        calls = self.enterContext(testing.phone_calls())
        testing.give_phone(stage.make_user(), number=stage.NUMBER)
        self.client.post(reverse("voice2fa:login"), LOGIN)
        assert [call.to for call in calls] == [stage.NUMBER]
        calls[0].answer()
        calls[0].press(calls[0].key)
        self.client.post(reverse("voice2fa:complete"))
        assert self.client.get(reverse("voice2fa:phones")).context["devices"]

    def test_nothing_is_left_of_it(self):
        before = django_settings.VOICE2FA, django_settings.is_overridden("TASKS")
        with testing.phone_calls() as calls:
            testing.give_phone(stage.make_user())
            self.client.post(reverse("voice2fa:login"), LOGIN)
            assert len(calls) == 1
        assert MemoryProvider.calls == []
        assert before == (django_settings.VOICE2FA, django_settings.is_overridden("TASKS"))


def test_a_phone_that_is_given_may_be_called(user, configure):
    configure(ALLOWED_REGIONS=["GB"])
    phone = testing.give_phone(user)
    assert phone.number.as_e164.startswith("+44")
    assert stage.begin(user, number=phone.number.as_e164, device=phone).verification.device == phone
    assert VoiceDevice.objects.get().confirmed
    assert PhoneVerification.objects.count() == 1
