"""Many changes of phones at once: one comes first, and nothing is left half done (R21, R24, A21)."""

import pytest

from tests import stage
from tests.races.test_races import MANY, won
from tests.stage import CLIENT, NOW, OTHER_NUMBER
from voice2fa import signals
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.history import PhoneEvent
from voice2fa.core.states import State
from voice2fa.flows import disowning, enrolment, phones
from voice2fa.flows.account import history
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneRecord, VoiceDevice

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]
FRESH = {"client": CLIENT, "confirmed_at": NOW, "now": NOW}


@pytest.fixture
def other(phone):
    return stage.make_phone(phone.user, OTHER_NUMBER, name="Work")


def read(row):
    """Return the row as another request reads it."""
    return type(row).objects.select_related("user").get(pk=row.pk)


def codes(outcomes):
    return {outcome.code for outcome in outcomes if isinstance(outcome, Refusal)}


def test_of_many_preferences_one_is_left(phone, other, race):
    both = (phone, other)
    outcomes = race(MANY, lambda place: phones.prefer(read(both[place % 2]), **FRESH))
    assert not [outcome for outcome in outcomes if outcome is not None]
    assert VoiceDevice.objects.filter(is_preferred=True).count() == 1


def test_a_phone_is_removed_once_by_many(phone, other, race):
    rows = [read(phone) for _ in range(MANY)]
    outcomes = race(MANY, lambda place: phones.remove(rows[place], **FRESH))
    assert won(outcomes) == 1
    assert codes(outcomes) == {Code.ACCOUNT_CHANGED}
    assert PhoneRecord.objects.filter(event=PhoneEvent.REMOVED).count() == 1
    assert VoiceDevice.objects.get() == other


def test_a_change_is_disowned_once_by_many(phone, other, race):
    record, heard = history.note_phone(other, PhoneEvent.ADDED, CLIENT, now=NOW), []

    def hear(**kwargs):
        heard.append(1)

    signals.change_disowned.connect(hear)
    try:
        rows = [read(record) for _ in range(MANY)]
        outcomes = race(MANY, lambda place: disowning.disown(rows[place], client=CLIENT, now=NOW))
    finally:
        signals.change_disowned.disconnect(hear)
    assert won(outcomes) == 1
    assert codes(outcomes) == {Code.WRONG_PROOF}
    assert heard == [1]
    assert PhoneRecord.objects.filter(event=PhoneEvent.DISOWNED).count() == 1


def test_a_phone_is_disowned_while_another_of_the_thief_is_confirmed(phone, other, race):  # R24
    VoiceDevice.objects.filter(pk=other.pk).update(created_at=NOW)  # it was added by the change
    record = history.note_phone(other, PhoneEvent.ADDED, CLIENT, now=NOW)
    third = stage.make_phone(phone.user, "+12025550125", confirmed=False)
    started = stage.reach(
        State.APPROVED, phone.user, purpose="enrol", method="enter", number="+12025550125", device=third
    )

    def act(place):
        if place == 0:
            return disowning.disown(read(record), client=CLIENT, now=NOW)
        return enrolment.finish(tickets.find(started.ticket), now=NOW)

    outcomes = race(2, act)
    is_confirmed = VoiceDevice.objects.filter(pk=third.pk, confirmed=True).exists()
    assert outcomes[0] is None
    # Whichever came first: a phone that is there has a record, of which the owner is told.
    assert is_confirmed is not isinstance(outcomes[1], Refusal)
    assert PhoneRecord.objects.filter(event=PhoneEvent.ADDED).count() == 1 + is_confirmed
    assert not VoiceDevice.objects.filter(pk=other.pk).exists()
