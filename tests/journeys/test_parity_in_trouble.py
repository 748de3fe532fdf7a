"""Callbacks that come late, twice or not at all, and pushes that fail: people hear the same all the while."""

import pytest

from .errands import approve, hear_and_report, repeat_and_type, report_and_stop
from .test_parity import CONTROLS

pytestmark = pytest.mark.wide

MOMENTS = ("answer", "gather", "redirect")
CALLBACKS = {
    "late": [{"kind": "delay", "eventType": moment, "seconds": 3} for moment in ("answer", "gather")],
    "twice": [{"kind": "duplicate", "eventType": moment} for moment in MOMENTS],
    "lost, but for the fallback": [
        {"kind": "drop", "eventType": moment, "count": 1} for moment in ("answer", "gather")
    ],
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
    "no answer in time": [{"kind": "slow", "operation": "updateCallBxml", "seconds": 6, "count": 1}],
    "an answer of no sense": [{"kind": "garbage", "operation": "updateCallBxml"}],
    "no hanging up at first": [failing("updateCall", status=503, count=1)],
}
# Nobody ever comes to steer the call: it goes on by itself.
NEVER = {
    "409 for ever": [failing(status=409)],
    "429 for long": [failing(status=429, retryAfter="60")],
    "503 for ever": [failing(status=503)],
    "403 for ever": [failing(status=403)],
    "neither pushed nor hung up": [failing(status=503), failing("updateCall", status=503)],
}
ERRANDS = [("approve", approve), ("approve", report_and_stop), ("speak", repeat_and_type)]
# What is typed on the page could not be told to a call that cannot be reached.
LEFT_ALONE = [("approve", approve), ("approve", report_and_stop), ("speak", hear_and_report)]


def combine(names, errands=ERRANDS):
    """Combine names with errands; all but the first of these are for those who have the time."""
    return [
        pytest.param(
            name,
            *errand,
            marks=() if errand == errands[0] else pytest.mark.wide,
            id=f"{name}-{errand[1].__name__}",
        )
        for name in names
        for errand in errands
    ]


@pytest.fixture(scope="session")
def _undisturbed():
    return {}


@pytest.fixture
def undisturbed(_undisturbed, walk_with):
    """Return a function that tells what people hear on an errand, and what comes of it, without trouble."""

    def remember(method, errand):
        if errand not in _undisturbed:
            walk = walk_with("bxml", errand, method=method)
            _undisturbed[errand] = (walk.heard, walk.outcome)
        return _undisturbed[errand]

    return remember


@pytest.fixture
def disturb(undisturbed, walk_with, carrier):
    """Return a function that has people go on an errand while things go wrong, and hear all the same."""

    def disturb(faults, control, method, errand, **options):
        usual = undisturbed(method, errand)

        def beset(walk):
            for fault in faults:
                carrier.fault(**fault)
            errand(walk)

        walk = walk_with(control, beset, method=method, **options)
        assert (walk.heard, walk.outcome) == usual
        assert carrier.faults == []
        return walk

    return disturb


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(("name", "method", "errand"), combine(CALLBACKS))
def test_callbacks_may_come(disturb, control, name, method, errand):
    disturb(CALLBACKS[name], control, method, errand, lag=3 if name == "late" else 0)


@pytest.mark.parametrize(("name", "method", "errand"), combine(PUSHES))
def test_a_push_is_repeated_after(disturb, name, method, errand):
    walk = disturb(PUSHES[name], "api", method, errand)
    assert "/parked/" not in walk.addresses()


@pytest.mark.parametrize(("name", "method", "errand"), combine(NEVER, LEFT_ALONE))
def test_a_call_that_nobody_steers_goes_on_by_itself(disturb, name, method, errand):
    walk = disturb(NEVER[name], "api", method, errand, is_left_alone=True)
    walk.site.forgiven.append("A background job failed: hang_up_call")  # staff are told
    assert "/parked/" in walk.addresses()
