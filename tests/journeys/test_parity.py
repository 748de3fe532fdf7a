"""The same call, steered by replies and by a worker: people hear the same, press the same, and get as far."""

import pytest

from .errands import (
    answer_as_machine,
    approve,
    cancel,
    hang_up,
    hang_up_after_a_star,
    hash_alone,
    hear_and_be_silent_and_type,
    hear_and_hang_up_and_type,
    hear_and_report,
    keep_silent,
    part_of_the_code,
    press_wrong,
    repeat,
    repeat_and_type,
    report,
    report_and_press_another,
    report_and_stop,
    report_where_no_calls_can_be_stopped,
    star_in_the_code,
    type_code,
    type_wrong_three_times,
    wrong_and_right,
    wrong_three_times,
)

CONTROLS = ("bxml", "api")
METHODS = ("approve", "enter", "speak")


# What people do, and how it ends.
FOR_ALL = {
    approve: "approved",
    press_wrong: "denied",
    report: "reported",
    report_and_stop: "reported",
    report_and_press_another: "reported",
    keep_silent: "unreachable",
    repeat: "approved",
    hang_up: "unreachable",
    hang_up_after_a_star: "unreachable",
    cancel: "cancelled",
    answer_as_machine: "unreachable",
}
FOR_ENTER = {
    wrong_and_right: "approved",
    wrong_three_times: "locked",
    part_of_the_code: "answered",
    hash_alone: "approved",
    star_in_the_code: "approved",
}
FOR_SPEAK = {
    type_code: "approved",
    repeat_and_type: "approved",
    hear_and_hang_up_and_type: "approved",
    hear_and_be_silent_and_type: "approved",
    hear_and_report: "reported",
    type_wrong_three_times: "locked",
}
# A key is a digit of a code, one of which is wrong; where the code is told the right key decides nothing yet.
STATES = {
    "approve": FOR_ALL,
    "enter": {**FOR_ALL, press_wrong: "answered", **FOR_ENTER},
    "speak": {**FOR_ALL, approve: "answered", repeat: "answered", **FOR_SPEAK},
}
AT_A_DESK = {
    **{act: FOR_ALL[act] for act in (approve, press_wrong, keep_silent, repeat, cancel)},
    report_where_no_calls_can_be_stopped: "reported",
    hang_up: "unreachable",
}
WITHOUT_KEYS = [keep_silent, hang_up, cancel, answer_as_machine]
HUNG_UP_BY_PEOPLE = [hang_up, hang_up_after_a_star, hear_and_hang_up_and_type]
# Flow by flow every combination is compared in tests/flows/test_steering.py; over sockets each act once.
LOGINS = [
    *(("approve", act) for act in FOR_ALL),
    *(("enter", act) for act in [approve, *FOR_ENTER]),
    *(("speak", act) for act in FOR_SPEAK),
    *(
        pytest.param(method, act, marks=pytest.mark.wide)
        for method in ("enter", "speak")
        for act in FOR_ALL
        if (method, act) != ("enter", approve)
    ),
]
# All that a call may be for, by all methods that it may have; and all that people may do.
PURPOSES = {
    "register": {"enter": FOR_ALL, "speak": FOR_SPEAK},
    "enrol": {"speak": FOR_ALL, "enter": FOR_ENTER},
    "confirm": {"approve": FOR_ALL, "enter": FOR_ENTER, "speak": FOR_SPEAK},
    "act": {"approve": FOR_ALL},
    "desk": {"approve": AT_A_DESK, "enter": [wrong_and_right], "speak": [type_code]},
}
SOONER = [("register", "enter", approve), ("enrol", "speak", type_code)]
SOONER += [("confirm", "approve", approve), ("act", "approve", press_wrong)]
OTHERS = [
    pytest.param(*errand, marks=() if errand in SOONER else pytest.mark.wide)
    for errand in dict.fromkeys(
        [
            *SOONER,
            *(
                (purpose, method, act)
                for purpose, methods in PURPOSES.items()
                for method, acts in methods.items()
                for act in acts
            ),
        ]
    )
]


def name_of(value):
    return getattr(value, "__name__", value)


@pytest.fixture
def compare(walk_with):
    """Return a function that takes people through a journey both ways, and has them compare notes."""

    def compare(act, *, method="approve", **options):
        walks = [walk_with(control, act, method=method, **options) for control in CONTROLS]
        by_replies, by_worker = walks
        assert by_worker.notes == by_replies.notes
        assert by_replies.heard
        assert bool(by_replies.pressed) == (act not in WITHOUT_KEYS)
        assert by_replies.outcome["state"] == {**AT_A_DESK, **STATES[method]}[act]
        pushed, repushed = (walk.exchanges().count("updateCallBxml") for walk in (by_worker, by_replies))
        assert pushed > repushed
        # A worker ends what it has steered; scripts end by themselves, but for the voice of a machine.
        is_ended_by_us = by_worker.handset.is_over and act not in HUNG_UP_BY_PEOPLE
        assert ("updateCall" in by_worker.exchanges()) == is_ended_by_us
        is_machine = by_replies.outcome["cause"] == "machine"
        assert ("updateCall" in by_replies.exchanges()) == is_machine
        return by_replies, by_worker

    return compare


@pytest.mark.wide  # tests/flows/test_steering.py does the same in this process
@pytest.mark.parametrize(("method", "act"), LOGINS, ids=name_of)
def test_a_login_is_the_same(compare, method, act):
    compare(act, method=method)


@pytest.mark.parametrize(("purpose", "method", "act"), OTHERS, ids=name_of)
def test_whatever_it_is_for_it_is_the_same(compare, purpose, method, act):
    compare(act, purpose=purpose, method=method)


RECORDINGS = {
    prompt: f"https://cdn.example.com/{{language}}/{prompt}.mp3"
    for prompt in ("caller", "login", "again", "approved", "denied")
}


@pytest.mark.wide
@pytest.mark.parametrize(
    ("method", "act"),
    [*((method, repeat) for method in METHODS), ("approve", press_wrong), ("speak", repeat_and_type)],
    ids=name_of,
)
def test_recordings_and_a_slow_voice_in_spanish_are_the_same(compare, method, act):
    settings = {"RECORDINGS": RECORDINGS, "SPEECH_RATE": "slow"}
    by_replies, by_worker = compare(act, method=method, language="es", **settings)
    recorded = [line.removeprefix("[audio ") for line in by_replies.heard if line.startswith("[audio ")]
    assert recorded[:2] == ["https://cdn.example.com/es/caller.mp3]", "https://cdn.example.com/es/login.mp3]"]
    assert by_replies.voices == by_worker.voices == {("es", True)}


@pytest.mark.wide
@pytest.mark.parametrize("act", [approve, keep_silent, answer_as_machine])
def test_where_nobody_listens_for_machines_it_is_the_same(compare, act):  # A2
    by_replies, _ = compare(act, MACHINE_DETECTION="off")
    (row,) = by_replies.site.rows("phoneverification", call_id=by_replies.handset.call_id)
    assert row["answerer"] == ""


@pytest.mark.wide
def test_a_machine_that_is_found_before_the_answer_hears_nothing_either_way(walk_with):  # A2
    for control in CONTROLS:
        walk = walk_with(control, answer_as_machine, lag=8, MACHINE_DETECTION="sync")
        assert walk.heard == []
        assert walk.outcome["heading"] == "A voicemail answered"
