"""Fifty at once with one recovery code, or for one new set of them: one wins (R8, R34, R44, A21)."""

import django_otp
import pytest
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import stage
from tests.stage import NOW, NUMBER
from voice2fa import signals
from voice2fa.core.errors import Refusal
from voice2fa.core.methods import Method
from voice2fa.flows import recovery
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, RecoveryCode, RecoveryCodes

# One race after another: fifty connections each are half of what a server has.
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]

MANY = 50


@pytest.fixture
def used():
    """How often the use of a code was announced."""
    told = []

    def hear(codes, **kwargs):
        told.append(codes)

    signals.recovery_code_used.connect(hear)
    yield told
    signals.recovery_code_used.disconnect(hear)


def test_one_code_is_used_once(user, race, used):
    codes = recovery.make(user, NOW)
    way = RecoveryCodes.objects.get().persistent_id
    outcomes = race(MANY, lambda place: django_otp.verify_token(user, way, codes[0]))
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert RecoveryCode.objects.exclude(used_at=None).count() == len(used) == 1


def test_one_code_is_used_once_by_whoever_takes_no_lock(user, race, used):
    codes = recovery.make(user, NOW)

    def act(place):
        return RecoveryCodes.objects.get(user=user).verify_token(codes[0])

    outcomes = race(MANY, act)
    assert outcomes.count(True) == 1
    assert outcomes.count(False) == MANY - 1
    assert RecoveryCode.objects.exclude(used_at=None).count() == len(used) == 1


def test_different_codes_are_all_used(user, race):
    codes = recovery.make(user, NOW)
    way = RecoveryCodes.objects.get().persistent_id
    outcomes = race(len(codes), lambda place: django_otp.verify_token(user, way, codes[place]))
    assert all(outcome is not None for outcome in outcomes)
    assert RecoveryCodes.objects.get().remaining == 0


def test_of_many_guesses_at_once_one_is_judged(user, race):  # R11
    recovery.make(user, NOW)
    way = RecoveryCodes.objects.get().persistent_id
    outcomes = race(MANY, lambda place: django_otp.verify_token(user, way, f"wrong-{place}"))
    assert outcomes == [None] * MANY
    # The first wrong one shuts the door for a second, and those that waited find it shut.
    assert 1 <= RecoveryCodes.objects.get().throttling_failure_count < 5


@pytest.mark.parametrize("has_some", [False, True])
def test_of_many_pages_that_make_codes_one_is_shown_them(user, race, has_some):
    if has_some:
        recovery.make(user, NOW)
    edition = recovery.edition_of(recovery.codes_of(user))
    later = stage.real_now()
    outcomes = race(MANY, lambda place: recovery.make(user, later, instead_of=edition))
    shown = [outcome for outcome in outcomes if isinstance(outcome, list)]
    assert len(shown) == 1
    assert all(isinstance(outcome, Refusal) for outcome in outcomes if outcome not in shown)
    assert RecoveryCode.objects.count() == 10
    way = RecoveryCodes.objects.get().persistent_id
    assert django_otp.verify_token(user, way, shown[0][0]) is not None


def test_a_code_of_a_set_that_is_being_replaced_is_used_or_void(user, race):
    codes = recovery.make(user, NOW)
    way = RecoveryCodes.objects.get().persistent_id

    def act(place):
        if place:
            return django_otp.verify_token(user, way, codes[0])
        return recovery.make(user, stage.real_now())

    made, used_code = race(2, act)
    assert len(made) == 10
    assert used_code is None or used_code.persistent_id == way
    assert RecoveryCode.objects.count() == 10
    assert RecoveryCodes.objects.get().remaining == 10


def test_the_code_of_one_call_verifies_the_phone_once(user, race):
    phone = stage.make_phone(user, NUMBER)
    phone.generate_challenge()
    verification = PhoneVerification.objects.get()
    assert verification.method == Method.SPEAK
    stage.place(verification, now=stage.real_now())
    stage.answer(verification, now=stage.real_now())
    stage.press(verification, verification.approve_key, now=stage.real_now())
    code = code_of(verification)
    outcomes = race(MANY, lambda place: django_otp.verify_token(user, phone.persistent_id, code))
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]


def test_wrong_codes_of_one_call_are_all_counted_and_lock_it(user, race):  # R12
    phone = stage.make_phone(user, NUMBER)
    phone.generate_challenge()
    verification = PhoneVerification.objects.get()
    stage.place(verification, now=stage.real_now())
    stage.answer(verification, now=stage.real_now())
    stage.press(verification, verification.approve_key, now=stage.real_now())
    wrong = stage.wrong_code(verification)
    assert race(MANY, lambda place: phone.verify_token(wrong)) == [False] * MANY
    verification.refresh_from_db()
    assert (verification.state, verification.tries) == ("locked", 3)


def test_the_token_of_an_app_is_used_once(user, race):
    app = TOTPDevice.objects.create(user=user, name="Tablet")
    token = f"{TOTP(app.bin_key, app.step, app.t0, app.digits, app.drift).token():06}"
    outcomes = race(MANY, lambda place: django_otp.verify_token(user, app.persistent_id, token))
    assert sum(outcome is not None for outcome in outcomes) == 1
