"""A phone as a device of django-otp: its call tells a code, and a form of django-otp asks for it."""

from datetime import timedelta

import django_otp
import pytest
from django.db import transaction
from django_otp.forms import OTPTokenForm
from django_otp.models import GenerateNotAllowed, VerifyNotAllowed

from tests import stage
from tests.stage import OTHER_NUMBER, hang_up, press, real_now, row
from voice2fa.core.errors import Code
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.states import State
from voice2fa.flows.attempts import tickets
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, VoiceDevice


def newest():
    return PhoneVerification.objects.select_related("user", "device").order_by("created_at").last()


@pytest.fixture
def ring(phone, carry_out, carrier):
    """Return a function that has django-otp ask for a challenge, and returns the answered call."""

    def ring(device=phone):
        with carry_out():
            device.generate_challenge()
        verification = newest()
        stage.answer(verification, now=real_now())
        return verification

    return ring


@pytest.fixture
def told(ring):
    """Return a function that has the call tell its code, and returns the verification."""

    def tell(*device):
        verification = ring(*device)
        press(verification, verification.approve_key, now=real_now())
        return verification

    return tell


def fill_in(user, phone, **data):
    return OTPTokenForm(user, data={"otp_device": phone.persistent_id, **data})


def test_a_challenge_rings_the_phone_with_a_code_to_tell(phone, carrier, carry_out):
    with carry_out():
        said = phone.generate_challenge()
    verification = newest()
    assert len(carrier.calls) == 1
    assert (verification.purpose, verification.method) == (Purpose.LOGIN, Method.SPEAK)
    assert verification.approve_key in said
    assert phone.masked_number in said
    assert phone.number.as_e164 not in said


def test_the_code_that_the_call_told_verifies_once(told, phone):  # R8
    code = code_of(told())
    assert phone.verify_token(code)
    assert not phone.verify_token(code)
    assert newest().consumed_at is not None
    assert VoiceDevice.objects.get().last_used_at is not None


def test_a_code_that_was_not_told_yet_verifies_nothing(ring, phone):
    code = code_of(ring())
    assert phone.verify_is_allowed()[1]["error_message"].startswith("The code has not been told yet")
    assert not phone.verify_token(code)


@pytest.mark.parametrize("typed", ["", "0", "७८९", "\ud800", "approve", "1" * 500])
def test_what_is_not_the_code_verifies_nothing(told, phone, typed):
    told()
    assert not phone.verify_token(typed)


def test_nobody_holds_a_ticket_for_the_call(told, phone):
    kept = told().ticket_hash
    assert kept.startswith("otp:")
    for ticket in (kept, kept.removeprefix("otp:")):
        assert stage.refusal_of(tickets.find, ticket) == Code.NOT_WAITING


def test_a_code_told_for_a_page_does_not_verify_the_device(user, phone):  # R4
    started = stage.begin(user, method=Method.SPEAK, now=real_now())
    stage.place(started.verification, now=real_now())
    stage.answer(started.verification, now=real_now())
    press(started.verification, started.verification.approve_key, now=real_now())
    before = row(started.verification)
    assert not phone.verify_is_allowed()[0]
    assert not phone.verify_token(code_of(started.verification))
    assert row(started.verification) == before


def test_a_code_of_one_phone_does_not_verify_another(told, user):
    other = stage.make_phone(user, OTHER_NUMBER)
    verification = told()
    assert not other.verify_token(code_of(verification))


def test_wrong_codes_lock_the_call_and_are_told_in_the_words_of_django_otp(told, phone):  # R11, R12
    verification = told()
    for _ in range(3):
        assert phone.verify_is_allowed() == (True, None)
        assert not phone.verify_token(stage.wrong_code(verification))
    assert newest().state == State.LOCKED
    is_allowed, why = phone.verify_is_allowed()
    assert (is_allowed, why["reason"], why["failure_count"]) == (False, VerifyNotAllowed.N_FAILED_ATTEMPTS, 3)
    assert not phone.verify_token(code_of(verification))


def test_after_a_days_worth_of_wrong_codes_no_challenge_is_made(told, phone, carrier, configure):  # R11
    configure(MAX_FAILURES=3)
    verification = told()
    for _ in range(3):
        phone.verify_token(stage.wrong_code(verification))
    assert phone.generate_challenge().startswith("There were too many wrong codes.")
    is_allowed, why = phone.generate_is_allowed()
    assert not is_allowed
    assert why["next_generation_at"] > real_now() + timedelta(hours=23)
    assert len(carrier.calls) == 1


def test_a_second_challenge_has_to_wait_for_the_cool_down(told, phone, configure, carrier):
    configure(COOL_DOWN=60)
    told()
    is_allowed, why = phone.generate_is_allowed()
    assert (is_allowed, why["reason"]) == (False, GenerateNotAllowed.COOLDOWN_DURATION_PENDING)
    assert real_now() < why["next_generation_at"] <= real_now() + timedelta(seconds=60)
    assert phone.generate_challenge().startswith("We have only just called.")
    assert len(carrier.calls) == 1


def test_a_phone_that_was_not_rung_may_be_rung(phone):
    assert phone.generate_is_allowed() == (True, None)
    assert "Have us call" in phone.verify_is_allowed()[1]["error_message"]


def test_a_new_challenge_makes_the_code_of_the_old_one_worthless(told, phone):  # R10
    first = code_of(told())
    told()
    assert not phone.verify_token(first)


def test_an_unproved_phone_is_neither_rung_nor_believed(user, carry_out, carrier):  # R20
    phone = stage.make_phone(user, confirmed=False)
    with carry_out():
        assert "no confirmed phone" in phone.generate_challenge()
    assert not phone.generate_is_allowed()[0]
    assert not phone.verify_token("123456")
    assert carrier.calls == []


def test_a_phone_in_a_country_that_is_not_called_says_so(user):
    phone = stage.make_phone(user, "+4915112345678")
    assert "country" in phone.generate_is_allowed()[1]["error_message"]
    assert "country" in phone.generate_challenge()


def test_how_the_call_went_is_told(ring, phone):
    verification = ring()
    hang_up(verification, now=real_now(), cause="hung_up")
    assert "call ended before a key was pressed" in phone.verify_is_allowed()[1]["error_message"]


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user.set_password("another"),
        lambda user: setattr(user, "is_active", False),
    ],
)
def test_an_account_that_changed_meanwhile_is_not_verified(told, user, phone, change):
    code = code_of(told())
    change(user)
    user.save()
    assert not phone.verify_token(code)


def test_calls_of_which_no_client_is_known_do_not_share_a_limit(user, configure, carry_out, carrier):
    configure(CALL_LIMITS={"address": [(1, 3600)]})
    for name, number in {"berta": stage.NUMBER, "clara": OTHER_NUMBER}.items():
        with carry_out():
            stage.make_phone(stage.make_user(name), number).generate_challenge()
    assert len(carrier.calls) == 2


# The ways in which django-otp asks


def test_its_token_form_rings_the_phone_and_takes_the_code(user, phone, carry_out, carrier):
    with carry_out():
        form = fill_in(user, phone, otp_challenge="1")
        assert not form.is_valid()
    assert "We are calling" in form.non_field_errors()[0]
    verification = newest()
    stage.answer(verification, now=real_now())
    press(verification, verification.approve_key, now=real_now())
    form = fill_in(user, phone, otp_token=code_of(verification))
    assert form.is_valid(), form.errors
    assert form.get_user().otp_device == phone


def test_its_token_form_keeps_the_count_of_wrong_codes(told, user, phone):  # R12, R44
    verification = told()
    form = fill_in(user, phone, otp_token=stage.wrong_code(verification))
    assert form.errors["__all__"].as_data()[0].code == "invalid_token"
    assert newest().tries == 1


def test_its_token_form_tells_why_no_code_is_taken(user, phone):
    form = fill_in(user, phone, otp_token="123456")
    assert "Have us call this phone first" in form.non_field_errors()[0]


def test_its_function_verifies_inside_a_transaction_of_the_site(told, user, phone):
    code = code_of(told())
    with transaction.atomic():
        assert django_otp.verify_token(user, phone.persistent_id, code) == phone
    assert django_otp.verify_token(user, phone.persistent_id, code) is None


def test_its_function_does_not_verify_somebody_else(told, phone):
    code = code_of(told())
    assert django_otp.verify_token(stage.make_user("berta"), phone.persistent_id, code) is None
    assert newest().consumed_at is None


def test_a_call_asked_for_inside_a_transaction_is_placed_after_it(phone, carry_out, carrier):
    with carry_out(), transaction.atomic():
        phone.generate_challenge()
        assert carrier.calls == []
    assert len(carrier.calls) == 1
