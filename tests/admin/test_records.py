"""The history of phones in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from tests.factories import UserFactory, VoiceDeviceFactory
from voice2fa.core.history import PhoneEvent
from voice2fa.flows.account import history
from voice2fa.flows.attempts.requests import Client
from voice2fa.models import PhoneRecord

LIST = "voice2fa/phonerecord/"
FIREFOX = Client(address="198.51.100.7", user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")


def note(phone, event=PhoneEvent.ADDED):
    return history.note_phone(phone, event, FIREFOX, now=timezone.now())


@pytest.fixture
def record(db):
    return note(VoiceDeviceFactory(name="Work phone"))


def test_the_list_tells_what_happened_to_whose_phone_and_from_where(page, record, name_of):
    html = page(LIST).text
    for words in ("added", "Work phone", record.masked_number, name_of(record.user), "198.51.100.7"):
        assert words in html
    assert record.number.as_e164 not in html


def test_a_record_tells_the_browser(page, record):
    html = page(f"{LIST}{record.pk}/change/").text
    assert "Firefox on Windows" in html
    assert record.number.as_e164 not in html


def test_a_record_is_found_by_number_name_and_address(listed, record):
    note(VoiceDeviceFactory())
    for query in (
        record.number.as_e164,
        record.number.as_national,
        "Work phone",
        "198.51.100.7",
        record.username,
    ):
        assert record in listed("phonerecord", q=query)
    assert listed("phonerecord", q="Work") == {record}
    assert listed("phonerecord", q=record.number.as_e164) == {record}


def test_a_record_is_found_by_the_name_of_an_account_that_is_gone(listed, record):  # R25
    record.user.delete()
    assert listed("phonerecord", q=record.username) == {record}


def test_nobody_changes_or_deletes_a_record_here(page, client, record):  # R25, A30
    page(f"{LIST}add/", status=403)
    page(f"{LIST}{record.pk}/delete/", status=403)
    client.post(f"/admin/{LIST}{record.pk}/change/", {"username": "x"})
    client.post(
        f"/admin/{LIST}", {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"}
    )
    assert PhoneRecord.objects.get().username == record.username


def test_no_address_asks_for_what_is_not_shown(page, record):
    page(LIST, status=400, number__startswith="+1")


def test_who_may_not_see_records_does_not(client, record):
    staff = UserFactory(staff=True)
    client.force_login(staff)
    assert client.get(f"/admin/{LIST}").status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_phonerecord"))
    assert client.get(f"/admin/{LIST}").status_code == 200


@pytest.mark.parametrize("many", [True, False])
def test_a_removal_by_staff_is_recorded_with_the_browser_of_staff(client, page, person, many):  # R25, A30
    phone = person.voicedevice_set.first()
    page("")
    about = {"headers": {"User-Agent": FIREFOX.user_agent}, "REMOTE_ADDR": "198.51.100.7"}
    if many:
        chosen = {"action": "delete_selected", "_selected_action": [phone.pk], "post": "yes"}
        client.post("/admin/voice2fa/voicedevice/", chosen, **about)
    else:
        client.post(f"/admin/voice2fa/voicedevice/{phone.pk}/delete/", {"post": "yes"}, **about)
    record = PhoneRecord.objects.get()
    assert (record.event, record.user, record.number) == (PhoneEvent.REMOVED_BY_STAFF, person, phone.number)
    assert (record.client_address, record.user_agent) == ("198.51.100.7", FIREFOX.user_agent)
