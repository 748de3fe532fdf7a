"""A switchboard picks up: it greets, takes tones, and puts through to an extension or hangs up."""

import pytest

from voice2fa.emulator import numbers

ORDINARY, FAST, SLOW = "+19075550135", "+19075550136", "+19075550137"
GREETING = "[the switchboard says] Welcome. If you know the extension, key it in now."
ASK = (
    "<Gather gatherUrl='/gather' maxDigits='1' firstDigitTimeout='10'>"
    "<SpeakSentence>Press 7 to approve.</SpeakSentence></Gather>"
)


def reach(lab, inner, to=ORDINARY, **more):
    """Call a switchboard and let the site reply as soon as it picks up."""
    lab.site.script("/answer", f"<Response>{inner}</Response>")
    lab.site.script("/gather", "<Response/>")
    call_id = lab.place(to=to, **more)
    lab.advance(0.2)
    return call_id


def dial(tones, pause=5, then=ASK, **attributes):
    written = " ".join(f"{name}='{value}'" for name, value in attributes.items())
    return f"<Pause duration='{pause}'/><SendDtmf {written}>{tones}</SendDtmf>{then}"


def test_it_picks_up_at_once_and_greets(lab):
    call = lab.call(reach(lab, "<Pause duration='60'/>"))
    assert (call["state"], call["transcript"]) == ("answered", [GREETING])
    assert call["switchboard"] == {"stage": "greeting", "extension": "", "lostTones": ""}


def test_an_ordinary_call_has_none(lab):
    assert lab.call(lab.connect())["switchboard"] is None


def test_an_extension_rings_and_picks_up(lab):
    call_id = reach(lab, dial("204", then="<Pause duration='60'/>"))
    lab.advance(5 + 1.5)
    assert lab.call(call_id)["switchboard"]["stage"] == "ringing"
    lab.advance(3)
    call = lab.call(call_id)
    assert call["switchboard"] == {"stage": "connected", "extension": "204", "lostTones": ""}
    assert call["transcript"] == [
        GREETING,
        "[the switchboard hears] [tones 204]",
        "[extension 204 rings]",
        "[extension 204 picks up]",
    ]


def test_the_person_at_the_extension_presses_keys_like_a_handset(lab):
    call_id = reach(lab, dial("204WWWWWW"))
    lab.advance(5 + 1.5 + 6)
    lab.press(call_id, "7")
    assert lab.gathered() == [("7", "")]
    assert lab.call(call_id)["transcript"][-1] == "Press 7 to approve."


@pytest.mark.parametrize(("extension", "digits"), [("204", ""), ("205", "7"), ("206", "9")])
def test_extensions_have_people_of_their_own(lab, extension, digits):
    reach(lab, dial(extension + "WWWW"))
    lab.advance(30)
    assert lab.gathered() == [(digits, "")]


def test_nobody_hears_what_is_said_too_early(make_lab):
    lab = make_lab(speech_wpm=150)
    say = "<SpeakSentence>{}</SpeakSentence>"
    inner = say.format("One.") + dial(
        "205", then=say.format("Two.") + "<Pause duration='4'/>" + say.format("Three.")
    )
    call_id = reach(lab, inner)
    lab.advance(20)
    assert lab.call(call_id)["transcript"] == [
        GREETING,
        "[the switchboard hears] One.",
        "[the switchboard hears] [tones 205]",
        "[extension 205 rings]",
        "[nobody hears] Two.",
        "[extension 205 picks up]",
        "Three.",
    ]


def test_a_prompt_that_nobody_heard_is_not_reacted_to(lab):
    reach(lab, dial("205"))
    lab.advance(30)
    assert lab.gathered() == [("", "")]


def test_who_picks_up_late_reacts_to_the_repetition(lab):
    reach(lab, dial("205", then=ASK.replace("<Gather", "<Gather repeatCount='2'")))
    lab.advance(40)
    assert lab.gathered() == [("7", "")]


def test_tones_during_the_greeting_are_lost(lab):
    call_id = reach(lab, dial("204", pause=1))
    lab.advance(4)
    assert lab.call(call_id)["switchboard"] == {"stage": "listening", "extension": "", "lostTones": "204"}
    assert lab.call(call_id)["transcript"][-1] == "[the switchboard was still speaking: tones 204 are lost]"
    lab.advance(8)
    assert lab.cause(call_id) == "hangup"


def test_pause_characters_wait_out_the_greeting(lab):
    call_id = reach(lab, dial("WWWw,W205WWWWW", pause=0.1))
    lab.advance(30)
    assert lab.gathered() == [("7", "")]
    assert lab.call(call_id)["switchboard"]["lostTones"] == ""


def test_half_an_extension_may_be_lost(lab):
    # The first tone ends 3.9 s after the answer, the second 4.5 s after.
    call_id = reach(lab, dial("204", pause=3.7))
    lab.advance(5.2)
    assert lab.call(call_id)["switchboard"] == {"stage": "listening", "extension": "04", "lostTones": "2"}


def test_slow_tones_are_one_extension_unless_the_gap_is_too_long(lab):
    together = reach(lab, dial("2W0W4", toneDuration=500))
    apart = reach(lab, dial("2WWW0WWW4", toneDuration=500))
    lab.advance(9)
    assert lab.call(together)["switchboard"]["stage"] == "ringing"
    assert lab.call(apart)["switchboard"]["stage"] == "refused"


@pytest.mark.parametrize("tones", ["999", "2#4", "20"])
def test_an_unknown_extension_is_told_so_and_hung_up(lab, tones):
    call_id = reach(lab, dial(tones, then="<Pause duration='60'/>"))
    lab.advance(10)
    assert (
        lab.call(call_id)["transcript"][-1] == "[the switchboard says] There is no such extension. Goodbye."
    )
    lab.advance(2)
    (event,) = lab.site.events("disconnect")
    assert event["cause"] == "hangup"


def test_who_keys_nothing_is_hung_up(lab):
    call_id = reach(lab, "<Pause duration='60'/>")
    lab.advance(4 + 6 - 0.1)
    assert lab.call(call_id)["switchboard"]["stage"] == "listening"
    lab.advance(2.2)
    assert lab.cause(call_id) == "hangup"


@pytest.mark.parametrize(
    ("number", "early", "late"), [(FAST, "listening", "refused"), (SLOW, "greeting", "listening")]
)
def test_some_listen_at_once_and_some_speak_long(lab, number, early, late):
    call_id = reach(lab, "<Pause duration='60'/>", to=number)
    lab.advance(4)
    assert lab.call(call_id)["switchboard"]["stage"] == early
    lab.advance(4.5)
    assert lab.call(call_id)["switchboard"]["stage"] == late


@pytest.mark.parametrize("number", [ORDINARY, FAST, SLOW])
def test_machine_detection_takes_it_for_a_machine(lab, number):
    reach(lab, "<Pause duration='60'/>", to=number, machineDetection={"mode": "sync"})
    lab.advance(3)
    assert lab.site.events("answer")[0]["machineDetectionResult"]["value"] == "answering-machine"


def test_nobody_can_press_keys_before_the_extension_picks_up(lab):
    call_id = reach(lab, dial("204", then="<Pause duration='60'/>"))
    response = lab.control("POST", f"/calls/{call_id}/press", json={"digits": "7"})
    assert response.status_code == 409
    assert "switchboard" in response.json()["error"]
    lab.advance(10)
    lab.press(call_id, "7")


def test_tones_to_a_person_dial_nothing(lab):
    call_id = reach(
        lab, dial("204", then="<Pause duration='5'/><SendDtmf>205</SendDtmf><Pause duration='60'/>")
    )
    lab.advance(20)
    call = lab.call(call_id)
    assert (call["switchboard"]["extension"], call["transcript"][-1]) == ("204", "[tones 205]")


def test_hanging_up_stops_the_switchboard(lab):
    call_id = reach(lab, "<Pause duration='1'/>")
    lab.advance(20)
    assert lab.call(call_id)["transcript"] == [GREETING]


def test_the_table_of_numbers_shows_them(lab):
    rows = {row["name"]: row for row in lab.control("GET", "/numbers").json()}
    assert rows["switchboard-slow"]["menu"]["greeting_seconds"] == 8
    assert set(numbers.EXTENSIONS.values()) <= set(numbers.BEHAVIOURS)
