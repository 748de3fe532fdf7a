"""The do-not-call list in the admin: looked at, added to, and lifted for a reason."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import PhoneVerificationFactory, UserFactory
from voice2fa.flows.telephony import stopping
from voice2fa.models import PhoneVerification, StoppedNumber

pytestmark = pytest.mark.django_db

LIST = "/admin/voice2fa/stoppednumber/"
ADD = f"{LIST}add/"
NUMBER = "+12025550177"


@pytest.fixture
def call():
    """A call in which somebody asked us to stop."""
    call = PhoneVerificationFactory(reported=True)
    stopping.stop_calling(call, now=timezone.now())
    return call


@pytest.fixture
def stopped(call):
    return StoppedNumber.objects.get()


@pytest.fixture
def helper(client):
    """Return a function that logs in somebody with these permissions alone."""

    def log_in(*permissions):
        user = UserFactory(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return user

    return log_in


def lift_address(stopped):
    return f"{LIST}{stopped.pk}/lift/"


def test_the_list_shows_numbers_masked_and_leads_to_the_call(page, stopped, call):
    html = page("voice2fa/stoppednumber/").text
    assert call.masked_number in html
    assert call.number.as_e164 not in html
    assert f"/admin/voice2fa/phoneverification/{call.pk}/change/" in html


def test_a_number_is_found_however_it_is_written_and_by_the_account_and_the_call(
    listed, stopped, call, name_of
):
    other = stopping.stop_by_staff(NUMBER, staff=UserFactory(), now=timezone.now())
    assert listed("stoppednumber") == {stopped, other}
    assert listed("stoppednumber", q="(202) 555-0177") == {other}
    for words in (call.number.as_e164, call.number.as_international, name_of(call.user), call.call_id):
        assert listed("stoppednumber", q=words) == {stopped}


def test_what_is_lifted_can_be_left_out(listed, stopped, staff):
    other = stopping.stop_by_staff(NUMBER, staff=staff, now=timezone.now())
    stopping.lift(other, staff=staff, reason="asked", now=timezone.now())
    assert listed("stoppednumber", is_lifted="no") == {stopped}
    assert listed("stoppednumber", is_lifted="yes") == {other}


def test_the_list_takes_as_many_queries_for_one_row_as_for_many(page, stopped, django_assert_num_queries):
    page("voice2fa/stoppednumber/")
    with CaptureQueriesContext(connection) as few:
        page("voice2fa/stoppednumber/")
    for call in PhoneVerificationFactory.create_batch(5, reported=True):
        stopping.stop_calling(call, now=timezone.now())
    with django_assert_num_queries(len(few)):
        page("voice2fa/stoppednumber/")


@pytest.mark.parametrize("query", [{"verification__nonce__startswith": "a"}, {"number": NUMBER}])
def test_the_address_of_the_list_asks_for_nothing_hidden(page, query):
    page("voice2fa/stoppednumber/", status=400, **query)


def test_staff_lift_a_number_for_a_reason(client, page, staff, stopped):  # A30
    html = page(f"voice2fa/stoppednumber/{stopped.pk}/change/").text
    assert lift_address(stopped) in html
    before = timezone.now()
    response = client.post(lift_address(stopped), {"reason": "A letter of 2 March"}, follow=True)
    assert f"{stopped} may be called again." in response.text
    stopped.refresh_from_db()
    assert (stopped.lifted_by, stopped.reason) == (staff, "A letter of 2 March")
    assert stopped.lifted_at >= before
    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_flag, entry.object_id) == (staff, CHANGE, str(stopped.pk))
    assert "A letter of 2 March" in entry.get_change_message()
    assert lift_address(stopped) not in page(f"voice2fa/stoppednumber/{stopped.pk}/change/").text


@pytest.mark.parametrize("reason", ["", "   ", "x" * 257])
def test_no_number_is_lifted_without_a_reason_that_can_be_kept(client, page, stopped, reason):
    page("voice2fa/stoppednumber/")
    assert client.post(lift_address(stopped), {"reason": reason}).status_code == 200
    stopped.refresh_from_db()
    assert stopped.lifted_at is None
    assert not LogEntry.objects.exists()


def test_looking_lifts_nothing(client, page, stopped):
    page(f"voice2fa/stoppednumber/{stopped.pk}/lift/")
    stopped.refresh_from_db()
    assert stopped.lifted_at is None


@pytest.mark.parametrize("pk", ["0", "x", "1_2"])
def test_there_is_nothing_to_lift_where_there_is_no_such_number(page, pk):
    page(f"voice2fa/stoppednumber/{pk}/lift/", status=404)


def test_what_is_lifted_is_not_lifted_again(client, staff, stopped):
    client.force_login(staff)
    stopping.lift(stopped, staff=staff, reason="first", now=timezone.now() - timedelta(days=1))
    for ask in (client.get, lambda address, **how: client.post(address, {"reason": "second"}, **how)):
        told = ask(lift_address(stopped), follow=True)
        assert told.redirect_chain == [(f"/admin/voice2fa/stoppednumber/{stopped.pk}/change/", 302)]
        assert "was already let be called again" in told.content.decode()
    stopped.refresh_from_db()
    assert stopped.reason == "first"


def test_staff_put_a_number_on_the_list(client, page, staff):
    page("voice2fa/stoppednumber/add/")
    sent = {"number": "+1 202 555 0177", "reason": "An e-mail of 2 March"}
    html = client.post(ADD, sent, follow=True).text
    stopped = StoppedNumber.objects.get()
    assert (stopped.number, stopped.verification, stopped.reason) == (NUMBER, None, "")
    assert f"We do not call {stopped} any more." in html
    assert NUMBER not in html
    entry = LogEntry.objects.get()
    assert (entry.user, entry.action_flag, entry.object_id) == (staff, ADDITION, str(stopped.pk))
    assert "An e-mail of 2 March" in entry.get_change_message()
    assert "An e-mail of 2 March" in page(f"voice2fa/stoppednumber/{stopped.pk}/history/").text


@pytest.mark.parametrize(
    "sent",
    [{"number": "nonsense", "reason": "asked"}, {"number": NUMBER, "reason": " "}, {"reason": "asked"}],
)
def test_nothing_is_put_on_the_list_without_number_and_reason(client, page, sent):
    page("voice2fa/stoppednumber/")
    assert client.post(ADD, sent).status_code == 200
    assert not StoppedNumber.objects.exists()
    assert not LogEntry.objects.exists()


def test_a_number_that_is_on_the_list_is_said_to_be(client, page, stopped):
    page("voice2fa/stoppednumber/")
    html = client.post(ADD, {"number": stopped.number.as_e164, "reason": "asked"}).text
    assert "This number is on the list already." in html
    assert StoppedNumber.objects.count() == 1


@pytest.mark.parametrize(
    ("permission", "look", "add", "lift"),
    [
        ("view_stoppednumber", 200, 403, 403),
        ("add_stoppednumber", 403, 200, 403),
        ("change_stoppednumber", 200, 403, 200),
        ("delete_stoppednumber", 403, 403, 403),
    ],
)
def test_each_takes_its_own_permission(client, helper, stopped, permission, look, add, lift):  # A30
    helper(permission)
    assert client.get(LIST).status_code == look
    assert client.get(f"{LIST}{stopped.pk}/change/").status_code == look
    assert client.get(ADD).status_code == add
    assert client.get(lift_address(stopped)).status_code == lift
    client.post(ADD, {"number": NUMBER, "reason": "asked"})
    client.post(lift_address(stopped), {"reason": "asked"})
    assert StoppedNumber.objects.filter(number=NUMBER).exists() == (add == 200)
    stopped.refresh_from_db()
    assert (stopped.lifted_at is not None) == (lift == 200)


def test_the_way_to_lift_is_shown_to_those_who_may_alone(client, helper, stopped):
    helper("view_stoppednumber")
    assert lift_address(stopped) not in client.get(f"{LIST}{stopped.pk}/change/").text


def test_no_row_is_changed_or_deleted(client, page, stopped):
    page("voice2fa/stoppednumber/")
    forged = {"number": NUMBER, "lifted_at_0": "2026-03-02", "lifted_at_1": "09:00"}
    assert client.post(f"{LIST}{stopped.pk}/change/", forged).status_code == 403
    assert client.post(f"{LIST}{stopped.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": stopped.pk, "post": "yes"})
    assert StoppedNumber.objects.filter(pk=stopped.pk, number=stopped.number, lifted_at=None).exists()


def test_the_list_outlives_the_account_and_the_call(stopped, call):
    call.user.delete()
    PhoneVerification.objects.all().delete()
    stopped.refresh_from_db()
    assert (stopped.verification, stopped.lifted_at) == (None, None)


def test_who_picked_up_is_shown_and_asked_for(page, listed):
    voicemail = PhoneVerificationFactory(unreachable=True, answerer="machine")
    PhoneVerificationFactory(approved=True, answerer="human")
    assert listed("phoneverification", answerer__exact="machine") == {voicemail}
    html = page(f"voice2fa/phoneverification/{voicemail.pk}/change/").text
    assert "Answered by" in html
    assert ">machine<" in html
