"""Workers of a task queue, in processes of their own: they steer calls; one that dies leaves none behind."""

import subprocess
import sys

import pytest

from .errands import approve, cancel, hear_and_report, repeat_and_type, wrong_and_right
from .stage import REPOSITORY, Site
from .walking import Walk

# Starting a site and its workers takes seconds.
pytestmark = pytest.mark.wide


class Worker:
    """One process that does what the site's queue holds."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.spool"],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def die(self):
        """Vanish without a word."""
        if self.process.returncode is not None:
            return
        self.process.kill()
        self.process.wait(20)
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture(scope="module")
def _site(_carrier, tmp_path_factory):
    """A site whose tasks wait in a folder for workers."""
    folder = tmp_path_factory.mktemp("spool")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JOURNEYS_SPOOL", str(folder))
        site = Site(folder, _carrier.url, settings="tests.journeys.spool_settings", CALL_CONTROL="api")
    yield site
    site.close()


@pytest.fixture
def worker(_site, carrier):
    worker = Worker(_site.environment)
    yield worker
    worker.die()


@pytest.fixture
def walk(_site, worker, carrier, visit):
    """Return a function that has somebody's phone rung by the worker."""

    def walk(method, **options):
        return Walk(carrier, _site, visit(_site), method=method, **options).open("login")

    yield walk
    _site.set_ahead(0)


@pytest.mark.parametrize(
    ("method", "errand"), [("approve", approve), ("speak", repeat_and_type), ("approve", cancel)]
)
def test_a_worker_in_another_process_steers_the_call(walk, walk_with, method, errand):
    usual, spooled = walk_with("bxml", errand, method=method), walk(method)
    errand(spooled)
    assert (spooled.heard, spooled.outcome) == (usual.heard, usual.outcome)
    assert "/parked/" not in spooled.addresses()


@pytest.mark.parametrize(
    ("method", "errand"), [("approve", approve), ("speak", hear_and_report), ("enter", wrong_and_right)]
)
def test_a_worker_that_dies_before_the_answer_is_not_missed(walk, walk_with, worker, method, errand):
    usual, left = walk_with("bxml", errand, method=method), walk(method, is_left_alone=True)
    worker.die()
    errand(left)
    assert (left.heard, left.outcome) == (usual.heard, usual.outcome)


def test_a_worker_that_dies_in_the_middle_of_the_call_is_not_missed(walk, walk_with, worker):
    usual, left = walk_with("bxml", approve), walk("approve")
    left.answer()
    worker.die()
    left.is_left_alone = True
    left.press(left.right)
    assert (left.heard, left.outcome) == (usual.heard, usual.outcome)
    assert "updateCallBxml" in left.exchanges()
    assert "/parked/" in left.addresses()


def test_a_cancelled_call_of_which_no_worker_knows_lasts_no_longer_than_its_question(walk, worker):
    left = walk("approve").answer()
    worker.die()
    left.visitor.submit("/phone/cancel/")
    left.is_left_alone = True
    left.keep_silent()
    assert left.heard[-1] == "The request was cancelled. Goodbye."
    assert left.handset.is_over
