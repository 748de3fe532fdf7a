"""From a password to the first phone: page by page, out of order, and with what a thief has."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import mail, signing
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone

from tests import stage
from tests.stage import NUMBER, OTHER_NUMBER, PASSWORD
from tests.web.conftest import newest
from voice2fa.core.states import State
from voice2fa.flows import first_phone, grace
from voice2fa.flows.account import proofs
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneProof, PhoneVerification, VoiceDevice

FIRST, PROOF, GO_ON, WAIT = (
    "/phone/first-phone/",
    "/phone/first-phone/proof/",
    "/phone/first-phone/link/",
    "/phone/wait/",
)
LOGIN, PHONES, PASSWORD_PAGE = "/phone/login/", "/phone/phones/", "/phone/first-phone/password/"
THEIRS = {"number": "+1 202-555-0123", "consents": "on"}


@pytest.fixture
def user(db):
    return stage.make_user(email="anna@example.com")


@pytest.fixture
def carol(user, browser):
    """A browser in which the right password was given."""
    browser.enter_password(next="/there/")
    return browser


def ask_for_mail(browser):
    """Have the mail sent, and return the path of its link."""
    browser.send("first_phone_mail")
    return re.search(r"http://localhost:8000(/\S+)", mail.outbox[-1].body)[1]


def mailed_code():
    return proofs.secret_of(PhoneProof.objects.latest("pk"))


def prove(browser):
    ask_for_mail(browser)
    assert browser.send("first_phone_proof", data={"secret": mailed_code()})["Location"] == FIRST


def ring(browser, carrier, **data):
    assert browser.send("first_phone", data={**THEIRS, **data})["Location"] == WAIT
    return carrier.calls[-1]


def approve(call):
    call.answer()
    call.press(code_of(newest()))


# The whole way


def test_password_mail_link_and_call_open_the_session(carol, user, carrier):
    link = ask_for_mail(carol)
    assert carol.get(link)["Location"] == GO_ON
    assert "You have opened the link" in carol.open("first_phone_go_on").content.decode()
    assert carol.send("first_phone_go_on")["Location"] == FIRST
    assert "Call this phone" in carol.open("first_phone").content.decode()
    call = ring(carol, carrier)
    assert not carol.is_logged_in
    approve(call)
    assert carol.send("complete")["Location"] == "/there/"
    assert carol.is_logged_in
    assert carol.session["otp_device_id"] == VoiceDevice.objects.get(confirmed=True).persistent_id


def test_the_code_of_the_mail_does_instead_of_the_link(carol, carrier):
    prove(carol)
    approve(ring(carol, carrier))
    carol.send("complete")
    assert carol.is_logged_in


def test_a_code_from_staff_does_without_any_mail(carol, user, carrier):
    code = first_phone.issue_code(user, None, now=timezone.now())
    assert carol.send("first_phone_proof", data={"secret": code})["Location"] == FIRST
    approve(ring(carol, carrier))
    assert mail.outbox == []
    carol.send("complete")
    assert carol.is_logged_in


def test_where_the_password_is_enough_the_number_is_asked_for_at_once(carol, carrier, configure):
    configure(FIRST_PHONE_PROOF="password")
    assert carol.open("first_phone").status_code == 200
    assert carol.open("first_phone_proof")["Location"] == FIRST
    approve(ring(carol, carrier))
    carol.send("complete")
    assert carol.is_logged_in


def test_a_spoken_code_typed_on_the_page_opens_the_session_too(carol, carrier, configure):
    configure(ENROL_METHOD="speak")
    prove(carol)
    call = ring(carol, carrier)
    call.answer()
    call.press(newest().approve_key)
    carol.send("code", data={"code": code_of(newest())})
    assert carol.is_logged_in


def test_the_next_login_rings_the_phone(carol, new_browser, carrier):
    prove(carol)
    approve(ring(carol, carrier))
    carol.send("complete")
    assert new_browser().enter_password()["Location"] == WAIT
    assert newest().purpose == "login"


# What a thief with the password has


def test_a_stolen_password_without_the_mail_calls_nobody_and_opens_nothing(carol, carrier):  # A12, A13
    ask_for_mail(carol)
    for data in ({"secret": "0000-0000"}, {"secret": ""}, {}):
        assert carol.send("first_phone_proof", data=data).status_code == 200
    assert carol.send("first_phone", data=THEIRS)["Location"] == PROOF
    for page in ("complete", "resend", "code", "cancel"):
        carol.send(page, data={"code": "123456"})
    assert carrier.calls == []
    assert not carol.is_logged_in
    assert not PhoneVerification.objects.exists()


def test_the_owners_link_gives_the_thief_nothing(carol, new_browser, carrier):  # A12
    thief = new_browser()
    thief.enter_password()
    link = ask_for_mail(thief)
    carol.get(link)
    carol.send("first_phone_go_on")
    assert carol.open("first_phone").status_code == 200
    assert thief.send("first_phone", data=THEIRS)["Location"] == PROOF
    assert carrier.calls == []


def test_five_wrong_codes_are_all(carol, user):
    code = first_phone.issue_code(user, None, now=timezone.now())
    for _ in range(5):
        response = carol.send("first_phone_proof", data={"secret": "0000-0000"})
        assert "wrong, used, or too old" in response.content.decode()
    assert carol.send("first_phone_proof", data={"secret": code}).status_code == 200


def test_the_proof_of_one_user_serves_no_other(carol, new_browser, carrier):
    stage.make_user("otto", email="otto@example.com")
    thief = new_browser()
    thief.enter_password("otto")
    ask_for_mail(thief)
    code = mailed_code()
    assert carol.send("first_phone_proof", data={"secret": code}).status_code == 200
    # In one browser after the other too: another password takes everything along.
    thief.send("first_phone_proof", data={"secret": code})
    thief.enter_password("anna")
    assert thief.send("first_phone", data=THEIRS)["Location"] == PROOF
    assert carrier.calls == []


def test_a_pass_from_elsewhere_does_not_mix_with_a_session(inside, user, new_browser):
    # The browser of a person inside holds a pass of somebody else: it is of no use there.
    otto = stage.make_user("otto", email="otto@example.com")
    other = new_browser()
    other.enter_password("otto")
    session = inside.session
    session["voice2fa_first_phone_pass"] = other.session["voice2fa_first_phone_pass"]
    session.save()
    assert inside.open("first_phone")["Location"] == PHONES
    inside.send("first_phone_mail")
    assert not PhoneProof.objects.filter(user=otto).exists()


def test_before_the_password_nothing_tells_who_has_a_phone(user, new_browser):  # R18
    stage.make_phone(stage.make_user("otto"))

    def told(name):
        response = new_browser().enter_password(name, "wrong")
        body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
        return response.status_code, body.replace(name, "")

    assert told("anna") == told("otto") == told("nobody")


def test_a_forged_host_does_not_get_into_the_mail(carol):  # A31
    carol.send("first_phone_mail", HTTP_HOST="evil.example")
    assert "evil" not in mail.outbox[0].body


# The link


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_link_uses_nothing_up(carol, new_browser, method):
    link = ask_for_mail(carol)
    before = PhoneProof.objects.values().get()
    for visitor in (new_browser(), carol):
        for _ in range(3):
            assert getattr(visitor, method)(link)["Location"] == GO_ON
            visitor.get(GO_ON)
    assert PhoneProof.objects.values().get() == before
    assert carol.send("first_phone_go_on")["Location"] == FIRST


def test_a_link_opened_elsewhere_says_to_log_in_first(carol, new_browser):
    link = ask_for_mail(carol)
    elsewhere = new_browser()
    response = elsewhere.get(link, follow=True)
    assert "Log in here first" in response.content.decode()
    assert dict(elsewhere.session) == {}
    assert "Log in here first" in elsewhere.send("first_phone_go_on").content.decode()
    assert PhoneProof.objects.get().proved_at is None


def test_a_link_serves_after_the_password_was_given_there(carol, new_browser):
    link = ask_for_mail(carol)
    elsewhere = new_browser()
    elsewhere.get(link)
    elsewhere.enter_password()
    elsewhere.get(link)
    assert elsewhere.send("first_phone_go_on")["Location"] == FIRST
    assert elsewhere.open("first_phone").status_code == 200


def test_the_clean_page_has_no_secret_in_it(carol):
    link = ask_for_mail(carol)
    carol.get(link)
    page = carol.open("first_phone_go_on")
    assert mailed_code() not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_link_opened_when_the_phone_is_there_leads_to_the_phones(inside):
    assert inside.get(f"{GO_ON}0000-0000/", follow=True).redirect_chain[-1][0] == "/phone/phones/"


def test_a_used_link_says_so(carol):
    link = ask_for_mail(carol)
    carol.get(link)
    carol.send("first_phone_go_on")
    carol.get(link)
    response = carol.post(GO_ON, follow=True)
    assert "wrong, used, or too old" in response.content.decode()


@pytest.mark.parametrize("secret", ["x", "0000-0000", "%00", "ä" * 40])
def test_a_link_that_is_made_up_is_a_wrong_one(carol, secret):
    ask_for_mail(carol)
    carol.get(f"{GO_ON}{secret}/")
    assert "wrong, used, or too old" in carol.post(GO_ON, follow=True).content.decode()


# The page of proof


def test_the_address_is_masked(carol):
    body = carol.open("first_phone_proof").content.decode()
    assert "a•••@e•••.com" in body
    assert "anna@example.com" not in body


def test_the_page_says_that_the_mail_is_on_its_way(carol):
    assert "Send me an e-mail" in carol.open("first_phone_proof").content.decode()
    ask_for_mail(carol)
    assert "on their way" in carol.open("first_phone_proof").content.decode()


def test_without_an_address_staff_are_named(user, browser):
    get_user_model().objects.update(email="")
    browser.enter_password()
    body = browser.open("first_phone_proof").content.decode()
    assert "We have no e-mail address for this account." in body
    assert "Send me an e-mail" not in body
    assert mail.outbox == []


def test_where_only_staff_give_codes_no_mail_is_offered(carol, configure):
    configure(FIRST_PHONE_PROOF="staff_code")
    body = carol.open("first_phone_proof").content.decode()
    assert "staff can give you a code" in body
    assert "e-mail" not in body
    carol.send("first_phone_mail")
    assert mail.outbox == []


def test_two_clicks_send_one_mail(carol):
    ask_for_mail(carol)
    response = carol.post(reverse("voice2fa:first_phone_mail"), follow=True)
    assert "We have sent you an e-mail already." in response.content.decode()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("page", ["first_phone", "first_phone_proof", "first_phone_go_on"])
def test_looking_sends_nothing_and_calls_nobody(carol, carrier, page):  # R16
    for _ in range(5):
        carol.open(page)
    assert (mail.outbox, carrier.calls) == ([], [])
    assert carol.open("first_phone_mail").status_code == 405


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"number": "+1 202-555-0123"}, "Please tick the box."),
        ({"number": "12", "consents": "on"}, "valid phone number"),
        ({"number": "+44 20 7183 8750", "consents": "on"}, "We cannot call numbers in that country."),
        ({}, "This field is required."),
    ],
)
def test_what_is_wrong_with_the_number_is_said_beside_it(carol, carrier, data, words):
    prove(carol)
    response = carol.send("first_phone", data=data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert carrier.calls == []


# The call: again, cancelled, over


def test_a_call_that_failed_leads_back_to_the_number(carol, carrier):
    prove(carol)
    ring(carol, carrier).reject()
    page = carol.open("wait").content.decode()
    assert f'href="{FIRST}"' in page
    assert "Try another number" in page
    assert carol.open("first_phone").status_code == 200


def test_a_call_may_be_cancelled_and_made_again(carol, carrier):
    prove(carol)
    ring(carol, carrier)
    carol.send("cancel")
    assert newest().state == State.CANCELLED
    carol.send("resend")
    assert len(carrier.calls) == 2
    approve(carrier.calls[-1])
    carol.send("complete")
    assert carol.is_logged_in


def test_wrong_keys_open_nothing(carol, carrier):
    prove(carol)
    call = ring(carol, carrier)
    call.answer()
    for _ in range(3):
        call.press("000000" if code_of(newest()) != "000000" else "000001")
    carol.send("complete")
    assert newest().state == State.LOCKED
    assert not carol.is_logged_in


def test_another_number_after_the_first_is_the_one_that_counts(carol, carrier):
    prove(carol)
    ring(carol, carrier).reject()
    approve(ring(carol, carrier, number="+1 202-555-0124"))
    carol.send("complete")
    assert VoiceDevice.objects.get(confirmed=True).number == OTHER_NUMBER


# Out of order (R19)


@pytest.mark.parametrize(
    ("method", "page", "leads_to"),
    [
        ("open", "first_phone", LOGIN),
        ("send", "first_phone", LOGIN),
        ("open", "first_phone_proof", LOGIN),
        ("send", "first_phone_proof", LOGIN),
        ("send", "first_phone_mail", LOGIN),
        ("open", "first_phone_password", f"{LOGIN}?next={PASSWORD_PAGE}"),
        ("send", "first_phone_password", f"{LOGIN}?next={PASSWORD_PAGE}"),
        ("open", "first_phone_go_on", None),
        ("send", "first_phone_go_on", None),
    ],
)
def test_without_the_password_every_page_leads_to_login(user, browser, carrier, method, page, leads_to):
    response = getattr(browser, method)(page)
    assert response.get("Location") == leads_to
    assert (mail.outbox, carrier.calls) == ([], [])
    assert not browser.is_logged_in


@pytest.mark.parametrize(
    ("method", "page", "leads_to"),
    [
        ("open", "first_phone", PROOF),
        ("send", "first_phone", PROOF),
        ("open", "first_phone_go_on", FIRST),
        ("send", "first_phone_go_on", FIRST),
    ],
)
def test_with_the_password_alone_every_page_leads_to_the_proof(carol, method, page, leads_to):
    assert getattr(carol, method)(page)["Location"] == leads_to


@pytest.mark.parametrize("page", ["first_phone", "first_phone_proof", "first_phone_password"])
@pytest.mark.parametrize("method", ["open", "send"])
def test_with_a_phone_every_page_leads_to_the_phones(inside, method, page):
    assert getattr(inside, method)(page)["Location"] == PHONES


def test_a_phone_that_came_meanwhile_ends_it(carol, user):
    prove(carol)
    stage.make_phone(user, OTHER_NUMBER)
    assert carol.send("first_phone", data=THEIRS)["Location"] == LOGIN


@pytest.mark.parametrize("change", [{"password": "md5$x"}, {"is_active": False}])
def test_a_changed_account_ends_it(carol, change):
    get_user_model().objects.update(**change)
    assert carol.open("first_phone")["Location"] == LOGIN
    assert carol.send("first_phone_mail")["Location"] == LOGIN
    assert mail.outbox == []


def test_the_back_button_after_all_is_done_leads_on(carol, carrier):
    prove(carol)
    approve(ring(carol, carrier))
    carol.send("complete")
    assert carol.open("first_phone")["Location"] == PHONES
    assert carol.open("wait")["Location"] == "/there/"
    assert carol.send("complete")["Location"] == "/there/"
    assert carol.send("first_phone", data=THEIRS)["Location"] == PHONES
    assert len(carrier.calls) == 1


def test_two_tabs_finish_once(carol, carrier):
    prove(carol)
    approve(ring(carol, carrier))
    assert carol.send("complete")["Location"] == "/there/"
    assert carol.send("complete")["Location"] == "/there/"
    assert VoiceDevice.objects.count() == 1


def test_a_ticket_alone_opens_nothing_when_the_proof_is_gone(carol, carrier):
    prove(carol)
    approve(ring(carol, carrier))
    PhoneProof.objects.all().delete()
    carol.send("complete")
    assert not carol.is_logged_in
    assert not VoiceDevice.objects.filter(confirmed=True).exists()


def test_another_browser_does_not_finish_it(carol, new_browser, carrier):
    prove(carol)
    approve(ring(carol, carrier))
    thief = new_browser()
    thief.enter_password()
    thief.send("complete")
    assert not thief.is_logged_in


def test_a_pass_dies_after_ten_minutes(carol, user, settings):
    session = carol.session
    late = signing.TimestampSigner(salt="voice2fa.pass")
    late.timestamp = lambda: signing.b62_encode(int((timezone.now() - timedelta(minutes=11)).timestamp()))
    told = signing.loads(session["voice2fa_first_phone_pass"], salt="voice2fa.pass")
    session["voice2fa_first_phone_pass"] = late.sign_object(told)
    session.save()
    response = carol.get(FIRST, follow=True)
    assert "This took too long" in response.content.decode()


# Somebody who is logged in and has no phone


@pytest.fixture
def lodger(user, browser, configure):
    """A browser with a session that no phone was needed for."""
    configure(GRACE_UNTIL=timezone.localdate() + timedelta(days=3))
    browser.enter_password()
    assert browser.is_logged_in
    return browser


def test_a_session_is_asked_for_the_password_first(lodger, carrier):  # R21, A13
    assert lodger.open("first_phone")["Location"] == PASSWORD_PAGE
    assert lodger.send("first_phone_mail")["Location"] == PASSWORD_PAGE
    wrong = lodger.send("first_phone_password", data={"password": "wrong"})
    assert "That is not your password." in wrong.content.decode()
    assert lodger.open("first_phone")["Location"] == PASSWORD_PAGE
    assert mail.outbox == []


def test_whoever_is_logged_in_goes_the_same_way(lodger, carrier):
    assert lodger.send("first_phone_password", data={"password": PASSWORD})["Location"] == FIRST
    assert lodger.open("first_phone")["Location"] == PROOF
    prove(lodger)
    approve(ring(lodger, carrier))
    assert lodger.send("complete")["Location"] == PHONES
    phone = VoiceDevice.objects.get(number=NUMBER)
    assert lodger.session["otp_device_id"] == phone.persistent_id


def test_an_account_without_a_password_is_not_asked_for_one(user, browser, configure):
    configure(REQUIRED_FOR="with_phone")
    user.set_unusable_password()
    user.save()
    browser.force_login(user)
    assert "Continue" in browser.open("first_phone_password").content.decode()
    browser.send("first_phone_password")
    assert browser.open("first_phone")["Location"] == PROOF


# The time of grace


def test_the_day_is_told_on_the_login_page(user, browser, configure, settings):
    configure(GRACE_UNTIL="2999-01-30")
    body = browser.open("login").content.decode()
    assert "From Jan. 31, 2999 on you need a phone to log in." in body


@pytest.mark.parametrize(
    "keys", [{}, {"GRACE_UNTIL": "2001-01-31"}, {"GRACE_UNTIL": "2999-01-30", "REQUIRED_FOR": "staff"}]
)
def test_no_day_is_told_where_there_is_none_for_all(user, browser, configure, keys):
    configure(**keys)
    assert "you need a phone to log in" not in browser.open("login").content.decode()


def test_whoever_was_let_in_without_a_phone_is_told_until_when(user, browser, configure):
    configure(GRACE_UNTIL="2999-01-30")
    assert browser.enter_password(next="/phone/phones/")["Location"] == PHONES
    assert browser.is_logged_in
    body = browser.get(PHONES).content.decode()
    assert body.count("From Jan. 31, 2999 on you need a phone to log in.") == 2  # the message, and the page
    assert body.count(f'<a href="{FIRST}">Add one now.</a>') == 2
    assert browser.get(PHONES).content.decode().count("From Jan. 31, 2999 on") == 1


def test_a_day_that_is_over_lets_nobody_in(user, browser, configure):
    configure(GRACE_UNTIL=timezone.localdate() - timedelta(days=1))
    assert browser.enter_password()["Location"] == FIRST
    assert not browser.is_logged_in


def test_the_last_day_ends_by_the_clock_of_the_site(user, configure, settings):
    configure(GRACE_UNTIL="2026-03-02")
    settings.TIME_ZONE = "America/New_York"
    timezone.get_default_timezone.cache_clear()
    with timezone.override(timezone.get_default_timezone()):
        late_in_new_york = datetime(2026, 3, 3, 4, 59, tzinfo=UTC)
        assert grace.phone_day(user, now=late_in_new_york) == date(2026, 3, 3)
        assert grace.phone_day(user, now=late_in_new_york + timedelta(minutes=1)) is None


def test_whoever_has_a_phone_is_rung_and_told_nothing(inside, new_browser, configure):
    configure(GRACE_UNTIL="2999-01-30")
    assert "you need a phone to log in" not in inside.get(PHONES).content.decode()
    assert new_browser().enter_password()["Location"] == WAIT


def test_the_tag_says_nothing_to_strangers(user, configure):
    configure(GRACE_UNTIL="2999-01-30")
    shown = Template("{% load voice2fa %}{% first_phone_notice %}")
    assert shown.render(Context({})).strip() == ""
    assert "2999" in shown.render(Context({"user": user}))
