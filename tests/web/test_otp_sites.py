"""What django-otp gives to a site works with our phones: its decorator, its login view, its admin site."""

import pytest
from django_otp.plugins.otp_static.models import StaticDevice

from tests import stage
from tests.stage import PASSWORD, press, real_now
from voice2fa.core.methods import Method
from voice2fa.flows import recovery
from voice2fa.flows.presence.marks import is_confirmed
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, RecoveryCodes

from .conftest import newest


@pytest.fixture(autouse=True)
def otp_site(settings):
    settings.ROOT_URLCONF = "tests.web.otp_urls"


@pytest.fixture
def staff(db):
    user = stage.make_user("olga", is_staff=True, is_superuser=True)
    stage.make_phone(user)
    return user


def text_of(response):
    return response.content.decode()


def fill_in(browser, address, user, **data):
    return browser.post(address, {"username": user.get_username(), "password": PASSWORD, **data})


def hear_code(browser, address, user):
    """Choose the phone, ask for the challenge, and listen to the call."""
    phone = user.voicedevice_set.get()
    page = text_of(fill_in(browser, address, user, otp_device=phone.persistent_id, otp_challenge="1"))
    assert "We are calling" in page
    verification = newest()
    assert verification.method == Method.SPEAK
    stage.answer(verification, now=real_now())
    press(verification, verification.approve_key, now=real_now())
    return {"otp_device": phone.persistent_id, "otp_token": code_of(verification)}


def test_a_login_by_call_opens_what_django_otp_guards(inside):
    assert inside.get("/vault/").content == b"the vault"


def test_without_a_login_it_stays_shut(browser, db):
    assert browser.get("/vault/")["Location"] == "/phone/login/?next=/vault/"


@pytest.mark.parametrize("address", ["/voice-login/", "/voice-admin/login/"])
def test_its_forms_ring_the_phone_of_somebody_who_must_confirm(browser, staff, address):
    response = fill_in(browser, address, staff, next="/vault/")
    assert "OTP Device" in text_of(response)
    answers = hear_code(browser, address, staff)
    assert not browser.is_logged_in
    assert fill_in(browser, address, staff, next="/vault/", **answers)["Location"] == "/vault/"
    assert browser.get("/vault/").content == b"the vault"
    assert browser.get("/voice-admin/").status_code == 200
    assert is_confirmed(browser.session, staff)
    assert browser.session["_auth_user_backend"] == "voice2fa.backends.VoiceBackend"


@pytest.mark.parametrize("address", ["/voice-login/", "/voice-admin/login/"])
def test_its_forms_take_other_devices_too(browser, staff, address):
    codes = recovery.make(staff, real_now())
    device = RecoveryCodes.objects.get()
    answers = {"otp_device": device.persistent_id, "otp_token": codes[0]}
    assert fill_in(browser, address, staff, next="/vault/", **answers).status_code == 302
    assert browser.is_logged_in
    assert PhoneVerification.objects.count() == 0


@pytest.mark.parametrize(
    "address", ["/voice-login/", "/voice-admin/login/", "/otp-login/", "/plain-admin/login/"]
)
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"otp_token": "123456"},
        {"otp_device": "voice2fa.voicedevice/1", "otp_token": "123456"},
        {"otp_device": "otp_totp.totpdevice/999", "otp_token": "123456"},
        {"otp_device": "x", "otp_challenge": "1"},
        {"otp_token": "123456", "password": "wrong"},
        {"password": ""},
        {"username": ""},
    ],
)  # fmt: skip
def test_nothing_less_lets_anybody_in(browser, staff, address, data):  # R39
    assert fill_in(browser, address, staff, **{**data}).status_code == 200
    assert not browser.is_logged_in


def test_somebody_elses_device_lets_nobody_in(browser, staff):  # R4
    berta = stage.make_user("berta", is_staff=True)
    stage.make_phone(berta, stage.OTHER_NUMBER)
    answers = hear_code(browser, "/voice-login/", berta)
    assert fill_in(browser, "/voice-login/", staff, **answers).status_code == 200
    assert not browser.is_logged_in


@pytest.mark.parametrize("address", ["/voice-login/", "/voice-admin/login/"])
def test_a_device_that_was_never_confirmed_lets_nobody_in(browser, staff, address):  # R20
    device = StaticDevice.objects.create(user=staff, name="Being set up", confirmed=False)
    device.token_set.create(token="abcdefgh")
    answers = {"otp_device": device.persistent_id, "otp_token": "abcdefgh"}
    assert fill_in(browser, address, staff, **answers).status_code == 200
    assert not browser.is_logged_in


def test_the_count_of_wrong_codes_is_kept(browser, staff):  # R12, R44
    answers = hear_code(browser, "/voice-login/", staff)
    wrong = {**answers, "otp_token": stage.wrong_code(newest())}
    assert fill_in(browser, "/voice-login/", staff, **wrong).status_code == 200
    assert newest().tries == 1


def test_a_user_who_is_not_staff_stays_out_of_the_admin(browser, user, phone):
    codes = recovery.make(user, real_now())
    answers = {"otp_device": RecoveryCodes.objects.get().persistent_id, "otp_token": codes[0]}
    assert fill_in(browser, "/voice-admin/login/", user, **answers).status_code == 200
    assert not browser.is_logged_in


def test_a_user_whose_account_is_closed_stays_out(browser, staff):
    staff.is_active = False
    staff.save()
    codes = recovery.make(staff, real_now())
    answers = {"otp_device": RecoveryCodes.objects.get().persistent_id, "otp_token": codes[0]}
    assert fill_in(browser, "/voice-login/", staff, **answers).status_code == 200
    assert not browser.is_logged_in


def test_where_a_password_opens_the_forms_of_django_otp_serve_as_they_are(browser, staff, configure):
    configure(REQUIRED_FOR="group:nobody")
    answers = hear_code(browser, "/otp-login/", staff)
    assert fill_in(browser, "/otp-login/", staff, next="/vault/", **answers)["Location"] == "/vault/"
    assert browser.get("/vault/").content == b"the vault"


def test_who_is_logged_in_by_password_alone_is_asked_for_the_token(browser, staff, configure):
    configure(REQUIRED_FOR="group:nobody")
    browser.enter_password("olga")
    assert browser.is_logged_in
    assert browser.get("/vault/").status_code == 302
    phone = staff.voicedevice_set.get()
    browser.post("/otp-login/", {"otp_device": phone.persistent_id, "otp_challenge": "1"})
    stage.answer(newest(), now=real_now())
    verification = newest()
    press(verification, verification.approve_key, now=real_now())
    answers = {"otp_device": phone.persistent_id, "otp_token": code_of(verification), "next": "/vault/"}
    assert browser.post("/otp-login/", answers)["Location"] == "/vault/"
    assert browser.get("/vault/").content == b"the vault"


def test_who_logs_in_by_call_on_our_page_is_in_the_admin_of_django_otp(new_browser, staff, carrier):
    browser = new_browser()
    browser.enter_password("olga")
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    browser.send("complete")
    assert browser.get("/plain-admin/").status_code == 200
