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
    star_in_the_code,
    type_code,
    type_wrong_three_times,
    wrong_and_right,
    wrong_three_times,
)

CONTROLS = ("bxml", "api")
METHODS = ("approve", "enter", "speak")


FOR_ALL = [
    *(approve, press_wrong, report, report_and_stop, report_and_press_another, keep_silent, repeat),
    *(hang_up, hang_up_after_a_star, cancel, answer_as_machine),
]
FOR_ENTER = [wrong_and_right, wrong_three_times, part_of_the_code, hash_alone, star_in_the_code]
FOR_SPEAK = [
    *(type_code, repeat_and_type, hear_and_hang_up_and_type, hear_and_be_silent_and_type, hear_and_report),
    type_wrong_three_times,
]
WITHOUT_KEYS = [keep_silent, hang_up, cancel, answer_as_machine]
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
OTHERS = [
    *(("register", "enter", approve), ("enrol", "speak", type_code)),
    *(("confirm", "approve", approve), ("act", "approve", press_wrong)),
    *(
        pytest.param(purpose, method, act, marks=pytest.mark.wide)
        for purpose, method, act in [
            *(("register", "enter", report), ("register", "speak", type_code)),
            *(("enrol", "enter", approve), ("enrol", "enter", report)),
            *(("confirm", "enter", approve), ("confirm", "speak", type_code)),
            *(("act", "approve", approve), ("act", "approve", report)),
        ]
    ),
]


def name_of(value):
    return getattr(value, "__name__", value)


@pytest.fixture
def compare(walk_with):
    """Return a function that takes people through a journey both ways, and has them compare notes."""

    def compare(act, **options):
        by_replies, by_worker = (walk_with(control, act, **options) for control in CONTROLS)
        assert by_worker.notes == by_replies.notes
        return by_replies, by_worker

    return compare


@pytest.mark.wide  # tests/flows/test_steering.py does the same in this process
@pytest.mark.parametrize(("method", "act"), LOGINS, ids=name_of)
def test_a_login_is_the_same(compare, method, act):
    by_replies, by_worker = compare(act, method=method)
    assert by_replies.heard
    assert bool(by_replies.pressed) == (act not in WITHOUT_KEYS)
    assert by_worker.exchanges().count("updateCallBxml") > by_replies.exchanges().count("updateCallBxml")


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
