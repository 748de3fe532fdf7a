"""The pages that change a phone: only after a fresh confirmation, and with other sessions ended if wished."""

import pytest
from django.core import mail

from tests import stage
from tests.stage import CLIENT, OTHER_NUMBER
from voice2fa.flows import phones as changes
from voice2fa.models import PhoneRecord, VoiceDevice

from .conftest import newest

PAGES = ["phone_rename", "phone_language", "phone_prefer", "phone_remove"]
NO_TABLE = "django.contrib.sessions.backends.signed_cookies"


@pytest.fixture
def other(phone):
    return stage.make_phone(phone.user, OTHER_NUMBER, name="Work")


@pytest.fixture
def without_table(settings):
    settings.SESSION_ENGINE = NO_TABLE


def let_it_grow_stale(browser):
    """Have the confirmation be six minutes old."""
    session = browser.session
    session["voice2fa_confirmed"] = {
        **session["voice2fa_confirmed"],
        "at": session["voice2fa_confirmed"]["at"] - 360,
    }
    session.save()


def log_in(browser, carrier):
    browser.enter_password()
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    browser.send("complete")
    assert browser.is_logged_in
    return browser


def add(browser, carrier, **data):
    data = {"name": "Work", "number": OTHER_NUMBER, "consents": "on", **data}
    browser.send("phone_add", data=data)
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.code_of(newest()))
    return browser.send("complete")


# A fresh confirmation


@pytest.mark.parametrize("method", ["open", "send"])
@pytest.mark.parametrize("page", [*PAGES, "phone_add"])
def test_a_stale_session_is_asked_to_confirm_first(inside, phone, other, carrier, page, method):  # R21, A13
    let_it_grow_stale(inside)
    calls, arguments = len(carrier.calls), [] if page == "phone_add" else [other.pk]
    extra = {"data": {"name": "x", "number": "+12025550125", "consents": "on"}} if method == "send" else {}
    response = getattr(inside, method)(page, *arguments, **extra)
    assert response["Location"].startswith("/phone/confirm/?next=")
    assert VoiceDevice.objects.filter(name="Work", is_preferred=False).count() == 1
    assert (PhoneRecord.objects.count(), len(carrier.calls)) == (0, calls)


def test_after_the_confirmation_the_page_is_there(inside, other, carrier):  # R21
    let_it_grow_stale(inside)
    inside.send("confirm", data={"next": f"/phone/phones/{other.pk}/remove/"})
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    assert inside.send("complete")["Location"] == f"/phone/phones/{other.pk}/remove/"
    assert inside.open("phone_remove", other.pk).status_code == 200


def test_a_remembered_browser_has_confirmed_nothing(
    phone, other, new_browser, carrier, configure
):  # R21, R40
    configure(REMEMBER_DAYS=30)
    browser = new_browser()
    browser.enter_password(remember="on")
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    browser.send("complete")
    browser.session.flush()
    browser.enter_password()
    assert browser.open("phones").status_code == 200
    assert browser.open("phone_remove", other.pk)["Location"].startswith("/phone/confirm/")


# Rename and prefer


def test_a_phone_is_renamed(inside, phone):
    page = inside.open("phone_rename", phone.pk).content.decode()
    assert 'value="Mobile"' in page
    response = inside.send("phone_rename", phone.pk, data={"name": "Kitchen"}, follow=True)
    assert response.redirect_chain == [("/phone/phones/", 302)]
    assert "The phone is called Kitchen now." in response.content.decode()
    assert VoiceDevice.objects.get().name == "Kitchen"


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "\u202e\u200f", "\u202ekroW", "Wo\u200brk", "x" * 5000])
def test_a_name_must_be_one(inside, phone, name):
    assert inside.send("phone_rename", phone.pk, data={"name": name}).status_code == 200
    assert VoiceDevice.objects.get().name == "Mobile"


def test_the_preferred_phone_is_rung_at_the_next_login(inside, other, new_browser, carrier):
    assert "rung first" in inside.open("phones").content.decode()
    assert inside.open("phone_prefer", other.pk).status_code == 200
    assert not VoiceDevice.objects.filter(is_preferred=True).exists()
    response = inside.send("phone_prefer", other.pk, follow=True)
    assert "From now on we ring Work first." in response.content.decode()
    new_browser().enter_password()
    assert carrier.calls[-1].to == OTHER_NUMBER


def test_one_phone_alone_needs_no_preference(inside):
    page = inside.open("phones").content.decode()
    assert "rung first" not in page
    assert "/prefer/" not in page


def test_the_record_names_the_browser(inside, phone):  # R25
    inside.send(
        "phone_rename",
        phone.pk,
        data={"name": "Kitchen"},
        headers={"User-Agent": "Firefox/140 on Windows"},
        REMOTE_ADDR="198.51.100.7",
    )
    record = PhoneRecord.objects.get()
    assert (record.client_address, record.user_agent) == ("198.51.100.7", "Firefox/140 on Windows")


# Other sessions


def test_removing_a_phone_logs_out_everywhere_else(inside, phone, other, new_browser, carrier):  # R24
    elsewhere, otto = log_in(new_browser(), carrier), new_browser()
    stage.make_phone(stage.make_user("otto"), "+12025550125")
    otto.enter_password("otto")
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    otto.send("complete")
    page = inside.open("phone_remove", other.pk).content.decode()
    assert "checked" in page
    inside.send("phone_remove", other.pk, data={"end_others": "on"})
    assert not elsewhere.is_logged_in
    assert inside.is_logged_in
    assert otto.is_logged_in


def test_other_sessions_stay_where_that_is_not_wished(inside, other, new_browser, carrier):  # R24
    elsewhere = log_in(new_browser(), carrier)
    inside.send("phone_remove", other.pk)
    assert elsewhere.is_logged_in


@pytest.mark.parametrize("wish", [{}, {"end_others": "on"}])
def test_adding_a_phone_logs_out_elsewhere_if_wished_once_it_is_proved(
    inside, new_browser, carrier, wish
):  # R24
    elsewhere = log_in(new_browser(), carrier)
    inside.send("phone_add", data={"name": "x", "number": OTHER_NUMBER, "consents": "on", "end_others": "on"})
    assert elsewhere.is_logged_in
    add(inside, carrier, **wish)
    assert VoiceDevice.objects.filter(confirmed=True).count() == 2
    assert inside.is_logged_in
    assert elsewhere.is_logged_in is not bool(wish)


def test_the_box_is_offered_where_sessions_have_a_table(inside, other):  # R24
    for page, arguments in (("phone_add", []), ("phone_remove", [other.pk])):
        assert 'name="end_others"' in inside.open(page, *arguments).content.decode()


def test_no_such_box_where_sessions_have_none(without_table, inside, other):  # R24
    for page, arguments in (("phone_add", []), ("phone_remove", [other.pk])):
        assert 'name="end_others"' not in inside.open(page, *arguments).content.decode()
    assert inside.send("phone_remove", other.pk, data={"end_others": "on"}).status_code == 302
    assert inside.is_logged_in


# Telling the owner


def test_the_owner_is_told_of_a_phone_that_was_added(inside, phone, carrier):  # R23
    phone.user.email = "anna@example.com"
    phone.user.save()
    add(inside, carrier)
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.com"]
    assert sent.subject == "Example Bank: A phone was added to your account"
    assert OTHER_NUMBER not in sent.body
    assert "24" in sent.body


def test_a_mail_server_that_is_away_fails_no_page(inside, phone, carrier, mail_by):  # R23
    phone.user.email = "anna@example.com"
    phone.user.save()
    mail_by("tests.web.mailers.Away")
    assert add(inside, carrier)["Location"] == "/phone/phones/"
    assert VoiceDevice.objects.filter(confirmed=True).count() == 2


def test_a_phone_that_is_gone_vouches_for_nothing_more(inside, phone, other):  # R24, A13
    changes.remove_by_staff(phone, client=CLIENT, now=stage.real_now())
    response = inside.send("phone_add", data={"name": "x", "number": "+12025550125", "consents": "on"})
    assert response["Location"].startswith("/phone/confirm/?next=")
    assert list(VoiceDevice.objects.all()) == [other]
