"""Nobody is rung who did not agree to it, and when they did is kept."""

from datetime import timedelta

import pytest

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, applicant, refusal_of
from voice2fa.core.errors import Code
from voice2fa.core.states import State
from voice2fa.flows import enrolment, registration
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=20)


def enrol(user, consents):
    return enrolment.begin(user, number=NUMBER, name="Mobile", client=CLIENT, now=NOW, consents=consents)


def register(consents):
    return registration.begin(applicant(), number=NUMBER, client=CLIENT, now=NOW, consents=consents)


def approve(started, now=NOW):
    stage.place(started.verification, now=now)
    stage.answer(started.verification, now=now)
    stage.approve(started.verification, now=now)
    return tickets.find(started.ticket)


def test_nothing_is_rung_or_written_without_consent(user):  # R29, R48
    assert refusal_of(enrol, user, consents=False) == Code.CONSENT_REQUIRED
    assert refusal_of(register, consents=False) == Code.CONSENT_REQUIRED
    assert (PhoneVerification.objects.count(), VoiceDevice.objects.count()) == (0, 0)


def test_the_moment_of_consent_goes_from_the_call_to_the_phone(user):  # R48
    started = enrol(user, consents=True)
    assert started.verification.consented_at == NOW
    phone = enrolment.finish(approve(started), now=LATER)
    assert (phone.consented_at, phone.created_at) == (NOW, LATER)
    phone.refresh_from_db()
    assert (phone.consented_at, phone.created_at) == (NOW, LATER)


def test_the_moment_of_consent_is_kept_by_a_registration(db):  # R48
    registration.finish(approve(register(consents=True)), now=LATER)
    assert VoiceDevice.objects.get().consented_at == NOW


def test_a_further_call_carries_the_consent_along(user):  # R48
    first = enrol(user, consents=True)
    verifications.cancel(first.verification, now=NOW)
    again = verifications.resend(tickets.find(first.ticket), CLIENT, now=LATER)
    assert again.verification.consented_at == NOW


def test_a_login_claims_no_consent(phone):
    assert stage.reach(State.PENDING, phone.user).verification.consented_at is None
