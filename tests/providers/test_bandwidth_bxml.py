"""From scripts to BXML: nothing in a text is markup, every verb that calls back brings its credentials."""

import inspect
import re
from xml.etree import ElementTree as ET

import pytest
from bandwidth.models import bxml as official
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core.script import Door, Gather, Hangup, Park, Pause, Play, Redirect, Say, SendTones
from voice2fa.providers.bandwidth.bxml import Root, clean_text, render_bxml
from voice2fa.providers.base import CallbackUrls, Credentials, Line, ScriptRefused

from .samples import CALLBACK_PASSWORD, LINE, voice_for

ASK = Gather(step=2, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=6, repeat=2)
FULL = (
    Say(text="Hello."),
    Say(text="482913", spelled=True),
    Say(text="Hello.", slowly=True),
    SendTones(keys=",,204"),
    Play(url="https://site.example/tune.wav"),
    Pause(seconds=0.5),
    ASK,
    Redirect(step=4),
    Park(seconds=4, step=4),
    Hangup(),
)


def render(*script, line=LINE, root=Root.REPLY):
    return ET.fromstring(render_bxml(tuple(script), line=line, voice_for=voice_for, root=root))


def test_a_document_says_its_encoding_and_its_root():
    assert render_bxml((Hangup(),), line=LINE, voice_for=voice_for, root=Root.REPLY) == (
        b"<?xml version='1.0' encoding='utf-8'?>\n<Response><Hangup /></Response>"
    )
    assert render(Hangup(), root=Root.PUSHED).tag == "Bxml"


def test_an_empty_script_is_an_empty_document_which_hangs_up():
    assert render_bxml((), line=LINE, voice_for=voice_for, root=Root.REPLY).endswith(b"<Response />")


def test_verbs_keep_their_order():
    assert [verb.tag for verb in render(*FULL)] == [
        *("SpeakSentence", "SpeakSentence", "SpeakSentence", "SendDtmf", "PlayAudio", "Pause"),
        *("Gather", "Redirect", "Pause", "Redirect", "Hangup"),
    ]


def test_a_code_is_spelled_with_rests_and_without_say_as():
    (sentence,) = render(Say(text="48 2", spelled=True))
    assert ET.tostring(sentence, encoding="unicode") == (
        '<SpeakSentence voice="susan">4<break time="600ms" /> 8<break time="600ms" /> 2</SpeakSentence>'
    )


def test_what_is_said_slowly_is_said_at_a_slow_rate_and_spelled_with_longer_rests():
    words, code = render(Say(text="Hello.", slowly=True), Say(text="48", spelled=True, slowly=True))
    assert ET.tostring(words, encoding="unicode") == (
        '<SpeakSentence voice="susan"><prosody rate="slow">Hello.</prosody></SpeakSentence>'
    )
    assert ET.tostring(code, encoding="unicode") == (
        '<SpeakSentence voice="susan"><prosody rate="slow">4<break time="1s" /> 8</prosody></SpeakSentence>'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Drücken Sie die 7.", "Drücken Sie die 7;"),
        ("Drücken Sie die 7. Oder die 0. Danke.", "Drücken Sie die 7; Oder die 0; Danke."),
        ("Die 7... Danke.", "Die 7; Danke."),
        ("250.10 Euro, Version 2.0", "250.10 Euro, Version 2.0"),
    ],
)
def test_no_key_becomes_an_ordinal_where_a_full_stop_makes_one(text, said):
    for language in ("de", "da", "de-at"):
        (sentence,) = render(Say(text=text, language=language))
        assert sentence.text == said
    (sentence,) = render(Say(text=text, language="es"))
    assert sentence.text == text


def test_each_sentence_has_the_voice_of_its_language():
    sentences = render(*(Say(text="Hello.", language=language) for language in ("", "de", "zh-hans")))
    assert [sentence.get("voice") for sentence in sentences] == ["susan", "katrin", "zhiyu"]


@pytest.mark.parametrize(
    ("keys", "sent"), [("204", "204"), (",,20*4#", ",,20*4#"), ("2x0é4 ", "204"), ("1" * 60, "1" * 50)]
)
def test_tones_are_keys_and_pauses_that_the_carrier_knows(keys, sent):
    (tones,) = render(SendTones(keys=keys))
    assert (tones.tag, tones.text, tones.attrib) == ("SendDtmf", sent, {})


def test_tones_of_no_key_are_left_out():
    assert len(render(SendTones(keys="ext"))) == 0


def test_a_parked_call_waits_and_then_asks_at_the_door_for_it():
    pause, redirect = render(Park(seconds=4.0, step=3))
    assert pause.attrib == {"duration": "4"}
    assert redirect.get("redirectUrl") == "https://site.example/call/parked/3/"
    assert redirect.get("redirectFallbackUrl") == "https://site.example/call/parked_fallback/3/"
    assert redirect.get("password") == CALLBACK_PASSWORD


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\x00", "\x07 \x1b"])
@pytest.mark.parametrize("spelled", [True, False])
def test_a_blank_sentence_is_left_out(text, spelled):
    (gather,) = render(Say(text=text, spelled=spelled), Gather(
        step=1, prompts=(Say(text=text, spelled=spelled),), max_digits=1, first_digit_seconds=5
    ))  # fmt: skip
    assert len(gather) == 0


def test_a_recording_without_an_address_is_left_out():
    assert len(render(Play(url=" "))) == 0


def test_a_gather_calls_back_to_its_step_with_credentials():
    (gather,) = render(ASK)
    assert gather.attrib == {
        "gatherUrl": "https://site.example/call/gather/2/",
        "gatherMethod": "POST",
        "gatherFallbackUrl": "https://site.example/call/gather_fallback/2/",
        "gatherFallbackMethod": "POST",
        "username": "hook",
        "password": CALLBACK_PASSWORD,
        "fallbackUsername": "hook",
        "fallbackPassword": CALLBACK_PASSWORD,
        "maxDigits": "1",
        "firstDigitTimeout": "6",
        "interDigitTimeout": "5",
        "terminatingDigits": "",
        "repeatCount": "2",
    }


def test_a_redirect_names_its_door():
    (redirect,) = render(Redirect(step=4, door=Door.OVER))
    assert redirect.get("redirectUrl") == "https://site.example/call/over/4/"


def test_a_redirect_calls_back_to_its_step_with_credentials():
    (redirect,) = render(Redirect(step=4))
    assert redirect.attrib == {
        "redirectUrl": "https://site.example/call/redirect/4/",
        "redirectMethod": "POST",
        "redirectFallbackUrl": "https://site.example/call/redirect_fallback/4/",
        "redirectFallbackMethod": "POST",
        "username": "hook",
        "password": CALLBACK_PASSWORD,
        "fallbackUsername": "hook",
        "fallbackPassword": CALLBACK_PASSWORD,
    }


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("maxDigits", "max_digits", {0: "1", 1: "1", 6: "6", 50: "50", 51: "50"}),
        ("firstDigitTimeout", "first_digit_seconds", {-1: "0", 0: "0", 10: "10", 60: "60", 61: "60"}),
        ("interDigitTimeout", "between_digits_seconds", {0: "1", 2.5: "2.5", 60: "60", 600: "60"}),
        ("repeatCount", "repeat", {0: "1", 3: "3", 20: "20", 21: "20"}),
        ("terminatingDigits", "last_keys", {"": "", "#": "#", "#*": "#*", "x#": "#", "é": ""}),
    ],
)
def test_a_gather_stays_within_the_carriers_limits(name, field, values):
    for value, written in values.items():
        facts = {"step": 1, "prompts": (), "max_digits": 1, "first_digit_seconds": 5, field: value}
        (gather,) = render(Gather(**facts))
        assert gather.get(name) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0.1"), (0.1, "0.1"), (0.1 + 0.2, "0.3"), (1, "1"), (2.0, "2"), (10, "10"), (1e6, "86400")],
)
def test_a_pause_is_written_without_the_noise_of_floats(seconds, written):
    (pause,) = render(Pause(seconds=seconds))
    assert pause.get("duration") == written


@pytest.mark.parametrize(("prompts", "repeat"), [(1, "20"), (3, "6"), (7, "2"), (20, "1")])
def test_prompts_times_repeats_stay_within_twenty(prompts, repeat):
    sentences = tuple(Say(text="Press 7.") for _ in range(prompts))
    (gather,) = render(Gather(step=1, prompts=sentences, max_digits=1, first_digit_seconds=5, repeat=99))
    assert gather.get("repeatCount") == repeat


def test_more_than_twenty_prompts_are_refused():
    sentences = tuple(Say(text="Press 7.") for _ in range(21))
    with pytest.raises(ScriptRefused, match="21 prompts"):
        render(Gather(step=1, prompts=sentences, max_digits=1, first_digit_seconds=5))


def test_a_document_of_64_kilobytes_is_refused_and_its_text_not_told():
    with pytest.raises(ScriptRefused, match="bytes of BXML") as caught:
        render(Say(text="secret " * 10_000))
    assert "secret" not in str(caught.value)
    assert len(render(Say(text="x" * 65_000))[0].text) == 65_000


@pytest.mark.parametrize(
    "text",
    [
        "</SpeakSentence><Hangup/>",
        "<Redirect redirectUrl='https://evil.example'/>",
        "<break time='9s'/>",
        "]]><!-- -->",
        "&lt;Hangup/&gt; &#60;Hangup/&#62; &amp;",
        "<![CDATA[<Hangup/>]]>",
        "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
        "a<b and c>d",
        "\"'",
        "‮detrevni 😀",
    ],
)
def test_no_text_becomes_markup(text):
    document = render(Say(text=text), Gather(
        step=1, prompts=(Say(text=text),), max_digits=1, first_digit_seconds=5
    ))  # fmt: skip
    assert [element.tag for element in document.iter()] == [
        "Response",
        "SpeakSentence",
        "Gather",
        "SpeakSentence",
    ]
    assert document[0].text == text


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_comes_back_whole_but_for_what_xml_cannot_hold(text):
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    expected = kept.replace("\r\n", "\n").replace("\r", "\n").strip()
    sentences = render(Say(text=text))
    assert [sentence.text for sentence in sentences] == ([expected] if expected else [])


@given(st.text(max_size=60))
def test_any_text_can_be_spelled(text):
    sentences = render(Say(text=text, spelled=True))
    expected = "".join(clean_text(text).split())
    said = "".join(words for element in sentences for words in element.itertext())
    assert said.replace(" ", "") == expected
    assert sum(1 for _ in sentences.iter("break")) == max(len(expected) - 1, 0)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_any_credentials_and_url_are_attributes_and_nothing_else(word, url):
    urls = dict.fromkeys(CallbackUrls.__dataclass_fields__, f"https://x.example/{url}")
    line = Line(urls=CallbackUrls(**urls), credentials=Credentials(username=word, password=word))
    (redirect,) = render(Redirect(step=1), line=line)
    assert redirect.get("password") == clean_text(word)
    assert len(redirect) == 0


def test_other_braces_in_a_url_are_left_alone():
    urls = dict.fromkeys(CallbackUrls.__dataclass_fields__, "https://x.example/{step}?{0}{step.__class__}")
    line = Line(urls=CallbackUrls(**urls), credentials=LINE.credentials)
    (redirect,) = render(Redirect(step=5), line=line)
    assert redirect.get("redirectUrl") == "https://x.example/5?{0}{step.__class__}"


def test_every_verb_and_attribute_is_one_that_the_official_library_knows():
    for element in render(*FULL).iter():
        if element.tag in {"Response", "break", "prosody"}:
            continue
        parameters = inspect.signature(getattr(official, element.tag).__init__).parameters
        known = {re.sub("_(.)", lambda match: match[1].upper(), name) for name in parameters}
        assert set(element.attrib) <= known, element.tag


def test_the_official_library_builds_the_same_gather():
    (ours,) = render(ASK)
    snake = {
        re.sub("([A-Z])", lambda match: "_" + match[1].lower(), name): value for name, value in ours.items()
    }
    prompt = official.SpeakSentence("Press 7.", voice="susan")
    theirs = ET.fromstring(official.Response([official.Gather([prompt], **snake)]).to_bxml())[0]
    assert ET.canonicalize(ET.tostring(ours)) == ET.canonicalize(ET.tostring(theirs))
