"""The owner says of a change: that was not me."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore

from tests import stage
from tests.stage import CLIENT, LONG_AGO, NOW, NUMBER, OTHER_NUMBER, refusal_of, row
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.core.history import PhoneEvent
from voice2fa.core.states import State
from voice2fa.flows import disowning, first_phone, recovery
from voice2fa.flows import verification as verifications
from voice2fa.flows.account import history
from voice2fa.flows.attempts import tickets
from voice2fa.flows.requirement import has_disowned, must_confirm
from voice2fa.models import PhoneRecord, RememberedBrowser, VoiceDevice

pytestmark = pytest.mark.django_db
EVENTS = sorted(set(PhoneEvent) - {PhoneEvent.RENAMED, PhoneEvent.DISOWNED})


@pytest.fixture
def phone(user):
    return stage.make_phone(user, created_at=NOW)


@pytest.fixture
def theirs(phone):
    """A phone that somebody else has added to the account."""
    return stage.make_phone(phone.user, OTHER_NUMBER, name="Thief", created_at=NOW)


@pytest.fixture
def heard():
    """What was announced."""
    announced = []

    def hear(signal, device=None, record=None, **kwargs):
        if signal is signals.device_removed:
            announced.append(("removed", device.pk))
        else:
            announced.append(("disowned", record.event, kwargs["user"]))

    for signal in (signals.device_removed, signals.change_disowned):
        signal.connect(hear)
    yield announced
    for signal in (signals.device_removed, signals.change_disowned):
        signal.disconnect(hear)


def note(phone, event=PhoneEvent.ADDED):
    return history.note_phone(phone, event, CLIENT, now=NOW)


def disown(record):
    return disowning.disown(record, client=CLIENT, now=NOW)


def session_of(user):
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session.create()
    return session.session_key


def test_a_phone_that_was_added_goes_at_once(phone, theirs, heard):  # R23, R24
    record = note(theirs)
    assert disowning.removes_phone(record)
    disown(record)
    assert list(VoiceDevice.objects.all()) == [phone]
    assert heard == [("removed", theirs.pk), ("disowned", "added", phone.user)]


def test_it_goes_even_if_it_is_the_only_one(phone):  # R24
    disown(note(phone))
    assert VoiceDevice.objects.count() == 0


def test_it_goes_if_it_was_added_once_more_since(phone, theirs):
    record = note(theirs)
    theirs.delete()
    stage.make_phone(phone.user, OTHER_NUMBER, created_at=NOW + timedelta(minutes=1))
    disown(record)
    assert list(VoiceDevice.objects.all()) == [phone]


def test_the_owners_own_desk_at_the_same_switchboard_stays(phone, theirs):
    desk = stage.make_phone(phone.user, OTHER_NUMBER, extension="204")
    disown(note(theirs))
    assert set(VoiceDevice.objects.all()) == {phone, desk}


def test_the_same_phone_of_another_account_stays(phone, theirs):
    otto = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    disown(note(theirs))
    assert VoiceDevice.objects.filter(pk=otto.pk).exists()


@pytest.mark.parametrize("event", sorted(set(EVENTS) - {PhoneEvent.ADDED}))
def test_no_other_change_takes_a_phone_away(phone, theirs, event):
    record = note(theirs, event)
    assert not disowning.removes_phone(record)
    disown(record)
    assert VoiceDevice.objects.count() == 2


@pytest.mark.parametrize("event", EVENTS)
def test_whoever_is_in_is_thrown_out(phone, theirs, carry_out, event):  # R24
    otto = stage.make_user("otto")
    keys = [session_of(phone.user), session_of(phone.user)]
    kept = session_of(otto)
    recovery.make(phone.user, now=NOW)
    browser = RememberedBrowser.objects.create(
        user=phone.user, secret_hash="x", fingerprint="x", created_at=NOW, expires_at=NOW + LONG_AGO
    )
    live = stage.reach(State.ANSWERED, phone.user, device=phone).verification
    with carry_out():
        disown(note(theirs, event))
    assert not any(SessionStore().exists(key) for key in keys)
    assert SessionStore().exists(kept)
    assert recovery.codes_of(phone.user) is None
    assert not RememberedBrowser.objects.filter(pk=browser.pk).exists()
    assert row(live)["state"] == State.CANCELLED


def test_what_was_approved_before_opens_nothing_after(phone, theirs):  # R8
    started = stage.reach(State.APPROVED, phone.user, device=phone)
    disown(note(theirs, PhoneEvent.PREFERRED))
    refused = refusal_of(verifications.use, tickets.find(started.ticket), now=NOW)
    assert refused == Code.ALREADY_USED


def test_a_change_is_disowned_once(phone, theirs, heard):
    record = note(theirs)
    read_before = PhoneRecord.objects.get(pk=record.pk)
    disown(record)
    assert refusal_of(disown, record) == Code.WRONG_PROOF
    assert refusal_of(disown, read_before) == Code.WRONG_PROOF
    assert len(heard) == 2


def test_the_record_tells_that_it_was_disowned(phone, theirs):  # R25
    disown(note(theirs))
    told, disowned = PhoneRecord.objects.order_by("pk")
    assert told.disowned_at == NOW
    assert (disowned.event, disowned.number, disowned.client_address) == (
        PhoneEvent.DISOWNED,
        OTHER_NUMBER,
        CLIENT.address,
    )
    assert NUMBER not in {told.number, disowned.number}


def test_a_change_to_an_account_that_is_gone_cannot_be_disowned(theirs, heard):
    record = note(theirs)
    theirs.user.delete()
    record.refresh_from_db()
    assert refusal_of(disown, record) == Code.WRONG_PROOF
    assert heard == []


def test_a_link_of_a_mail_does_not_open_the_account_to_whoever_reads_the_mails(phone, configure):  # R37
    phone.user.email = "anna@example.com"
    disown(note(phone))
    assert refusal_of(first_phone.request_link, phone.user, CLIENT, now=NOW) == Code.PROOF_REQUIRED
    configure(FIRST_PHONE_PROOF="password")
    assert first_phone.asks_for_proof(phone.user)


@pytest.mark.parametrize("rules", [{"GRACE_UNTIL": "2026-03-02"}, {"REQUIRED_FOR": "with_phone"}])
def test_nor_do_mail_and_password_where_those_without_a_phone_need_no_call(phone, configure, rules):  # R37
    configure(**rules)
    disown(note(phone))
    assert must_confirm(phone.user, now=NOW)


def test_staff_lead_back_in_whoever_has_disowned_the_only_phone(phone):
    user = phone.user
    disown(note(phone))
    proof = first_phone.prove(user, first_phone.issue_code(user, None, now=NOW), now=NOW)
    assert first_phone.is_proved(user, proof, now=NOW)


def test_with_the_next_phone_all_is_as_before(phone, configure):
    disown(note(phone))
    assert has_disowned(phone.user)
    note(stage.make_phone(phone.user, created_at=NOW))
    assert not has_disowned(phone.user)


def test_no_proof_from_before_is_good_after(phone):
    user = phone.user
    phone.delete()
    proof = first_phone.prove(user, first_phone.issue_code(user, None, now=NOW), now=NOW)
    disown(note(stage.make_phone(user, created_at=NOW)))
    assert not first_phone.is_proved(user, proof, now=NOW)
