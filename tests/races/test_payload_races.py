"""Fifty at once use one approval of a payload: exactly one wins (R8, R40)."""

import pytest

from tests import stage
from tests.conftest import DUMMY
from tests.stage import CLIENT, NOW, row
from voice2fa.core.errors import Code, Refusal
from voice2fa.flows import confirmation
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneVerification

MANY = 50
PAYLOAD = {"amount": 5, "payee": "Maria"}

on_postgresql = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]


def marked(test):
    for mark in on_postgresql:
        test = mark(test)
    return test


def begin(phone):
    return confirmation.begin(
        phone.user, client=CLIENT, now=NOW, message="Send {amount} to {payee}.", payload=PAYLOAD
    )


def answered(phone):
    started = begin(phone)
    stage.place(started.verification)
    stage.answer(started.verification)
    return started


@marked
def test_of_many_uses_of_one_approval_one_wins(phone, race):
    started = answered(phone)
    stage.approve(started.verification)
    found = [tickets.find(started.ticket) for _ in range(MANY)]
    outcomes = race(
        MANY,
        lambda place: confirmation.finish(found[place], phone.user, now=NOW, payload=PAYLOAD),
    )
    assert outcomes.count(phone) == 1
    refused = [outcome for outcome in outcomes if outcome != phone]
    assert {type(outcome) for outcome in refused} == {Refusal}
    assert {outcome.code for outcome in refused} == {Code.ALREADY_USED}


@marked
def test_a_changed_payload_among_many_uses_up_nothing(phone, race):
    started = answered(phone)
    stage.approve(started.verification)
    found = [tickets.find(started.ticket) for _ in range(MANY)]
    changed = {**PAYLOAD, "payee": "Eve"}
    outcomes = race(
        MANY,
        lambda place: confirmation.finish(found[place], phone.user, now=NOW, payload=changed),
    )
    assert {outcome.code for outcome in outcomes} == {Code.PAYLOAD_CHANGED}
    assert row(started.verification)["consumed_at"] is None


@marked
def test_calling_again_while_the_key_is_pressed_leaves_one_approval(phone, race, settings):
    for _ in range(5):
        settings.TASKS = DUMMY
        PhoneVerification.objects.all().delete()
        started = answered(phone)
        stale, again = started.verification, tickets.find(started.ticket)

        def act(place, stale=stale, again=again):
            if place:
                return stage.approve(stale)
            return verifications.resend(again, CLIENT, now=NOW)

        outcomes = race(2, act)
        unexpected = [item for item in outcomes if isinstance(item, Exception)]
        assert all(isinstance(item, Refusal) for item in unexpected), unexpected
        states = sorted(PhoneVerification.objects.values_list("state", flat=True))
        assert states in (["approved"], ["cancelled", "pending"])
