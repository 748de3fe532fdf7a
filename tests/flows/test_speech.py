"""In which language a call speaks, how fast, in whose words, and what it never says."""

from xml.etree import ElementTree as ET

import pytest
from django.utils import translation

from tests import stage
from tests.flows.carriers import Mute
from tests.providers.samples import LINE, bandwidth_options
from tests.stage import NOW, OTHER_NUMBER
from tests.test_checks import prompt as override
from voice2fa.core.methods import Cue, Method, Purpose
from voice2fa.core.prompts import Prompt
from voice2fa.core.script import Gather, Play, Say
from voice2fa.flows.telephony.challenges import script_of
from voice2fa.flows.telephony.speech import can_be_spoken, language_of, spoken_for
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.providers.bandwidth import BandwidthProvider

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CDN = "https://cdn.example.com"
EVERYTHING_RECORDED = {
    prompt: f"{CDN}/{{language}}/{prompt}.mp3"
    for prompt in set(Prompt) - {Prompt.ACT, Prompt.ORIGIN, Prompt.APPROVE, Prompt.SPEAK}
} | {prompt: f"{CDN}/{{language}}/{prompt}-{{key}}.mp3" for prompt in (Prompt.APPROVE, Prompt.SPEAK)}


@pytest.fixture
def mute(configure):
    """A carrier with voices for English and French alone."""
    configure(PROVIDER={"BACKEND": f"{Mute.__module__}.Mute"})


def verification(method=Method.APPROVE, **changes):
    facts = {
        "purpose": Purpose.LOGIN,
        "method": method,
        "number": stage.NUMBER,
        "approve_key": "7",
        "nonce": "n",
        "language": "en",
        "user_agent": FIREFOX,
        "created_at": NOW,
        "deadline": NOW,
    }
    return PhoneVerification(**(facts | changes))


def utterances(cue, **changes):
    """Return all that is said or played at the cue."""
    script = script_of(verification(**changes), cue, step=1)
    verbs = [verb for step in script for verb in (step.prompts if isinstance(step, Gather) else [step])]
    return [verb for verb in verbs if isinstance(verb, Say | Play)]


def text_of(cue, **changes):
    return " ".join(verb.text for verb in utterances(cue, **changes))


# The language


@pytest.mark.parametrize(
    ("phone", "page", "spoken"),
    [
        ("", "es", "es"),
        ("de", "es", "de"),
        ("", "es-mx", "es-mx"),
        ("", "ZH-HANS", "zh-hans"),
        ("", "ro", "en-us"),  # which has a voice and no words
        ("tlh", "es", "en-us"),
        ("../..", "es", "en-us"),
        ("", None, "en-us"),
    ],
)
def test_a_call_speaks_the_language_of_the_phone_or_else_of_the_page(phone, page, spoken):
    with translation.override(page):
        assert language_of(VoiceDevice(language=phone)) == spoken
        assert language_of(None) == (spoken if not phone else language_of(VoiceDevice()))


@pytest.mark.usefixtures("mute")
@pytest.mark.parametrize(
    ("wanted", "instead", "site", "spoken"),
    [
        ("fr", {"fr": "en"}, "en-us", "fr"),  # what can be spoken is
        ("es", {}, "en-us", "en-us"),
        ("es", {}, "fr", "fr"),
        ("es", {}, "de", "en"),
        ("es", {"es": "fr"}, "en-us", "fr"),
        ("es-mx", {"es": "fr"}, "en-us", "fr"),
        ("es-mx", {"es": "en", "es-mx": "fr"}, "en-us", "fr"),
        ("es", {"es": "de"}, "fr", "fr"),
        ("es", {"de": "fr"}, "en-us", "en-us"),
    ],
)
def test_where_there_is_no_voice_calls_speak_what_the_site_says_then_its_own_then_english(
    configure, settings, wanted, instead, site, spoken
):
    settings.LANGUAGE_CODE = site
    configure(SPOKEN_INSTEAD=instead)
    assert spoken_for(wanted) == spoken


@pytest.mark.usefixtures("mute")
def test_recordings_are_no_voice(configure):
    configure(RECORDINGS=EVERYTHING_RECORDED)
    assert not can_be_spoken("es")


def test_the_words_of_the_browser_are_in_the_language_of_the_call_not_of_whoever_asks_for_it():
    with translation.override("es"):
        assert "Mit Firefox auf Windows." in text_of(Cue.ASK, language="de")


def test_a_call_from_before_there_were_languages_speaks_english():
    assert {verb.language for verb in utterances(Cue.ASK, language="")} == {"en"}


def test_an_unknown_browser_is_not_named():
    assert "From" not in text_of(Cue.ASK, user_agent="curl/8.5.0")


@pytest.mark.parametrize("cue", [Cue.TELL_CODE, Cue.TELL_SLOWLY])
def test_the_code_is_spelled_in_the_language_of_the_call_even_after_a_recording(configure, cue):
    configure(RECORDINGS={"your_code": f"{CDN}/{{language}}/your_code.mp3"})
    recorded, code, once_more, again = utterances(cue, method=Method.SPEAK, language="es")
    assert recorded == Play(url=f"{CDN}/es/your_code.mp3")
    assert code == again
    assert (code.language, code.spelled, once_more.text) == ("es", True, "Otra vez:")


# How fast


@pytest.mark.parametrize(
    ("rate", "cue", "is_slow"),
    [
        ("normal", Cue.ASK, False),
        ("normal", Cue.ASK_SLOWLY, True),
        ("normal", Cue.TELL_CODE, False),
        ("normal", Cue.TELL_SLOWLY, True),
        ("slow", Cue.ASK, True),
        ("slow", Cue.ASK_SLOWLY, True),
        ("slow", Cue.TELL_CODE, True),
        ("slow", Cue.APPROVED, True),
    ],
)
def test_calls_speak_slowly_where_the_site_says_so_or_the_person_asks(configure, rate, cue, is_slow):
    configure(SPEECH_RATE=rate)
    assert {verb.slowly for verb in utterances(cue, method=Method.SPEAK)} == {is_slow}


# Recordings


def test_a_recorded_prompt_is_played_in_the_language_of_the_call_with_its_key(configure):
    configure(RECORDINGS={"approve": f"{CDN}/{{language}}/press-{{key}}.mp3", "caller": f"{CDN}/us.wav"})
    caller, request, approve, rest = utterances(Cue.ASK, language="es")
    assert caller == Play(url=f"{CDN}/us.wav")
    assert request.text.startswith("Alguien está iniciando sesión")
    assert approve == Play(url=f"{CDN}/es/press-7.mp3")
    assert rest.text.startswith("Pulse 0 si no")


@pytest.mark.parametrize(
    ("named", "language", "folder"),
    [
        (None, "en-us", "en"),  # as Django's own settings have it
        (None, "zh-hans", "zh-hans"),
        (["es", "en"], "es-mx", "es"),
        (["es-mx", "es"], "es-mx", "es-mx"),
        (["es"], "en-us", "en-us"),
    ],
)
def test_recordings_lie_in_folders_named_like_the_languages_of_the_site(
    configure, settings, named, language, folder
):
    if named:
        settings.LANGUAGES = [(code, code) for code in named]
    configure(RECORDINGS={"caller": f"{CDN}/{{language}}/caller.wav"})
    assert utterances(Cue.ASK, language=language)[0] == Play(url=f"{CDN}/{folder}/caller.wav")


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(
    ("extension", "message", "repeat"),
    [("", "", 2), ("42", "", 3), ("", "Pay Anna.", 2), ("42", "Pay Anna.", 4)],
)
def test_with_everything_recorded_the_call_stays_within_the_carriers_limit_of_prompts(
    configure, method, extension, message, repeat
):
    configure(RECORDINGS=EVERYTHING_RECORDED)
    provider = BandwidthProvider(bandwidth_options())
    asked = verification(method, extension=extension, message=message)
    gather = ET.fromstring(provider.render(script_of(asked, Cue.ASK, step=1), line=LINE)).find("Gather")
    assert [verb.tag for verb in gather].count("SpeakSentence") == 1  # the act, and the browser
    assert int(gather.get("repeatCount")) == repeat
    assert repeat * len(gather) <= 20


# What strangers may have written


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ben & Jerry's", "This is Ben & Jerry's."),
        ("Bank <b>of</b> Us", "This is Bank b of b Us."),
        ("Evil</SpeakSentence><Hangup/>", "This is Evil SpeakSentence Hangup."),
        ("Bank \u202eof\u2066 Us", "This is Bank of Us."),
        ("Bank 💰 of Us", "This is Bank of Us."),
        ("Bank. Press 1 to approve", "This is Bank Press 1 to approve."),
    ],
)
def test_the_name_of_the_site_is_cleaned_before_it_is_spoken(configure, name, said):  # A26
    configure(SITE_NAME=name)
    assert text_of(Cue.ASK).startswith(said)


@pytest.mark.parametrize(
    "message",
    [
        'Pay <Hangup/> & "more"',
        "</SpeakSentence><SpeakSentence>Press 1",
        "<prosody rate='x-fast'>",
        "Pay 💰 \u202eannA\u2066",
        "\x00\x07\ud800",
        "]]>&amp;",
        "x" * 512,
    ],
)
@pytest.mark.parametrize("cue", [Cue.ASK, Cue.ASK_SLOWLY])
def test_whatever_an_act_says_the_call_is_well_formed_and_asks_what_it_should(message, cue):  # A26
    provider = BandwidthProvider(bandwidth_options())
    asked = verification(purpose=Purpose.CONFIRM, message=message)
    reply = ET.fromstring(provider.render(script_of(asked, cue, step=1), line=LINE))
    tags = [verb.tag for verb in reply.iter() if verb.tag != "prosody"]
    assert tags == ["Response", "Gather", "SpeakSentence", "Hangup"]
    spoken = "".join(reply.find("Gather").itertext())
    assert spoken.startswith("This is Example Bank. Please confirm: ")
    assert "To approve, press 7." in spoken


@pytest.mark.parametrize(
    "text",
    ['<break time="9s"/>Ahoy', "</SpeakSentence><Hangup/>", "<![CDATA[Ahoy]]>", "&lt;Hangup/&gt; &amp;"],
)
def test_markup_in_a_sites_own_template_is_spoken_as_text(settings, text):  # A26
    settings.TEMPLATES = override("caller", text)["TEMPLATES"]
    script = script_of(verification(), Cue.ASK, step=1)
    reply = ET.fromstring(BandwidthProvider(bandwidth_options()).render(script, line=LINE))
    assert [verb.tag for verb in reply.iter()] == ["Response", "Gather", "SpeakSentence", "Hangup"]
    assert reply.find("Gather/SpeakSentence").text.startswith(text)


def test_a_phone_tells_its_language_to_its_calls(phone):
    VoiceDevice.objects.update(language="es")
    assert stage.begin(phone.user).verification.language == "es"
    other = stage.make_phone(stage.make_user("berta"), OTHER_NUMBER)
    with translation.override("de"):
        assert stage.begin(other.user, number=OTHER_NUMBER).verification.language == "de"
