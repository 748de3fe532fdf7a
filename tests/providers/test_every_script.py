"""Everything that a call of ours can say, in every language and way, as the strictest carrier reads it."""

import itertools
import re
import uuid
from functools import cache
from xml.etree import ElementTree as ET

import pytest
from bandwidth.models import bxml as official

from voice2fa.core.methods import Challenge, Cue, Method, Purpose
from voice2fa.core.prompts import Prompt, write_script, write_unexpected
from voice2fa.core.script import Door, Gather, Hangup, Park, Pause, Redirect, Say
from voice2fa.emulator.bxml import parse
from voice2fa.emulator.options import STRICTEST, Options
from voice2fa.flows.telephony.lines import open_line
from voice2fa.flows.telephony.speech import speaker_for
from voice2fa.language_codes import TRANSLATED
from voice2fa.models import PhoneVerification
from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.bandwidth.bxml import Root, render_bxml
from voice2fa.readers import LONGEST_PUBLIC_URL, LONGEST_URL

from ..test_checks import prompt as override
from .samples import bandwidth_options, voice_for
from .sink import reply

STRICT = Options(**STRICTEST)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36"
RECORDED = {
    prompt: "https://cdn.example.com/{language}/".ljust(LONGEST_URL - 20, "x")
    + (f"{prompt}-{{key}}.mp3" if prompt in {Prompt.APPROVE, Prompt.SPEAK} else f"{prompt}.wav")
    for prompt in Prompt
    if prompt not in {Prompt.ACT, Prompt.ORIGIN}
}
# All that can be recorded; and every other prompt, so that nothing is said in one breath.
RECORDINGS = {"none": {}, "all": RECORDED, "mixed": dict(itertools.islice(RECORDED.items(), 0, None, 2))}
LONGEST_ADDRESS = "https://www.example.com/".ljust(LONGEST_PUBLIC_URL, "x")
ASKING = (Cue.ASK, Cue.ASK_SLOWLY, Cue.ASK_AGAIN)
# None of our documents needs another one of the carrier's verbs, or another tag of SSML.
VERBS = {"SpeakSentence", "PlayAudio", "Pause", "SendDtmf", "Gather", "Redirect", "Hangup"}
MARKS = {"break": {"time"}, "prosody": {"rate"}}


@pytest.fixture
def provider():
    made = BandwidthProvider(bandwidth_options())
    yield made
    made.close()


class Repeating:
    """A speaker that makes the words of each prompt once."""

    def __init__(self, speaker):
        self.say, self.spell = cache(speaker.say), cache(speaker.spell)


def speaker(language, **facts):
    row = PhoneVerification(language=language, approve_key="7", **{"user_agent": CHROME, **facts})
    return Repeating(speaker_for(row))


def make_challenge(method=Method.SPEAK, purpose=Purpose.LOGIN, **facts):
    return Challenge(
        **{"purpose": purpose, "method": method, "code": "004217", "key": "7", "step": 9, **facts}
    )


def challenges():
    """Yield a challenge for all that a question may depend on."""
    for method, names_origin, extension in itertools.product(Method, (False, True), ("", ",,20*4#")):
        facts = {
            "names_origin": names_origin,
            "extension": extension,
            "extension_wait": 30 if extension else 0,
        }
        yield from (make_challenge(method, purpose, **facts) for purpose in Purpose)
        yield make_challenge(method, Purpose.CONFIRM, names_act=True, **facts)
    for purpose, method in itertools.product(Purpose, Method):
        yield make_challenge(method, purpose, is_call_in=True, code="0042170042")


def scripts(voice):
    """Return all that a call can say, each script once: only a question depends on more than the cue."""
    asking = [write_script(cue, challenge, voice) for challenge in challenges() for cue in ASKING]
    others = [
        write_script(cue, make_challenge(is_call_in=is_call_in), voice)
        for cue in Cue
        for is_call_in in (False, True)
    ]
    return list(dict.fromkeys([*asking, *others, write_unexpected(voice)]))


def render_all(provider, script, line):
    """Yield the root and the document for each way in which a script gets onto a call."""
    yield Root.REPLY, provider.render(script, line=line)
    is_ending = isinstance(script[-1], Hangup)
    if is_ending:
        asking = (*script[:-1], Redirect(step=9, door=Door.OVER))
        yield Root.PUSHED, render_bxml(asking, line=line, voice_for=voice_for, root=Root.PUSHED)
    if not is_ending or len(script) < 3:
        yield Root.PUSHED, render_bxml(script, line=line, voice_for=voice_for, root=Root.PUSHED)


def check(root, document, shapes):
    """Read the document as strictly as can be; keep the shape of every element that is new."""
    assert len(document) < 64 * 1024
    assert parse(document, STRICT, root=root.value).warnings == ()
    tree = ET.fromstring(document)
    for gather in tree.iter("Gather"):
        assert len(gather) * int(gather.get("repeatCount")) <= 20
    for element in tree.iter():
        shapes.setdefault((element.tag, *element.attrib), element)


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize(
    ("recordings", "rate"), [("none", "normal"), ("none", "slow"), ("mixed", "slow"), ("all", "normal")]
)
def test_whatever_a_call_says_is_valid_for_the_strictest_reader(
    provider, language, recordings, rate, configure
):
    configure(RECORDINGS=RECORDINGS[recordings], SPEECH_RATE=rate, PUBLIC_URL=LONGEST_ADDRESS)
    written = scripts(speaker(language, message="Send five euro to Maria Keller"))
    assert len(written) > 50
    shapes, line = {}, open_line(uuid.UUID(int=1))
    for script in written:
        for root, document in render_all(provider, script, line):
            check(root, document, shapes)
    for element in shapes.values():
        check_shape(element)


def check_shape(element):
    """Compare the element's attributes with those that the carrier's own library writes."""
    if element.tag in MARKS:
        assert set(element.attrib) <= MARKS[element.tag]
        return
    if element.tag in {root.value for root in Root}:
        assert element.attrib == {}
        return
    assert element.tag in VERBS
    content = [element.text] if element.tag in {"SpeakSentence", "PlayAudio", "SendDtmf"} else []
    named = {
        re.sub("([A-Z])", lambda match: f"_{match[1].lower()}", name): value
        for name, value in element.items()
    }
    theirs = ET.fromstring(getattr(official, element.tag)(*content, **named).to_bxml())
    assert theirs.attrib == element.attrib


@pytest.mark.parametrize(
    ("language", "options", "voice"),
    [
        *(
            ("en-gb", {}, "bridget"),
            ("es-mx", {}, "rosa"),
            ("fr-ca", {}, "chantal"),
            ("zh-hant", {}, "zhiyu"),
        ),
        *(("en", {"GENDER": "male"}, "paul"), ("de-at", {"VOICES": {"de": "stefan"}}, "stefan")),
        *(("fr-ca", {"VOICES": {"fr-ca": "liam"}}, "liam"), ("nl", {"GENDER": "female"}, "ruben")),
        ("xx", {}, "susan"),
    ],
)
def test_whoever_speaks_it_is_valid_in_replies_and_in_what_is_pushed(connect, language, options, voice):
    sink, provider = connect(reply(204), **options)
    line, documents = open_line(uuid.UUID(int=1)), []
    for cue in Cue:
        script = write_script(cue, make_challenge(), speaker(language))
        documents.append((Root.REPLY, provider.render(script, line=line)))
        provider.replace_script("c-1", script, line=line, timeout=5)
        documents.append((Root.PUSHED, sink.orders[-1].body))
    for root, document in documents:
        check(root, document, {})
    spoken = [
        element for _, document in documents for element in ET.fromstring(document).iter("SpeakSentence")
    ]
    assert {element.get("voice") for element in spoken} == {voice}


def test_every_prompt_and_every_cue_is_among_what_is_read(provider):
    heard = []

    class Listening(Repeating):
        def __init__(self, speaker):
            super().__init__(speaker)
            self.say = lambda prompt, *, slowly: heard.append(prompt) or speaker.say(prompt, slowly=slowly)

    scripts(Listening(speaker_for(PhoneVerification(language="en", approve_key="7", user_agent=CHROME))))
    assert set(heard) == set(Prompt)


def test_what_only_steers_is_valid_too(provider):
    line, shapes = open_line(uuid.UUID(int=1)), {}
    for script in ((Park(seconds=4.0, step=2),), (Pause(seconds=3.0), Hangup()), (Hangup(),), ()):
        check(Root.REPLY, provider.render(script, line=line), shapes)
    for element in shapes.values():
        check_shape(element)


@pytest.mark.parametrize("language", ["da", "de"])
def test_no_key_is_read_as_an_ordinal(provider, language):
    line = open_line(uuid.UUID(int=1))
    for script in scripts(speaker(language, message="Room 7. Then 0.")):
        said = " ".join(ET.fromstring(provider.render(script, line=line)).itertext())
        assert not re.search(r"\d\.(?!\d)", said)


# Words that mean harm

HOSTILE = [
    "Anna <b>& Söhne</b> \"Ltd\" 'GmbH'",
    "<Hangup/>",
    "</SpeakSentence></Gather><Redirect redirectUrl='https://evil.example'/>",
    '<break time="10s"/><prosody rate="x-fast">',
    "<![CDATA[<Hangup/>]]><!--",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y; &#0; &amp;",
    "💰🏦 Bank 7. 0.",
    "\u202ekna\u2066B\u200f بنك \u0000\u001b\ud800\ufffe",
    "x" * 5000,
    "&" * 5000,
    "💰" * 5000,
    "   ",
    "...",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_no_site_browser_or_message_can_break_a_call(provider, text, language, configure):  # A26
    configure(SITE_NAME=text[:64] if any(letter.isalnum() for letter in text) else "")
    voice = speaker(language, user_agent=f"{text} {CHROME}", message=text)
    line, shapes = open_line(uuid.UUID(int=1)), {}
    for method, cue in itertools.product(Method, ASKING):
        challenge = make_challenge(method, names_act=True, names_origin=True, extension=text)
        script = write_script(cue, challenge, voice)
        for root, document in render_all(provider, script, line):
            check(root, document, shapes)
            (gather,) = ET.fromstring(document).iter("Gather")
            assert {element.tag for element in gather} == {"SpeakSentence"}
            assert {element.tag for element in gather.iter()} <= {"Gather", "SpeakSentence", "prosody"}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("how", [{}, {"slowly": True}, {"spelled": True, "slowly": True}], ids=str)
def test_no_text_of_the_sites_own_can_break_a_call(provider, text, how):
    # Spelled, each character takes many bytes: more than a code has is refused before it is sent.
    told = Say(text=text[:500] if how.get("spelled") else text, language="de", **how)
    gather = Gather(step=1, prompts=(told, Say(text="Hello.")), max_digits=1, first_digit_seconds=6, repeat=2)
    check(Root.REPLY, provider.render((told, gather, Hangup()), line=open_line(uuid.UUID(int=1))), {})


@pytest.mark.parametrize("template", [*HOSTILE[:8], "{{ site }}" * 600, "{% if %}", "{{ nothing }}"])
@pytest.mark.parametrize(
    ("prompt", "cue"),
    [
        *(("caller", Cue.ASK), ("act", Cue.ASK), ("your_code", Cue.TELL_CODE), ("offer_stop", Cue.REPORTED)),
        *(("approved", Cue.APPROVED), ("cancelled", Cue.CANCELLED)),
    ],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_template_of_the_sites_own_can_break_a_call(provider, template, prompt, cue, language, settings):
    settings.TEMPLATES = override(prompt, template.replace("\x00", ""))["TEMPLATES"]
    script = write_script(cue, make_challenge(names_act=True), speaker(language, message="Pay Anna."))
    for root, document in render_all(provider, script, open_line(uuid.UUID(int=1))):
        check(root, document, {})
