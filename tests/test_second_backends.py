"""Other backends beside ours: those after it let in nobody whom it refuses, those before it are heard."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, aauthenticate, authenticate, get_user_model, login
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied

from tests import stage
from tests.stage import PASSWORD, real_now
from tests.test_backends import run_async
from tests.web.conftest import browser, new_browser  # noqa: F401
from voice2fa.backends import VoiceBackend
from voice2fa.flows.presence.chain import after_ours, before_ours
from voice2fa.models import PhoneVerification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hold_back")]

VOICE = "voice2fa.backends.VoiceBackend"
MODEL = "django.contrib.auth.backends.ModelBackend"
HERE = __name__


class ByAlias(ModelBackend):
    """Knows people by names that no table of the site holds, as a directory does."""

    names = {"HARBOUR\\boss": "anna", "anna@harbour.example": "anna", "anna": "anna"}

    def authenticate(self, request, username=None, password=None):
        if password != "from the directory":
            return None
        return get_user_model().objects.filter(username=self.names.get(username)).first()


class ByEmail(ModelBackend):
    """The usual ten lines: an address in place of a name."""

    def authenticate(self, request, email=None, password=None):
        user = get_user_model().objects.filter(email__iexact=email).first()
        return user if user is not None and user.check_password(password) else None


class Counting(ModelBackend):
    """Knows nobody, and counts how often it is asked."""

    asked = 0

    def authenticate(self, request, username=None, password=None):
        type(self).asked += 1


class Closed(ModelBackend):
    """Says that nobody must be let in."""

    def authenticate(self, request, username=None, password=None):
        raise PermissionDenied


class ByBadge(ModelBackend):
    def authenticate(self, request, badge):
        return get_user_model().objects.get()


class OwnVoice(VoiceBackend):
    """A site's own subclass."""


def is_anna(user):
    return user.get_username() == "anna"


def falls_over(user):
    raise LookupError


@pytest.fixture
def anna(db):
    """Somebody whom every word of REQUIRED_FOR names."""
    user = stage.make_user(email="anna@example.com", is_staff=True)
    user.groups.add(Group.objects.create(name="tellers"))
    user.user_permissions.add(Permission.objects.get(codename="add_user"))
    stage.make_phone(user)
    return user


@pytest.fixture(params=["alias", "email", "model"])
def second(request, settings, configure):
    """The credentials that only a backend listed after ours knows."""
    if request.param == "model":  # which is no first factor of this site
        configure(FIRST_FACTOR_BACKENDS=[f"{HERE}.Counting"])
    path = {"alias": f"{HERE}.ByAlias", "email": f"{HERE}.ByEmail", "model": MODEL}[request.param]
    settings.AUTHENTICATION_BACKENDS = [VOICE, path]
    return {
        "alias": {"username": "HARBOUR\\boss", "password": "from the directory"},
        "email": {"email": "Anna@Example.com", "password": PASSWORD},
        "model": {"username": "anna", "password": PASSWORD},
    }[request.param]


EVERY_FORM = [
    "everyone",
    "with_phone",
    "staff",
    "group:tellers",
    "permission:auth.add_user",
    f"{HERE}.is_anna",
    f"{HERE}.falls_over",
    ["group:nobody", "with_phone"],
]


@pytest.mark.parametrize("required_for", EVERY_FORM)
def test_a_backend_after_ours_lets_in_nobody_who_must_confirm(
    anna, second, configure, required_for
):  # R39, A20
    configure(REQUIRED_FOR=required_for)
    assert authenticate(None, **second) is None


@pytest.mark.parametrize("required_for", ["with_phone", "staff"])
@pytest.mark.django_db(transaction=True)
def test_nor_does_it_asynchronously(anna, second, configure, required_for):  # A20
    configure(REQUIRED_FOR=required_for)
    assert run_async(aauthenticate(None, **second)) is None


def test_who_need_not_confirm_is_let_in_by_it(anna, second, configure, rf):
    configure(REQUIRED_FOR="group:nobody")
    user = authenticate(None, **second)
    assert user == anna
    request = rf.get("/")
    request.session = SessionStore()
    login(request, user)
    assert request.session[BACKEND_SESSION_KEY] != VOICE


def test_in_the_time_of_grace_it_lets_in_who_has_no_phone(anna, second, configure):
    configure(GRACE_UNTIL=real_now().date().isoformat())
    assert authenticate(None, **second) is None
    anna.voicedevice_set.all().delete()
    assert authenticate(None, **second) == anna


@pytest.mark.parametrize("required_for", ["group:nobody", "with_phone", "everyone"])
@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_a_wrong_password_takes_the_same_questions_whoever_must_confirm(
    anna, settings, configure, required_for, name
):  # R18
    settings.AUTHENTICATION_BACKENDS = [VOICE, f"{HERE}.Counting"]
    configure(REQUIRED_FOR=required_for)
    Counting.asked = 0
    assert authenticate(None, username=name, password="wrong") is None
    assert Counting.asked == 1


def test_a_first_factor_after_ours_is_not_asked_twice(anna, settings, configure):
    settings.AUTHENTICATION_BACKENDS = [VOICE, f"{HERE}.Counting"]
    configure(FIRST_FACTOR_BACKENDS=[f"{HERE}.Counting"])
    Counting.asked = 0
    assert authenticate(None, username="anna", password=PASSWORD) is None
    assert Counting.asked == 1


@pytest.mark.parametrize("where", ["first", "later"])
def test_where_another_backend_closes_the_door_it_stays_closed(anna, settings, configure, where):
    closed = f"{HERE}.Closed"
    configure(
        REQUIRED_FOR="group:nobody",
        FIRST_FACTOR_BACKENDS=[closed] if where == "first" else [f"{HERE}.Counting"],
    )
    settings.AUTHENTICATION_BACKENDS = [VOICE, *([closed] if where == "later" else []), MODEL]
    assert authenticate(None, username="anna", password=PASSWORD) is None


def test_credentials_without_a_password_are_for_others(anna, settings):
    settings.AUTHENTICATION_BACKENDS = [VOICE, f"{HERE}.ByBadge"]
    assert authenticate(None, badge="7") == anna


# Where ours stands


@pytest.mark.parametrize(
    ("listed", "before", "after"),
    [
        ([VOICE], [], []),
        ([MODEL, VOICE], [MODEL], []),
        ([VOICE, MODEL], [], [MODEL]),
        ([f"{HERE}.Closed", f"{HERE}.OwnVoice", MODEL, VOICE, f"{HERE}.ByBadge"],
         [f"{HERE}.Closed"], [MODEL, f"{HERE}.ByBadge"]),
        ([MODEL], [], []),
    ],
)  # fmt: skip
def test_ours_knows_its_place(settings, listed, before, after):
    settings.AUTHENTICATION_BACKENDS = listed
    assert (before_ours(), after_ours()) == (before, after)


def test_a_backend_that_keeps_watch_before_ours_is_heard_on_our_page(anna, settings, browser, carrier):  # noqa: F811
    settings.AUTHENTICATION_BACKENDS = [f"{HERE}.Closed", VOICE]
    assert browser.enter_password().status_code == 200
    assert not PhoneVerification.objects.exists()
    settings.AUTHENTICATION_BACKENDS = [f"{HERE}.Counting", VOICE]
    assert browser.enter_password()["Location"] == "/phone/wait/"
