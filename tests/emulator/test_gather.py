"""The table of section "Gather" of the carrier's pages, row by row, and what lies between the rows."""

import pytest

PROMPT = "<SpeakSentence>Key in your code.</SpeakSentence>"


def gather(prompt=PROMPT, **attributes):
    written = " ".join(f'{name}="{value}"' for name, value in {"gatherUrl": "/gather", **attributes}.items())
    return f"<Response><Gather {written}>{prompt}</Gather><Hangup/></Response>"


@pytest.mark.parametrize(
    ("attributes", "keys", "seconds", "expected"),
    [
        ({"maxDigits": 6}, "482913", 0, ("482913", "")),
        ({"terminatingDigits": "#"}, "482#", 0, ("482", "#")),
        ({"terminatingDigits": "#"}, "#", 0, ("", "#")),
        ({"interDigitTimeout": 4}, "48", 4, ("48", "")),
        ({"firstDigitTimeout": 7}, "", 7, ("", "")),
    ],
    ids=["max digits", "terminating key", "terminating key first", "stopped typing", "no input"],
)
def test_each_row_of_the_table_is_reported(lab, attributes, keys, seconds, expected):
    call_id = lab.connect(gather(**attributes))
    if keys:
        lab.press(call_id, keys)
    if seconds:
        lab.advance(seconds - 0.1)
        assert lab.gathered() == []
        lab.advance(0.2)
    assert lab.gathered() == [expected]


def test_defaults_are_fifty_digits_and_no_terminating_key(lab):
    call_id = lab.connect(gather())
    lab.press(call_id, "#" * 49)
    assert lab.call(call_id)["heldKeys"] == "#" * 49
    lab.press(call_id, "1")
    assert lab.gathered() == [("#" * 49 + "1", "")]


def test_first_digit_timeout_counts_after_the_prompt(make_lab):
    lab = make_lab(speech_wpm=60)
    lab.connect(gather(firstDigitTimeout=2))  # four words: four seconds
    lab.advance(5.9)
    assert lab.gathered() == []
    lab.advance(0.2)
    assert lab.gathered() == [("", "")]


def test_first_digit_timeout_of_zero_ends_with_the_prompt(lab):
    lab.connect(gather(firstDigitTimeout=0))
    assert lab.gathered() == [("", "")]


def test_repeat_count_repeats_prompt_and_silence(lab):
    call_id = lab.connect(gather(repeatCount=3, firstDigitTimeout=2))
    lab.advance(5.9)
    assert lab.call(call_id)["transcript"] == ["Key in your code."] * 3
    assert lab.gathered() == []
    lab.advance(0.2)
    assert lab.gathered() == [("", "")]


def test_a_key_stops_the_prompt(make_lab):
    lab = make_lab(speech_wpm=1)
    call_id = lab.connect(gather(PROMPT + "<SpeakSentence>Second sentence.</SpeakSentence>", maxDigits=1))
    assert lab.call(call_id)["listening"]
    lab.press(call_id, "7")
    assert lab.gathered() == [("7", "")]
    assert lab.call(call_id)["transcript"] == ["Key in your code."]


def test_each_key_restarts_the_inter_digit_timeout(lab):
    call_id = lab.connect(gather(interDigitTimeout=3))
    for key in "123":
        lab.press(call_id, key)
        lab.advance(2.5)
    assert lab.gathered() == []
    lab.advance(1)
    assert lab.gathered() == [("123", "")]


def test_without_gather_url_the_digits_are_thrown_away_and_the_next_verb_runs(lab):
    following = "<SpeakSentence>Next.</SpeakSentence><Pause duration='9'/>"
    call_id = lab.connect(f"<Response><Gather maxDigits='1'/>{following}</Response>")
    lab.press(call_id, "1")
    call = lab.call(call_id)
    assert call["transcript"] == ["Next."]
    assert lab.gathered() == []
    assert call["warnings"] == ["<Gather> without gatherUrl throws the digits away."]


def test_verbs_after_a_gather_with_gather_url_never_run(lab):
    lab.site.script("/gather", "<Response><SpeakSentence>From gather.</SpeakSentence></Response>")
    call_id = lab.connect(
        gather(firstDigitTimeout=1).replace("<Hangup/>", "<SpeakSentence>Never.</SpeakSentence>")
    )
    lab.advance(1.1)
    assert lab.call(call_id)["transcript"] == ["Key in your code.", "From gather."]


def test_keys_pressed_before_a_gather_are_dropped(lab):
    call_id = lab.connect(
        "<Response><Pause duration='2'/><Gather gatherUrl='/gather' maxDigits='1'/></Response>"
    )
    lab.press(call_id, "7")
    lab.advance(2)
    assert lab.call(call_id)["listening"]
    assert lab.gathered() == []


def test_keys_pressed_before_a_gather_may_be_buffered(make_lab):
    lab = make_lab(early_keys="buffered")
    call_id = lab.connect(
        "<Response><Pause duration='2'/><Gather gatherUrl='/gather' maxDigits='2'/></Response>"
    )
    lab.press(call_id, "78")
    lab.advance(2)
    assert lab.gathered() == [("78", "")]


def test_keys_beyond_the_last_are_not_carried_into_the_next_gather(lab):
    lab.site.script("/gather", gather(maxDigits=1, prompt=""))
    call_id = lab.connect(gather(maxDigits=1))
    lab.press(call_id, "12")
    assert lab.gathered() == [("1", "")]


def test_a_gather_cut_short_by_hanging_up_sends_no_event(lab):
    call_id = lab.connect(gather())
    lab.press(call_id, "1")
    lab.act(call_id, "hangup")
    lab.advance(60)
    assert lab.gathered() == []
    assert [event["cause"] for event in lab.site.events("disconnect")] == ["hangup"]


def test_a_gather_interrupted_by_an_update_sends_no_event(lab):
    call_id = lab.connect(gather())
    assert lab.replace(call_id, "<Bxml><SpeakSentence>Instead.</SpeakSentence></Bxml>").status_code == 204
    lab.advance(60)
    assert lab.gathered() == []
    assert lab.call(call_id)["transcript"] == ["Key in your code.", "Instead."]


def test_held_keys_are_shown_while_listening_only(lab):
    lab.site.script("/gather", "<Response><Pause duration='60'/></Response>")
    call_id = lab.connect(gather(maxDigits=3))
    assert lab.act(call_id, "press", digits="48")["heldKeys"] == "48"
    lab.press(call_id, "2")
    call = lab.call(call_id)
    assert (call["heldKeys"], call["listening"]) == ("", False)


def test_start_gather_reports_each_key_while_other_verbs_run(lab):
    call_id = lab.connect(
        "<Response><StartGather dtmfUrl='/dtmf' tag='keys'/><Pause duration='9'/></Response>"
    )
    lab.press(call_id, "1#")
    lab.advance(0)
    assert sorted(event["digit"] for event in lab.site.events("dtmf")) == ["#", "1"]
    assert {event["tag"] for event in lab.site.events("dtmf")} == {"keys"}


def test_start_gather_is_silent_during_a_gather_and_after_stop_gather(lab):
    lab.site.script("/gather", "<Response><StopGather/><Pause duration='9'/></Response>")
    call_id = lab.connect(
        "<Response><StartGather dtmfUrl='/dtmf'/><Gather gatherUrl='/gather' maxDigits='1'/></Response>"
    )
    lab.press(call_id, "1")
    lab.press(call_id, "2")
    assert lab.site.events("dtmf") == []
    assert lab.gathered() == [("1", "")]


def test_a_gather_may_be_answered_with_credentials_of_its_own(lab):
    lab.site.demand("/gather", "hook", "secret")
    call_id = lab.connect(gather(maxDigits=1, username="hook", password="secret"))
    lab.press(call_id, "1")
    first, second = lab.site.at("/gather")
    assert (first.authorization, first.body) == (None, b"")
    assert second.authorization == lab.site.credentials["/gather"]
    assert second.event["digits"] == "1"


def test_credentials_of_the_call_are_not_inherited_by_verbs(lab):
    lab.site.demand("/gather", "hook", "secret")
    call_id = lab.connect(gather(maxDigits=1), username="hook", password="secret")
    lab.press(call_id, "1")
    assert lab.cause(call_id) == "callback-error"


def test_the_tag_of_a_gather_replaces_the_call_s_and_an_empty_one_clears_it(lab):
    lab.site.script("/gather", gather(maxDigits=1, tag=""), "<Response/>")
    call_id = lab.connect(gather(maxDigits=1, tag="second"), tag="first")
    lab.press(call_id, "1")
    lab.press(call_id, "2")
    assert [event.get("tag") for event in lab.site.events("gather")] == ["second", None]
    assert lab.site.events("answer")[0]["tag"] == "first"
    assert "tag" not in lab.site.events("disconnect")[0]


def test_gather_falls_back_once_with_the_fallback_s_credentials(lab):
    lab.site.script("/gather", status=500)
    lab.site.demand("/spare", "other", "secret2")
    lab.site.script("/spare", "<Response><SpeakSentence>Spare.</SpeakSentence></Response>")
    more = {"gatherFallbackUrl": "/spare", "fallbackUsername": "other", "fallbackPassword": "secret2"}
    call_id = lab.connect(gather(maxDigits=1, **more))
    lab.press(call_id, "1")
    assert lab.call(call_id)["transcript"][-1] == "Spare."
    assert lab.site.at("/spare")[-1].event["digits"] == "1"
