"""Every address, in every state of a call and in the wrong order: refused, but never a failure (R19)."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import stage
from voice2fa.core.states import State
from voice2fa.flows.attempts import tickets
from voice2fa.models import PhoneVerification

GETS = ["login", "register", "wait", "status", "done", "phones", "phone_add"]
POSTS = ["login", "register", "complete", "cancel", "resend", "call_in", "code", "phone_add"]
ONLY_POST = {"complete", "cancel", "resend", "call_in", "code"}
ONLY_GET = {"wait", "status", "done", "phones"}


@pytest.fixture
def at(phone, new_browser):
    """Return a function that gives a browser whose login is in the state."""

    def bring(state, method="approve"):
        method = "enter" if (state, method) == (State.LOCKED, "approve") else method
        moment = stage.real_now()
        started = stage.reach(state, phone.user, method=method, now=moment)
        browser = new_browser()
        session = browser.session
        session["voice2fa_ticket"] = started.ticket
        session.save()
        return browser

    return bring


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", GETS)
def test_every_page_opens_in_every_state(at, state, name):
    response = at(state).open(name)
    assert response.status_code == (302 if name in {"phones", "phone_add"} else 200)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("method", ["approve", "speak"])
def test_every_form_can_be_sent_in_every_state(at, state, name, method):
    browser = at(state, method)
    response = browser.send(name, data={"code": "123456"})
    assert response.status_code in {200, 302}
    assert browser.is_logged_in == (name == "complete" and state == State.APPROVED)


@pytest.mark.parametrize("name", GETS)
def test_every_page_opens_without_a_call(browser, name):
    expected = {"wait": 302, "status": 404, "phones": 302, "phone_add": 302}
    assert browser.open(name).status_code == expected.get(name, 200)


@pytest.mark.parametrize("name", sorted(ONLY_POST))
def test_every_form_sent_without_a_call_leads_back(browser, name):
    response = browser.send(name, data={"code": "123456"})
    assert (response.status_code, response["Location"]) == (302, "/phone/login/")


@pytest.mark.parametrize("name", sorted(ONLY_POST))
def test_what_acts_cannot_be_got(at, carrier, name):  # R16
    browser = at(State.ANSWERED)
    before = PhoneVerification.objects.values().get()
    assert browser.open(name).status_code == 405
    assert PhoneVerification.objects.values().get() == before


@pytest.mark.parametrize("name", sorted(ONLY_GET))
def test_what_only_shows_cannot_be_posted(browser, name):
    assert browser.send(name).status_code == 405


@pytest.mark.parametrize("name", [*POSTS, "phone_rename", "phone_language", "phone_prefer", "phone_remove"])
def test_every_form_is_guarded_against_other_sites(phone, name):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(phone.user, backend="voice2fa.backends.VoiceBackend")
    arguments = (
        [phone.pk] if name in {"phone_rename", "phone_language", "phone_prefer", "phone_remove"} else []
    )
    assert browser.post(reverse(f"voice2fa:{name}", args=arguments)).status_code == 403


@pytest.mark.parametrize("ticket", ["", "x", "\x00", "\u00e9" * 50, 7, None])
def test_a_broken_ticket_is_no_ticket(browser, ticket):
    session = browser.session
    session["voice2fa_ticket"] = ticket
    session.save()
    assert browser.open("status").status_code == 404
    assert browser.send("complete")["Location"] == "/phone/login/"


@pytest.mark.parametrize("purpose", ["enrol", "confirm"])
def test_an_approval_for_another_purpose_opens_no_session(phone, browser, purpose):  # R4
    started = stage.reach(State.APPROVED, phone.user, purpose=purpose, now=stage.real_now())
    session = browser.session
    session["voice2fa_ticket"] = started.ticket
    session.save()
    assert browser.send("complete")["Location"] == "/phone/login/"
    assert not browser.is_logged_in
    assert tickets.find(started.ticket).consumed_at is None


def test_somebody_elses_enrolment_cannot_be_completed(phone, inside):  # R4
    otto = stage.make_user("otto")
    device = stage.make_phone(otto, stage.OTHER_NUMBER, confirmed=False)
    started = stage.reach(
        State.APPROVED, otto, purpose="enrol", number=stage.OTHER_NUMBER, device=device, now=stage.real_now()
    )
    session = inside.session
    session["voice2fa_ticket"] = started.ticket
    session.save()
    assert inside.send("complete").status_code == 302
    device.refresh_from_db()
    assert not device.confirmed
