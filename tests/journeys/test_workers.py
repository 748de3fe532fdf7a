"""Workers of a task queue, in processes of their own: they steer calls; one that dies leaves none behind."""

import subprocess
import sys

import pytest

from .errands import approve, cancel, hear_and_report, hear_code, repeat_and_type, wrong_and_right
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
    assert spooled.notes == usual.notes
    assert "/parked/" not in spooled.addresses()


@pytest.mark.parametrize(
    ("method", "errand"), [("approve", approve), ("speak", hear_and_report), ("enter", wrong_and_right)]
)
def test_a_worker_that_dies_before_the_answer_is_not_missed(walk, walk_with, worker, method, errand):
    usual, left = walk_with("bxml", errand, method=method), walk(method, is_left_alone=True)
    worker.die()
    errand(left)
    assert left.notes == usual.notes


def press_the_right_keys(walk):
    walk.press(walk.right)


def answer_and_press_wrong(walk):
    walk.answer().press(walk.wrong)


def press_wrong_and_right(walk):
    walk.press(walk.wrong).press(walk.right)


def have_it_repeated_and_report(walk):
    walk.press("*").press("0").press("0")


def type_it_and_listen(walk):
    walk.type_code(walk.handset.spoken_code)
    if walk.is_left_alone:  # nobody tells the call: it hears of it when its question ends
        walk.keep_silent()
    walk.wait_for_the_end()


@pytest.mark.parametrize(
    ("method", "before", "after"),
    [
        ("approve", Walk.answer, press_the_right_keys),
        ("enter", answer_and_press_wrong, press_wrong_and_right),
        ("speak", hear_code, have_it_repeated_and_report),
        ("speak", hear_code, type_it_and_listen),
    ],
)
def test_a_worker_that_dies_in_the_middle_of_the_call_is_not_missed(
    walk, walk_with, worker, method, before, after
):
    def do_both(walk):
        before(walk)
        after(walk)

    usual, left = walk_with("bxml", do_both, method=method), walk(method)
    before(left)
    assert "updateCallBxml" in left.exchanges()
    assert "/parked/" not in left.addresses()
    worker.die()
    left.is_left_alone = True
    after(left)
    assert left.notes == usual.notes
    assert "/parked/" in left.addresses()


def test_a_cancelled_call_of_which_no_worker_knows_lasts_no_longer_than_its_question(walk, worker):
    left = walk("approve").answer()
    worker.die()
    left.visitor.submit("/phone/cancel/")
    left.is_left_alone = True
    left.keep_silent()
    assert left.heard[-1] == "The request was cancelled. Goodbye."
    assert left.handset.is_over
