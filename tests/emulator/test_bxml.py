"""BXML: what runs, what is tolerated with a warning, and what ends the call."""

import pytest

from .laboratory import Laboratory
from .site import PARK, Answer


def run(lab: Laboratory, inner, **more):
    call_id = lab.connect(f"<Response>{inner}</Response>", **more)
    return lab.call(call_id)


@pytest.mark.parametrize(
    "document", ["<Response/>", "<Response><Hangup/></Response>", "<Response><Hangup/><Pause/></Response>"]
)
def test_nothing_left_to_do_is_a_hangup(lab, document):
    assert lab.cause(lab.connect(document)) == "hangup"


def test_an_xml_declaration_and_comments_are_welcome(lab):
    document = "<?xml version='1.0' encoding='UTF-8'?><!-- hello --><Response><!-- x --><Pause/></Response>"
    assert lab.call(lab.connect(document))["state"] == "answered"


@pytest.mark.parametrize(
    "inner",
    [
        "<Oops/>",
        "<hangup/>",
        "<Record/>",
        "<Transfer/>",
        "<SpeakSentence> </SpeakSentence>",
        "<SpeakSentence gender='robot'>Hi</SpeakSentence>",
        "<PlayAudio/>",
        "<PlayAudio>ftp://site.example/a.wav</PlayAudio>",
        "<PlayAudio>http://[broken</PlayAudio>",
        "<Pause duration='0.05'/>",
        "<Pause duration='86401'/>",
        "<Pause duration='nan'/>",
        "<Pause duration='long'/>",
        "<Pause><Hangup/></Pause>",
        "<Redirect/>",
        "<Redirect redirectUrl=''/>",
        "<Redirect redirectUrl='javascript:alert(1)'/>",
        "<Redirect redirectUrl='/x' redirectMethod='PUT'/>",
        "<Tag>" + "x" * 4097 + "</Tag>",
        "<Gather tag='" + "x" * 4097 + "'/>",
        "<Gather maxDigits='51'/>",
        "<Gather maxDigits='1.5'/>",
        "<Gather firstDigitTimeout='61'/>",
        "<Gather interDigitTimeout='0.5'/>",
        "<Gather terminatingDigits='x'/>",
        "<Gather repeatCount='0'/>",
        "<Gather input='telepathy'/>",
        "<Gather><Pause/></Gather>",
        "<Gather>" + "<SpeakSentence>a</SpeakSentence>" * 21 + "</Gather>",
        "<Gather repeatCount='11'>" + "<SpeakSentence>a</SpeakSentence>" * 2 + "</Gather>",
        "<SendDtmf>12x</SendDtmf>",
        "<SendDtmf>" + "1" * 51 + "</SendDtmf>",
        "<SendDtmf toneDuration='49'>1</SendDtmf>",
        "<Ring duration='0'/>",
        "<Ring answerCall='maybe'/>",
        "<StartGather/>",
    ],
)
def test_invalid_verbs_end_the_call(lab, inner):
    call = run(lab, inner)
    assert call["disconnectCause"] == "invalid-bxml"
    assert call["errorMessage"].startswith("Invalid BXML: ")
    assert call["transcript"] == []


@pytest.mark.parametrize(
    "body",
    [
        "not xml",
        "<Response>",
        "<Other/>",
        '<!DOCTYPE Response [<!ENTITY a "aaaa">]><Response><SpeakSentence>&a;</SpeakSentence></Response>',
        '<!DOCTYPE Response SYSTEM "file:///etc/passwd"><Response/>',
        "<Response>&undefined;</Response>",
        "<Response>\x00</Response>",
        "<Response>" + "<p>" * 10_000 + "</p>" * 10_000 + "</Response>",
        "<Response><SpeakSentence>" + "<p>" * 30 + "hi" + "</p>" * 30 + "</SpeakSentence></Response>",
        "<Response><SpeakSentence>" + "a" * 65536 + "</SpeakSentence></Response>",
        "<Response>" + " " * 2_000_000 + "</Response>",
        b"\xff\xfe<\x00R\x00/\x00>\x00",
        b"<Response><SpeakSentence>\xff</SpeakSentence></Response>",
        "   ",
    ],
)
def test_hostile_documents_end_the_call_and_not_the_emulator(lab, body):
    assert lab.cause(lab.connect(Answer(body))) == "invalid-bxml"
    assert lab.create().status_code == 201


def test_unknown_attributes_are_ignored_with_a_warning(lab):
    call = run(lab, "<Pause length='5'/>")
    assert (call["state"], call["warnings"]) == (
        "answered",
        ["<Pause> has no attribute 'length'; it is ignored."],
    )


@pytest.mark.parametrize(
    ("inner", "warning"),
    [
        ("<SpeakSentence voice='Joanna'>Hi</SpeakSentence>", "There is no voice 'Joanna'."),
        ("<SpeakSentence locale='pl_PL'>Hi</SpeakSentence>", "There is no voice for the locale 'pl_PL'."),
        ("<Tag>t</Tag>stray", "Text directly inside <Response> is ignored."),
        ("<Pause>stray</Pause>", "Text inside <Pause> is ignored."),
        ("<Gather gatherUrl='/g'>stray</Gather>", "Text directly inside <Gather> is ignored."),
        ("<Gather gatherUrl='/g' input='speech'/>", "Speech input is not emulated; only keys are gathered."),
        (
            "<Gather gatherUrl='/g' tag='" + "x" * 257 + "'/>",
            "tag of <Gather> is longer than the 256 characters that BXML pages allow.",
        ),
        (
            "<SpeakSentence><blink>Hi</blink></SpeakSentence>",
            "SSML tag <blink> is not on the carrier's list and is ignored.",
        ),
        (
            "<SpeakSentence><say-as interpret-as='digits'>12</say-as></SpeakSentence>",
            "<say-as interpret-as='digits'> is not on the carrier's list.",
        ),
        (
            "<SpeakSentence>a<break time='soon'/></SpeakSentence>",
            "<break time='soon'> is not a time and is ignored.",
        ),
        (
            "<SpeakSentence>a<break time='11s'/></SpeakSentence>",
            "<break time='11s'> is longer than 10 s and is cut to that.",
        ),
    ],
)
def test_odd_documents_run_with_a_warning(lab, inner, warning):
    call = run(lab, inner + "<Pause/>")
    assert warning in call["warnings"]
    assert call["disconnectCause"] is None


@pytest.mark.parametrize(
    ("option", "inner"),
    [
        ("unknown_attribute", "<Pause length='5'/>"),
        ("unknown_voice", "<SpeakSentence voice='Joanna'>Hi</SpeakSentence>"),
    ],
)
def test_oddities_may_be_fatal(make_lab, option, inner):
    lab = make_lab(**{option: "invalid-bxml"})
    assert run(lab, inner)["disconnectCause"] == "invalid-bxml"


def test_the_unusual_root_is_accepted_with_a_warning_in_both_places(lab):
    call_id = lab.connect("<Bxml><Pause duration='60'/></Bxml>")
    assert lab.replace(call_id, "<Response><Pause duration='60'/></Response>").status_code == 204
    assert lab.call(call_id)["warnings"] == [
        "The root element is <Bxml>; <Response> is documented here.",
        "The root element is <Response>; <Bxml> is documented here.",
    ]


def test_the_unusual_root_may_be_refused_in_both_places(make_lab):
    lab = make_lab(unusual_root="refuse")
    call_id = lab.connect()
    assert lab.replace(call_id, "<Response/>").status_code == 400
    assert lab.cause(lab.connect("<Bxml/>")) == "invalid-bxml"


@pytest.mark.parametrize(
    ("markup", "text", "seconds"),
    [
        ("One two three", "One two three", 3),
        ("4 <break time='600ms'/> 8 <break time='1s'/> 2", "4 8 2", 4.6),
        ("4<break/>8", "4 8", 2.5),
        ("a <break strength='none'/> b", "a b", 2),
        ("<p><s>Hello <emphasis>you</emphasis></s> there</p>", "Hello you there", 3),
        ("<sub alias='Mister'>Mr</sub> Fox", "Mister Fox", 2),
        ("<say-as interpret-as='characters'>AB</say-as> <lang xml:lang='pl-PL'>tak</lang>", "AB tak", 2),
        ("Fish &amp; chips &lt;now&gt;", "Fish & chips <now>", 4),
    ],
)
def test_ssml_is_heard_as_text_and_takes_its_time(make_lab, markup, text, seconds):
    lab = make_lab(speech_wpm=60)
    call_id = lab.connect(f"<Response><SpeakSentence>{markup}</SpeakSentence></Response>")
    assert lab.call(call_id)["transcript"] == [text]
    lab.advance(seconds - 0.05)
    assert lab.call(call_id)["state"] == "answered"
    lab.advance(0.1)
    assert lab.cause(call_id) == "hangup"


def test_audio_is_a_line_of_the_transcript_and_takes_its_nominal_time(make_lab):
    lab = make_lab(audio_seconds=4)
    call_id = lab.connect("<Response><PlayAudio>/tone.wav</PlayAudio></Response>")
    assert lab.call(call_id)["transcript"] == [f"[audio {lab.site.url}/tone.wav]"]
    lab.advance(3.9)
    assert lab.call(call_id)["state"] == "answered"
    lab.advance(0.2)
    assert lab.cause(call_id) == "hangup"


def test_audio_of_an_unsupported_kind_is_an_application_error(lab):
    call = run(lab, "<PlayAudio>https://site.example/a.ogg</PlayAudio>")
    assert call["disconnectCause"] == "application-error"


def test_tones_rings_and_pauses_take_their_time(lab):
    call_id = lab.connect(
        "<Response><SendDtmf>1w2W,</SendDtmf><Ring duration='3'/><Pause duration='2'/></Response>"
    )
    assert lab.call(call_id)["transcript"] == ["[tones 1w2W,]"]
    lab.advance(2 * 0.2 + 2 * 0.5 + 1 + 3 + 2 - 0.1)
    assert lab.call(call_id)["state"] == "answered"
    lab.advance(0.2)
    assert lab.cause(call_id) == "hangup"


def test_the_tag_verb_replaces_the_tag_and_a_blank_one_clears_it(lab):
    lab.site.script("/next", "<Response><Tag> </Tag></Response>")
    run(lab, "<Tag> new </Tag><Redirect redirectUrl='/next'/>", tag="old")
    assert lab.site.events("redirect")[0]["tag"] == "new"
    assert "tag" not in lab.site.events("disconnect")[0]


def test_redirect_goes_where_it_says_and_drops_the_rest(lab):
    lab.site.script("/a/next", "<Response><SpeakSentence>Arrived.</SpeakSentence></Response>")
    redirect = (
        "<Redirect redirectUrl='next' redirectMethod='GET' tag='t'/><SpeakSentence>Never.</SpeakSentence>"
    )
    lab.site.script("/a/answer", f"<Response>{redirect}</Response>")
    call = run(lab, "", answerUrl=f"{lab.site.url}/a/answer")
    assert call["transcript"] == ["Arrived."]
    (seen,) = lab.site.at("/a/next")
    assert (seen.method, seen.event["eventType"], seen.event["tag"]) == ("GET", "redirect", "t")


def test_relative_urls_resolve_against_the_fallback_that_answered(lab):
    lab.site.script("/spare/answer", "<Response><Redirect redirectUrl='next'/></Response>")
    lab.connect(Answer(status=500), answerFallbackUrl=f"{lab.site.url}/spare/answer")
    assert len(lab.site.at("/spare/next")) == 1


def test_a_redirect_loop_is_cut_as_application_error(make_lab):
    lab = make_lab(max_documents_per_second=10)
    call = run(lab, "<Redirect redirectUrl='/answer'/>")
    assert call["disconnectCause"] == "application-error"
    assert len(lab.site.at("/answer")) == 11


def test_a_slow_loop_is_cut_too_in_the_end(make_lab):
    lab = make_lab(max_documents=5)
    call_id = lab.connect("<Response><Pause duration='10'/><Redirect redirectUrl='/answer'/></Response>")
    lab.advance(49)
    assert lab.call(call_id)["state"] == "answered"
    lab.advance(2)
    assert lab.cause(call_id) == "application-error"


def test_a_parked_call_waits_for_a_day(lab):
    call_id = lab.connect("<Response><Pause duration='86400'/></Response>")
    lab.advance(86399)
    assert lab.call(call_id)["state"] == "answered"
    lab.advance(2)
    assert lab.cause(call_id) == "hangup"


def test_a_call_may_be_cut_after_a_longest_time(make_lab):
    lab = make_lab(max_call_seconds=1800)
    call_id = lab.connect(PARK)
    lab.advance(1801)
    assert lab.cause(call_id) == "hangup"


def test_warnings_and_transcript_are_bounded(make_lab):
    lab = make_lab()
    attributes = " ".join(f"a{number}='1'" for number in range(80))
    sentences = "<SpeakSentence>x</SpeakSentence>" * 600
    call_id = lab.connect(f"<Response><Pause {attributes}/>{sentences}<Pause duration='60'/></Response>")
    lab.advance(1)
    call = lab.call(call_id)
    assert (len(call["warnings"]), len(call["transcript"])) == (50, 500)
