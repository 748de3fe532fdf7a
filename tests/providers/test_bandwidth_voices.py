"""Which voice speaks which language: the carrier's table, the site's choice, and what is wrong with it."""

import logging
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from voice2fa.core.script import Say
from voice2fa.emulator.verbs import SPEAKERS
from voice2fa.emulator.verbs import VOICES as EMULATED
from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.bandwidth.casting import make_cast
from voice2fa.providers.bandwidth.voices import LOCALES, VOICES, Gender

from .samples import LINE, bandwidth_options


def name_of(language, *, gender="female", **chosen):
    voice = make_cast({key.replace("_", "-"): name for key, name in chosen.items()}, gender).find(language)
    return voice and voice.name


def test_the_table_is_the_one_that_the_emulated_carrier_has():
    assert {name: (voice.locale, voice.gender) for name, voice in VOICES.items()} == {
        name: (voice.locale, voice.gender) for name, voice in EMULATED.items()
    }
    assert set(filter(None, LOCALES.values())) <= set(SPEAKERS)


def test_the_voices_that_cost_extra_are_known():
    assert {name for name, voice in VOICES.items() if voice.costs_extra} == {
        *("ruth", "stephen", "lupe", "pedro", "gabrielle", "liam"),
        *("salli_enh", "ivy_enh", "joey_enh", "emma_enh"),
    }


@pytest.mark.parametrize(
    ("language", "female", "male"),
    [
        ("en", "susan", "paul"),
        ("en-us", "susan", "paul"),
        ("en-gb", "bridget", "simon"),
        ("en-GB", "bridget", "simon"),
        ("en-ie", "bridget", "simon"),
        ("en-au", "nicole", "russell"),
        ("en-nz", "nicole", "russell"),
        ("en-in", "raveena", "raveena"),
        ("es", "esperanza", "jorge"),
        ("es-es", "esperanza", "jorge"),
        ("es-mx", "rosa", "rosa"),
        ("es-ar", "rosa", "rosa"),
        ("es-us", "penelope", "miguel"),
        ("fr", "jolie", "bernard"),
        ("fr-be", "jolie", "bernard"),
        ("fr-ca", "chantal", "chantal"),
        ("de", "katrin", "stefan"),
        ("de-at", "katrin", "stefan"),
        ("it", "paola", "luca"),
        ("nl", "ruben", "ruben"),
        ("da", "naja", "mads"),
        ("ja", "masako", "kenji"),
        ("ru", "nadiya", "anatoli"),
        ("ro", "carmen", "carmen"),
        ("ar", "zeina", "zeina"),
        ("ar-dz", "zeina", "zeina"),
        ("zh-hans", "zhiyu", "zhiyu"),
        ("zh-hant", "zhiyu", "zhiyu"),
    ],
)
def test_a_language_is_spoken_in_the_preferred_gender_or_in_the_other(language, female, male):
    assert (name_of(language), name_of(language, gender="male")) == (female, male)


@pytest.mark.parametrize(
    "language", ["pt", "pt-br", "pl", "ko", "hi", "sv", "tr", "cy", "zh-hk", "zh-hant-hk", "", "-", "susan"]
)
def test_a_language_without_a_voice_has_none(language):
    assert name_of(language) is None
    assert not BandwidthProvider(bandwidth_options()).can_speak(language)


@pytest.mark.parametrize("gender", list(Gender))
def test_no_voice_that_costs_extra_speaks_unless_it_is_named(gender):
    assert not any(make_cast({}, gender).find(form).costs_extra for form, locale in LOCALES.items() if locale)
    assert name_of("fr-ca", fr_ca="gabrielle") == "gabrielle"


def test_a_chosen_voice_speaks_its_language_wherever_none_is_chosen_for_the_country():
    chosen = {"en": "dave", "es_mx": "rosa", "en_gb": "emma"}
    assert name_of("en", **chosen) == name_of("en-us", **chosen) == name_of("en-au", **chosen) == "dave"
    assert name_of("en-gb", **chosen) == "emma"
    assert name_of("es", **chosen) == "esperanza"
    assert name_of("es-MX", **chosen) == "rosa"
    assert make_cast(chosen, "female").find_any().name == "dave"


def test_mandarin_is_no_stand_in_for_cantonese_unless_the_site_says_so():
    assert name_of("zh-hk", zh="zhiyu") is None
    assert name_of("zh-hk", zh_hk="zhiyu") == "zhiyu"


# What is wrong with VOICES


def problems(**voices):
    return BandwidthProvider.check(
        bandwidth_options(VOICES={key.replace("_", "-"): name for key, name in voices.items()})
    )


@pytest.mark.parametrize(
    "voices",
    [
        {},
        {"en": "dave", "es_mx": "rosa"},
        {"en_gb": "geraint", "es_mx": "jorge", "zh_hans": "zhiyu", "DE": "stefan"},
        {"fr_ca": "gabrielle", "en": "ivy_enh"},
    ],
)
def test_voices_that_speak_their_languages_are_fine(voices):
    assert problems(**voices) == []


def test_an_unknown_voice_is_told_which_there_are_for_the_language():
    (problem,) = problems(fr="Celine-hunter2")
    assert (problem.id, problem.is_error) == ("voice2fa.E116", True)
    assert problem.message == "OPTIONS['VOICES'] names for 'fr' a voice that does not exist."
    assert problem.hint == "Take one of jolie, bernard, gabrielle (costs extra), chantal, liam (costs extra)."


def test_a_voice_of_another_language_is_an_error():
    (problem,) = problems(en="katrin")
    assert problem.is_error
    assert problem.message == "OPTIONS['VOICES'] names for 'en' the voice 'katrin', which speaks 'de'."
    assert "dave" in problem.hint


@pytest.mark.parametrize("language", ["en-zz", "en-hunter2", "en-", "en-uk", "en-gb-zz", "en-x"])
def test_a_form_that_does_not_exist_is_told_which_do(language):
    (problem,) = problems(**{language: "susan"})
    assert (problem.id, problem.is_error, problem.stops_calls) == ("voice2fa.E116", True, False)
    assert problem.message == "OPTIONS['VOICES'] names a form of 'en' that does not exist."
    assert problem.hint.startswith("There are en, en-au, en-gb, en-ie, en-in, en-nz, and those of other ")


@pytest.mark.parametrize("language", [*filter(LOCALES.get, LOCALES), "en-us", "en-x-pirate"])
def test_every_form_that_is_spoken_may_be_named(language):
    speaker = make_cast({}, "female").find(language)
    assert problems(**{language: speaker.name}) == []


@pytest.mark.parametrize("language", ["pt", "pl", "english", "hunter2"])
def test_a_language_that_nobody_speaks_is_told_which_there_are(language):
    (problem,) = problems(**{language: "susan"})
    assert problem.message == "OPTIONS['VOICES'] names a language for which Bandwidth has no voice."
    assert problem.hint.endswith("there are voices for ar, da, de, en, es, fr, it, ja, nl, ro, ru, zh.")


def test_every_faulty_voice_has_a_problem():
    assert len(problems(fr="celine", en="katrin", de="stefan", pt="susan")) == 3


@pytest.mark.parametrize(
    ("voices", "language", "name"),
    [
        ({"fr": "celine"}, "fr", "jolie"),
        ({"fr-ca": "celine", "fr": "bernard"}, "fr-ca", "bernard"),
        ({"en": "katrin"}, "en-us", "susan"),
        ({"en": "katrin"}, "", "susan"),
        ({"en-zz": "dave"}, "en-zz", "susan"),
        ({"fr": "celine", "en": "dave"}, "en", "dave"),
        (["dave"], "en", "susan"),
        ({"en": None}, "en", "susan"),
    ],
)
def test_a_faulty_choice_counts_as_none_and_is_logged_once(voices, language, name, caplog):
    provider = BandwidthProvider(bandwidth_options(VOICES=voices))
    assert voices_in(provider, language) == [name]
    (record,) = caplog.records
    assert "OPTIONS['VOICES'] " in record.getMessage()
    assert "Calls do without what is wrong." in record.getMessage()


def test_a_voice_for_a_language_that_nobody_speaks_makes_nobody_speak_it():
    assert not BandwidthProvider(bandwidth_options(VOICES={"pt": "susan"})).can_speak("pt")


def test_a_gender_that_is_none_counts_as_not_given(caplog):
    assert voices_in(BandwidthProvider(bandwidth_options(GENDER="robot")), "en", "de") == ["susan", "katrin"]
    (record,) = caplog.records
    assert "OPTIONS['GENDER'] must be 'female' or 'male'" in record.getMessage()


# What the provider sends


def voices_in(provider, *languages):
    script = tuple(Say(text="Hello.", language=language) for language in languages)
    return [sentence.get("voice") for sentence in ET.fromstring(provider.render(script, line=LINE))]


def test_the_provider_speaks_with_the_voices_of_its_options():
    provider = BandwidthProvider(bandwidth_options(VOICES={"en": "dave"}, GENDER="male"))
    assert voices_in(provider, "en", "de", "nl", "") == ["dave", "stefan", "ruben", "dave"]


@pytest.mark.parametrize("language", ["pt", "tlh", "<Hangup/>", 'x" voice="y'])
def test_what_nobody_can_speak_gets_a_voice_that_exists_and_is_told_of(language, caplog):
    provider = BandwidthProvider(bandwidth_options())
    with caplog.at_level(logging.WARNING, logger="voice2fa.providers"):
        assert voices_in(provider, language) == ["susan"]
    (record,) = caplog.records
    assert language in record.getMessage()


def test_what_can_be_spoken_is_not_told_of(caplog):
    voices_in(BandwidthProvider(bandwidth_options()), "", "en", "es-mx", "zh-hans")
    assert caplog.records == []


def test_the_readme_names_every_voice_and_which_cost_extra():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (table,) = re.findall(r"^\| Language \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", readme, re.MULTILINE)
    named = {"female": {}, "male": {}}
    for row in table.splitlines():
        _, _, *cells, _ = (cell.strip() for cell in row.split("|"))
        for gender, cell in zip(named, cells, strict=True):
            usual, _, extra = cell.partition("extra:")
            named[gender] |= dict.fromkeys(re.findall(r"\b[a-z][a-z_]+", usual), False)
            named[gender] |= dict.fromkeys(re.findall(r"\b[a-z][a-z_]+", extra), True)
    for gender, voices in named.items():
        known = {voice.name: voice.costs_extra for voice in VOICES.values() if voice.gender == gender}
        assert voices == known
