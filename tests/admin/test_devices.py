import re

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import UserFactory, VoiceDeviceFactory
from voice2fa import signals
from voice2fa.core.states import State
from voice2fa.flows import login
from voice2fa.flows.attempts.requests import Client
from voice2fa.models import VoiceDevice

LIST = "voice2fa/voicedevice/"


@pytest.fixture
def removed():
    """The phones whose removal was announced."""
    phones = []

    def note(device, **kwargs):
        phones.append(device)

    signals.device_removed.connect(note)
    yield phones
    signals.device_removed.disconnect(note)


@pytest.fixture
def delete(client, page):
    """Return a function that confirms the deletion of phones, of one on its page or of some in the list."""

    def one(phone):
        return client.post(f"/admin/{LIST}{phone.pk}/delete/", {"post": "yes"}, follow=True)

    def many(*phones):
        chosen = {"action": "delete_selected", "_selected_action": [phone.pk for phone in phones]}
        return client.post(f"/admin/{LIST}", {**chosen, "post": "yes"}, follow=True)

    return lambda *phones: one(*phones) if len(phones) == 1 else many(*phones)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def deletions():
    return LogEntry.objects.filter(action_flag=DELETION).count()


def test_the_list_tells_name_masked_number_user_and_whether_it_counts(page, name_of):
    phone = VoiceDeviceFactory(name="Work phone", confirmed=False)
    html = page(LIST).text
    assert "Work phone" in html
    assert phone.masked_number in html
    assert phone.number.as_e164 not in html
    assert name_of(phone.user) in html
    assert "icon-no" in html


def test_the_list_takes_as_many_queries_for_one_row_as_for_many(page, django_assert_num_queries):
    VoiceDeviceFactory()
    with CaptureQueriesContext(connection) as few:
        page(LIST)
    VoiceDeviceFactory.create_batch(8)
    with django_assert_num_queries(len(few)):
        page(LIST)


def test_a_phone_is_found_by_number_user_or_name(listed):
    wanted = VoiceDeviceFactory(
        number="+12025550141", name="Work phone", user=UserFactory(username="grace.hopper")
    )
    VoiceDeviceFactory()
    for text in ("+1 202-555-0141", "2025550141", "hopper", "Work"):
        assert listed("voicedevice", q=text) == {wanted}
    assert listed("voicedevice", q="nobody") == set()


def test_no_address_filters_by_the_number(page):
    page(LIST, status=400, number__startswith="+1202")


def facts_of(phone):
    return VoiceDevice.objects.filter(pk=phone.pk).values().get()


def test_the_page_changes_the_language_of_calls_and_nothing_else(page, client):  # A30
    phone = VoiceDeviceFactory(extension="204")
    address, before = f"{LIST}{phone.pk}/change/", facts_of(phone)
    html = page(address).text
    assert phone.masked_number in html
    assert phone.number.as_e164 not in html
    assert re.findall(r'<(?:input|select)[^>]* name="([a-z]\w*)"', html.split("<main")[1]) == [
        "csrfmiddlewaretoken",
        "language",
    ]
    change = {"number": "+12025550199", "extension": "205", "confirmed": "", "name": "x", "language": "es"}
    client.post(f"/admin/{address}", change)
    assert facts_of(phone) == before | {"language": "es"}
    page(f"{LIST}add/", status=403)


def test_the_page_offers_no_language_that_calls_cannot_speak(page, client):
    phone = VoiceDeviceFactory()
    page(LIST)
    html = client.post(f"/admin/{LIST}{phone.pk}/change/", {"language": "tlh"}).text
    assert "Select a valid choice" in html
    assert facts_of(phone)["language"] == ""


def test_a_phone_that_was_never_confirmed_has_no_language_yet(page, client):
    phone = VoiceDeviceFactory(confirmed=False)
    page(LIST)
    assert client.post(f"/admin/{LIST}{phone.pk}/change/", {"language": "es"}).status_code == 403


def test_staff_below_a_superuser_leave_the_phones_of_one_as_they_are(client, db):  # A30
    phone, member = VoiceDeviceFactory(user=UserFactory(superuser=True)), UserFactory(staff=True)
    for codename in ("view_voicedevice", "change_voicedevice"):
        member.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(member)
    address = f"/admin/{LIST}{phone.pk}/change/"
    assert client.post(address, {"language": "es"}).status_code == 403
    assert facts_of(phone)["language"] == ""


def test_deletion_goes_through_the_flow(delete, removed, person):
    phone, other = VoiceDevice.objects.filter(user=person).order_by("pk")
    response = delete(phone)
    assert "was deleted successfully" in messages_of(response)[0]
    assert removed == [phone]
    assert list(VoiceDevice.objects.all()) == [other]
    assert deletions() == 1


def test_deletion_ends_the_calls_to_the_phone(delete, ring, person):
    started = login.begin(person, Client(), now=timezone.now())
    ring(started).answer()
    delete(started.verification.device)
    started.verification.refresh_from_db()
    assert started.verification.state == State.CANCELLED


def test_the_only_phone_stays_and_staff_are_told_why(delete, removed, name_of):
    phone = VoiceDeviceFactory()
    (message,) = messages_of(delete(phone))
    assert f"it is the only phone of {name_of(phone.user)}" in message
    assert VoiceDevice.objects.filter(pk=phone.pk).exists()
    assert (removed, deletions()) == ([], 0)


def test_the_only_phone_may_go_where_not_everyone_must_have_one(delete, removed, settings):
    settings.VOICE2FA = {**settings.VOICE2FA, "REQUIRED_FOR": "with_phone"}
    phone = VoiceDeviceFactory()
    delete(phone)
    assert removed == [phone]


def test_a_phone_that_was_never_confirmed_may_go(delete, removed):
    phone = VoiceDeviceFactory(confirmed=False)
    delete(phone)
    assert removed == [phone]


def test_of_many_phones_those_that_may_go_are_removed_and_counted(delete, removed, person):
    first, second = VoiceDevice.objects.filter(user=person).order_by("-created_at", "-pk")
    third = VoiceDeviceFactory(user=person)
    only = VoiceDeviceFactory()
    told = messages_of(delete(first, third, only))
    assert {phone.pk for phone in removed} == {first.pk, third.pk}
    assert set(VoiceDevice.objects.all()) == {second, only}
    assert deletions() == 2
    assert [message for message in told if message.startswith("2 phones were removed")]
    assert [message for message in told if f"{only} was not removed" in message]


def test_all_phones_of_one_account_do_not_go_at_once(delete, person):
    phones = list(VoiceDevice.objects.filter(user=person))
    delete(*phones)
    assert VoiceDevice.objects.filter(user=person).count() == 1


def test_many_phones_are_not_removed_before_staff_have_said_so_twice(client, page, person):
    phones = VoiceDevice.objects.filter(user=person)
    chosen = {"action": "delete_selected", "_selected_action": [phone.pk for phone in phones]}
    response = client.post(f"/admin/{LIST}", chosen)
    assert "Are you sure" in response.text
    assert phones.count() == 2


@pytest.mark.parametrize("codename", [None, "view_voicedevice"])
def test_staff_without_leave_to_delete_cannot(client, person, codename):
    member = UserFactory(staff=True)
    if codename:
        member.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(member)
    phone = VoiceDevice.objects.filter(user=person).first()
    assert client.post(f"/admin/{LIST}{phone.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [phone.pk], "post": "yes"}
    client.post(f"/admin/{LIST}", chosen)
    assert VoiceDevice.objects.filter(user=person).count() == 2


@pytest.mark.parametrize("is_many", [False, True])
def test_staff_below_a_superuser_do_not_take_away_the_phones_of_one(client, is_many, db):  # A30
    above = UserFactory(superuser=True)
    phones = [VoiceDeviceFactory(user=above) for _one in range(2)]
    member = UserFactory(staff=True)
    for codename in ("view_voicedevice", "delete_voicedevice"):
        member.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(member)
    if is_many:
        chosen = {"action": "delete_selected", "_selected_action": [phones[0].pk], "post": "yes"}
        client.post(f"/admin/{LIST}", chosen)
    else:
        refused = client.post(f"/admin/{LIST}{phones[0].pk}/delete/", {"post": "yes"})
        assert refused.status_code == 403
    assert VoiceDevice.objects.filter(user=above).count() == 2
    assert deletions() == 0


def test_a_phone_that_does_not_exist_leads_back(page):
    for address in ("999/change/", "999/delete/", "no-id/change/"):
        assert page(LIST + address, status=302).url == "/admin/"
