"""The pages behind the link in an e-mail about a change."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests import stage
from tests.stage import CLIENT, OTHER_NUMBER
from voice2fa.core.history import PhoneEvent
from voice2fa.flows.account import history, notices
from voice2fa.models import PhoneRecord, VoiceDevice

from .conftest import newest

AGENT = "Firefox/140 on Windows"


@pytest.fixture
def theirs(phone):
    """A phone that somebody else has added to the account."""
    return stage.make_phone(phone.user, OTHER_NUMBER, name="Thief")


@pytest.fixture
def token(theirs):
    return notices.make_token(history.note_phone(theirs, PhoneEvent.ADDED, CLIENT, now=stage.real_now()))


def test_the_link_of_the_mail_works_in_any_browser(inside, phone, new_browser, carrier):  # R23, R24
    phone.user.email = "anna@example.com"
    phone.user.save()
    inside.send("phone_add", data={"name": "Thief", "number": OTHER_NUMBER, "consents": "on"})
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.code_of(newest()))
    inside.send("complete")
    link = re.search(r"http://localhost:8000(/phone/disown/\S+)", mail.outbox[0].body)[1]
    owner = new_browser()
    page = owner.get(link).content.decode()
    assert "A phone was added to your account" in page
    assert "this phone is removed" in page
    assert OTHER_NUMBER not in page
    response = owner.post(link, follow=True)
    assert response.redirect_chain == [("/phone/disowned/", 302)]
    assert "Change your password now" in response.content.decode()
    assert list(VoiceDevice.objects.all()) == [phone]
    assert not inside.is_logged_in


def test_looking_at_the_page_changes_nothing(browser, token):
    assert browser.open("disown", token).status_code == 200
    assert browser.head(reverse("voice2fa:disown", args=[token])).status_code == 405
    assert VoiceDevice.objects.count() == 2
    assert PhoneRecord.objects.get().disowned_at is None


def test_the_link_is_used_once(browser, token):
    browser.send("disown", token)
    for response in (browser.open("disown", token), browser.send("disown", token)):
        assert response.status_code == 410
        assert "of no use any more" in response.content.decode()
        assert "It was not me" not in response.content.decode()
    assert PhoneRecord.objects.filter(event=PhoneEvent.DISOWNED).count() == 1


@pytest.mark.parametrize("change", [lambda token: token + "x", lambda token: "x", lambda token: "1:2:3"])
def test_a_link_that_was_not_ours_is_of_no_use(browser, token, change):
    assert browser.open("disown", change(token)).status_code == 410
    assert browser.send("disown", change(token)).status_code == 410
    assert VoiceDevice.objects.count() == 2


def test_the_form_is_guarded_against_other_sites(token):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(reverse("voice2fa:disown", args=[token])).status_code == 403
    assert VoiceDevice.objects.count() == 2


def test_neither_page_is_kept_by_caches(browser, token):
    for response in (browser.open("disown", token), browser.open("disowned")):
        assert "no-store" in response["Cache-Control"]


def test_the_record_names_the_browser_that_disowned(browser, token):  # R25
    browser.send("disown", token, headers={"User-Agent": AGENT}, REMOTE_ADDR="198.51.100.7")
    record = PhoneRecord.objects.get(event=PhoneEvent.DISOWNED)
    assert (record.client_address, record.user_agent) == ("198.51.100.7", AGENT)


def test_a_removal_promises_no_removal(browser, phone, theirs):
    record = history.note_phone(theirs, PhoneEvent.REMOVED, CLIENT, now=stage.real_now())
    page = browser.open("disown", notices.make_token(record)).content.decode()
    assert "A phone was removed from your account" in page
    assert "this phone is removed" not in page


def test_a_new_password_is_offered_where_the_site_has_pages_for_it(browser, settings, db):
    assert "Choose a new password" not in browser.open("disowned").content.decode()
    settings.ROOT_URLCONF = "tests.web.with_passwords"
    assert 'href="/accounts/password_reset/"' in browser.open("disowned").content.decode()


def test_a_link_that_is_of_no_use_leads_on(browser, settings, db):
    page = browser.open("disown", "x").content.decode()
    assert 'href="/phone/phones/"' in page
    assert "Choose a new password" not in page
    settings.ROOT_URLCONF = "tests.web.with_passwords"
    assert 'href="/accounts/password_reset/"' in browser.open("disown", "x").content.decode()


def test_the_owners_own_session_ends_at_once(inside, token, hold_back):  # R24
    inside.send("disown", token)
    assert not inside.is_logged_in


def test_somebody_elses_session_in_this_browser_stays(new_browser, token, carrier):
    stage.make_phone(stage.make_user("otto"), "+12025550125")
    otto = new_browser()
    otto.enter_password("otto")
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    otto.send("complete")
    otto.send("disown", token)
    assert otto.is_logged_in


def test_nothing_is_promised_that_sessions_without_a_table_do_not_keep(browser, token, settings):  # R24
    assert "is logged out, you too" in browser.open("disown", token).content.decode()
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    assert "is logged out, you too" not in browser.open("disown", token).content.decode()
    assert "Everybody is logged out" not in browser.send("disown", token, follow=True).content.decode()
