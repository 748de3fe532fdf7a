"""What all tests share: a fixed moment, a person with a phone, and a carrier whose calls lie in a list."""

import django
import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from voice2fa.providers.memory import MemoryProvider

from . import stage

hypothesis_settings.register_profile(
    "suite",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("suite")

TASKS_MODULE = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"
DUMMY = {"default": {"BACKEND": f"{TASKS_MODULE}.backends.dummy.DummyBackend"}}
IMMEDIATE = {"default": {"BACKEND": f"{TASKS_MODULE}.backends.immediate.ImmediateBackend"}}


def pytest_collection_modifyitems(config, items):
    """Leave out what only PostgreSQL can show, unless DATABASE_URL names one."""
    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgresql")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("postgresql")]


@pytest.fixture(autouse=True)
def carrier():
    """The carrier's side of the tests: no call and no failure is left over from another test."""
    MemoryProvider.reset()
    yield MemoryProvider
    MemoryProvider.reset()


@pytest.fixture(autouse=True)
def _no_language_left_over():
    """A request with Django's LocaleMiddleware leaves its language to whatever the thread does next."""
    yield
    translation.deactivate()


@pytest.fixture
def now():
    return stage.NOW


@pytest.fixture
def configure(settings):
    """Return a function that changes keys of VOICE2FA for one test."""

    def change(**keys):
        settings.VOICE2FA = {**settings.VOICE2FA, **keys}

    return change


@pytest.fixture
def mail_by(settings):
    """Return a function that has the backend send the mails, by whichever setting Django reads."""

    def change(backend):
        if django.VERSION >= (6, 1):
            settings.MAILERS = {"default": {"BACKEND": backend}}
        else:
            settings.EMAIL_BACKEND = backend

    return change


@pytest.fixture
def user(db):
    return stage.make_user()


@pytest.fixture
def phone(user):
    return stage.make_phone(user)


@pytest.fixture
def hold_back(settings):
    """Leave undone what is deferred, although the test commits: no thread of ours may interfere."""
    settings.TASKS = DUMMY


@pytest.fixture
def django_capture_on_commit_callbacks(hold_back, django_capture_on_commit_callbacks):
    """What pytest-django gives; what is deferred to a thread would look into the transaction of the test."""
    return django_capture_on_commit_callbacks


@pytest.fixture
def carry_out(settings, django_capture_on_commit_callbacks):
    """Return a context in which what is deferred is done at the end, as it is after a commit."""
    settings.TASKS = IMMEDIATE

    def carry():
        return django_capture_on_commit_callbacks(execute=True)

    return carry
