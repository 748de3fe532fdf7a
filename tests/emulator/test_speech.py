"""How long saying takes, and what the carrier does not list about SSML and voices."""

from xml.etree.ElementTree import fromstring

import pytest

from voice2fa.emulator import bxml, speech, verbs
from voice2fa.emulator.attributes import BxmlError
from voice2fa.emulator.options import STRICTEST, Options


def measure(inner):
    """Return the seconds that it takes at a word a second."""
    return speech.read(fromstring(f"<SpeakSentence>{inner}</SpeakSentence>")).seconds(60)


def warn(inner, **options):
    document = f"<Response>{inner}</Response>".encode()
    return list(bxml.parse(document, Options(**options), root="Response").warnings)


@pytest.mark.parametrize(
    ("inner", "seconds"),
    [
        ("one two three", 3),
        ("<prosody rate='x-slow'>one</prosody>", 2),
        ("<prosody rate='slow'>one two three</prosody>", 4),
        ("<prosody rate='medium'>one</prosody>", 1),
        ("<prosody rate='fast'>1 2 3 4 5</prosody>", 4),
        ("<prosody rate='x-fast'>1 2 3</prosody>", 2),
        ("<prosody rate='80%'>1 2 3 4</prosody>", 5),
        ("<prosody volume='loud'>one</prosody>", 1),
        ("one <prosody rate='50%'>two</prosody> three", 4),
        ("<prosody rate='50%'>1 <prosody rate='200%'>2</prosody> 3</prosody>", 5),
        ("<prosody rate='50%'>4 <break time='1s'/> 8</prosody>", 5),
        ("<prosody rate='5%'>one</prosody>", 5),
        ("<prosody rate='900%'>one two</prosody>", 1),
        ("Hel<emphasis>lo</emphasis>", 1),
    ],
)
def test_the_rate_stretches_the_words_and_leaves_the_silence(inner, seconds):
    assert measure(inner) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("承認するには七を", 8 / 2.5),
        ("7を押してください。", 1 + 8 / 2.5),
        ("请按 7\uff0c批准登录。", 6 / 2.5 + 1),
        ("コード\uff1a4、8、2", 3 / 2.5 + 3),
        ("Pulse 7 para aprobar.", 4),
        ("Нажмите 7, чтобы подтвердить.", 4),
    ],
)
def test_words_that_are_not_parted_are_measured_by_their_characters(text, seconds):
    assert measure(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("inner", "warning"),
    [
        (
            "<SpeakSentence voice='jorge' locale='fr'>a</SpeakSentence>",
            "The voice 'jorge' speaks 'es'; the locale 'fr' is ignored.",
        ),
        (
            "<SpeakSentence voice='jorge' gender='female'>a</SpeakSentence>",
            "The voice 'jorge' is male; the gender 'female' is ignored.",
        ),
        (
            "<SpeakSentence locale='arb' gender='male'>a</SpeakSentence>",
            "No male voice speaks 'arb'; the other gender does.",
        ),
        (
            "<SpeakSentence><p style='x'>a</p></SpeakSentence>",
            "<p> has no attribute 'style' on the carrier's list.",
        ),
        (
            "<SpeakSentence>a<break strength='huge'/></SpeakSentence>",
            "<break strength='huge'> is not on the carrier's list.",
        ),
        (
            "<SpeakSentence><lang xml:lang='xx-XX'>a</lang></SpeakSentence>",
            "<lang xml:lang='xx-XX'> is not on the carrier's list.",
        ),
        ("<SpeakSentence><say-as>a</say-as></SpeakSentence>", "<say-as> needs interpret-as."),
        ("<SpeakSentence><lang>a</lang></SpeakSentence>", "<lang> needs xml:lang."),
        (
            "<SpeakSentence><prosody rate='hasty'>a</prosody></SpeakSentence>",
            "<prosody rate='hasty'> is neither a name nor a percentage and is ignored.",
        ),
        (
            "<SpeakSentence><prosody rate='10%'>a</prosody></SpeakSentence>",
            "<prosody rate='10%'> is not within 20% and 200% and is cut to that.",
        ),
        ("<PlayAudio>/a.ogg</PlayAudio>", "The content of <PlayAudio> does not end in .wav or .mp3: /a.ogg."),
        (
            "<PlayAudio>/a?b.mp3</PlayAudio>",
            "The content of <PlayAudio> does not end in .wav or .mp3: /a?b.mp3.",
        ),
    ],
)
def test_what_the_carrier_does_not_list_is_warned_of_and_refused_by_the_strictest(inner, warning):
    assert warn(inner) == [warning]
    with pytest.raises(BxmlError):
        warn(inner, **STRICTEST)


@pytest.mark.parametrize(
    "inner",
    [
        "<SpeakSentence voice='jorge' locale='es' gender='male'>a</SpeakSentence>",
        "<SpeakSentence voice='susan'>4 <break time='600ms'/> 8<break strength='weak'/></SpeakSentence>",
        "<SpeakSentence locale='nl_NL'>a</SpeakSentence>",
        "<SpeakSentence voice='emily' locale='xx'>a</SpeakSentence>",
        "<SpeakSentence><lang xml:lang='pt-BR'>a</lang><sub alias='b'>c</sub></SpeakSentence>",
        "<SpeakSentence><say-as interpret-as='date' format='mdy'>a</say-as></SpeakSentence>",
        "<SpeakSentence><prosody rate='90%'>a</prosody><emphasis level='strong'>b</emphasis></SpeakSentence>",
        "<PlayAudio>https://site.example/hello.MP3?v=2</PlayAudio>",
        "<Gather gatherUrl='/g' maxDigits='1'><PlayAudio>a.wav</PlayAudio></Gather>",
    ],
)
def test_what_the_carrier_lists_passes_the_strictest_reading(inner):
    assert warn(inner, **STRICTEST) == []


@pytest.mark.parametrize(
    "document",
    [
        "<Bxml/>",
        "<Response><Pause length='5'/></Response>",
        "<Response><SpeakSentence voice='Joanna'>a</SpeakSentence></Response>",
        "<Response><SpeakSentence locale='pt_BR'>a</SpeakSentence></Response>",
        "<Response>stray</Response>",
        "<Response><Gather/></Response>",
        "<Response><Gather gatherUrl='/g' tag='" + "x" * 257 + "'/></Response>",
        "<Response><SpeakSentence><blink>a</blink></SpeakSentence></Response>",
        "<Response><Gather gatherUrl='/g' repeatCount='11'>"
        + "<SpeakSentence>a</SpeakSentence>" * 2
        + "</Gather></Response>",
    ],
)
def test_the_strictest_reading_refuses_the_document(document):
    with pytest.raises(BxmlError):
        bxml.parse(document.encode(), Options(**STRICTEST), root="Response")


def test_every_voice_has_a_locale_and_a_gender():
    assert verbs.VOICES["bernard"] == verbs.Voice(locale="fr", gender="male")
    assert len(verbs.VOICES) == sum(len(names.split()) for pair in verbs.SPEAKERS.values() for names in pair)
    assert not verbs.OLD_VOICES & set(verbs.VOICES)
