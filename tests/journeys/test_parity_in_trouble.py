"""Callbacks that come late, twice or not at all, and pushes that fail: people hear the same all the while."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from .errands import approve, hear_and_report, repeat_and_type, report_and_stop, type_code, wrong_and_right
from .test_last_words import CANCELLED
from .test_parity import CONTROLS
from .walking import Walk

pytestmark = pytest.mark.wide

LATE = 3  # seconds
# A reply redirects a call that has told a code. If workers steer, a call is redirected when it is over, too,
# and when nobody has pushed onto it what comes next.
MOMENTS = ("answer", "gather", "redirect")


def lost_once(*moments):
    return [{"kind": "drop", "eventType": moment, "count": 1} for moment in moments]


CALLBACKS = {
    "late": [{"kind": "delay", "eventType": moment, "seconds": LATE} for moment in MOMENTS],
    "twice": [{"kind": "duplicate", "eventType": moment} for moment in MOMENTS],
    "lost, but for the fallback": lost_once(*MOMENTS),
}


def failing(operation="updateCallBxml", **fault):
    return {"kind": "error", "operation": operation, **fault}


PUSHES = {
    "409": [failing(status=409, count=2)],
    "404": [failing(status=404, count=2)],
    "429": [failing(status=429, count=1, retryAfter="1")],
    "503": [failing(status=503, count=1, retryAfter="1")],
    "500": [failing(status=500, count=2)],
    "cut off": [{"kind": "cut", "operation": "updateCallBxml", "count": 2}],
    "an answer of no sense": [{"kind": "garbage", "operation": "updateCallBxml", "count": 1}],
}
# At the first step alone: what is carried out that late would be heard amid a later one.
NO_ANSWER_IN_TIME = [{"kind": "slow", "operation": "updateCallBxml", "seconds": 6, "count": 1}]
NO_HANGING_UP_AT_FIRST = [failing("updateCall", status=503, count=1)]
# Nobody ever comes to steer the call: it goes on by itself.
NEVER = {
    "409 for ever": [failing(status=409)],
    "429 for long": [failing(status=429, retryAfter="60")],
    "503 for ever": [failing(status=503)],
    "403 for ever": [failing(status=403)],
    "403 for ever, and callbacks late": [failing(status=403), *CALLBACKS["late"]],
    "403 for ever, and callbacks twice": [failing(status=403), *CALLBACKS["twice"]],
    "403 for ever, and callbacks lost": [failing(status=403), *lost_once(*MOMENTS)],
}


class Errand(NamedTuple):
    """What somebody is called for, by which method, and what they do then."""

    purpose: str
    method: str
    act: Callable

    def __str__(self):
        return f"{self.purpose}-{self.method}-{self.act.__name__}"


ERRANDS = [
    *(Errand("login", "approve", approve), Errand("login", "approve", report_and_stop)),
    *(Errand("login", "speak", repeat_and_type), Errand("login", "enter", wrong_and_right)),
    *(Errand("enrol", "speak", type_code), Errand("act", "approve", approve)),
]
# What is typed on the page could not be told to a call that cannot be reached.
LEFT_ALONE = [
    *(Errand("login", "approve", approve), Errand("login", "approve", report_and_stop)),
    *(Errand("login", "speak", hear_and_report), Errand("login", "enter", wrong_and_right)),
    *(Errand("enrol", "enter", wrong_and_right), Errand("act", "approve", approve)),
]


@pytest.fixture(scope="session")
def _undisturbed():
    return {}


@pytest.fixture
def undisturbed(_undisturbed, walk_with):
    """Return a function that tells what people hear and press on an errand, and what comes of it, usually."""

    def remember(errand):
        if errand not in _undisturbed:
            walk = walk_with("bxml", errand.act, purpose=errand.purpose, method=errand.method)
            _undisturbed[errand] = walk.notes
        return _undisturbed[errand]

    return remember


@pytest.fixture
def disturb(undisturbed, walk_with, carrier):
    """Return a function that has people go on an errand while things go wrong, and hear all the same.

    With ``anew`` the same goes wrong at each step, and not only at the first.
    """

    def disturb(faults, control, errand, *, anew=False, **options):
        usual = undisturbed(errand)

        def go_wrong():
            assert carrier.faults == []
            carrier.forgive()
            for fault in faults:
                carrier.fault(**fault)

        def beset(walk):
            if anew:
                walk.before_each = go_wrong
            else:
                go_wrong()
            errand.act(walk)

        walk = walk_with(control, beset, purpose=errand.purpose, method=errand.method, **options)
        assert walk.notes == usual
        # Where no worker comes in time, none may come to grief.
        unspent = [fault for fault in carrier.faults if not (walk.is_left_alone and fault["operation"])]
        assert unspent == []
        return walk

    return disturb


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("errand", ERRANDS, ids=str)
@pytest.mark.parametrize("name", CALLBACKS)
def test_callbacks_may_come(disturb, name, errand, control):
    # A call that replies steer is redirected only once it has told a code.
    has_redirect = control == "api" or errand.method == "speak"
    faults = [fault for fault in CALLBACKS[name] if has_redirect or fault["eventType"] != "redirect"]
    disturb(faults, control, errand, lag=LATE if name == "late" else 0)


@pytest.mark.parametrize("errand", ERRANDS, ids=str)
@pytest.mark.parametrize("name", PUSHES)
def test_each_push_is_repeated_after(disturb, name, errand):
    walk = disturb(PUSHES[name], "api", errand, anew=True)
    assert "/parked/" not in walk.addresses()


@pytest.mark.parametrize("errand", ERRANDS, ids=str)
def test_a_push_that_is_not_answered_in_time_is_repeated(disturb, errand):
    walk = disturb(NO_ANSWER_IN_TIME, "api", errand)
    assert "/parked/" not in walk.addresses()


@pytest.mark.parametrize("errand", ERRANDS, ids=str)
def test_hanging_up_is_repeated(disturb, errand):
    walk = disturb(NO_HANGING_UP_AT_FIRST, "api", errand)
    assert walk.exchanges().count("updateCall") > 1


@pytest.mark.parametrize("errand", LEFT_ALONE, ids=str)
@pytest.mark.parametrize("name", NEVER)
def test_a_call_that_nobody_steers_goes_on_by_itself(disturb, name, errand):
    lag = LATE if name.endswith("late") else 0
    walk = disturb(NEVER[name], "api", errand, is_left_alone=True, lag=lag)
    walk.site.forgiven.append("A background job failed: hang_up_call")  # staff are told
    assert "/parked/" in walk.addresses()


# Cancelling on the page, while the sentence about it cannot be pushed at once

ASKED = [("login", "approve"), ("login", "speak"), ("enrol", "enter"), ("act", "approve")]
# The first try fails, and another one comes in time.
TOLD = {
    **{status: [failing(status=int(status), count=1)] for status in ("409", "404", "500")},
    "cut off": [{"kind": "cut", "operation": "updateCallBxml", "count": 1}],
    "an answer of no sense": PUSHES["an answer of no sense"],
}
# None comes within the second: the call is hung up without a word.
CUT_SHORT = {
    **{name: PUSHES[name] for name in ("429", "503")},
    "no answer in time": NO_ANSWER_IN_TIME,
    **{name: NEVER[name] for name in ("409 for ever", "429 for long", "503 for ever", "403 for ever")},
}


def for_all(asked, names, *, others):
    """Combine the first question with all names, and the other questions with one."""
    return [*((name, *asked[0]) for name in names), *((others, *question) for question in asked[1:])]


@pytest.fixture
def cancel_amid(site_by, carrier, visit):
    """Return a function that has a call answered and, while things go wrong, cancelled; it gives the walk."""

    def cancel_amid(faults, control, purpose, method):
        site = site_by(control)
        walk = Walk(carrier, site, visit(site), method=method).open(purpose).answer()
        for fault in faults:
            carrier.fault(**fault)
        walk.visitor.submit("/phone/cancel/")
        return walk

    return cancel_amid


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(("name", "purpose", "method"), for_all(ASKED, TOLD, others="409"))
def test_a_cancel_is_heard_after(cancel_amid, carrier, name, purpose, method, control):
    walk = cancel_amid(TOLD[name], control, purpose, method).wait_for_the_end()
    assert walk.outcome["state"] == "cancelled"
    assert set(walk.heard[1:]) == {CANCELLED}
    assert carrier.faults == []


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(("name", "purpose", "method"), for_all(ASKED, CUT_SHORT, others="429"))
def test_a_cancelled_call_is_hung_up_on_meeting(cancel_amid, name, purpose, method, control):
    walk = cancel_amid(CUT_SHORT[name], control, purpose, method).wait_for_the_end()
    assert walk.outcome["state"] == "cancelled"
    assert len(walk.heard) == 1


NEITHER_PUSHED_NOR_HUNG_UP = [failing(status=503), failing("updateCall", status=503)]


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(("purpose", "method"), ASKED)
def test_a_cancelled_call_that_cannot_be_reached_is_told_after_its_question(
    cancel_amid, carrier, purpose, method, control
):
    walk = cancel_amid(NEITHER_PUSHED_NOR_HUNG_UP, control, purpose, method)
    walk.site.forgiven += [f"A background job failed: {job}" for job in ("end_call", "hang_up_call")]
    walk.is_left_alone = control == "api"
    walk.keep_silent().wait_for_the_end()
    assert walk.outcome["state"] == "cancelled"
    assert walk.heard[-1] == CANCELLED
    assert walk.heard.count(CANCELLED) == 1
    assert carrier.faults == []
