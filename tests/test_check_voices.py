"""A site in a language for which Bandwidth has no voice is told so, and what to write."""

import pytest
from django.core.checks import ERROR, WARNING

from tests.providers.samples import bandwidth_options
from voice2fa.checks.languages import check_languages

BANDWIDTH = {
    "BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider",
    "OPTIONS": bandwidth_options(),
}


@pytest.fixture
def check(configure, settings):
    """Return a function that sets languages, and what is spoken instead, and returns what is said of it."""

    def check(languages, **instead):
        configure(PROVIDER=BANDWIDTH, SPOKEN_INSTEAD=instead)
        settings.LANGUAGES = [(code, code) for code in languages]
        return check_languages()

    return check


def test_portuguese_is_a_warning_that_says_what_to_write(check):
    (message,) = check(["en", "pt-br"])
    assert (message.id, message.level) == ("voice2fa.W099", WARNING)
    assert "'pt-br'" in message.msg
    assert "SPOKEN_INSTEAD" in message.hint
    assert " es," in message.hint
    assert " pt" not in message.hint.partition("calls can speak")[2]


def test_once_it_is_said_what_to_speak_there_is_no_warning(check):
    assert check(["en", "pt", "pt-br"], pt="es") == []


def test_to_speak_what_the_carrier_cannot_either_is_an_error(check):
    (message,) = check(["en", "pt"], pt="pl")
    assert (message.id, message.level) == ("voice2fa.E098", ERROR)
    assert "'pl'" in message.msg


def test_the_languages_that_have_a_voice_need_no_word(check):
    assert check(["en", "en-gb", "es", "es-mx", "fr", "fr-ca", "de"]) == []


def test_a_site_that_names_no_languages_is_told_of_portuguese(configure):
    configure(PROVIDER=BANDWIDTH)
    (message,) = check_languages()
    assert message.msg == "Calls speak 'en-us' to people who want 'pt', which they cannot speak."
    configure(SPOKEN_INSTEAD={"pt": "es"})
    assert check_languages() == []


@pytest.mark.parametrize("given", ["fr", "en-gb", "es-mx", "de-at"])
def test_an_answer_for_a_language_that_has_a_voice_is_a_warning(check, given):
    (message,) = check(["en"], **{given: "en"})
    assert (message.id, message.level) == ("voice2fa.W094", WARNING)
    assert message.msg == f"VOICE2FA['SPOKEN_INSTEAD'] names {given!r}, which calls can speak, and so do."


def test_an_answer_for_chinese_is_one_for_cantonese(check):
    assert check(["en"], zh="en") == []
    assert [message.id for message in check(["en"], **{"zh-hans": "en"})] == ["voice2fa.W094"]


def test_a_stand_in_for_a_carrier_speaks_everything_and_answers_stay_for_the_carrier(configure):
    configure(SPOKEN_INSTEAD={"pt": "es"})
    assert check_languages() == []
