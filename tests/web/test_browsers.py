"""Remembered browsers on the pages: who is let in without a call, and who is not (R40, A29)."""

from datetime import timedelta

import pytest
from django.http import HttpRequest
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import stage
from voice2fa.backends import VoiceBackend
from voice2fa.flows.presence import marks
from voice2fa.models import PhoneVerification, RememberedBrowser
from voice2fa.web.remembering import COOKIE

from .conftest import newest

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def thirty_days(configure):
    configure(REMEMBER_DAYS=30)


@pytest.fixture
def confirm(carrier):
    """Return a function that logs in by telephone, with the box ticked, and tells the last response."""

    def confirm(browser, **data):
        browser.enter_password(**{"remember": "on", **data})
        call = carrier.calls[-1]
        call.answer()
        call.press(newest().approve_key)
        return browser.send("complete")

    return confirm


@pytest.fixture
def known(phone, new_browser, confirm):
    """A browser that is remembered, and logged out."""
    browser = new_browser(headers={"user-agent": FIREFOX})
    confirm(browser)
    log_out(browser)
    return browser


def log_out(browser):
    """End the session, as logout() does; Django's client would throw away every other cookie, too."""
    browser.session.flush()
    del browser.cookies["sessionid"]


def calls():
    return PhoneVerification.objects.count()


def test_the_box_is_there_where_the_site_remembers_and_not_ticked(browser):
    html = browser.open("login").text
    assert "Remember this browser for 30 days" in html
    assert 'name="remember"' in html
    assert "checked" not in html


def test_the_box_is_not_there_where_it_does_not(browser, configure):
    configure(REMEMBER_DAYS=0)
    assert "remember" not in browser.open("login").text.lower()


def test_one_day_is_one_day(browser, configure):
    configure(REMEMBER_DAYS=1)
    assert "for 1 day<" in browser.open("login").text


def test_who_ticks_it_is_remembered_once_the_call_has_confirmed(phone, browser, confirm, settings):
    settings.SESSION_COOKIE_SECURE = True
    morsel = confirm(browser).cookies[COOKIE]
    assert morsel["httponly"]
    assert morsel["secure"]
    assert morsel["samesite"] == "Lax"
    assert morsel["path"] == "/"
    assert morsel["max-age"] == 30 * 24 * 3600
    assert RememberedBrowser.objects.get().user == phone.user


def test_the_cookie_goes_where_the_session_cookie_goes(phone, browser, confirm, settings):
    settings.SESSION_COOKIE_PATH = "/phone/"
    settings.SESSION_COOKIE_DOMAIN = "testserver"
    morsel = confirm(browser).cookies[COOKIE]
    assert (morsel["path"], morsel["domain"], morsel["secure"]) == ("/phone/", "testserver", "")


def test_nobody_is_remembered_before_the_call_has_confirmed(phone, browser):
    response = browser.enter_password(remember="on")
    assert COOKIE not in response.cookies
    assert not RememberedBrowser.objects.exists()


def test_who_does_not_tick_it_is_not(phone, browser, confirm):
    assert COOKIE not in confirm(browser, remember="").cookies
    assert not RememberedBrowser.objects.exists()


def test_who_ticked_it_and_began_again_without_is_not(phone, browser, confirm):
    browser.enter_password(remember="on")
    browser.send("cancel")
    assert COOKIE not in confirm(browser, remember="").cookies


def test_a_wish_is_nobody_elses(phone, browser, confirm):
    stage.make_phone(stage.make_user("berta"), number=stage.OTHER_NUMBER)
    browser.enter_password(remember="on")
    browser.send("cancel")
    browser.send(
        "register",
        data={
            "username": "carla",
            "number": "+12025550127",
            "password1": stage.PASSWORD,
            "password2": stage.PASSWORD,
            "consents": "on",
        },
    )
    verification = newest()
    assert verification.purpose == "register"
    stage.answer(verification, now=timezone.now())
    stage.approve(verification, now=timezone.now())
    assert COOKIE not in browser.send("complete").cookies
    assert browser.is_logged_in
    assert not RememberedBrowser.objects.exists()


def test_in_a_session_of_somebody_else_the_wish_is_kept(inside, phone, confirm):
    other = stage.make_user("berta")
    stage.make_phone(other, number=stage.OTHER_NUMBER)
    assert COOKIE in confirm(inside, username="berta").cookies
    assert RememberedBrowser.objects.get().user == other


def test_a_posted_wish_is_nothing_where_the_site_does_not_remember(phone, browser, confirm, configure):
    configure(REMEMBER_DAYS=0)
    assert COOKIE not in confirm(browser).cookies
    assert not RememberedBrowser.objects.exists()


def test_a_code_that_is_typed_remembers_too(phone, browser, carrier, configure):
    configure(LOGIN_METHOD="speak")
    browser.enter_password(remember="on")
    call = carrier.calls[-1]
    call.answer()
    call.press(newest().approve_key)
    assert COOKIE in browser.send("code", data={"code": stage.code_of(newest())}).cookies


def test_a_remembered_browser_is_let_in_on_the_password(known):
    before = calls()
    response = known.enter_password(next="/phone/phones/")
    assert response.url == "/phone/phones/"
    assert known.is_logged_in
    assert calls() == before
    assert RememberedBrowser.objects.get().last_used_at is not None


def test_that_is_a_login_and_no_confirmation(known, phone):
    known.enter_password()
    page = known.open("phones")
    assert page.status_code == 200
    assert not page.wsgi_request.user.is_verified()
    session = known.session
    assert marks.is_confirmed(session, phone.user)
    assert not marks.is_fresh(session, phone.user, now=timezone.now())


def test_the_session_has_a_new_key(known):  # R38
    known.enter_password(password="wrong")
    before = known.session.session_key  # the test client's way to have one
    known.enter_password()
    assert known.session.session_key != before


def test_who_is_in_already_and_comes_again_is_called(known):
    # A page that demands is_verified() sends people here: the cookie once more would go round in a circle.
    known.enter_password()
    before = calls()
    assert known.enter_password().url == "/phone/wait/"
    assert calls() == before + 1


def test_the_wrong_password_opens_nothing(known):
    known.enter_password(password="wrong")
    assert not known.is_logged_in


def test_without_the_cookie_the_phone_rings(known, browser):
    before = calls()
    assert browser.enter_password().url == "/phone/wait/"
    assert calls() == before + 1


def test_the_cookie_of_somebody_else_opens_nothing(known, phone):
    stage.make_phone(stage.make_user("berta"), number=stage.OTHER_NUMBER)
    assert known.enter_password(username="berta").url == "/phone/wait/"
    assert not known.is_logged_in


def test_a_cookie_that_was_copied_dies_with_the_browser(known, new_browser):
    thief = new_browser()
    thief.cookies[COOKIE] = known.cookies[COOKIE].value
    known.enter_password()
    known.send("browser_forget", RememberedBrowser.objects.get().pk)
    assert thief.enter_password().url == "/phone/wait/"
    assert not thief.is_logged_in


def test_a_cookie_that_was_meddled_with_opens_nothing(known):
    known.cookies[COOKIE] = known.cookies[COOKIE].value[:-2]
    assert known.enter_password().url == "/phone/wait/"


def test_a_remembered_login_renews_no_cookie(known):
    assert COOKIE not in known.enter_password(remember="on").cookies
    assert RememberedBrowser.objects.count() == 1


def test_a_new_wish_takes_the_place_of_a_dead_cookie(known, phone, confirm):
    known.cookies[COOKIE] = "dead"
    response = confirm(known)
    log_out(known)
    known.enter_password()
    assert known.is_logged_in
    assert len(response.cookies[COOKIE].value) > 60


def test_after_the_password_was_changed_the_phone_rings(known, phone):
    phone.user.set_password("another password")
    phone.user.save()
    assert known.enter_password(password="another password").url == "/phone/wait/"


def test_staff_are_called_each_time_and_told_so(phone, browser, confirm):
    phone.user.is_staff = True
    phone.user.save()
    response = confirm(browser)
    assert COOKIE not in response.cookies
    assert "your account confirms every login" in browser.open("phones").text
    assert not RememberedBrowser.objects.exists()


def test_staff_whose_browser_was_remembered_before_are_called(known, phone):
    phone.user.is_superuser = True
    phone.user.save()
    assert known.enter_password().url == "/phone/wait/"


@pytest.mark.parametrize("door", ["backend", "admin"])
def test_the_cookie_is_good_for_our_own_login_page_alone(known, phone, door, configure):
    configure(REMEMBER_STAFF=True)
    phone.user.is_staff = True
    phone.user.save()
    if door == "backend":
        request = HttpRequest()
        request.COOKIES[COOKIE] = known.cookies[COOKIE].value
        from django.contrib.auth import authenticate

        assert authenticate(request, username="anna", password=stage.PASSWORD) is None
    else:
        known.post("/admin/login/?next=/admin/", {"username": "anna", "password": stage.PASSWORD})
        assert not known.is_logged_in


def test_the_page_lists_them_in_words_and_marks_this_one(known):
    known.enter_password()
    html = known.open("browsers").text
    assert "Firefox on Linux" in html
    assert html.count("this browser") == 1
    assert "last used" in html
    assert RememberedBrowser.objects.get().secret_hash not in html


def test_another_browser_is_not_marked(known, new_browser, confirm):
    other = new_browser()
    confirm(other, remember="")
    html = other.open("browsers").text
    assert "Firefox on Linux" in html
    assert "this browser" not in html


def test_the_page_is_for_members(browser):
    assert browser.open("browsers").url.startswith("/phone/login/")


def test_where_nothing_is_remembered_the_page_says_so(inside, configure):
    assert "No browser is remembered" in inside.open("browsers").text
    configure(REMEMBER_DAYS=0)
    assert "This site remembers no browsers" in inside.open("browsers").text


def test_the_phones_page_leads_there(inside, configure):
    assert 'href="/phone/browsers/"' in inside.open("phones").text
    configure(REMEMBER_DAYS=0)
    assert 'href="/phone/browsers/"' not in inside.open("phones").text


def test_one_is_forgotten(known):
    known.enter_password()
    page = known.send("browser_forget", RememberedBrowser.objects.get().pk, follow=True)
    assert "Firefox on Linux is forgotten" in page.text
    assert not RememberedBrowser.objects.exists()


def test_nobody_forgets_somebody_elses(inside, known):
    browser = RememberedBrowser.objects.get()
    browser.user = stage.make_user("berta")
    browser.save()
    assert inside.send("browser_forget", browser.pk).status_code == 404
    assert RememberedBrowser.objects.exists()


def test_all_are_forgotten_and_the_cookie_goes(known, new_browser, confirm):
    confirm(new_browser())
    known.enter_password()
    response = known.send("browsers_forget")
    assert response.cookies[COOKIE]["max-age"] == 0
    assert not RememberedBrowser.objects.exists()


@pytest.mark.parametrize(("name", "has_pk"), [("browser_forget", True), ("browsers_forget", False)])
def test_a_link_forgets_nothing(known, name, has_pk):
    known.enter_password()
    arguments = [RememberedBrowser.objects.get().pk] if has_pk else []
    assert known.open(name, *arguments).status_code == 405
    assert RememberedBrowser.objects.exists()


@pytest.mark.parametrize("name", ["browser_forget", "browsers_forget"])
def test_another_site_forgets_nothing(known, phone, name):
    known.enter_password()
    known.handler.enforce_csrf_checks = True
    arguments = [RememberedBrowser.objects.get().pk] if name == "browser_forget" else []
    assert known.send(name, *arguments).status_code == 403
    assert RememberedBrowser.objects.exists()


def test_an_expired_cookie_rings_the_phone(known):
    past = timezone.now() - timedelta(days=31)
    RememberedBrowser.objects.update(created_at=past, expires_at=past + timedelta(days=30))
    assert known.enter_password().url == "/phone/wait/"


def test_a_page_that_demands_more_has_the_phone_ring(known, phone, carrier, settings, configure):
    # django-otp sends who is not verified to the login page: that would go round in a circle.
    settings.ROOT_URLCONF = "tests.web.otp_urls"
    configure(CALL_LIMITS=stage.NO_LIMITS)
    known.enter_password()
    login = known.get("/vault/").url
    assert login.startswith("/phone/login/?next=/vault/")
    assert known.get(login).url == "/phone/confirm/?next=%2Fvault%2F"
    known.send("confirm", data={"next": "/vault/"})
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    assert known.send("complete").url == "/vault/"
    assert known.get("/vault/").text == "the vault"


def test_who_was_confirmed_or_is_a_stranger_sees_the_login_page(inside, browser):
    for visitor in (inside, browser):
        assert visitor.get("/phone/login/?next=/vault/").status_code == 200


def test_who_was_sent_by_no_page_sees_the_login_page(known):
    known.enter_password()
    assert known.open("login").status_code == 200
    assert known.get("/phone/login/?next=https://evil.example/").status_code == 200


def test_a_step_up_rings_all_the_same(known, settings):
    settings.ROOT_URLCONF = "tests.web.guarded"
    known.enter_password()
    assert known.get("/guarded/").url.startswith("/phone/confirm/")


def test_phones_are_not_changed_on_the_word_of_a_browser(known, phone):  # R21
    known.enter_password()
    response = known.open("phone_remove", phone.pk)
    assert "/phone/confirm/" in response.headers.get("Location", "")


def test_the_middleware_takes_a_remembered_session_for_confirmed(known, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "voice2fa.middleware.ConfirmationMiddleware"]
    known.enter_password()
    assert known.open("phones").status_code == 200


def test_another_way_remembers_too(user, browser, new_browser):
    app = TOTPDevice.objects.create(user=user, name="Tablet", confirmed=True)
    stage.make_phone(user)
    browser.enter_password(remember="on")
    token = f"{TOTP(app.bin_key, app.step, app.t0, app.digits, app.drift).token():06}"
    response = browser.send("other_ways", data={"way": app.persistent_id, "token": token})
    assert COOKIE in response.cookies
    assert RememberedBrowser.objects.get().user == user


def test_who_needs_no_call_is_not_remembered(phone, browser, configure):
    configure(REQUIRED_FOR="staff")
    assert COOKIE not in browser.enter_password(remember="on").cookies
    assert browser.is_logged_in


class SiteBackend(VoiceBackend):
    """A site's own, made from ours."""


def test_a_session_is_good_where_the_site_has_a_backend_made_from_ours(known, settings):
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.SiteBackend"]
    known.enter_password()
    assert known.open("phones").status_code == 200
