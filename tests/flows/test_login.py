import pytest
from django.contrib.auth import user_login_failed

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, PASSWORD, reach, refusal_of, row
from voice2fa.core.errors import Code
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.states import State
from voice2fa.flows import login
from voice2fa.flows.attempts import tickets
from voice2fa.flows.requirement import is_required

pytestmark = pytest.mark.django_db


def approved(user, **request):
    return tickets.find(reach(State.APPROVED, user, **request).ticket)


def test_a_login_rings_the_saved_phone_by_the_method_of_the_settings(phone, configure):
    configure(LOGIN_METHOD="enter")
    verification = login.begin(phone.user, CLIENT, now=NOW).verification
    assert (verification.device, verification.number, verification.method) == (phone, NUMBER, Method.ENTER)
    assert verification.purpose == Purpose.LOGIN


def test_an_approved_login_returns_its_user_and_marks_the_phone_used(phone):
    assert login.finish(approved(phone.user), now=NOW) == phone.user
    phone.refresh_from_db()
    assert phone.last_used_at == NOW


def test_a_login_is_finished_once(phone):  # R8
    verification = approved(phone.user)
    login.finish(verification, now=NOW)
    assert refusal_of(login.finish, verification, now=NOW) == Code.ALREADY_USED


@pytest.mark.parametrize("confirmed", [None, False])
def test_without_a_proved_phone_there_is_nothing_to_ring(user, confirmed):  # R20
    if confirmed is not None:
        stage.make_phone(user, confirmed=confirmed)
    assert refusal_of(login.begin, user, CLIENT, now=NOW) == Code.NO_PHONE


def test_a_phone_that_lost_its_proof_meanwhile_opens_nothing(phone):  # R20
    verification = approved(phone.user)
    verification.device.confirmed = False
    assert refusal_of(login.finish, verification, now=NOW) == Code.ACCOUNT_CHANGED
    assert row(verification)["consumed_at"] is None


def test_the_phone_used_last_is_rung_else_the_oldest(phone):  # R26
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    assert login.preferred_phone(phone.user) == phone
    other.last_used_at = NOW
    other.save()
    assert login.preferred_phone(phone.user) == other


def test_other_phones_are_the_persons_own_proved_ones(phone):
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    stage.make_phone(phone.user, "+12025550125", confirmed=False)
    stage.make_phone(stage.make_user("otto"), "+12025550126")
    assert login.other_phones(stage.begin(phone.user).verification) == [other]


def test_an_enrolment_rings_no_other_phone(phone):
    stage.make_phone(phone.user, OTHER_NUMBER)
    assert login.other_phones(stage.begin(phone.user, purpose=Purpose.ENROL).verification) == []


def test_a_call_without_an_account_has_no_other_phones(phone):
    verification = stage.begin(phone.user).verification
    phone.user.delete()
    verification.refresh_from_db()
    assert login.other_phones(verification) == []


@pytest.mark.parametrize("what", ["deactivated", "deleted", "new password", "phone removed"])
def test_an_approval_does_not_outlive_its_account(phone, what):
    started = reach(State.APPROVED, phone.user)
    if what == "deactivated":
        phone.user.is_active = False
        phone.user.save()
    elif what == "deleted":
        phone.user.delete()
    elif what == "phone removed":
        phone.delete()
    else:
        phone.user.set_password("another " + PASSWORD)
        phone.user.save()
    found = tickets.find(started.ticket)
    assert refusal_of(login.finish, found, now=NOW) == Code.ACCOUNT_CHANGED
    assert row(found)["consumed_at"] is None


# Who must confirm


@pytest.mark.parametrize(
    ("required_for", "has_phone", "required"),
    [
        ("everyone", True, True),
        ("everyone", False, True),
        ("with_phone", True, True),
        ("with_phone", False, False),
    ],
)
def test_who_must_confirm_is_the_sites_choice(user, configure, required_for, has_phone, required):
    configure(REQUIRED_FOR=required_for)
    stage.make_phone(user, confirmed=has_phone)
    assert is_required(user) == required


# The first factor


class Rude:
    """A backend that slams the door."""

    def authenticate(self, request, username=None, password=None):
        from django.core.exceptions import PermissionDenied

        raise PermissionDenied


class ByBadge:
    """A backend that takes credentials of another kind."""

    def authenticate(self, request, badge):
        raise AssertionError


HERE = "tests.flows.test_login"
MODEL = "django.contrib.auth.backends.ModelBackend"


def credentials(**changes):
    return {"username": "anna", "password": PASSWORD, **changes}


@pytest.mark.parametrize("backends", [[MODEL], [f"{HERE}.ByBadge", MODEL]])
def test_the_right_password_is_recognised(user, configure, backends):
    configure(FIRST_FACTOR_BACKENDS=backends)
    assert login.check_first_factor(None, credentials()) == user


@pytest.mark.parametrize(
    "wrong", [{"password": "no"}, {"username": "nobody"}, {"password": ""}, {"username": "ANNA"}]
)
def test_anything_else_is_nobody(user, wrong):
    assert login.check_first_factor(None, credentials(**wrong)) is None


def test_a_backend_that_slams_the_door_ends_the_asking(user, configure):
    configure(FIRST_FACTOR_BACKENDS=[f"{HERE}.Rude", MODEL])
    assert login.check_first_factor(None, credentials()) is None


def test_an_inactive_user_is_nobody(db):
    stage.make_user(is_active=False)
    assert login.check_first_factor(None, credentials()) is None


def test_a_failed_first_factor_is_told_to_django_without_the_password(user, rf):  # R42
    heard = []

    def hear(sender, credentials, request, **kwargs):
        heard.append(credentials)

    user_login_failed.connect(hear)
    try:
        assert refusal_of(login.identify, rf.post("/"), credentials(password="no")) == Code.BAD_CREDENTIALS
    finally:
        user_login_failed.disconnect(hear)
    assert heard == [{"username": "anna"}]


def test_a_right_first_factor_is_told_to_nobody_yet(user, rf):
    assert login.identify(rf.post("/"), credentials()) == user


def test_a_phone_removed_after_the_row_was_read_opens_nothing(phone):  # R24
    read_before = approved(phone.user)
    type(phone).objects.all().delete()
    assert refusal_of(login.finish, read_before, now=NOW) == Code.ACCOUNT_CHANGED
    assert row(read_before)["consumed_at"] is None
