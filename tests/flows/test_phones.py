"""Changing the phones of an account, each time after a fresh confirmation."""

from datetime import timedelta

import pytest
from django.core import mail

from tests import stage
from tests.stage import CLIENT, LONG_AGO, NOW, NUMBER, OTHER_NUMBER, refusal_of, row
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.core.history import PhoneEvent
from voice2fa.core.states import State
from voice2fa.flows import enrolment, login, phones, registration
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneRecord, PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db
FRESH = {"client": CLIENT, "confirmed_at": NOW, "now": NOW}
STALE = {**FRESH, "confirmed_at": NOW - timedelta(seconds=301)}
NEVER = {**FRESH, "confirmed_at": None}
AHEAD = {**FRESH, "confirmed_at": NOW + timedelta(seconds=1)}


def add(user, number=OTHER_NUMBER, **facts):
    return phones.add(user, number=number, name="Work", **{**FRESH, "consents": True, **facts})


def finish(started):
    stage.place(started.verification)
    stage.answer(started.verification)
    stage.approve(started.verification)
    return enrolment.finish(tickets.find(started.ticket), now=NOW)


def history():
    return [(record.event, record.number, record.name) for record in PhoneRecord.objects.order_by("pk")]


@pytest.fixture
def other(phone):
    return stage.make_phone(phone.user, OTHER_NUMBER, name="Work")


@pytest.fixture
def heard():
    """What was announced of phones."""
    announced = []

    def hear(signal, device, **kwargs):
        word = {signals.device_changed: "changed", signals.device_removed: "removed"}[signal]
        announced.append((word, device.pk))

    for signal in (signals.device_changed, signals.device_removed):
        signal.connect(hear)
    yield announced
    for signal in (signals.device_changed, signals.device_removed):
        signal.disconnect(hear)


# A fresh confirmation

CHANGES = {
    "rename": lambda phone, facts: phones.rename(phone, "New", **facts),
    "prefer": lambda phone, facts: phones.prefer(phone, **facts),
    "remove": lambda phone, facts: phones.remove(phone, **facts),
    "add": lambda phone, facts: add(phone.user, "+12025550125", **facts),
}


@pytest.mark.parametrize("facts", [STALE, NEVER, AHEAD], ids=["stale", "never", "from the future"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_change_without_a_fresh_confirmation(phone, other, heard, change, facts):  # R21, A13
    before = list(VoiceDevice.objects.order_by("pk").values())
    assert refusal_of(change, phone, facts) == Code.CONFIRMATION_REQUIRED
    assert list(VoiceDevice.objects.order_by("pk").values()) == before
    assert (PhoneVerification.objects.count(), history(), heard) == (0, [], [])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_confirmation_is_good_for_five_minutes(phone, other, change):  # R21
    five_minutes_ago = {**FRESH, "confirmed_at": NOW - timedelta(minutes=5)}
    assert refusal_of(change, phone, five_minutes_ago) is None


@pytest.mark.parametrize("proof", ["email", "staff_code", "password"])
def test_who_has_nothing_to_confirm_with_is_sent_to_the_first_phone(user, configure, proof):  # R21
    configure(FIRST_PHONE_PROOF=proof)
    assert refusal_of(add, user) == Code.PROOF_REQUIRED
    assert PhoneVerification.objects.count() == 0


def test_an_unproved_phone_is_nothing_to_confirm_with(user):  # R20, R21
    stage.make_phone(user, confirmed=False)
    assert refusal_of(add, user) == Code.PROOF_REQUIRED


# Add


def test_adding_asks_for_consent_too(phone):  # R48
    assert refusal_of(add, phone.user, consents=False) == Code.CONSENT_REQUIRED


def test_an_added_phone_is_recorded_with_the_browser_that_asked(phone):  # R25
    finish(add(phone.user))
    record = PhoneRecord.objects.get()
    assert history() == [(PhoneEvent.ADDED, OTHER_NUMBER, "Work")]
    assert (record.user, record.username, record.happened_at) == (phone.user, "anna", NOW)
    assert (record.client_address, record.user_agent) == (CLIENT.address, CLIENT.user_agent)
    assert record.consented_at == NOW


def test_a_phone_that_is_not_proved_leaves_no_record(phone):
    add(phone.user)
    assert history() == []


def test_no_record_without_the_change(phone, configure):  # R25
    configure(PHONES_PER_USER=2)
    started = add(phone.user)
    stage.make_phone(phone.user, "+12025550125")
    assert refusal_of(finish, started) == Code.PHONE_LIMIT
    assert history() == []


def test_a_registration_is_recorded_and_mails_nobody(db, carry_out):  # R25
    started = stage.reach(State.APPROVED, None)
    with carry_out():
        registration.finish(tickets.find(started.ticket), now=NOW)
    assert history() == [(PhoneEvent.ADDED, NUMBER, "My phone")]
    assert mail.outbox == []


# Rename


def test_a_phone_gets_another_name(phone, heard):
    phones.rename(phone, "Kitchen", **FRESH)
    assert VoiceDevice.objects.get().name == "Kitchen"
    assert history() == [(PhoneEvent.RENAMED, NUMBER, "Kitchen")]
    assert heard == [("changed", phone.pk)]


@pytest.mark.parametrize("change", ["rename", "prefer", "remove"])
def test_a_phone_that_is_gone_is_not_changed(phone, other, heard, change):
    VoiceDevice.objects.filter(pk=phone.pk).delete()
    assert refusal_of(CHANGES[change], phone, FRESH) == Code.ACCOUNT_CHANGED
    assert (history(), heard) == ([], [])


# Prefer


def test_the_preferred_phone_is_rung_first(phone, other, heard):
    assert login.preferred_phone(phone.user) == phone
    phones.prefer(other, **FRESH)
    assert login.preferred_phone(phone.user) == other
    phones.prefer(phone, **FRESH)
    assert login.preferred_phone(phone.user) == phone
    assert [event for event, *_ in history()] == [PhoneEvent.PREFERRED, PhoneEvent.PREFERRED]
    assert heard == [("changed", other.pk), ("changed", phone.pk)]


def test_preferring_the_same_phone_again_changes_nothing(phone, heard):
    phones.prefer(phone, **FRESH)
    phones.prefer(VoiceDevice.objects.get(), **FRESH)
    assert (len(history()), len(heard)) == (1, 1)


def test_the_preference_of_one_account_is_not_anothers(phone):
    theirs = stage.make_phone(stage.make_user("otto"), is_preferred=True)
    phones.prefer(phone, **FRESH)
    theirs.refresh_from_db()
    assert theirs.is_preferred


# Remove


def test_the_only_phone_stays_where_everyone_needs_one(phone):
    assert refusal_of(phones.remove, phone, **FRESH) == Code.LAST_PHONE
    assert enrolment.phones_of(phone.user) == [phone]
    assert history() == []


def test_the_only_phone_may_go_where_it_is_not_needed(phone, configure):
    configure(REQUIRED_FOR="with_phone")
    phones.remove(phone, **FRESH)
    assert enrolment.phones_of(phone.user) == []


def test_one_of_two_phones_may_go_and_is_announced(phone, other, heard):  # R24
    phones.remove(phone, **FRESH)
    assert enrolment.phones_of(phone.user) == [other]
    assert heard == [("removed", phone.pk)]
    assert phone.pk is not None


def test_an_unproved_phone_may_always_go_and_leaves_no_record(phone):
    unproved = stage.make_phone(phone.user, OTHER_NUMBER, confirmed=False)
    phones.remove_by_staff(unproved, client=CLIENT, now=NOW)
    assert VoiceDevice.objects.count() == 1
    assert history() == []


def test_removing_a_phone_cancels_its_call(phone, other, carrier, carry_out):  # R24
    verification = stage.reach(State.ANSWERED, phone.user, device=phone).verification
    with carry_out():
        phones.remove(phone, **FRESH)
    assert row(verification)["state"] == State.CANCELLED
    assert carrier.calls[0].is_over


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_phone_that_goes_takes_along_what_was_being_added_on_its_word(phone, other, is_approved):  # R24
    started = add(phone.user, "+12025550125")
    if is_approved:
        for reach in (stage.place, stage.answer, stage.approve):
            reach(started.verification)
    phones.remove_by_staff(phone, client=CLIENT, now=NOW)
    refused = refusal_of(enrolment.finish, tickets.find(started.ticket), now=NOW)
    assert refused == (Code.ALREADY_USED if is_approved else Code.NOT_APPROVED)
    assert not PhoneVerification.objects.live().exists()
    assert list(VoiceDevice.objects.filter(confirmed=True)) == [other]


def test_the_record_of_the_call_survives_the_phone(phone, other):  # R25
    verification = stage.reach(State.DENIED, phone.user, device=phone).verification
    phones.remove(phone, **FRESH)
    assert PhoneVerification.objects.get(pk=verification.pk).number == NUMBER


def test_an_account_can_have_a_phone_again_after_removing_it(phone, other):
    phones.remove(phone, **FRESH)
    assert refusal_of(add, phone.user, NUMBER) is None


def test_the_record_survives_phone_and_account(phone, other):  # R25
    phones.remove(phone, **FRESH)
    phone.user.delete()
    record = PhoneRecord.objects.get()
    assert (record.user, record.username, record.number) == (None, "anna", NUMBER)
    assert record.event == PhoneEvent.REMOVED


def test_staff_remove_a_phone_without_its_owners_confirmation_but_not_the_last(phone, other):  # R24, A30
    phones.remove_by_staff(phone, client=CLIENT, now=NOW)
    assert history() == [(PhoneEvent.REMOVED_BY_STAFF, NUMBER, "Mobile")]
    assert refusal_of(phones.remove_by_staff, other, client=CLIENT, now=NOW) == Code.LAST_PHONE


def test_a_phone_used_long_ago_is_rung_after_the_one_used_last(phone, other):
    VoiceDevice.objects.filter(pk=phone.pk).update(last_used_at=NOW - LONG_AGO)
    VoiceDevice.objects.filter(pk=other.pk).update(last_used_at=NOW)
    assert login.preferred_phone(phone.user) == other
    phones.prefer(phone, **FRESH)
    assert login.preferred_phone(phone.user) == phone
