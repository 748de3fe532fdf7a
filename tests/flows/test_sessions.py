"""Logging a person out everywhere else."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests import stage
from tests.conftest import TASKS_MODULE
from voice2fa.flows.presence import elsewhere, sessions

pytestmark = pytest.mark.django_db
WITH_TABLE = ["django.contrib.sessions.backends.db", "django.contrib.sessions.backends.cached_db"]
WITHOUT = [
    "django.contrib.sessions.backends.cache",
    "django.contrib.sessions.backends.file",
    "django.contrib.sessions.backends.signed_cookies",
]


class Listening(import_module(f"{TASKS_MODULE}.backends.dummy").DummyBackend):
    """A queue that notes what it is given."""

    heard = []

    def enqueue(self, task, args, kwargs):
        self.heard.append((task.func.__name__, args))
        return super().enqueue(task, args, kwargs)


@pytest.fixture
def store(settings):
    """Return a function that opens a session of a user, or of nobody, and returns its key."""

    def open_session(user=None):
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session["_auth_user_id" if user else "basket"] = str(user.pk) if user else "1"
        session.create()
        return session.session_key

    return open_session


def exists(key, settings):
    return import_module(settings.SESSION_ENGINE).SessionStore(key).load() != {}


@pytest.mark.parametrize("engine", WITH_TABLE)
def test_a_users_sessions_end_but_the_one_that_is_spared(settings, store, user, carry_out, engine):  # R24
    settings.SESSION_ENGINE = engine
    otto = stage.make_user("otto")
    mine, old, older, ottos, nobodys = store(user), store(user), store(user), store(otto), store()
    with carry_out():
        elsewhere.end_sessions(user, spared_key=mine)
    assert [exists(key, settings) for key in (mine, old, older, ottos, nobodys)] == [
        *(True, False, False, True, True)
    ]


def test_all_of_them_end_where_none_is_spared(settings, store, user, carry_out):  # R24
    mine, ottos = store(user), store(stage.make_user("otto"))
    with carry_out():
        elsewhere.end_sessions(user, spared_key=None)
    assert (exists(mine, settings), exists(ottos, settings)) == (False, True)


def test_sessions_that_have_run_out_are_left_to_clearsessions(store, user):
    store(user)
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    assert sessions.close(sessions.name_of(user), spared="", now=timezone.now()) == 0


def test_a_session_that_cannot_be_read_is_nobodys(store, user):
    store(user)
    Session.objects.update(session_data="garbage")
    assert sessions.close(sessions.name_of(user), spared="", now=timezone.now()) == 0


@pytest.mark.parametrize("engine", WITHOUT)
def test_nothing_is_promised_where_sessions_have_no_table(settings, user, engine):
    settings.SESSION_ENGINE = engine
    assert not elsewhere.may_end_sessions()
    elsewhere.end_sessions(user, spared_key="x")


@pytest.mark.parametrize("engine", WITH_TABLE)
def test_sessions_in_a_table_can_be_ended(settings, engine):
    settings.SESSION_ENGINE = engine
    assert elsewhere.may_end_sessions()


def test_the_queue_is_not_told_the_key_of_a_session(settings, user, django_capture_on_commit_callbacks):
    settings.TASKS = {"default": {"BACKEND": "tests.flows.test_sessions.Listening"}}
    Listening.heard.clear()
    with django_capture_on_commit_callbacks(execute=True):
        elsewhere.end_sessions(user, spared_key="the key of a session")
    ((name, arguments),) = Listening.heard
    assert name == "close_sessions"
    assert arguments[0] == str(user.pk)
    assert "the key of a session" not in repr(arguments)
