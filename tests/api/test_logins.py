"""Log in and register through the API, and all that can be asked about the call meanwhile."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests import stage
from voice2fa.core.errors import Code
from voice2fa.core.states import State
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, VoiceDevice

from .conftest import NEW_NUMBER, error_of, newest

REGISTRATION = {
    "username": "berta",
    "email": "berta@example.com",
    "password": stage.PASSWORD,
    "number": "+1 202 555 0177",
    "consents": True,
}


def test_the_right_password_begins_a_call(phone, api):
    response = api.log_in()
    told = response.json()
    assert response.status_code == 201
    assert set(told) == {"ticket", "verification", "show"}
    assert told["verification"]["purpose"] == "login"
    assert told["show"]["number"] == "+1 ••• ••• ••23"
    assert told["show"]["caller"] == "+1 202-555-0100"
    assert told["show"]["key"] == newest().approve_key
    assert stage.NUMBER not in response.content.decode()


def test_the_approved_call_opens_a_session_by_the_front_door(phone, api, approve):
    api.log_in()
    approve(api)
    response = api.send("complete")
    assert response.json() == {"purpose": "login", "user": {"id": str(phone.user_id), "username": "anna"}}
    assert api.has_session
    phone.user.refresh_from_db()
    assert phone.user.last_login is not None
    assert api.session["otp_device_id"] == phone.persistent_id


def test_the_session_has_a_new_key(phone, api, approve):  # R38
    planted = api.session
    planted["planted"] = True
    planted.save()
    before = api.session.session_key
    api.log_in()
    approve(api)
    api.send("complete")
    assert api.session.session_key != before


def test_a_password_alone_opens_nothing(phone, api):
    api.log_in()
    assert error_of(api.send("complete")) == (409, "not_approved")
    assert not api.has_session


def test_an_approval_is_used_once(phone, inside, new_api):  # R8
    assert error_of(new_api().send("complete", ticket=inside.ticket)) == (409, "already_used")


def test_keying_in_the_shown_code_approves(phone, api, configure, carrier):
    configure(LOGIN_METHOD="enter")
    shown = api.log_in().json()["show"]
    assert shown["key"] == ""
    call = carrier.calls[-1]
    call.answer()
    call.press(shown["code"].replace(" ", ""))
    assert api.ask("status").json()["is_approved"]
    assert api.send("complete").status_code == 200


def test_typing_the_told_code_approves(phone, api, configure, carrier):
    configure(LOGIN_METHOD="speak")
    shown = api.log_in().json()["show"]
    assert shown["code"] == ""
    call = carrier.calls[-1]
    call.answer()
    assert error_of(api.send("code", body={"code": "123456"})) == (409, "too_early")
    call.press(shown["key"])
    assert api.ask("status").json()["progress"] == "code_told"
    wrong = api.send("code", body={"code": stage.wrong_code(newest())})
    assert error_of(wrong) == (400, "wrong_code")
    assert "2 tries left" in wrong.json()["detail"]
    assert api.send("code", body={"code": code_of(newest())}).json()["is_approved"]
    assert api.send("complete").status_code == 200
    assert api.has_session


def test_a_flushed_cache_gives_no_more_guesses(phone, api, configure, carrier):  # R12
    from django.core.cache import cache

    configure(LOGIN_METHOD="speak")
    key = api.log_in().json()["show"]["key"]
    carrier.calls[-1].answer()
    carrier.calls[-1].press(key)
    for _try in range(3):
        cache.clear()
        api.send("code", body={"code": stage.wrong_code(newest())})
    assert newest().state == State.LOCKED
    assert error_of(api.send("code", body={"code": code_of(newest())})) == (409, "not_approved")


def test_the_status_tells_neither_code_nor_key_nor_number(phone, api, configure):
    configure(LOGIN_METHOD="enter")
    shown = api.log_in().json()["show"]
    told = api.ask("status").content.decode()
    assert shown["code"] not in told
    assert code_of(newest()) not in told
    assert "0123" not in told


def test_the_status_is_304_while_nothing_has_changed(phone, api, carrier):
    api.log_in()
    first = api.ask("status")
    again = api.ask("status", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    carrier.calls[-1].answer()
    assert api.ask("status", headers={"If-None-Match": first["ETag"]}).json()["progress"] == "answered"


def test_the_etag_changes_when_the_approval_is_used(phone, api, approve):
    api.log_in()
    approve(api)
    before = api.ask("status")["ETag"]
    api.send("complete")
    assert api.ask("status", headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize("is_logged_in", [False, True])
def test_the_status_takes_two_queries_at_most(
    phone, new_api, inside, carrier, django_assert_max_num_queries, is_logged_in
):
    api = inside if is_logged_in else new_api()
    api.log_in()
    carrier.calls[-1].answer()
    with django_assert_max_num_queries(2):
        api.ask("status")


@pytest.mark.parametrize("name", ["login", "status", "complete", "session"])
def test_nobody_keeps_a_copy(phone, inside, name):
    response = inside.log_in() if name == "login" else inside._send("get", name, (), None, None, None, {})
    assert "no-cache" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_cancelling_ends_the_call(phone, api, carrier):
    api.log_in()
    assert api.send("cancel").json()["state"] == "cancelled"
    assert newest().state == State.CANCELLED
    assert api.send("cancel").json()["state"] == "cancelled"


def test_cancelling_what_was_approved_leaves_it(phone, api, approve):
    api.log_in()
    approve(api)
    assert api.send("cancel").json()["is_approved"]


def test_calling_again_gives_a_new_ticket_and_voids_the_old_one(phone, api, approve):  # R10
    api.log_in()
    old = api.ticket
    assert api.send("resend").status_code == 201
    assert api.ticket != old
    assert api.ask("status", ticket=old).json()["state"] == "cancelled"
    approve(api)
    assert error_of(api.send("complete", ticket=old)) == (409, "not_approved")
    assert api.send("complete").status_code == 200


def test_another_phone_can_be_rung(phone, user, api, carrier):
    other = stage.make_phone(user, stage.OTHER_NUMBER, name="Work phone")
    (offered,) = api.log_in().json()["show"]["other_phones"]
    assert offered == {"id": other.pk, "name": "Work phone", "number": "+1 ••• ••• ••24"}
    assert api.send("resend", body={"phone": offered["id"]}).status_code == 201
    assert carrier.calls[-1].order.to == stage.OTHER_NUMBER


def test_somebody_elses_phone_is_not_rung(phone, api, carrier):
    other = stage.make_phone(stage.make_user("otto"), stage.OTHER_NUMBER)
    api.log_in()
    api.send("resend", body={"phone": other.pk})
    assert carrier.calls[-1].order.to == stage.NUMBER


def test_a_limit_says_when_to_try_again(phone, api, configure):
    configure(COOL_DOWN=60)
    api.log_in()
    refused = api.send("resend")
    assert error_of(refused) == (429, "cooling_down")
    assert 0 < int(refused["Retry-After"]) <= 60


def test_a_login_that_needs_no_call_is_complete_at_once(user, api, configure):
    configure(REQUIRED_FOR="with_phone")
    response = api.log_in()
    assert (response.status_code, response.json()["purpose"]) == (200, "login")
    assert api.has_session


def test_a_registration_makes_the_account_when_it_is_complete(api, approve, db):
    told = api.send("register", body=REGISTRATION).json()
    assert told["show"]["number"] == "+1 ••• ••• ••77"
    assert not get_user_model().objects.exists()
    approve(api)
    response = api.send("complete")
    user = get_user_model().objects.get()
    assert response.json()["user"] == {"id": str(user.pk), "username": "berta"}
    assert user.check_password(stage.PASSWORD)
    assert VoiceDevice.objects.get().number.as_e164 == NEW_NUMBER
    assert VoiceDevice.objects.get().consented_at is not None
    assert api.has_session


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "ANNA"}, "username"),
        ({"password": "1234"}, "password"),
        ({"number": "12"}, "number"),
        ({"number": None}, "number"),
        ({"consents": "perhaps"}, "consents"),
    ],
)
def test_a_registration_is_judged_as_on_the_page(user, api, settings, change, field):
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}
    ]
    response = api.send("register", body=REGISTRATION | change)
    assert error_of(response) == (400, "invalid")
    assert list(response.json()["fields"]) == [field]
    assert not PhoneVerification.objects.exists()


def test_what_the_page_does_not_ask_for_may_be_left_out(api, db):
    assert api.send("register", body={**REGISTRATION, "email": ""}).status_code == 201
    without = {name: value for name, value in REGISTRATION.items() if name != "email"}
    assert api.send("register", body=without).status_code == 201


def test_nobody_is_rung_without_consent(api, db):  # R29
    assert error_of(api.send("register", body=REGISTRATION | {"consents": False})) == (
        400,
        "consent_required",
    )


def test_a_name_that_was_taken_meanwhile_is_refused(api, approve, db):
    api.send("register", body=REGISTRATION)
    approve(api)
    stage.make_user("berta")
    assert error_of(api.send("complete")) == (409, Code.USERNAME_TAKEN)
    assert not api.has_session


def test_a_password_that_changes_meanwhile_voids_the_approval(phone, api, approve):
    api.log_in()
    approve(api)
    phone.user.set_password("another one altogether")
    phone.user.save()
    assert error_of(api.send("complete")) == (409, "account_changed")
    assert not api.has_session


def test_the_time_runs_out(phone, api, approve):
    api.log_in()
    approve(api)
    gone = timezone.now() - stage.LONG_AGO
    PhoneVerification.objects.update(created_at=gone, deadline=gone + timedelta(minutes=5))
    assert error_of(api.send("complete")) == (410, "expired")


def test_who_is_logged_in(phone, api, inside):
    told = inside.ask("session").json()
    assert told["user"] == {"id": str(phone.user_id), "username": "anna"}
    assert told["csrf_token"]


def test_logging_out_everywhere_else(phone, inside, new_api, approve):
    other = new_api()
    other.log_in()
    approve(other)
    other.send("complete")
    assert inside.ask("sessions", method="delete").json() == {"is_possible": True}
    assert inside.ask("phones").status_code == 200
    assert error_of(other.ask("phones")) == (401, "not_authenticated")


def test_logging_out(inside):
    assert inside.ask("session", method="delete").status_code == 204
    assert inside.ask("session").json()["user"] is None
    assert inside.ask("session", method="delete").status_code == 204


def test_a_registration_may_be_at_an_extension(api, approve, db):
    api.send("register", body=REGISTRATION | {"number": f"{NEW_NUMBER} x204"})
    approve(api)
    assert api.send("complete").status_code == 200
    assert VoiceDevice.objects.get().extension == "204"
