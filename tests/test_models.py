"""The tables: what the database itself refuses."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from tests import stage
from tests.stage import NOW, NUMBER, begin, reach
from voice2fa.core.methods import Purpose
from voice2fa.core.states import FINAL, LIVE, Happening, State, sources
from voice2fa.models import CallEvent, PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def refuses(act):
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "asleep"},
        {"purpose": "fun"},
        {"method": "shout"},
        {"approve_key": "0"},
        {"approve_key": ""},
        {"approve_key": "*"},
        {"consumed_at": NOW},
        {"state": State.APPROVED},
        {"state": State.APPROVED, "answered_at": NOW},
        {"state": State.APPROVED, "call_id": "c-1"},
        {"state": State.APPROVED, "call_id": "c-1", "answered_at": NOW, "consumed_at": NOW + 300 * SECOND},
        {"deadline": NOW},
        {"applicant": {"username": "x"}},
    ],
    ids=repr,
)
def test_what_no_flow_writes_the_database_refuses(phone, changes):
    verification = begin(phone.user).verification
    assert refuses(lambda: PhoneVerification.objects.filter(pk=verification.pk).update(**changes))


def test_two_live_calls_for_one_purpose_are_refused(phone):  # A18
    first = begin(phone.user).verification
    begin(phone.user, purpose=Purpose.CONFIRM)
    second = begin(phone.user).verification
    assert refuses(lambda: PhoneVerification.objects.filter(pk=first.pk).update(state=State.ANSWERED))
    assert PhoneVerification.objects.live().filter(purpose=Purpose.LOGIN).get() == second


def test_two_tickets_are_never_the_same(phone):
    first, second = begin(phone.user).verification, begin(phone.user).verification
    rows = PhoneVerification.objects.filter(pk=second.pk)
    assert refuses(lambda: rows.update(ticket_hash=first.ticket_hash))


def test_a_phone_is_on_an_account_once(phone):
    assert refuses(lambda: stage.make_phone(phone.user, confirmed=False))


def test_an_event_is_written_once_and_never_changed(phone):
    reach(State.ANSWERED, phone.user)
    event = CallEvent.objects.get()
    with pytest.raises(TypeError):
        event.save()
    event.pk, event._state.adding = None, True
    assert refuses(event.save)


@pytest.mark.parametrize("happening", Happening)
@pytest.mark.parametrize("state", State)
def test_a_move_happens_exactly_where_the_table_allows_it(phone, happening, state):
    method = "enter" if state == State.LOCKED else "approve"
    verification = reach(state, phone.user, method=method).verification
    rows = PhoneVerification.objects.filter(pk=verification.pk)
    facts = {"call_id": "c-1", "answered_at": NOW}
    assert rows.move(happening, now=NOW, **facts) == (state in sources(happening))


def test_a_decision_is_dated(phone):
    verification = begin(phone.user).verification
    rows = PhoneVerification.objects.filter(pk=verification.pk)
    rows.move(Happening.CANCELLED, now=NOW + SECOND)
    assert rows.get().decided_at == NOW + SECOND


@pytest.mark.parametrize("state", State)
def test_live_and_final_are_told_apart(phone, state):
    method = "enter" if state == State.LOCKED else "approve"
    verification = reach(state, phone.user, method=method).verification
    assert (verification.is_live, verification.is_final) == (state in LIVE, state in FINAL)
    assert PhoneVerification.objects.live().exists() == (state in LIVE)


def test_the_record_survives_the_account(phone):  # R25
    verification = reach(State.APPROVED, phone.user).verification
    phone.user.delete()
    kept = PhoneVerification.objects.get(pk=verification.pk)
    assert (kept.user, kept.device, kept.number) == (None, None, NUMBER)
    assert not VoiceDevice.objects.exists()


def test_no_text_of_a_row_shows_the_whole_number(phone):
    verification = reach(State.ANSWERED, phone.user).verification
    for shown in (str(phone), str(verification), repr(verification), phone.masked_number):
        assert NUMBER[2:] not in shown.replace(" ", "")
        assert "23" in shown
    assert str(CallEvent.objects.get()) == "answer 0"


def test_migrations_are_up_to_date():
    call_command("makemigrations", "voice2fa", "--check", "--dry-run", verbosity=0)
