"""Views that ask for the phone again, and the way back to what the person was doing (R40, R4, R16)."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import stage
from tests.stage import OTHER_NUMBER, PASSWORD
from voice2fa.core.methods import Purpose
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.web.kept import keep

from .conftest import Browser, newest

FORM = "application/x-www-form-urlencoded"
CONFIRM = "/phone/confirm/"
AGAIN = "/phone/confirm/send-again/"


@pytest.fixture(autouse=True)
def site(settings, configure):
    settings.ROOT_URLCONF = "tests.web.guarded"
    configure(CALL_LIMITS=stage.NO_LIMITS)


def grow_old(browser, seconds=3600):
    """Let the confirmation of the session be some seconds older."""
    session = browser.session
    session["voice2fa_confirmed"] = {
        **session["voice2fa_confirmed"],
        "at": session["voice2fa_confirmed"]["at"] - seconds,
    }
    session.save()


@pytest.fixture
def stale(inside):
    """A browser that logged in by telephone an hour ago."""
    grow_old(inside)
    return inside


def next_of(response):
    assert response.status_code == 302, response
    parts = urlsplit(response["Location"])
    assert parts.path == CONFIRM, response["Location"]
    return parse_qs(parts.query)["next"][0]


def confirm(browser, carrier, where, **data):
    """Have the phone ring, approve, and return where that leads."""
    assert browser.send("confirm", data={"next": where, **data})["Location"] == "/phone/wait/"
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))
    return browser.send("complete")


def send_form(browser, path="/guarded/", data=None, **extra):
    body = data if isinstance(data, str) else urlencode(data or {"amount": "5"}, doseq=True)
    return browser.post(path, body, content_type=FORM, **extra)


def hidden_fields(response):
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', response.content.decode())
    return [(unescape(name), unescape(value)) for name, value in found if name != "csrfmiddlewaretoken"]


def test_whoever_confirmed_a_moment_ago_is_let_through(inside):
    assert inside.get("/guarded/").content == b"GET /guarded/ "
    assert send_form(inside).content == b"POST /guarded/ amount=5"


def test_whoever_is_not_logged_in_logs_in_first(browser):
    for method in (browser.get, browser.post):
        response = method("/guarded/x/?a=b")
        assert response["Location"] == "/phone/login/?next=/guarded/x/%3Fa%3Db"


@pytest.mark.parametrize("path", ["/guarded/", "/guarded/x/", "/class/", "/async/"])
def test_whoever_confirmed_long_ago_confirms_again_and_is_led_back(stale, carrier, path):
    where = next_of(stale.get(f"{path}?page=2"))
    assert where == f"{path}?page=2"
    assert confirm(stale, carrier, where)["Location"] == where
    assert stale.get(where).status_code == 200


@pytest.mark.parametrize(("path", "seconds"), [("/guarded/", 300), ("/guarded/x/", 60), ("/class/", 60)])
def test_a_confirmation_is_good_for_as_long_as_the_view_says(inside, path, seconds):
    grow_old(inside, seconds - 20)
    assert inside.get(path).status_code == 200
    grow_old(inside, 21)
    assert inside.get(path).status_code == 302


def test_a_session_that_was_never_confirmed_is_not_fresh(phone, browser):
    browser.force_login(phone.user)
    assert next_of(browser.get("/guarded/")) == "/guarded/"


def test_the_confirmation_of_another_user_is_not_ones_own(inside, new_browser):  # R4
    other = stage.make_user("berta")
    session = inside.session
    session["voice2fa_confirmed"] = {**session["voice2fa_confirmed"], "user": str(other.pk)}
    session.save()
    assert inside.get("/guarded/").status_code == 302


def test_looking_at_the_page_calls_nobody(stale, carrier):  # R16
    calls = len(carrier.calls)
    for _ in range(5):
        page = stale.get(f"{CONFIRM}?next=/guarded/")
    assert len(carrier.calls) == calls
    assert b"Call me now" in page.content
    assert "•• ••23" in page.content.decode() or "••23" in page.content.decode()
    assert stage.NUMBER not in page.content.decode()


def test_the_button_rings_the_preferred_phone_for_this_purpose(stale, carrier):
    stale.send("confirm", data={"next": "/guarded/"})
    verification = newest()
    assert (verification.purpose, carrier.calls[-1].to) == (Purpose.CONFIRM, stage.NUMBER)


def test_another_of_ones_phones_may_be_rung(stale, carrier, phone):
    other = stage.make_phone(phone.user, OTHER_NUMBER, name="Desk")
    assert b"Call Desk" in stale.get(CONFIRM).content
    stale.send("confirm", data={"phone": other.pk})
    assert carrier.calls[-1].to == OTHER_NUMBER


def test_nobody_elses_phone_may_be_rung(stale, carrier):
    theirs = stage.make_phone(stage.make_user("berta"), OTHER_NUMBER)
    stale.send("confirm", data={"phone": theirs.pk})
    assert carrier.calls[-1].to == stage.NUMBER


def test_a_second_click_rings_no_second_time(stale, carrier):
    calls = len(carrier.calls)
    for _ in range(3):
        assert stale.send("confirm", data={"next": "/guarded/"})["Location"] == "/phone/wait/"
    assert len(carrier.calls) == calls + 1


@pytest.mark.parametrize("method", ["enter", "speak", "approve"])
def test_each_method_confirms(stale, carrier, configure, method):
    configure(LOGIN_METHOD=method)
    stale.send("confirm", data={"next": "/guarded/"})
    verification, call = newest(), carrier.calls[-1]
    call.answer()
    call.press(stage.right_keys(verification))
    if method == "speak":
        verification.refresh_from_db()
        response = stale.send("code", data={"code": stage.code_of(verification)})
    else:
        response = stale.send("complete")
    assert response["Location"] == "/guarded/"
    assert stale.get("/guarded/").status_code == 200


def test_a_wrong_key_confirms_nothing(stale, carrier):
    stale.send("confirm", data={"next": "/guarded/"})
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.wrong_key(newest()))
    stale.send("complete")
    assert stale.get("/guarded/").status_code == 302
    page = stale.open("wait").content.decode()
    assert f"{CONFIRM}?next=%2Fguarded%2F" in page


def test_the_session_gets_a_new_key_when_the_wait_begins_and_when_it_ends(stale, carrier):  # R38
    keys = [stale.session.session_key]
    stale.send("confirm", data={"next": "/guarded/"})
    keys.append(stale.session.session_key)
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))
    stale.send("complete")
    keys.append(stale.session.session_key)
    assert len(set(keys)) == 3


def test_a_confirmed_session_is_verified_for_django_otp_too(phone, browser, carrier):
    browser.force_login(phone.user)
    confirm(browser, carrier, "/guarded/")
    assert browser.session["otp_device_id"] == phone.persistent_id
    assert browser.get("/guarded/").status_code == 200


def test_the_confirmation_may_be_repeated_and_leads_to_the_same_place(stale, carrier):  # R10
    stale.send("confirm", data={"next": "/guarded/?page=2"})
    carrier.calls[-1].reject()
    assert b"Call me again" in stale.open("wait").content
    stale.send("resend")
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))
    assert stale.send("complete")["Location"] == "/guarded/?page=2"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(stale, carrier, target):  # A31
    assert confirm(stale, carrier, target)["Location"] == "/"


def test_the_ticket_of_a_login_confirms_nothing_and_that_of_a_confirmation_logs_nobody_in(
    stale, carrier, new_browser
):  # R4
    stale.send("confirm", data={"next": "/guarded/"})
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))
    stranger = new_browser()
    session = stranger.session
    session["voice2fa_ticket"] = stale.session["voice2fa_ticket"]
    session.save()
    stranger.send("complete")
    assert not stranger.is_logged_in
    assert newest().consumed_at is None


def test_the_confirmation_page_is_for_people_who_are_logged_in(browser, carrier):
    for response in (browser.get(CONFIRM), browser.post(CONFIRM), browser.get(AGAIN)):
        assert response["Location"].startswith("/phone/login/")
    assert not carrier.calls


def test_who_has_nothing_to_confirm_with_is_refused_and_shown_the_way_to_a_phone(user, browser, carrier):
    browser.force_login(user)
    assert next_of(browser.get("/guarded/")) == "/guarded/"
    page = browser.get(CONFIRM)
    assert page.status_code == 403
    assert reverse("voice2fa:phone_add") in page.content.decode()
    assert b"Call me now" not in page.content
    response = browser.send("confirm")
    assert response.status_code == 403
    assert not carrier.calls


def test_another_way_is_offered_to_whoever_has_one(stale, phone):
    assert b"other-ways" not in stale.get(f"{CONFIRM}?next=/guarded/").content
    TOTPDevice.objects.create(user=phone.user, name="App", confirmed=True)
    page = stale.get(f"{CONFIRM}?next=/guarded/").content.decode()
    assert f"{reverse('voice2fa:other_ways')}?next=%2Fguarded%2F" in page


def test_whoever_lost_the_phone_may_still_confirm_another_way(stale, phone):
    TOTPDevice.objects.create(user=phone.user, name="App", confirmed=True)
    VoiceDevice.objects.all().delete()
    page = stale.get(CONFIRM)
    assert page.status_code == 200
    assert b"Use another way" in page.content
    assert b"Call me now" not in page.content


def test_a_limit_is_told_on_the_page(stale, configure):
    configure(CALL_LIMITS={"user": [[1, 3600]], "number": [[1, 3600]], "address": []})
    stale.send("confirm")
    stale.send("cancel")
    page = stale.send("confirm")
    assert b"too many calls" in page.content


# A form that was sent too early


def test_an_approval_that_came_too_late_leads_back_to_the_confirmation(stale, carrier):
    stale.send("confirm", data={"next": "/guarded/"})
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))
    PhoneVerification.objects.filter(purpose=Purpose.CONFIRM).update(
        created_at=stage.NOW, deadline=stage.NOW + timedelta(seconds=1)
    )
    response = stale.send("complete")
    assert response["Location"] == f"{CONFIRM}?next=%2Fguarded%2F"
    assert b"Time ran out" in stale.get(response["Location"]).content


def test_a_form_is_kept_and_sent_again_by_a_button(stale, carrier):
    where = next_of(send_form(stale, "/guarded/x/?a=b", {"amount": "5", "tag": ["one", "two"], "empty": ""}))
    assert where == AGAIN
    assert confirm(stale, carrier, where)["Location"] == AGAIN
    page = stale.get(AGAIN)
    assert 'action="/guarded/x/?a=b"' in page.content.decode()
    assert hidden_fields(page) == [("amount", "5"), ("tag", "one"), ("tag", "two"), ("empty", "")]
    done = send_form(stale, "/guarded/x/?a=b", urlencode(hidden_fields(page)))
    assert done.content == b"POST /guarded/x/?a=b amount=5&empty=&tag=one|two"


def test_it_carries_a_token_of_its_own_and_never_the_one_that_came_along(stale, phone, carry_out):
    browser = Browser(carry_out, enforce_csrf_checks=True)
    browser.cookies = stale.cookies
    token = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(CONFIRM).content.decode()
    ).group(1)
    assert send_form(browser, data={"amount": "5"}).status_code == 403
    assert send_form(browser, data={"amount": "5", "csrfmiddlewaretoken": token}).status_code == 302
    page = browser.get(AGAIN).content.decode()
    assert page.count("csrfmiddlewaretoken") == 1
    assert token not in page


def test_nothing_is_sent_by_itself(stale, carrier):
    send_form(stale)
    confirm(stale, carrier, AGAIN)
    page = stale.get(AGAIN).content.decode()
    assert "<script" not in page


def test_what_was_sent_is_gone(stale, carrier):
    send_form(stale)
    confirm(stale, carrier, AGAIN)
    assert stale.get(AGAIN).status_code == 200
    send_form(stale)
    assert stale.get(AGAIN).status_code == 302
    assert "voice2fa_kept" not in stale.session


def test_a_page_that_is_looked_at_twice_shows_the_form_twice(stale, carrier):
    send_form(stale)
    assert hidden_fields(stale.get(AGAIN)) == hidden_fields(stale.get(AGAIN)) == [("amount", "5")]


def test_sent_too_late_it_is_kept_once_more(stale, carrier):
    send_form(stale, "/guarded/x/")
    confirm(stale, carrier, AGAIN)
    grow_old(stale, 61)
    assert next_of(send_form(stale, "/guarded/x/", {"amount": "6"})) == AGAIN
    assert hidden_fields(stale.get(AGAIN)) == [("amount", "6")]


def test_it_dies_after_ten_minutes(stale):
    send_form(stale)
    session = stale.session
    for age, status in ((599, 200), (601, 302)):
        session["voice2fa_kept"] = {
            **session["voice2fa_kept"],
            "at": stage.real_now().timestamp() - age,
        }
        session.save()
        assert stale.get(AGAIN).status_code == status


def test_what_is_too_old_does_not_stay_in_the_session(stale):
    send_form(stale)
    session = stale.session
    session["voice2fa_kept"] = {**session["voice2fa_kept"], "at": stage.real_now().timestamp() - 601}
    session.save()
    stale.get("/guarded/")
    assert "voice2fa_kept" not in stale.session


def test_another_person_on_the_same_browser_does_not_see_it(stale):  # R4
    send_form(stale, data={"amount": "5"})
    kept = stale.session["voice2fa_kept"]
    other = stage.make_user("berta")
    stale.force_login(other)
    assert "voice2fa_kept" not in stale.session  # Django throws the session away
    session = stale.session
    session["voice2fa_kept"] = kept  # and if it did not
    session.save()
    response = stale.get(AGAIN)
    assert response.status_code == 302
    assert response["Location"] == "/"


def test_nobody_chooses_where_it_is_sent(stale):
    send_form(stale, "/guarded/", {"next": "/evil/", "path": "/evil/", "action": "/evil/"})
    page = stale.get(f"{AGAIN}?path=/evil/&next=/evil/").content.decode()
    assert re.findall(r'action="([^"]*)"', page) == ["/guarded/"]


def test_a_path_that_looks_like_another_host_stays_here(rf, phone):  # A31
    request = rf.post("/any/", "a=1", content_type=FORM)
    request.user, request.session, request.csrf_processing_done = phone.user, {}, True
    request.path = "//evil.example/any/"
    keep(request, now=stage.NOW)
    assert request.session["voice2fa_kept"]["path"] == "/%2Fevil.example/any/"


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "'\"<>&", "{{ 7|add:7 }}", "\u202eabc"])
def test_names_and_values_stay_text(stale, text):
    send_form(stale, f"/guarded/?q={quote(text)}", {text: text})
    page = stale.get(AGAIN)
    assert hidden_fields(page) == [(text, text)]
    assert b"<script>alert" not in page.content
    assert b"14" not in re.findall(rb'value="([^"]*)"', page.content)


def assert_not_kept(browser, response, form="/guarded/"):
    """It was not kept, and the person is led to the form, with a word about it."""
    assert next_of(response) == AGAIN
    assert browser.session["voice2fa_kept"]["fields"] is None
    led = browser.get(AGAIN)
    assert led["Location"] == form
    assert b"did not keep it" in browser.get(CONFIRM).content


def test_files_are_not_kept(stale):
    file = SimpleUploadedFile("a.txt", b"secret")
    assert_not_kept(stale, stale.post("/guarded/", {"file": file, "amount": "5"}))
    assert "secret" not in str(dict(stale.session))


def test_json_is_not_kept(stale):
    assert_not_kept(stale, stale.post("/guarded/", '{"amount": 5}', content_type="application/json"))


@pytest.mark.parametrize("size", [8193, 100_000, 5_000_000])
def test_large_forms_are_not_kept(stale, size):
    assert_not_kept(stale, send_form(stale, data="a=" + "x" * (size - 2)))


def test_a_form_up_to_the_limit_is_kept(stale):
    send_form(stale, data="a=" + "x" * 8190)
    assert hidden_fields(stale.get(AGAIN)) == [("a", "x" * 8190)]


def test_forms_with_very_many_fields_are_not_kept(stale):
    assert_not_kept(stale, send_form(stale, data="&".join(f"f{n}=1" for n in range(201))))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "new_password1",
            "old-password",
            "passwd",
            "pwd",
            "Passphrase",
            "secret",
            "client_secret",
        ),
        *("token", "otp_token", "otp", "pin", "card_pin", "cvc", "cvv2", "card_number", "api_key", "apikey"),
        *("security_answer", "ssn", "private_key", "credentials"),
    ],
)
def test_forms_with_secrets_are_not_kept(stale, name):
    assert_not_kept(stale, send_form(stale, data={"amount": "5", name: "hunter2"}))
    assert "hunter2" not in str(dict(stale.session))


@pytest.mark.parametrize("name", ["amount", "shipping", "spinner", "passenger", "description", "keyword"])
def test_forms_with_ordinary_names_are_kept(stale, name):
    send_form(stale, data={name: "5"})
    assert hidden_fields(stale.get(AGAIN)) == [(name, "5")]


@pytest.mark.parametrize("path", ["/hidden-above/", "/hidden-all/", "/hidden-below/"])
def test_forms_that_the_view_calls_sensitive_are_not_kept(stale, path):
    assert_not_kept(stale, send_form(stale, path, {"answer": "42"}), form=path)


def test_fields_beside_a_sensitive_one_that_was_not_sent_are_kept(stale):
    send_form(stale, "/hidden-above/", {"amount": "5"})
    assert hidden_fields(stale.get(AGAIN)) == [("amount", "5")]


def test_what_was_not_checked_for_its_origin_is_not_kept(stale):
    """A form that another site has sent must not turn into one of ours."""
    assert_not_kept(stale, send_form(stale, "/exempt/"), form="/exempt/")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_kept(stale, method):
    assert_not_kept(stale, getattr(stale, method)("/guarded/"))


def test_a_session_in_a_cookie_has_no_room_for_it(stale, settings, rf, phone):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    request = rf.post("/guarded/", "a=1", content_type=FORM)
    request.user, request.session, request.csrf_processing_done = phone.user, {}, True
    assert not keep(request, now=stage.NOW)
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    assert keep(request, now=stage.NOW)


@pytest.mark.parametrize(
    ("referrer", "form"),
    [
        ("http://testserver/form/?step=2", "/form/?step=2"),
        ("http://testserver", "/"),
        ("http://testserver//evil.example/", "/%2Fevil.example/"),
        ("https://evil.example/form/", "/guarded/"),
        ("javascript:alert(1)", "/guarded/"),
        ("//evil.example/", "/guarded/"),
        ("", "/guarded/"),
    ],
)
def test_the_person_is_led_to_the_page_of_the_form_on_this_site(stale, referrer, form):  # A31
    response = stale.post("/guarded/", "{}", content_type="application/json", HTTP_REFERER=referrer)
    assert_not_kept(stale, response, form=form)


def test_without_anything_kept_the_page_leads_on(stale):
    assert stale.get(AGAIN)["Location"] == "/"


# The same for API views


def test_an_api_view_tells_by_a_code_that_a_confirmation_is_needed(stale, inside):
    response = stale.get("/api/")
    assert response.status_code == 403
    assert response.json()["code"] == "confirmation_required"
    assert response.json()["detail"]
    assert set(response.json()) == {"code", "detail"}


def test_an_api_view_serves_whoever_confirmed_a_moment_ago(inside):
    assert inside.get("/api/").json() == {"secret": 42}
    grow_old(inside, 301)
    assert inside.get("/api/").status_code == 403


def test_an_api_view_is_closed_to_strangers(browser):
    assert browser.get("/api/").status_code in {401, 403}
    assert "confirmation_required" not in browser.get("/api/").content.decode()


def test_a_confirmation_opens_the_api_view_too(stale, carrier):
    confirm(stale, carrier, "/guarded/")
    assert stale.get("/api/").status_code == 200


def test_the_users_password_is_never_asked_for_by_the_confirmation(stale):
    assert b'type="password"' not in stale.get(CONFIRM).content


def test_a_password_that_changed_meanwhile_voids_the_confirmation(stale, carrier, phone):
    stale.send("confirm", data={"next": "/guarded/"})
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()))
    user = get_user_model().objects.get(pk=phone.user_id)
    user.set_password(PASSWORD + "x")
    user.save()
    stale.send("complete")
    assert newest().consumed_at is None
    assert PhoneVerification.objects.filter(purpose=Purpose.CONFIRM).exists()
