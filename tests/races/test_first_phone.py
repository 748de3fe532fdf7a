"""Many at once on the way to a first phone: one proof, few tries, one phone (R8, R15, R22, A21)."""

import pytest
from django.core import mail

from tests import stage
from tests.races.test_races import MANY, fresh, won
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.proofs import MAX_TRIES
from voice2fa.flows import first_phone
from voice2fa.flows.account import proofs
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneProof, VoiceDevice

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]


@pytest.fixture
def anna(db):
    return stage.make_user(email="anna@example.com")


def approved(user, proof, number=NUMBER):
    started = first_phone.begin(
        user, proof=proof, number=number, name="Mobile", client=CLIENT, now=NOW, consents=True
    )
    verification = started.verification
    stage.place(verification)
    stage.answer(verification)
    stage.approve(verification)
    return tickets.find(started.ticket)


def refusals(outcomes):
    return {outcome.code for outcome in outcomes if isinstance(outcome, Refusal)}


def test_a_secret_proves_once_for_many(anna, race):
    code = first_phone.issue_code(anna, None, now=NOW)
    outcomes = race(MAX_TRIES, lambda place: first_phone.prove(anna, code, now=NOW))
    assert won(outcomes) == 1
    assert refusals(outcomes) == {Code.WRONG_PROOF}


def test_many_guesses_have_five_tries_together(anna, race):
    code = first_phone.issue_code(anna, None, now=NOW)
    outcomes = race(MANY, lambda place: first_phone.prove(anna, "0000-0000", now=NOW))
    assert won(outcomes) == 0
    assert PhoneProof.objects.get().tries == MAX_TRIES
    assert stage.refusal_of(first_phone.prove, anna, code, now=NOW) == Code.WRONG_PROOF


def test_a_first_phone_is_confirmed_once_by_many(anna, race):
    proof = first_phone.prove(anna, first_phone.issue_code(anna, None, now=NOW), now=NOW)
    verification = approved(anna, proof)
    outcomes = race(MANY, lambda place: first_phone.finish(fresh(verification), now=NOW))
    assert won(outcomes) == 1
    assert refusals(outcomes) == {Code.ALREADY_USED}
    assert VoiceDevice.objects.get().confirmed


def test_of_two_first_phones_at_once_one_is_the_first(anna, race, configure):
    configure(CALL_LIMITS=stage.NO_LIMITS)
    for _ in range(10):
        VoiceDevice.objects.all().delete()
        found = []
        for number in (NUMBER, OTHER_NUMBER):
            proof = first_phone.prove(anna, first_phone.issue_code(anna, None, now=NOW), now=NOW)
            found.append(approved(anna, proof, number))
        outcomes = race(2, lambda place, found=found: first_phone.finish(fresh(found[place]), now=NOW))
        assert won(outcomes) == 1
        assert refusals(outcomes) == {Code.CONFIRMATION_REQUIRED}
        assert VoiceDevice.objects.filter(confirmed=True).count() == 1


def test_many_clicks_send_one_mail(anna, race):
    now = stage.real_now()
    for _ in range(10):
        PhoneProof.objects.all().delete()
        mail.outbox.clear()
        outcomes = race(4, lambda place: first_phone.request_link(anna, CLIENT, now=now))
        assert won(outcomes) == 1
        assert refusals(outcomes) == {Code.TOO_MANY_MAILS}
        assert PhoneProof.objects.count() == len(mail.outbox) == 1
    assert proofs.secret_of(PhoneProof.objects.get()) in mail.outbox[0].body
