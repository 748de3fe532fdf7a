"""E-mails that tell people of changes to their account."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import translation
from django.views.debug import ExceptionReporter

from tests import stage
from tests.stage import NOW, NUMBER, OTHER_NUMBER, refusal_of
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.core.history import PhoneEvent
from voice2fa.flows import phones, recovery
from voice2fa.flows.account import history, notices
from voice2fa.flows.attempts.requests import Client
from voice2fa.models import PhoneRecord, RememberedBrowser, VoiceDevice

pytestmark = pytest.mark.django_db
FIREFOX = Client(address="198.51.100.7", user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
FRESH = {"client": FIREFOX, "confirmed_at": NOW, "now": NOW}


@pytest.fixture
def anna(db):
    return stage.make_user(email="anna@example.com")


@pytest.fixture
def mobile(anna):
    stage.make_phone(anna, OTHER_NUMBER, name="Work")
    return stage.make_phone(anna, name="Call +1 900 555 0100 now")


def note(phone, event, client=FIREFOX):
    return history.note_phone(phone, event, client, now=NOW)


def link_in(text):
    return re.search(r"http://localhost:8000/phone/disown/(\S+)/", text)[1]


def test_a_mail_says_what_when_and_from_where(mobile, carry_out):  # R23
    with carry_out():
        record = note(mobile, PhoneEvent.REMOVED)
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.com"]
    assert sent.subject == "Example Bank: A phone was removed from your account"
    for words in (
        *("Hello anna", "Phone: +1 ••• ••• ••23", "When: March 2, 2026, 3 a.m. CST", "can no longer confirm"),
        *("Browser: Firefox on Windows", "Internet address: 198.51.100.7"),
    ):
        assert words in sent.body
    assert notices.record_of(link_in(sent.body), now=NOW) == record


def test_a_mail_carries_neither_number_nor_what_others_may_have_written(mobile, carry_out):
    with carry_out():
        note(mobile, PhoneEvent.ADDED, Client(address=None, user_agent="Call +1 900 555 0100"))
    assert NUMBER not in mail.outbox[0].body
    assert "900 555" not in mail.outbox[0].body
    assert "Internet address" not in mail.outbox[0].body


@pytest.mark.parametrize("event", sorted(PhoneEvent))
def test_what_opens_a_door_is_told(mobile, carry_out, event):  # R23
    with carry_out():
        note(mobile, event)
    is_told = event not in {PhoneEvent.RENAMED, PhoneEvent.DISOWNED}
    assert len(mail.outbox) == is_told


def test_a_mail_is_in_the_language_of_the_page(mobile, carry_out):
    with carry_out(), translation.override("de"):
        note(mobile, PhoneEvent.REMOVED)
    assert "2. März 2026" in mail.outbox[0].body


def test_of_staff_the_owner_learns_that_they_did_it_and_not_from_where(mobile, carry_out):  # A30
    with carry_out():
        phones.remove_by_staff(mobile, client=FIREFOX, now=NOW)
    (sent,) = mail.outbox
    assert "Staff removed a phone" in sent.subject
    assert "198.51.100.7" not in sent.body
    assert "Firefox" not in sent.body
    assert PhoneRecord.objects.get().client_address == "198.51.100.7"


def test_nobody_is_told_of_a_change_that_is_taken_back(mobile, carry_out):
    with carry_out():
        VoiceDevice.objects.filter(pk=mobile.pk).delete()
        assert refusal_of(phones.remove, mobile, **FRESH) == Code.ACCOUNT_CHANGED
    assert mail.outbox == []


def test_a_user_who_is_gone_by_then_is_told_nothing(mobile):
    record = note(mobile, PhoneEvent.REMOVED)
    mobile.user.delete()
    notices.deliver(record.pk, "en")
    notices.deliver(10**6, "en")
    assert mail.outbox == []


def test_the_owner_is_told_that_another_phone_is_rung_first(mobile, carry_out):  # R23
    with carry_out():
        phones.prefer(mobile, **FRESH)
    assert "rung first" in mail.outbox[0].subject


def test_the_owner_is_told_of_new_recovery_codes_and_of_each_that_is_used(anna, carry_out):  # R23
    with carry_out():
        first, *_ = recovery.make(anna, now=NOW, client=FIREFOX)
    with carry_out():
        assert recovery.codes_of(anna).verify_token(first)
    made, used = mail.outbox
    assert "New recovery codes" in made.subject
    assert "Firefox on Windows" in made.body
    assert "recovery code was used" in used.subject
    assert first not in made.body + used.body
    events = PhoneRecord.objects.order_by("pk").values_list("event", "number", "username")
    assert list(events) == [("recovery_codes_made", "", "anna"), ("recovery_code_used", "", "anna")]


def test_the_owner_is_told_of_a_remembered_browser(anna, carry_out):  # R23
    browser = RememberedBrowser(user=anna, user_agent=FIREFOX.user_agent, client_address="198.51.100.7")
    with carry_out():
        signals.browser_remembered.send(RememberedBrowser, browser=browser, now=NOW)
    assert "without a call" in mail.outbox[0].subject
    assert "Firefox on Windows" in mail.outbox[0].body


def test_a_link_of_another_kind_or_another_site_disowns_nothing(mobile, settings):
    token = notices.make_token(note(mobile, PhoneEvent.ADDED))
    assert refusal_of(notices.record_of, token + "x", now=NOW) == Code.WRONG_PROOF
    assert refusal_of(notices.record_of, "", now=NOW) == Code.WRONG_PROOF
    settings.SECRET_KEY = "another" * 10
    assert refusal_of(notices.record_of, token, now=NOW) == Code.WRONG_PROOF


def test_a_link_dies_after_a_week(mobile):
    token, week = notices.make_token(note(mobile, PhoneEvent.ADDED)), timedelta(days=7)
    assert refusal_of(notices.record_of, token, now=NOW + week - timedelta(seconds=1)) is None
    assert refusal_of(notices.record_of, token, now=NOW + week) == Code.WRONG_PROOF


def test_the_mail_server_is_asked_outside_the_request(mobile, hold_back, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        note(mobile, PhoneEvent.ADDED)
    assert mail.outbox == []


def test_a_mail_that_cannot_be_sent_is_reported_without_its_link(mobile, mail_by):  # A27
    mail_by("tests.web.mailers.Away")
    record = note(mobile, PhoneEvent.ADDED)
    with pytest.raises(ConnectionRefusedError) as caught:
        notices.deliver(record.pk, "")
    reporter = ExceptionReporter(None, caught.type, caught.value, caught.tb)
    frames = [frame for frame in reporter.get_traceback_frames() if "/voice2fa/" in frame["filename"]]
    assert frames
    assert "/disown/" not in str([frame["vars"] for frame in frames])
