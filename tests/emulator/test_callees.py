"""Who answers: magic numbers, and machine detection."""

import pytest

from voice2fa.emulator import numbers

from .site import PARK

PROMPT = (
    "<Response><SpeakSentence>Hello.</SpeakSentence><Gather gatherUrl='/gather' maxDigits='1'>"
    "<SpeakSentence>Press 7 to approve, press 9 to report it.</SpeakSentence></Gather></Response>"
)


@pytest.mark.parametrize(
    ("number", "cause", "answered"),
    [
        ("+19075550110", "busy", False),
        ("+19075550111", "timeout", False),
        ("+19075550112", "rejected", False),
        ("+19075550115", "hangup", True),
        ("+19075550119", "error", False),
        ("+19075550131", "hangup", True),
    ],
)
def test_numbers_that_never_press_a_key(make_lab, number, cause, answered):
    lab = make_lab(speech_wpm=150)
    lab.site.script("/answer", PROMPT)
    call_id = lab.place(to=number, callTimeout=10)
    lab.advance(15)
    (event,) = lab.site.events("disconnect")
    assert (event["cause"], "answerTime" in event) == (cause, answered)
    assert lab.gathered() == []
    assert lab.cause(call_id) == cause


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("+19075550114", "1"),
        ("+19075550116", "7"),
        ("+19075550117", "5"),
        ("+19075550123", "3"),
        ("+19075550129", "9"),
        ("+19075550132", "7"),
        ("+19075550133", "*"),
        ("+19075550134", "#"),
        ("+19075550199", "7"),
        ("+19075550113", ""),
        ("+19075550118", ""),
    ],
)
def test_numbers_that_answer_and_act(lab, number, digits):
    lab.site.script("/answer", PROMPT)
    lab.place(to=number)
    lab.advance(8)
    assert lab.gathered() == [(digits, "")]


def test_the_slow_one_rings_for_twenty_seconds(lab):
    call_id = lab.place(to="+19075550130")
    lab.advance(19)
    assert lab.call(call_id)["ringing"]
    lab.advance(2)
    assert not lab.call(call_id)["ringing"]


def test_a_voicemail_hangs_up_in_the_end(lab):
    lab.site.script("/answer", PARK)
    call_id = lab.place(to="+19075550113")
    lab.advance(62)
    assert lab.cause(call_id) == "hangup"


def test_a_callee_reacts_to_the_newest_prompt_only(lab):
    lab.site.script("/answer", PROMPT)
    lab.site.script("/gather", PROMPT.replace("Press 7", "Press the key two"), "<Response/>")
    lab.place(to="+19075550116")
    lab.advance(5)
    assert lab.gathered() == [("7", ""), ("2", "")]


def test_an_approver_who_hears_no_key_presses_none(lab):
    lab.site.script(
        "/answer",
        "<Response><Gather gatherUrl='/gather'><SpeakSentence>Yes?</SpeakSentence></Gather></Response>",
    )
    lab.place(to="+19075550116")
    lab.place(to="+19075550117")
    lab.advance(8)
    assert lab.gathered() == [("", ""), ("", "")]


def test_everyone_may_behave_alike(make_lab):
    lab = make_lab(everyone="busy")
    call_id = lab.place(to="+14155550999")
    lab.advance(1)
    assert lab.cause(call_id) == "busy"


def test_a_call_from_a_number_that_is_not_yours_is_accepted_and_fails(lab):
    call_id = lab.place(**{"from": "+13015550100"})
    call = lab.call(call_id)
    assert call["disconnectCause"] == "error"
    assert "not provisioned" in call["errorMessage"]


def test_magic_numbers_do_not_collide_with_owned_ones():
    owned = {f"+120255501{last:02d}" for last in range(10)}
    assert not owned & set(numbers.NAMES)
    assert all("+19075550110" <= number <= "+19075550199" for number in numbers.NAMES)


def test_the_table_is_shown_by_the_control_plane(lab):
    table = {row["number"]: row["name"] for row in lab.control("GET", "/numbers").json()}
    assert table == numbers.NAMES


def test_an_unanswered_call_times_out_after_call_timeout_of_ringing(make_lab):
    lab = make_lab(ring_delay=5)
    call_id = lab.place(callTimeout=12)
    assert not lab.call(call_id)["ringing"]
    lab.advance(16.9)
    assert lab.call(call_id)["ringing"]
    lab.advance(0.2)
    assert lab.cause(call_id) == "timeout"


def test_a_call_that_does_not_ring_within_thirty_seconds_is_over(make_lab):
    lab = make_lab(ring_delay=100)
    call_id = lab.place(callTimeout=300)
    lab.advance(30.1)
    assert lab.cause(call_id) == "timeout"


def detect(lab, action, body=None, **detection):
    lab.site.script("/answer", PARK)
    more = {} if detection.get("mode") == "sync" else {"callbackUrl": f"{lab.site.url}/machine"}
    call_id = lab.place(machineDetection={**more, **detection})
    lab.act(call_id, action, **(body or {}))
    return call_id


@pytest.mark.parametrize(
    ("action", "body", "detection", "value", "seconds"),
    [
        ("answer", {}, {}, "human", 6),
        ("answer", {}, {"speechEndThreshold": 2}, "human", 3),
        ("answer", {}, {"speechThreshold": 1}, "answering-machine", 6),
        ("answer", {"as": "silence"}, {"silenceTimeout": 4}, "silence", 4),
        ("machine", {}, {}, "answering-machine", 2),
        ("machine", {}, {"delayResult": True}, "answering-machine", 13),
        ("machine", {}, {"delayResult": True, "machineSpeechEndThreshold": 1}, "answering-machine", 9),
        ("answer", {}, {"detectionTimeout": 3}, "timeout", 3),
    ],
)
def test_synchronous_detection_holds_the_answer_event_back(lab, action, body, detection, value, seconds):
    detect(lab, action, body, mode="sync", **detection)
    lab.advance(seconds - 0.1)
    assert lab.site.events("answer") == []
    lab.advance(0.2)
    (event,) = lab.site.events("answer")
    assert event["machineDetectionResult"] == {"value": value, "duration": f"PT{seconds}.00S"}


def test_a_call_cannot_be_steered_before_its_answer_event(lab):
    call_id = detect(lab, "answer", mode="sync")
    assert lab.call(call_id)["state"] == "answered"
    assert lab.replace(call_id, "<Bxml/>").status_code == 409
    lab.advance(7)
    assert lab.replace(call_id, "<Bxml/>").status_code == 204


def test_asynchronous_detection_reports_later_to_its_own_url(lab):
    lab.site.demand("/machine", "amd", "secret")
    call_id = detect(lab, "machine", username="amd", password="secret")
    lab.advance(0)
    assert len(lab.site.events("answer")) == 1
    lab.advance(2.1)
    (event,) = lab.site.events("machineDetectionComplete")
    assert event["machineDetectionResult"]["value"] == "answering-machine"
    assert lab.call(call_id)["state"] == "answered"


def test_asynchronous_detection_has_a_fallback(lab):
    lab.site.script("/machine", status=500)
    detect(lab, "answer", fallbackUrl=f"{lab.site.url}/spare")
    lab.advance(7)
    assert lab.site.at("/spare")[0].event["eventType"] == "machineDetectionComplete"


def test_decimals_in_detection_are_warned_of(lab):
    whole, decimal = detect(lab, "answer"), detect(lab, "answer", silenceTimeout=2.5)
    assert lab.call(whole)["warnings"] == []
    assert "whole seconds" in lab.call(decimal)["warnings"][0]


def test_detection_stops_with_the_call(lab):
    call_id = detect(lab, "answer")
    lab.act(call_id, "hangup")
    lab.advance(60)
    assert lab.site.events("machineDetectionComplete") == []


def test_detection_may_take_a_fixed_time(make_lab):
    lab = make_lab(detection_seconds=0.5)
    detect(lab, "answer", mode="sync")
    lab.advance(0.6)
    assert lab.site.events("answer")[0]["machineDetectionResult"]["duration"] == "PT0.50S"
