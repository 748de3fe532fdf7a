"""Ask for the phone again: before a sensitive act, or to approve one act alone (R40)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from tests import stage
from tests.flows.carriers import Mute
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, refusal_of, row
from voice2fa.core.errors import Code
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.payloads import Money
from voice2fa.core.states import State
from voice2fa.flows import confirmation, login
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db

SEND = "Send {amount} to {payee}."
# What gettext_lazy is for a site that has translations.
LAZY = lazy(lambda: f"{translation.get_language()}: {{amount}}, {{payee}}", str)()
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
    again = PhoneVerification.objects.get(pk=verification.pk)
    assert refusal_of(finish, again, phone.user) == Code.ACCOUNT_CHANGED


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


def test_a_confirmation_may_be_repeated_with_a_new_key_and_ticket(phone):  # R10
    first = begin(phone.user)
    again = verifications.resend(first.verification, CLIENT, now=NOW)
    assert again.verification.purpose == Purpose.CONFIRM
    assert again.ticket != first.ticket
    assert tickets.find(first.ticket).state == State.CANCELLED
    assert finish(decide(again), phone.user) == phone


def test_a_confirmation_may_be_repeated_on_another_phone_of_the_person(phone):
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    first = begin(phone.user, phone=phone)
    assert login.other_phones(first.verification) == [other]
    again = verifications.resend(first.verification, CLIENT, now=NOW, phone=other)
    assert finish(decide(again), phone.user) == other


def test_whoever_has_a_phone_or_another_device_can_confirm(user):
    assert not confirmation.is_possible(user)
    stage.make_phone(user, confirmed=False)
    assert not confirmation.is_possible(user)
    stage.make_phone(user, OTHER_NUMBER)
    assert confirmation.is_possible(user)


# An act of its own


def test_the_call_says_who_calls_what_is_approved_and_which_keys_there_are(phone):  # A18
    verification = begin_sending(phone.user).verification
    key = verification.approve_key
    assert said(verification) == (
        "This is Example Bank. Please confirm: Send two hundred and fifty euro, ten cents to Maria Keller. "
        f"To approve, press {key}. If this was not you, press 0. To repeat, press star."
    )


def test_the_call_speaks_the_language_in_which_it_was_asked_for(phone):
    with translation.override("de"):
        verification = begin_sending(phone.user, message="Überweisen Sie {amount} an {payee}.").verification
    assert "Überweisen Sie zweihundertfünfzig Euro, zehn Cent an Maria Keller." in said(verification)


def test_an_act_is_worded_in_the_language_of_the_phone_not_of_the_page(phone):
    phone.language = "es"
    phone.save()
    with translation.override("de"):
        verification = begin_sending(phone.user, message=LAZY).verification
    assert verification.language == "es"
    assert verification.message == "es: doscientos cincuenta euros, diez céntimos, Maria Keller"
    assert verification.message in said(verification)


def test_an_act_is_worded_in_what_is_spoken_where_the_language_has_no_voice(phone, configure):
    configure(PROVIDER={"BACKEND": f"{Mute.__module__}.Mute"}, SPOKEN_INSTEAD={"de": "fr"})
    with translation.override("de"):
        verification = begin_sending(phone.user, message=LAZY).verification
    assert (verification.language, verification.message[:2]) == ("fr", "fr")


def test_an_act_is_repeated_in_its_own_language_on_every_phone(phone):  # R4, R10
    other = stage.make_phone(phone.user, OTHER_NUMBER, language="de")
    first = begin_sending(phone.user, phone=phone, message=LAZY)
    again = verifications.resend(first.verification, CLIENT, now=NOW, phone=other).verification
    assert (again.language, again.message) == ("en-us", first.verification.message)


def test_a_login_is_repeated_in_the_language_of_the_other_phone(phone):
    other = stage.make_phone(phone.user, OTHER_NUMBER, language="de")
    first = begin(phone.user, phone=phone)
    again = verifications.resend(first.verification, CLIENT, now=NOW, phone=other).verification
    assert (first.verification.language, again.language) == ("en-us", "de")


def test_a_lazy_message_is_translated_when_the_call_is_asked_for(phone):
    verification = begin_sending(phone.user, message=_("Send {amount} to {payee}.")).verification
    assert verification.message.startswith("Send two hundred")


@pytest.mark.parametrize("method", list(Method))
def test_an_act_is_approved_by_one_key_whatever_the_sites_method(phone, configure, method):
    configure(LOGIN_METHOD=method)
    assert begin_sending(phone.user).verification.method == Method.APPROVE


def test_the_right_payload_is_approved_once(phone):  # R8
    verification = decide(begin_sending(phone.user))
    assert finish(verification, phone.user, payload=dict(PAYLOAD)) == phone
    assert refusal_of(finish, verification, phone.user, payload=PAYLOAD) == Code.ALREADY_USED


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Money(Decimal("250.11"), "EUR")},
        {"amount": Money(Decimal("250.10"), "USD")},
        {"amount": Decimal("250.10")},
        {"payee": "Maria  Keller"},
        {"payee": "Maria Keller\u202e"},
        {"account": "NL91 ABNA 0417 1643 01"},
        {"more": 1},
    ],
)
def test_another_payload_is_refused_and_uses_nothing_up(phone, change):  # R40
    verification = decide(begin_sending(phone.user))
    assert refusal_of(finish, verification, phone.user, payload=PAYLOAD | change) == Code.PAYLOAD_CHANGED
    assert row(verification)["consumed_at"] is None
    assert finish(verification, phone.user, payload=PAYLOAD)


def test_a_payload_without_one_of_its_values_is_another(phone):
    verification = decide(begin_sending(phone.user))
    less = {name: value for name, value in PAYLOAD.items() if name != "account"}
    assert refusal_of(finish, verification, phone.user, payload=less) == Code.PAYLOAD_CHANGED


def test_the_same_amount_may_be_written_with_other_zeros(phone):
    verification = decide(begin_sending(phone.user))
    assert finish(verification, phone.user, payload=PAYLOAD | {"amount": Money(Decimal("250.100"), "EUR")})


def test_another_message_is_another_act(phone):
    verification = decide(begin_sending(phone.user))
    PhoneVerification.objects.filter(pk=verification.pk).update(message="Send one euro to Maria Keller.")
    verification.refresh_from_db()
    assert refusal_of(finish, verification, phone.user, payload=PAYLOAD) == Code.PAYLOAD_CHANGED


def test_somebody_elses_equal_payload_is_not_approved(phone):  # R4
    other = stage.make_user("berta")
    stage.make_phone(other, OTHER_NUMBER)
    verification = decide(begin_sending(phone.user))
    assert refusal_of(finish, verification, other, payload=PAYLOAD) == Code.NOT_WAITING


def test_an_approved_act_is_no_confirmation(phone):  # R40
    verification = decide(begin_sending(phone.user))
    assert refusal_of(finish, verification, phone.user) == Code.PAYLOAD_CHANGED


@pytest.mark.parametrize("payload", [{}, PAYLOAD])
def test_a_confirmation_approves_no_act(phone, payload):  # R40
    verification = decide(begin(phone.user))
    assert refusal_of(finish, verification, phone.user, payload=payload) == Code.PAYLOAD_CHANGED


def test_an_act_that_needs_no_values_is_bound_to_its_words(phone):
    verification = decide(begin(phone.user, message="Close your account.", payload={}))
    assert refusal_of(finish, verification, phone.user) == Code.PAYLOAD_CHANGED
    assert finish(verification, phone.user, payload={}) == phone


@pytest.mark.parametrize("keys", ["2", "0", "", "*"])
def test_any_other_key_approves_no_act(phone, configure, keys):  # R3
    configure(APPROVE_KEY="7")
    verification = decide(
        begin_sending(phone.user), act=lambda verification, now: stage.press(verification, keys)
    )
    assert verification.state != State.APPROVED
    assert refusal_of(finish, verification, phone.user, payload=PAYLOAD) == Code.NOT_APPROVED


def test_the_payload_itself_is_not_stored(phone):
    begin_sending(phone.user)
    stored = str(PhoneVerification.objects.values().get())
    assert "0417" not in stored
    assert "250.10" not in stored
    assert "Maria Keller" in stored  # what the call says is: whoever reads the record wants to know it


def test_the_digest_tells_nothing_without_the_sites_key(phone, settings):
    digest = begin_sending(phone.user).verification.payload_digest
    settings.SECRET_KEY = "another" * 10
    stage.make_phone(phone.user, OTHER_NUMBER)
    assert begin_sending(phone.user, now=NOW + timedelta(hours=1)).verification.payload_digest != digest


def test_equal_payloads_of_two_people_have_different_digests(phone):  # R4
    other = stage.make_phone(stage.make_user("berta"), OTHER_NUMBER)
    digests = {begin_sending(whose.user).verification.payload_digest for whose in (phone, other)}
    assert len(digests) == 2


def test_a_repeated_call_is_about_the_same_act(phone):  # R4, R10
    first = begin_sending(phone.user)
    again = verifications.resend(first.verification, CLIENT, now=NOW)
    assert again.verification.message == first.verification.message
    assert again.verification.method == Method.APPROVE
    verification = decide(again)
    assert refusal_of(finish, verification, phone.user) == Code.PAYLOAD_CHANGED
    assert finish(verification, phone.user, payload=PAYLOAD) == phone
    assert refusal_of(finish, tickets.find(first.ticket), phone.user, payload=PAYLOAD) == Code.NOT_APPROVED


def test_an_act_approved_this_moment_is_not_asked_for_once_more(phone):  # R8
    first = begin_sending(phone.user)
    stale = tickets.find(first.ticket)
    decide(first)
    assert stale.is_live
    assert refusal_of(verifications.resend, stale, CLIENT, now=NOW) == Code.START_OVER
    assert PhoneVerification.objects.count() == 1


def test_one_act_at_a_time_the_newer_call_takes_the_place_of_the_older(phone):
    first = begin_sending(phone.user)
    second = begin_sending(phone.user, payload=PAYLOAD | {"payee": "Jonas"}, now=NOW + timedelta(seconds=30))
    assert tickets.find(first.ticket).state == State.CANCELLED
    assert "Jonas" in second.verification.message


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("Send {amount} to {payee}.", None),
        ("", PAYLOAD),
        ("", {}),
        (" \t\n", PAYLOAD),
        (" \t\n", {}),
        ("\u200b \u202e ...", {}),
        ("x" * 5000, {}),
        ("{payee} " + "x" * 5000, PAYLOAD),
        ("Send {money} to {payee}.", PAYLOAD),
        ("Send {amount.currency} to {payee}.", PAYLOAD),
        ("Send {amount!r} to {payee}.", PAYLOAD),
        ("Send {amount:>30} to {payee}.", PAYLOAD),
        ("Send {} to {payee}.", PAYLOAD),
        ("Send 250 euro to Maria Keller.", PAYLOAD),
        ("{payee} " + "x" * 600, PAYLOAD),
        ("Send {amount}.", {"amount": 1.5}),
        ("Send {amount}.", {"amount": True}),
        ("Send {amount}.", {"amount": Decimal("NaN")}),
        ("Send {amount}.", {"amount": None}),
        ("Send {amount.", {"amount": 1}),
    ],
)
def test_a_message_that_does_not_say_its_payload_is_a_mistake_of_the_programmer(phone, message, payload):
    with pytest.raises(ValueError, match=r"\w"):
        begin_sending(phone.user, message=message, payload=payload)
    assert not PhoneVerification.objects.exists()


def test_an_act_dies_with_its_phone(phone):  # R24
    stage.make_phone(phone.user, OTHER_NUMBER)
    verification = decide(begin_sending(phone.user, phone=phone))
    VoiceDevice.objects.filter(pk=phone.pk).delete()
    assert refusal_of(finish, verification, phone.user, payload=PAYLOAD) == Code.ACCOUNT_CHANGED
