"""Ask for the phone again: before a sensitive act, or to approve one act alone (R40)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, PASSWORD, refusal_of, row
from voice2fa.core.errors import Code
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.payloads import Money
from voice2fa.core.states import State
from voice2fa.flows import confirmation, enrolment, login, tickets
from voice2fa.flows import verification as verifications
from voice2fa.models import PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db

SEND = "Send {amount} to {payee}."
PAYLOAD = {
    "amount": Money(Decimal("250.10"), "EUR"),
    "payee": "Maria Keller",
    "account": "NL91 ABNA 0417 1643 00",
}


@pytest.fixture(autouse=True)
def no_pauses(configure):
    configure(CALL_LIMITS=stage.NO_LIMITS)


def begin(user, **more):
    return confirmation.begin(user, client=CLIENT, now=more.pop("now", NOW), **more)


def begin_sending(user, message=SEND, payload=PAYLOAD, **more):
    return begin(user, message=message, payload=payload, **more)


def decide(started, *, now=NOW, act=stage.approve):
    """Place and answer the call of the confirmation, and act in it."""
    verification = started.verification
    stage.place(verification, now=now)
    stage.answer(verification, now=now)
    act(verification, now=now)
    return tickets.find(started.ticket)


def deny(verification, *, now=NOW):
    stage.press(verification, stage.wrong_key(verification), now=now)


def said(verification):
    """Return what the call says when it is answered."""
    stage.place(verification)
    (gather, _hangup) = stage.answer(verification)
    return " ".join(prompt.text for prompt in gather.prompts)


def finish(verification, user, **more):
    return confirmation.finish(verification, user, now=more.pop("now", NOW), **more)


def test_a_confirmation_rings_the_preferred_phone_by_the_sites_method(phone, configure):
    configure(LOGIN_METHOD="enter")
    verification = begin(phone.user).verification
    assert (verification.purpose, verification.method) == (Purpose.CONFIRM, Method.ENTER)
    assert (verification.device, verification.number, verification.user) == (phone, NUMBER, phone.user)


def test_a_confirmation_rings_the_phone_that_was_chosen(phone):
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    assert begin(phone.user, phone=other).verification.device == other


@pytest.mark.parametrize("method", list(Method))
def test_an_approved_confirmation_is_used_once(phone, configure, method):  # R8
    configure(LOGIN_METHOD=method)
    verification = decide(begin(phone.user))
    assert finish(verification, phone.user) == phone
    phone.refresh_from_db()
    assert phone.last_used_at == NOW
    assert refusal_of(finish, verification, phone.user) == Code.ALREADY_USED


def test_nobody_without_a_proved_phone_is_rung(user):  # R20
    assert refusal_of(begin, user) == Code.NO_PHONE
    unproved = stage.make_phone(user, confirmed=False)
    assert refusal_of(begin, user) == Code.NO_PHONE
    assert refusal_of(begin, user, phone=unproved) == Code.NO_PHONE


def test_nobody_elses_phone_is_rung(phone):  # R4
    other = stage.make_user("berta")
    stage.make_phone(other, OTHER_NUMBER)
    assert refusal_of(begin, other, phone=phone) == Code.NO_PHONE


def test_a_confirmation_is_good_for_its_user_alone(phone):  # R4
    other = stage.make_user("berta")
    stage.make_phone(other, OTHER_NUMBER)
    verification = decide(begin(phone.user))
    assert refusal_of(finish, verification, other) == Code.NOT_WAITING
    assert finish(verification, phone.user)


@pytest.mark.parametrize("purpose", [Purpose.LOGIN, Purpose.ENROL])
def test_what_was_approved_for_another_purpose_confirms_nothing(phone, purpose):  # R4
    verification = tickets.find(stage.reach(State.APPROVED, phone.user, purpose=purpose).ticket)
    assert refusal_of(finish, verification, phone.user) == Code.NOT_WAITING


def test_a_confirmation_logs_nobody_in_and_proves_no_phone(phone):  # R4
    verification = decide(begin(phone.user))
    assert verification.purpose not in {Purpose.LOGIN, Purpose.ENROL, Purpose.REGISTER}


@pytest.mark.parametrize("act", [deny, None])
def test_what_nobody_approved_confirms_nothing(phone, act):
    verification = decide(begin(phone.user), act=act or (lambda verification, now: None))
    assert refusal_of(finish, verification, phone.user) == Code.NOT_APPROVED


def test_an_approval_dies_with_its_deadline(phone):  # R7
    verification = decide(begin(phone.user))
    assert refusal_of(finish, verification, phone.user, now=verification.deadline) == Code.EXPIRED


def test_an_approval_dies_with_the_password(phone):
    verification = decide(begin(phone.user))
    phone.user.set_password("another one")
    phone.user.save()
    assert refusal_of(finish, PhoneVerification.objects.get(pk=verification.pk), phone.user) == Code.ACCOUNT_CHANGED


def test_an_approval_dies_with_the_phone_that_gave_it(phone):  # R24
    stage.make_phone(phone.user, OTHER_NUMBER)
    verification = decide(begin(phone.user, phone=phone))
    VoiceDevice.objects.filter(pk=phone.pk).delete()
    assert refusal_of(finish, verification, phone.user) == Code.ACCOUNT_CHANGED
    assert row(verification)["consumed_at"] is None


def test_a_user_who_was_shut_out_confirms_nothing(phone):
    started = begin(phone.user)
    decide(started)
    phone.user.is_active = False
    phone.user.save()
    assert refusal_of(finish, tickets.find(started.ticket), phone.user) == Code.ACCOUNT_CHANGED
