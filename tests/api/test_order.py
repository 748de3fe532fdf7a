"""Every endpoint, in every state of a call and in the wrong order: refused, but never a failure (R19)."""

import pytest
from django.contrib.auth import get_user_model

from tests import stage
from voice2fa.core.states import LIVE, State
from voice2fa.models import PhoneVerification, VoiceDevice

from .conftest import NEW_NUMBER, error_of
from .test_errors import METHODS, path_of

CALL = ["status", "code", "cancel", "resend", "call_in", "complete", "other_ways", "challenge", "verify"]
WITH_TICKET = [(name, method) for name in METHODS for method in sorted(METHODS[name])]
BODY = {
    "code": "123456",
    "way": "voice2fa.recoverycodes/1",
    "token": "aaaa-aaaa-aaaa-aaaa",
    "username": "anna",
    "password": "wrong",
}


def bring(state, phone, purpose="login", method="approve"):
    """Bring a call into the state on its own ways."""
    method = "enter" if (state, method) == (State.LOCKED, "approve") else method
    if purpose == "register":
        return stage.reach(state, None, now=stage.real_now())
    device = phone
    if purpose == "enrol":
        method = "speak"
        device = stage.make_phone(phone.user, NEW_NUMBER, confirmed=False)
    return stage.reach(
        state,
        phone.user,
        purpose=purpose,
        method=method,
        device=device,
        number=device.number.as_e164,
        now=stage.real_now(),
    )


@pytest.fixture(autouse=True)
def _speak(configure):
    """Every state can be reached by this method."""
    configure(ENROL_METHOD="speak")


@pytest.fixture(params=["a stranger", "its owner", "somebody else"])
def asking(request, phone, new_api):
    """Whoever holds the ticket: not logged in, logged in as its owner, or as another."""
    api = new_api()
    if request.param != "a stranger":
        user = phone.user if request.param == "its owner" else stage.make_user("otto")
        api.force_login(user, backend="voice2fa.backends.VoiceBackend")
    api.who = request.param
    return api


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("purpose", ["login", "register", "enrol", "confirm"])
def test_every_endpoint_in_every_state(phone, asking, state, purpose):
    started = bring(state, phone, purpose)
    asking.ticket = started.ticket
    statuses = {}
    for name, method in WITH_TICKET:
        if name in {"complete", "cancel", "resend", "session", "confirmations"} and method != "get":
            continue  # what ends this call, or who is logged in, has its own tests
        send = asking.ask if method in {"get", "delete"} else asking.send
        arguments = [10**6] if name in {"phone", "browser"} else []
        more = {} if method in {"get", "delete"} else {"body": BODY}
        statuses[name, method] = send(
            name, *arguments, method=method, ticket=started.ticket, **more
        ).status_code
    assert statuses["status", "get"] == 200
    assert statuses["code", "post"] in {404, 409, 410}
    stored = stage.row(started.verification)
    assert (stored["state"], stored["consumed_at"]) == (state, None)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("purpose", ["login", "register", "enrol", "confirm"])
def test_completing_gives_nothing_but_what_was_approved_and_to_whom(phone, asking, state, purpose):  # R4
    started = bring(state, phone, purpose)
    was_inside = asking.has_session
    people, phones = get_user_model().objects.count(), VoiceDevice.objects.filter(confirmed=True).count()
    response = asking.send("complete", ticket=started.ticket)
    for_holder = purpose in {"login", "register"}
    is_good = state == State.APPROVED and (for_holder or asking.who == "its owner")
    assert (response.status_code == 200) == is_good
    assert (stage.row(started.verification)["consumed_at"] is not None) == is_good
    if not is_good:
        assert error_of(response)[1] in {"not_approved", "expired", "not_waiting"}
        assert asking.has_session == was_inside
        assert get_user_model().objects.count() == people
        assert VoiceDevice.objects.filter(confirmed=True).count() == phones


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("purpose", ["login", "register", "enrol", "confirm"])
def test_cancelling_and_calling_again_in_every_state(phone, new_api, state, purpose):
    started = bring(state, phone, purpose)
    api = new_api()
    cancelled = api.send("cancel", ticket=started.ticket)
    assert cancelled.json()["state"] == ("cancelled" if state in LIVE else state)
    again = api.send("resend", ticket=started.ticket)
    if state in {State.APPROVED, State.REPORTED, State.LOCKED}:
        assert error_of(again) == (409, "start_over")
        assert PhoneVerification.objects.count() == 1
    else:
        assert again.status_code == 201
        assert error_of(api.send("complete", ticket=started.ticket))[1] in {
            "not_approved",
            "expired",
            "not_waiting",
        }


@pytest.mark.parametrize("state", State)
def test_a_code_is_typed_for_calls_that_tell_one(phone, api, state):
    started = bring(state, phone)
    response = api.send("code", body={"code": stage.code_of(started.verification)}, ticket=started.ticket)
    assert error_of(response) == (404, "not_waiting")
    assert stage.row(started.verification)["state"] == state


def deactivate(phone):
    phone.user.is_active = False
    phone.user.save()


def change_password(phone):
    phone.user.set_password("another one altogether")
    phone.user.save()


def delete_user(phone):
    phone.user.delete()


def remove_phone(phone):
    phone.delete()


def unconfirm_phone(phone):
    VoiceDevice.objects.filter(pk=phone.pk).update(confirmed=False)


MEANWHILE = [deactivate, change_password, delete_user, remove_phone, unconfirm_phone]


@pytest.mark.parametrize("happen", MEANWHILE)
@pytest.mark.parametrize("state", [State.PENDING, State.DIALING, State.ANSWERED, State.APPROVED])
def test_what_changes_in_mid_call_voids_it(phone, new_api, happen, state):
    started = bring(state, phone)
    happen(phone)
    api = new_api()
    assert api.ask("status", ticket=started.ticket).status_code == 200
    response = api.send("complete", ticket=started.ticket)
    assert error_of(response)[0] == 409
    assert error_of(response)[1] in {"account_changed", "not_approved"}
    assert not api.has_session
    assert stage.row(started.verification)["consumed_at"] is None
    if state is not State.APPROVED:
        again = api.send("resend", ticket=started.ticket)
        assert again.status_code in {201, 409}
        assert (again.status_code == 201) == (happen is unconfirm_phone)
    assert api.ask("other_ways", ticket=started.ticket).status_code in {200, 409}


@pytest.mark.parametrize("happen", [change_password, delete_user, deactivate])
def test_a_pass_dies_with_what_it_stands_for(db, api, happen):
    user = stage.make_user(email="anna@example.com")
    held = {"Voice-Auth-Pass": api.log_in().json()["pass"]}
    phone = VoiceDevice(user=user)
    happen(phone)
    for name in ("first_phone", "first_phone_mail", "first_phone_proof"):
        body = {"number": NEW_NUMBER, "consents": True, "secret": "7k3f-a9qm"}
        assert error_of(api.send(name, body=body, headers=held)) == (409, "account_changed")


@pytest.mark.parametrize("name", [name for name in CALL if name != "status"])
def test_what_acts_cannot_be_got(phone, api, name):  # R16
    if "get" not in METHODS[name]:
        started = bring(State.ANSWERED, phone)
        before = PhoneVerification.objects.values().get()
        response = api.get(path_of(name), headers={"Voice-Auth-Ticket": started.ticket})
        assert error_of(response) == (405, "method_not_allowed")
        assert PhoneVerification.objects.values().get() == before
