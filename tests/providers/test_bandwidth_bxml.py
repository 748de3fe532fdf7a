"""From scripts to BXML: nothing in a text is markup, every verb that calls back brings its credentials."""

import inspect
import re
from xml.etree import ElementTree as ET

import pytest
from bandwidth.models import bxml as official
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core.script import Gather, Hangup, Pause, Play, Redirect, Say
from voice2fa.providers.bandwidth.bxml import Root, clean_text, render_bxml
from voice2fa.providers.base import CallbackUrls, Credentials, Line, ScriptRefused

from .samples import CALLBACK_PASSWORD, LINE

ASK = Gather(step=2, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=6, repeat=2)
FULL = (
    Say(text="Hello."),
    Say(text="482913", spelled=True),
    Play(url="https://site.example/tune.wav"),
    Pause(seconds=0.5),
    ASK,
    Redirect(step=4),
    Hangup(),
)


def render(*script, line=LINE, voice="susan", root=Root.REPLY):
    return ET.fromstring(render_bxml(tuple(script), line=line, voice=voice, root=root))


def test_a_document_says_its_encoding_and_its_root():
    assert render_bxml((Hangup(),), line=LINE, voice="susan", root=Root.REPLY) == (
        b"<?xml version='1.0' encoding='utf-8'?>\n<Response><Hangup /></Response>"
    )
    assert render(Hangup(), root=Root.PUSHED).tag == "Bxml"


def test_an_empty_script_is_an_empty_document_which_hangs_up():
    assert render_bxml((), line=LINE, voice="susan", root=Root.REPLY).endswith(b"<Response />")


def test_verbs_keep_their_order():
    assert [verb.tag for verb in render(*FULL)] == [
        *("SpeakSentence", "SpeakSentence", "PlayAudio", "Pause", "Gather", "Redirect", "Hangup")
    ]


def test_a_code_is_spelled_with_rests_and_without_say_as():
    (sentence,) = render(Say(text="48 2", spelled=True))
    assert ET.tostring(sentence, encoding="unicode") == (
        '<SpeakSentence voice="susan">4<break time="600ms" />8<break time="600ms" />2</SpeakSentence>'
    )


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
        ("terminatingDigits", "last_key", {"": "", "#": "#", "*": "*", "x": "", "é": ""}),
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
    assert "".join(sentence for element in sentences for sentence in element.itertext()) == expected
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
        if element.tag in {"Response", "break"}:
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
