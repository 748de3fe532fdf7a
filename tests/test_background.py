"""Work outside the request: threads that a fork leaves behind, and jobs that need doing once."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from voice2fa import background

# A pool belongs to a process: what is tried here would tear that of the test run to pieces.
FORKING = """
import os, threading
from types import SimpleNamespace
import django
from django.conf import settings
settings.VOICE2FA = {**settings.VOICE2FA, "WORKERS": 1}
django.setup()
from voice2fa import background

begun, go_on = threading.Event(), threading.Event()

def hold(name):
    begun.set()
    go_on.wait(30)

def tell(name):
    os.write(1, f"{name} by {os.getpid()}\\n".encode())

background.defer(SimpleNamespace(func=hold), "")
begun.wait(30)
background.defer(SimpleNamespace(func=tell), "job")  # it waits, in a thread that the child will not have
child = os.fork()
if child == 0:
    background.defer(SimpleNamespace(func=tell), "job")
    background.drain()
    os._exit(0)
_, status = os.waitpid(child, 0)
os.write(1, f"child {child} left with {status}\\n".encode())
go_on.set()
background.drain()
os.write(1, f"parent {os.getpid()}\\n".encode())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_worker_does_its_own_jobs_and_its_parent_the_others():
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": "sqlite:///:memory:",
    }
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    by_child, left, by_parent, parent = done.stdout.splitlines()
    child = left.split()[1]
    assert left == f"child {child} left with 0"
    assert by_child == f"job by {child}"
    assert by_parent == f"job by {parent.split()[1]}"


@pytest.fixture
def held(configure):
    """A pool of one thread that is busy until it is let go."""
    background.drain()
    configure(WORKERS=1)
    is_busy, let_go = threading.Event(), threading.Event()

    def hold(name):
        is_busy.set()
        let_go.wait(30)

    background.defer(SimpleNamespace(func=hold), "")
    assert is_busy.wait(30)
    yield let_go
    let_go.set()
    background.drain()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_waits_already_is_not_queued_again(held):
    done = []

    def work(name):
        done.append(name)

    for name in ("one", "one", "other", "one"):
        background.defer(SimpleNamespace(func=work), name)
    held.set()
    background.drain()
    assert done == ["one", "other"]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_has_begun_may_be_queued_again(held):
    done = []

    def work(name):
        done.append(name)
        if len(done) == 1:
            background.defer(SimpleNamespace(func=work), name)
            seen.set()

    seen = threading.Event()
    background.defer(SimpleNamespace(func=work), "one")
    held.set()
    assert seen.wait(30)
    background.drain()
    assert done == ["one", "one"]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_failed_may_be_queued_again(held, caplog):
    done = []

    def work(name):
        done.append(name)
        raise ConnectionError

    background.defer(SimpleNamespace(func=work), "one")
    held.set()
    background.drain()
    background.defer(SimpleNamespace(func=work), "one")
    background.drain()
    assert done == ["one", "one"]
    assert caplog.text.count("A background job failed: work") == 2
