"""Logging in on the pages: password, call, session."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse

from tests import stage
from tests.flows import carriers
from tests.stage import OTHER_NUMBER, PASSWORD, wrong_key
from voice2fa.core.states import State
from voice2fa.models import PhoneVerification
from voice2fa.providers.base import CarrierBusy, CarrierDown, NumberRefused, OrderRefused, OutcomeUnknown

from .conftest import newest

WAIT = "/phone/wait/"


def approve(carrier):
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))


def test_the_right_password_rings_the_phone_and_opens_nothing_yet(phone, browser, carrier):
    response = browser.enter_password()
    assert (response.status_code, response["Location"]) == (302, WAIT)
    assert [call.to for call in carrier.calls] == [stage.NUMBER]
    assert not browser.is_logged_in


def test_an_approved_call_opens_the_session(phone, browser, carrier):
    browser.enter_password()
    approve(carrier)
    response = browser.send("complete")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert browser.get("/").content == b"Hello anna"
    phone.refresh_from_db()
    assert phone.last_used_at is not None


def test_the_session_is_verified_by_the_phone(phone, browser, carrier, rf):
    browser.enter_password()
    approve(carrier)
    browser.send("complete")
    assert browser.session["otp_device_id"] == phone.persistent_id


@pytest.mark.parametrize("method", ["enter", "speak", "approve"])
def test_each_method_leads_in(phone, browser, carrier, configure, method):
    configure(LOGIN_METHOD=method)
    browser.enter_password()
    call, verification = carrier.calls[0], newest()
    page = browser.open("wait").content.decode()
    code = stage.code_of(verification)
    shown = f"{code[:3]} {code[3:]}"
    assert (shown in page) == (method == "enter")
    assert (f">{verification.approve_key}</kbd>" in page) == (method != "enter")
    call.answer()
    call.press(stage.right_keys(verification))
    if method == "speak":
        assert shown not in browser.open("wait").content.decode()
        response = browser.send("code", data={"code": shown})
    else:
        response = browser.send("complete")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert browser.is_logged_in


@pytest.mark.parametrize(
    ("username", "password"),
    [("anna", "wrong"), ("nobody", "wrong"), ("nobody", PASSWORD), ("ANNA", PASSWORD)],
)
def test_wrong_password_and_unknown_user_are_told_the_same(
    phone, new_browser, carrier, username, password
):  # R18
    def told(*credentials):
        response = new_browser().enter_password(*credentials)
        assert response.status_code == 200
        return (
            response.content.decode().split("csrfmiddlewaretoken")[1].replace(f'"{credentials[0]}"', "")[90:]
        )

    assert told(username, password) == told("someone", "else")
    assert carrier.calls == []


def test_before_the_password_nothing_tells_who_has_a_phone(phone, new_browser):  # R18
    stage.make_user("otto")
    bodies = {
        new_browser().enter_password(name, "wrong").content.decode().count("phone")
        for name in ("anna", "otto")
    }
    assert len(bodies) == 1


def test_a_user_without_a_phone_is_led_to_prove_one_after_the_password(user, browser, carrier):  # R20
    assert browser.enter_password()["Location"] == "/phone/first-phone/"
    assert not browser.is_logged_in
    assert carrier.calls == []


def test_where_no_phone_is_needed_the_password_is_enough(user, browser, configure, carrier):
    configure(REQUIRED_FOR="with_phone")
    assert browser.enter_password(next="/there/")["Location"] == "/there/"
    assert browser.is_logged_in
    assert carrier.calls == []


def test_where_phones_are_needed_by_those_who_have_one_the_phone_rings(phone, browser, configure, carrier):
    configure(REQUIRED_FOR="with_phone")
    assert browser.enter_password()["Location"] == WAIT
    assert not browser.is_logged_in


@pytest.mark.parametrize(
    "data", [{}, {"username": "anna"}, {"username": "a\x00", "password": "b"}, {"password": "x"}]
)
def test_an_incomplete_form_is_shown_again(phone, browser, carrier, data):
    assert browser.send("login", data=data).status_code == 200
    assert carrier.calls == []


def test_a_limit_is_told_with_the_time_to_wait(phone, new_browser, carrier):  # R15, R17
    for _ in range(5):
        new_browser().enter_password()
    response = new_browser().enter_password()
    assert response.status_code == 200
    assert "Try again in 60 minutes." in response.content.decode()
    assert len(carrier.calls) == 5


# One call, however often one looks or clicks


@pytest.mark.parametrize("page", ["login", "register", "wait", "status", "done"])
def test_looking_never_places_a_call(phone, browser, carrier, page):  # R16
    browser.enter_password()
    for _ in range(20):
        browser.open(page)
    assert len(carrier.calls) == 1


@pytest.mark.django_db(transaction=True)
def test_a_call_begins_outside_of_the_requests_transaction(
    phone, client, configure, hold_back, monkeypatch
):  # R15
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Watching"})
    carriers.Watching.seen.clear()
    client.post("/phone/login/", {"username": "anna", "password": PASSWORD})
    assert PhoneVerification.objects.count() == 1
    assert set(carriers.Watching.seen) == {False}


def test_a_second_click_on_log_in_rings_once(phone, browser, carrier):  # R16
    for _ in range(3):
        assert browser.enter_password()["Location"] == WAIT
    assert len(carrier.calls) == 1


def test_another_browser_takes_the_call_over(phone, new_browser, carrier):  # A18
    first, second = new_browser(), new_browser()
    first.enter_password()
    second.enter_password()
    assert carrier.calls[0].is_over
    approve(carrier)
    assert first.send("complete")["Location"] == "/phone/login/"
    assert not first.is_logged_in
    second.send("complete")
    assert second.is_logged_in


def test_two_tabs_share_one_call_and_one_of_them_uses_it(phone, browser, carrier):
    browser.enter_password()
    approve(carrier)
    assert browser.send("complete")["Location"] == "/"
    assert browser.send("complete")["Location"] == "/"
    assert browser.open("wait")["Location"] == "/"
    assert browser.is_logged_in


def test_a_browser_that_asks_after_its_use_elsewhere_is_led_on(phone, browser, carrier):
    browser.enter_password(next="/there/")
    approve(carrier)
    PhoneVerification.objects.consume(stage.real_now())
    assert browser.open("wait")["Location"] == "/there/"


# Where to go


@pytest.mark.parametrize("next_url", ["/there/", "/there/?a=1&b=2", "there", "http://testserver/there/"])
def test_next_is_carried_through_the_call(phone, browser, carrier, next_url):
    browser.enter_password(next=next_url)
    approve(carrier)
    assert browser.send("complete")["Location"] == next_url


@pytest.mark.parametrize(
    "next_url",
    [
        "https://evil.example/", "//evil.example", "///evil.example", "\\\\evil.example",
        "javascript:alert(1)", "http:///x", " //e.x", "https:evil.example",
    ],
)  # fmt: skip
def test_next_never_leads_away(phone, browser, carrier, next_url):  # A31
    browser.enter_password(next=next_url)
    approve(carrier)
    assert browser.send("complete")["Location"] == "/"


def test_next_in_the_address_is_carried_into_the_form(browser):
    page = browser.get("/phone/login/?next=/there/").content.decode()
    assert 'value="/there/"' in page
    assert "evil" not in browser.get("/phone/login/?next=https://evil.example/").content.decode()


def test_next_of_an_earlier_try_is_forgotten(phone, browser, carrier):
    browser.enter_password(next="/there/")
    browser.send("cancel")
    browser.enter_password()
    approve(carrier)
    assert browser.send("complete")["Location"] == "/"


def test_done_leads_on_but_never_away(browser):  # A31
    assert 'href="/there/"' in browser.get("/phone/done/?next=/there/").content.decode()
    assert "evil" not in browser.get("/phone/done/?next=//evil.example").content.decode()


# Sessions


def test_the_session_has_a_new_key_at_the_begin_and_at_the_end(phone, browser, carrier):  # R38, A19
    session = browser.session
    session["planted"] = 1
    session.save()
    keys = [session.session_key]
    browser.enter_password()
    keys.append(browser.session.session_key)
    approve(carrier)
    browser.send("complete")
    keys.append(browser.session.session_key)
    assert len(set(keys)) == 3


def test_a_session_key_planted_before_is_worthless(phone, browser, new_browser, carrier):  # R38, A19
    browser.session.save()
    attacker = new_browser()
    attacker.cookies = browser.cookies.__class__(browser.cookies.output(header=""))
    browser.enter_password()
    approve(carrier)
    assert attacker.send("complete")["Location"] == "/phone/wait/"
    assert attacker.open("wait")["Location"] == "/phone/login/"
    assert not attacker.is_logged_in


def test_another_session_cannot_use_the_approval(phone, browser, new_browser, carrier):  # R4
    browser.enter_password()
    approve(carrier)
    assert new_browser().send("complete")["Location"] == "/phone/login/"
    browser.send("complete")
    assert browser.is_logged_in


def test_the_ticket_is_gone_from_the_session_when_used(phone, browser, carrier):
    browser.enter_password()
    ticket = browser.session["voice2fa_ticket"]
    approve(carrier)
    browser.send("complete")
    assert ticket not in json.dumps(dict(browser.session))


def test_an_approval_too_late_opens_nothing(phone, browser, carrier):  # R7
    browser.enter_password()
    approve(carrier)
    age(newest(), 301)
    assert browser.send("complete")["Location"] == "/phone/login/"
    assert not browser.is_logged_in


def age(verification, seconds):
    """Let the verification have happened that many seconds earlier."""
    from datetime import timedelta

    moments = ("created_at", "deadline", "begun_at", "claimed_at", "placed_at", "answered_at", "decided_at")
    earlier = {
        name: getattr(verification, name) - timedelta(seconds=seconds)
        for name in moments
        if getattr(verification, name) is not None
    }
    PhoneVerification.objects.filter(pk=verification.pk).update(**earlier)


@pytest.mark.parametrize("change", ["deactivated", "new password", "phone removed"])
def test_an_account_that_changed_during_the_call_stays_shut(phone, browser, carrier, change):
    browser.enter_password()
    approve(carrier)
    if change == "phone removed":
        phone.delete()
    elif change == "deactivated":
        get_user_model().objects.update(is_active=False)
    else:
        phone.user.set_password("another " + PASSWORD)
        phone.user.save()
    response = browser.send("complete", follow=True)
    assert "account has changed" in response.content.decode()
    assert not browser.is_logged_in


@pytest.mark.parametrize("keys", ["wrong", "0", ""])
def test_other_keys_open_nothing(phone, browser, carrier, keys):  # R3
    browser.enter_password()
    carrier.calls[0].answer()
    carrier.calls[0].press(wrong_key(newest()) if keys == "wrong" else keys)
    assert not newest().is_live
    browser.send("complete")
    assert not browser.is_logged_in


# The pages after the password: again, cancel, another phone


def test_cancelling_stops_the_ringing(phone, browser, carrier):
    browser.enter_password()
    assert browser.send("cancel")["Location"] == WAIT
    assert carrier.calls[0].is_over
    assert newest().state == State.CANCELLED
    assert "was cancelled" in browser.open("wait").content.decode()


def test_calling_again_rings_again_with_another_ticket(phone, browser, carrier):  # R10
    browser.enter_password()
    ticket = browser.session["voice2fa_ticket"]
    assert browser.send("resend")["Location"] == WAIT
    assert browser.session["voice2fa_ticket"] != ticket
    assert [call.is_over for call in carrier.calls] == [True, False]
    approve(carrier)
    browser.send("complete")
    assert browser.is_logged_in


def test_calling_again_too_soon_says_when(phone, browser, carrier, configure):
    configure(COOL_DOWN=15)
    browser.enter_password()
    response = browser.send("resend", follow=True)
    assert "Try again in 1" in response.content.decode()
    assert len(carrier.calls) == 1


def test_calling_again_after_too_long_starts_over(phone, browser, carrier):
    browser.enter_password()
    age(newest(), 601)
    response = browser.send("resend")
    assert response["Location"] == "/phone/login/"
    assert len(carrier.calls) == 1


def test_another_phone_of_the_person_can_be_rung(phone, browser, carrier):
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    browser.enter_password()
    browser.send("resend", data={"phone": str(other.pk)})
    assert carrier.calls[-1].to == OTHER_NUMBER


@pytest.mark.parametrize("value", ["somebody else's", "0", "x", "", "99999999999999999999"])
def test_nobody_elses_phone_can_be_rung(phone, browser, carrier, value):
    others = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    browser.enter_password()
    browser.send("resend", data={"phone": str(others.pk) if value == "somebody else's" else value})
    assert [call.to for call in carrier.calls] == [stage.NUMBER] * 2


def test_a_removed_phone_is_not_rung_again(phone, browser, carrier):
    browser.enter_password()
    phone.delete()
    assert browser.send("resend")["Location"] == "/phone/login/"
    assert len(carrier.calls) == 1


# The code on the page


@pytest.fixture
def telling(phone, browser, carrier, configure):
    """A browser whose call has told the code."""
    configure(LOGIN_METHOD="speak")
    browser.enter_password()
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    return browser


def test_a_wrong_code_says_how_many_tries_are_left(telling):
    response = telling.send("code", data={"code": stage.wrong_code(newest())})
    assert response.status_code == 200
    assert "You have 2 tries left." in response.content.decode()


def test_three_wrong_codes_end_it(telling, carrier):
    for _ in range(3):
        response = telling.send("code", data={"code": stage.wrong_code(newest())})
    assert response["Location"] == WAIT
    assert carrier.calls[0].is_over
    assert telling.send("code", data={"code": stage.code_of(newest())})["Location"] == WAIT
    assert not telling.is_logged_in


@pytest.mark.parametrize("code", ["", " ", "x" * 33, "1\x00"])
def test_no_code_at_all_is_not_counted(telling, code):
    assert telling.send("code", data={"code": code}).status_code == 200
    assert newest().tries == 0


def test_a_code_before_it_was_told_is_too_early(phone, browser, configure):
    configure(LOGIN_METHOD="speak")
    browser.enter_password()
    response = browser.send("code", data={"code": stage.code_of(newest())})
    assert "has not been told yet" in response.content.decode()
    assert newest().tries == 0


def test_a_right_code_of_a_changed_account_leads_nowhere(telling, phone):
    get_user_model().objects.update(is_active=False)
    assert telling.send("code", data={"code": stage.code_of(newest())})["Location"] == WAIT
    assert not telling.is_logged_in


@pytest.mark.parametrize("method", ["approve", "enter"])
def test_where_no_code_is_typed_none_is_taken(phone, browser, configure, method):  # R2
    configure(LOGIN_METHOD=method)
    browser.enter_password()
    response = browser.send("code", data={"code": stage.code_of(newest())})
    assert response.status_code == 200
    assert newest().state == State.DIALING


# Status


def test_the_status_follows_the_call(phone, browser, carrier):
    browser.enter_password()
    told = browser.open("status").json()
    assert (told["state"], told["progress"], told["is_live"]) == ("dialing", "dialling", True)
    carrier.calls[0].answer()
    assert browser.open("status").json()["progress"] == "answered"
    carrier.calls[0].press(newest().approve_key)
    told = browser.open("status").json()
    assert (told["progress"], told["is_approved"], told["is_live"]) == ("approved", True, False)


def test_an_unchanged_status_is_not_sent_again(phone, browser, carrier):
    browser.enter_password()
    etag = browser.open("status")["ETag"]
    response = browser.open("status", headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")
    carrier.calls[0].answer()
    response = browser.open("status", headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert response["ETag"] != etag


def test_the_status_needs_two_queries(phone, browser, django_assert_max_num_queries):
    browser.enter_password()
    with django_assert_max_num_queries(2):
        browser.open("status")


def test_the_status_is_for_this_browser_alone(phone, browser, new_browser):  # R4
    browser.enter_password()
    response = new_browser().open("status")
    assert (response.status_code, response.json()["code"]) == (404, "not_waiting")
    assert "private" in browser.open("status")["Cache-Control"]


def test_the_status_tells_neither_code_nor_key_nor_number(phone, browser, configure):  # R9
    configure(LOGIN_METHOD="enter")
    browser.enter_password()
    body = browser.open("status").content.decode()
    assert stage.code_of(newest()) not in body
    assert "approve_key" not in body
    assert stage.NUMBER not in body


def test_looking_ends_what_is_overdue(phone, browser, carrier):
    browser.enter_password()
    age(newest(), 301)
    assert browser.open("status").json()["state"] == "expired"
    assert "Time is up" in browser.open("wait").content.decode()
    assert carrier.calls[0].is_over


def test_looking_finds_out_that_it_rings(phone, browser, carrier):
    browser.enter_password()
    age(newest(), 5)
    browser.open("status")
    assert browser.open("status").json()["progress"] == "ringing"


def test_an_order_without_a_clear_answer_is_told_as_it_is(phone, browser, carrier):  # R41
    carrier.fail_next(OutcomeUnknown("timeout"))
    browser.enter_password()
    assert "slow to answer" in browser.open("wait").content.decode()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (CarrierDown("no connection"), "trouble on our side"),
        (OrderRefused("401"), "trouble on our side"),
        (NumberRefused("400"), "could not reach this number"),
        (CarrierBusy("429", retry_after=60), "Wait a minute"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failed_order_is_told_with_what_to_do_next(phone, browser, carrier, error, sentence):  # R41
    carrier.fail_next(error)
    browser.enter_password()
    page = browser.open("wait").content.decode()
    assert sentence in page
    assert "Call me again" in page
    assert not browser.is_logged_in


@pytest.mark.parametrize("name", ["login", "register", "wait", "phones", "phone_add"])
def test_pages_are_never_kept(inside, name):
    assert "no-store" in inside.open(name)["Cache-Control"]


def test_the_number_is_shown_masked(phone, browser):
    browser.enter_password()
    page = browser.open("wait").content.decode()
    assert stage.NUMBER not in page
    assert reverse("voice2fa:status") in page
