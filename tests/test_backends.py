"""The authentication backend: a ticket opens, a password alone does not."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import aauthenticate, authenticate, get_user, login, user_login_failed
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import connections
from django_otp.middleware import OTPMiddleware

from tests import stage
from tests.stage import PASSWORD, reach, real_now
from voice2fa.backends import VoiceBackend
from voice2fa.core.states import State
from voice2fa.flows.attempts import tickets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hold_back")]

VOICE = "voice2fa.backends.VoiceBackend"
MODEL = "django.contrib.auth.backends.ModelBackend"
HERE = "tests.test_backends"


def run_async(coroutine):
    """Return what the coroutine returns, and leave no connection open in the thread that served it."""

    async def run():
        try:
            return await coroutine
        finally:
            await sync_to_async(connections.close_all)()

    return asyncio.run(run())


class Permissive(ModelBackend):
    """Lets in whoever gives a name, and must never be asked after ours."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        return super().get_user(1) or object()


class ByBadge(ModelBackend):
    """Knows people by a badge."""

    def authenticate(self, request, badge):
        return badge


@pytest.fixture
def approved(phone):
    return reach(State.APPROVED, phone.user, now=real_now())


@pytest.fixture
def request_(rf):
    request = rf.post("/")
    request.session = SessionStore()
    request.user = AnonymousUser()
    return request


def give_password(**changes):
    return authenticate(None, **{"username": "anna", "password": PASSWORD, **changes})


# A password alone


@pytest.mark.parametrize(
    ("required_for", "has_phone", "is_let_in"),
    [
        ("everyone", True, False),
        ("everyone", False, False),
        ("with_phone", True, False),
        ("with_phone", False, True),
    ],
)
def test_a_password_alone_opens_where_no_call_is_required(
    user, configure, required_for, has_phone, is_let_in
):  # R39
    configure(REQUIRED_FOR=required_for)
    stage.make_phone(user, confirmed=has_phone)
    assert give_password() == (user if is_let_in else None)


@pytest.mark.parametrize(
    ("required_for", "has_phone", "is_let_in"),
    [
        ("everyone", True, False),
        ("everyone", False, False),
        ("with_phone", True, False),
        ("with_phone", False, True),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_the_asynchronous_way_is_no_way_around(user, configure, required_for, has_phone, is_let_in):  # A20
    configure(REQUIRED_FOR=required_for)
    stage.make_phone(user, confirmed=has_phone)
    assert run_async(aauthenticate(None, username="anna", password=PASSWORD)) == (user if is_let_in else None)


@pytest.mark.parametrize("password", [PASSWORD, "wrong", ""])
@pytest.mark.parametrize("later", [MODEL, f"{HERE}.Permissive"])
def test_no_backend_after_ours_is_asked(phone, settings, password, later):  # R39, A20
    settings.AUTHENTICATION_BACKENDS = [VOICE, later]
    assert give_password(password=password) is None


@pytest.mark.django_db(transaction=True)
def test_no_backend_after_ours_is_asked_asynchronously(phone, settings):
    settings.AUTHENTICATION_BACKENDS = [VOICE, MODEL]
    assert run_async(aauthenticate(None, username="anna", password=PASSWORD)) is None


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"username": "nobody"}])
def test_a_wrong_password_opens_nothing_anywhere(user, configure, wrong):
    configure(REQUIRED_FOR="with_phone")
    assert give_password(**wrong) is None


def test_a_password_without_a_name_opens_nothing(user, configure):
    configure(REQUIRED_FOR="with_phone")
    assert authenticate(None, password=PASSWORD) is None
    assert authenticate(None, email="anna@example.com", password=PASSWORD) is None


def test_an_inactive_user_stays_out(configure, db):
    configure(REQUIRED_FOR="with_phone")
    stage.make_user(is_active=False)
    assert give_password() is None


@pytest.mark.parametrize("credentials", [{"badge": "1"}, {"username": "anna"}, {}])
def test_credentials_of_another_kind_are_left_to_others(user, settings, credentials):
    settings.AUTHENTICATION_BACKENDS = [VOICE, f"{HERE}.ByBadge"]
    assert VoiceBackend().authenticate(None, **credentials) is None
    if "badge" in credentials:
        assert authenticate(None, badge=user) == user


def test_the_login_page_of_the_admin_needs_more_than_a_password(client, phone):  # R39, A20
    phone.user.is_staff = phone.user.is_superuser = True
    phone.user.save()
    client.post("/admin/login/", {"username": "anna", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_test_client_cannot_log_in_by_password(client, phone):
    assert not client.login(username="anna", password=PASSWORD)


# A ticket


def test_the_ticket_of_an_approval_opens(phone, approved):
    user = authenticate(None, ticket=approved.ticket)
    assert user == phone.user
    assert user.otp_device == phone


@pytest.mark.django_db(transaction=True)
def test_the_ticket_opens_asynchronously_too(phone, approved):
    assert run_async(aauthenticate(None, ticket=approved.ticket)) == phone.user


def test_a_ticket_opens_once(approved):  # R8, A15
    assert authenticate(None, ticket=approved.ticket) is not None
    assert authenticate(None, ticket=approved.ticket) is None


@pytest.mark.parametrize("state", sorted(set(State) - {State.APPROVED}))
def test_a_ticket_without_approval_opens_nothing(phone, state):
    method = "enter" if state == State.LOCKED else "approve"
    started = reach(state, phone.user, method=method, now=real_now())
    assert authenticate(None, ticket=started.ticket) is None


@pytest.mark.parametrize("ticket", ["", "x", "0" * 43])
def test_no_other_text_opens(approved, ticket):
    assert authenticate(None, ticket=ticket) is None


@pytest.mark.parametrize("purpose", ["enrol", "confirm"])
def test_the_ticket_of_another_purpose_opens_nothing(phone, purpose):  # R4
    started = reach(State.APPROVED, phone.user, purpose=purpose, now=real_now())
    with pytest.raises(PermissionDenied):
        VoiceBackend().authenticate(None, ticket=started.ticket)
    assert tickets.find(started.ticket).consumed_at is None


def test_the_ticket_of_a_registration_opens_the_new_account(db):
    started = reach(State.APPROVED, None, now=real_now())
    user = authenticate(None, ticket=started.ticket)
    assert user.get_username() == "berta"
    assert user.otp_device.confirmed


def test_a_late_ticket_opens_nothing(phone):  # R7
    started = reach(State.APPROVED, phone.user, now=real_now() - timedelta(seconds=301))
    assert authenticate(None, ticket=started.ticket) is None


def test_a_ticket_counts_more_than_a_password_beside_it(phone):
    started = reach(State.DENIED, phone.user, now=real_now())
    assert give_password(ticket=started.ticket) is None


def test_after_a_refused_ticket_no_other_backend_is_asked(phone, settings):
    settings.AUTHENTICATION_BACKENDS = [VOICE, f"{HERE}.Permissive"]
    assert authenticate(None, ticket="x") is None


def test_the_reason_of_a_refusal_is_left_on_the_request(phone, request_):
    started = reach(State.DENIED, phone.user, now=real_now())
    assert authenticate(request_, ticket=started.ticket) is None
    assert request_.voice2fa_refusal.code == "not_approved"


def test_a_refused_ticket_is_announced_as_a_failed_login(phone, request_):  # R42
    heard = []

    def hear(credentials, **kwargs):
        heard.append(credentials)

    user_login_failed.connect(hear)
    try:
        authenticate(request_, ticket="x")
    finally:
        user_login_failed.disconnect(hear)
    assert len(heard) == 1


# The session


def verify(request):
    request.user = get_user(request)
    OTPMiddleware(lambda request: None)(request)
    return request.user


def test_the_session_is_verified_after_login(phone, approved, request_):
    login(request_, authenticate(request_, ticket=approved.ticket))
    user = verify(request_)
    assert user.is_verified()
    assert user.otp_device == phone


def test_a_session_without_a_call_is_not_verified(user, configure, request_):
    configure(REQUIRED_FOR="with_phone")
    login(request_, give_password())
    assert not verify(request_).is_verified()


def test_a_session_is_not_verified_by_a_phone_that_lost_its_proof(phone, approved, request_):  # R20, R24
    login(request_, authenticate(request_, ticket=approved.ticket))
    type(phone).objects.update(confirmed=False)
    assert not verify(request_).is_verified()


@pytest.mark.django_db(transaction=True)
def test_the_backend_finds_users_and_their_rights_as_djangos_own_does(phone):
    async def find():
        return await sync_to_async(VoiceBackend().get_user)(phone.user.pk)

    assert run_async(find()) == phone.user
    assert VoiceBackend().get_user(10**6) is None
    assert not VoiceBackend().has_perm(phone.user, "auth.add_user")
