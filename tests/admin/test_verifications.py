import re
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import CallEventFactory, PhoneVerificationFactory, UserFactory, VoiceDeviceFactory
from tests.flows.arrivals import Caller, expect_call
from voice2fa.core.events import Attestation, Cause, Kind
from voice2fa.core.methods import Cue, Method
from voice2fa.core.states import State
from voice2fa.flows import login
from voice2fa.flows.attempts.requests import Client
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db

LIST = "voice2fa/phoneverification/"


def detail(verification, *rest):
    return f"{LIST}{verification.pk}/{''.join(rest) or 'change/'}"


def find(listed, text):
    return listed("phoneverification", q=text)


def test_the_list_tells_state_purpose_method_number_and_user(page, name_of):
    verification = PhoneVerificationFactory(unreachable=True, cause=Cause.NO_ANSWER)
    html = page(LIST).text
    for told in ("unreachable", "no answer", "login", "approve", name_of(verification.user)):
        assert told in html
    assert verification.masked_number in html
    assert verification.number.as_e164 not in html


def test_the_list_takes_as_many_queries_for_one_row_as_for_many(page, django_assert_num_queries):
    PhoneVerificationFactory(used=True)
    page(LIST)
    with CaptureQueriesContext(connection) as few:
        page(LIST)
    PhoneVerificationFactory.create_batch(8, denied=True)
    with django_assert_num_queries(len(few)):
        page(LIST)


def test_a_page_takes_as_many_queries_for_one_event_as_for_many(page, django_assert_num_queries):
    verification = PhoneVerificationFactory(used=True)
    CallEventFactory(verification=verification)
    page(detail(verification))  # what Django looks up once per process is not for counting
    with CaptureQueriesContext(connection) as few:
        page(detail(verification))
    for step in range(1, 6):
        CallEventFactory(verification=verification, kind=Kind.GATHER, step=step)
    with django_assert_num_queries(len(few)):
        page(detail(verification))


@pytest.mark.parametrize(
    ("query", "trait"),
    [
        ({"state__exact": "locked"}, "locked"),
        ({"purpose__exact": "enrol"}, "enrol"),
        ({"method__exact": "speak"}, "code_told"),
        ({"cause__exact": "busy"}, "unreachable"),
        ({"is_call_in__exact": "1"}, "awaited"),
    ],
)
def test_the_list_is_filtered_by_what_it_shows(listed, query, trait):
    PhoneVerificationFactory(used=True)
    wanted = PhoneVerificationFactory(**{trait: True})
    assert listed("phoneverification", **query) == {wanted}


def test_attempts_of_one_user_can_be_linked_to(listed):
    wanted, _ = PhoneVerificationFactory(), PhoneVerificationFactory()
    assert listed("phoneverification", user__id__exact=str(wanted.user.pk)) == {wanted}


# Each would let a member of staff read a hidden field by asking whether it begins with this or that.
HIDDEN = ["nonce", "approve_key", "ticket_hash", "account_mark", "applicant"]


@pytest.mark.parametrize("field", HIDDEN)
def test_no_address_filters_by_a_hidden_field(page, field):
    verification = PhoneVerificationFactory(answered=True)
    value = str(getattr(verification, field))
    page(LIST, status=400, **{field: value})
    page(LIST, status=400, **{f"{field}__startswith": value[:1]})


def test_no_address_filters_by_the_password_of_the_user(page):
    page(LIST, status=400, user__password__startswith="m")


@pytest.mark.parametrize(
    "written",
    [
        *(
            "+12025550141",
            "+1 202-555-0141",
            "(202) 555-0141",
            "2025550141",
            "202.555.0141",
            "1 202 555 0141",
        ),
        *("12025550141", " +1 (202) 555-0141 ", "202\u2013555\u20130141"),
    ],
)
def test_a_number_is_found_however_it_is_written(listed, written):
    wanted = PhoneVerificationFactory(number="+12025550141")
    PhoneVerificationFactory()
    assert find(listed, written) == {wanted}


def test_a_number_is_found_in_every_country_that_is_called(listed, settings):
    settings.VOICE2FA = {**settings.VOICE2FA, "ALLOWED_REGIONS": ["GB"]}
    wanted = PhoneVerificationFactory(number="+442079460123")
    assert find(listed, "020 7946 0123") == {wanted}


def test_a_user_is_found_by_part_of_the_name(listed, name_of):
    wanted = PhoneVerificationFactory(user=UserFactory(username="grace.hopper"))
    PhoneVerificationFactory()
    assert find(listed, "HOPPER") == {wanted}


def test_a_user_whose_name_looks_like_a_number_is_found_beside_the_number(listed):
    named = PhoneVerificationFactory(user=UserFactory(username="2025550141"))
    called = PhoneVerificationFactory(number="+12025550141")
    assert find(listed, "2025550141") == {named, called}


def test_a_call_is_found_by_its_id(listed):
    wanted = PhoneVerificationFactory(dialing=True, call_id="c-15ac29a2-1331029c-2cb0-4a07-b215-b22865662d85")
    PhoneVerificationFactory(dialing=True)
    assert find(listed, "c-15ac29a2-1331029c-2cb0-4a07-b215-b22865662d85") == {wanted}


def test_an_attempt_is_found_by_its_id(listed):
    wanted, _ = PhoneVerificationFactory(), PhoneVerificationFactory()
    assert find(listed, str(wanted.pk)) == {wanted}


@pytest.mark.parametrize("text", ["nobody", "+", "()", "0", "9" * 400, "٢٠٢", "a'b\"c", "\x00"])
def test_a_search_for_nothing_finds_nothing(listed, text):
    PhoneVerificationFactory(user=UserFactory(username="grace"))
    assert find(listed, text) <= set(PhoneVerification.objects.all() if text == "\x00" else [])


def test_the_page_tells_the_moments_in_their_order_to_the_second(page):
    verification = PhoneVerificationFactory(used=True)
    html = page(detail(verification)).text
    labels = ["begun", "taken up", "placed", "answered", "decided", "call ended", "used", "deadline"]
    places = [html.index(f") {label}</li>") for label in labels]
    assert places == sorted(places)
    assert "(+8.0 s) answered" in html
    assert f"{timezone.localtime(verification.answered_at):%H:%M:%S}" in html


def test_the_page_shows_the_events_in_order_with_what_was_answered(page):
    verification = PhoneVerificationFactory(used=True)
    gather = CallEventFactory(
        verification=verification,
        kind=Kind.GATHER,
        step=1,
        cue=Cue.APPROVED,
        received_at=verification.decided_at,
        raw={"digits": "6 keys", "to": verification.number.as_e164},
    )
    CallEventFactory(verification=verification)
    html = page(detail(verification)).text
    places = [html.index(told) for told in ("field-kind", "answer", "gather", "approved</p>")]
    assert places[1] < places[2]
    assert "&quot;digits&quot;: &quot;6 keys&quot;" in html
    assert str(gather.call_id) in html


def test_the_page_shows_the_number_masked_everywhere(page):
    verification = PhoneVerificationFactory(used=True)
    CallEventFactory(verification=verification)
    html = page(detail(verification)).text
    assert verification.masked_number in html
    assert verification.number.as_e164 not in html


def test_what_the_carrier_sends_is_shown_as_text(page):
    verification = PhoneVerificationFactory(answered=True)
    CallEventFactory(verification=verification, raw={"cause": "<script>alert(1)</script>"})
    assert "<script>alert(1)</script>" not in page(detail(verification)).text


@pytest.mark.parametrize(
    "trait", ["register", "enrol", "cancelled", "expired", "code_told", "reported", "awaited"]
)
def test_every_kind_of_attempt_has_a_page(page, trait):
    page(detail(PhoneVerificationFactory(**{trait: True})))


@pytest.mark.parametrize("attestation", [None, *Attestation])
def test_the_page_of_a_call_to_us_says_what_the_carrier_vouched_for(page, phone, configure, attestation):
    """Of a call that was not taken, too: staff are asked why not."""
    configure(CALL_IN="A")
    verification = expect_call(phone.user)
    assert "A" not in _shown(page, verification, "attestation")
    caller = Caller(attestation=attestation).dial()
    assert caller.is_asked == (attestation is Attestation.FULL)
    assert _shown(page, verification, "attestation") == (attestation or Attestation.NONE)


def test_the_page_of_a_call_to_us_says_that_it_was_one(page):
    html = page(detail(PhoneVerificationFactory(called_in=True))).text
    assert "Who called us" in html
    assert '<div class="readonly">A</div>' in html


def _shown(page, verification, field):
    """Return what the page shows of the field."""
    html = page(detail(verification)).text
    return re.search(rf'field-{field}".*?<div class="readonly">(.*?)</div>', html, re.DOTALL)[1]


def test_an_attempt_outlives_its_user_and_its_phone(page):
    verification = PhoneVerificationFactory(used=True)
    verification.user.delete()
    page(detail(verification))
    page(LIST)


def test_nothing_can_be_added_changed_or_deleted(page, client):
    verification = PhoneVerificationFactory(answered=True)
    assert 'name="_save"' not in page(detail(verification)).text
    page(f"{LIST}add/", status=403)
    page(detail(verification, "delete/"), status=403)
    change = {"state": "approved", "events-TOTAL_FORMS": "0", "events-INITIAL_FORMS": "0"}
    assert client.post(f"/admin/{detail(verification)}", change).status_code == 403
    assert client.post(f"/admin/{LIST}", {"action": "delete_selected"}).status_code in {200, 302, 403}
    verification.refresh_from_db()
    assert verification.state == State.ANSWERED


def test_staff_with_leave_to_view_attempts_see_the_events_too(client):
    member = UserFactory(staff=True)
    member.user_permissions.add(Permission.objects.get(codename="view_phoneverification"))
    event = CallEventFactory()
    client.force_login(member)
    html = client.get(f"/admin/{detail(event.verification)}").text
    assert event.call_id in html
    assert "field-report" in html


@pytest.mark.parametrize("traits", [{"staff": True}, {}])
def test_others_see_nothing(client, traits):
    verification = PhoneVerificationFactory()
    client.force_login(UserFactory(**traits))
    for address in (LIST, detail(verification)):
        assert client.get(f"/admin/{address}").status_code in {302, 403}


def test_an_attempt_that_does_not_exist_leads_back(page):
    assert page(f"{LIST}{uuid.uuid4()}/change/", status=302).url == "/admin/"
    page(f"{LIST}no-id/change/", status=302)


SECRETS = ["nonce", "ticket_hash", "account_mark", "approve_key"]


@pytest.mark.parametrize("method", Method)
def test_no_page_shows_a_secret_at_any_moment_of_a_call(page, ring, person, settings, method):
    settings.VOICE2FA = {**settings.VOICE2FA, "LOGIN_METHOD": method}
    started = login.begin(person, Client(address="192.0.2.7", user_agent="A browser"), now=timezone.now())
    verification = started.verification
    call = ring(started)
    _check_pages(page, started)
    call.answer()
    _check_pages(page, started)
    call.press(code_of(verification) if method is Method.ENTER else verification.approve_key)
    _check_pages(page, started)
    if not call.is_over:
        call.hang_up()
    assert verification.events.count() >= 3
    _check_pages(page, started)


def _check_pages(page, started):
    verification = PhoneVerification.objects.get(pk=started.verification.pk)
    device = VoiceDevice.objects.get(pk=verification.device_id)
    addresses = [
        *("", LIST, detail(verification), detail(verification, "history/"), "voice2fa/"),
        *("voice2fa/voicedevice/", f"voice2fa/voicedevice/{device.pk}/change/"),
        f"voice2fa/voicedevice/{device.pk}/delete/",
    ]
    secrets = [code_of(verification), started.ticket, *(getattr(verification, name) for name in SECRETS[:3])]
    for address in addresses:
        html = page(address).text
        assert not [secret for secret in secrets if secret in html], address
    assert not {*SECRETS, "applicant"} & set(_fields_of(page(detail(verification))))


def _fields_of(response):
    for fieldset in response.context["adminform"]:
        for line in fieldset:
            for field in line:
                name = field.field["name"]
                yield name if isinstance(name, str) else name.__name__


def test_a_registration_does_not_show_who_is_to_be(page):
    verification = PhoneVerificationFactory(register=True)
    assert verification.applicant["fields"]["password"] not in page(detail(verification)).text


def test_the_page_of_a_phone_that_is_gone_still_tells_of_its_calls(page):
    verification = PhoneVerificationFactory(used=True, user=VoiceDeviceFactory().user)
    VoiceDevice.objects.filter(pk=verification.device_id).delete()
    assert verification.masked_number in page(detail(verification)).text
