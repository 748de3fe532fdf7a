"""Every prompt in every language: as somebody has read it, and fit to be spoken."""

import re

import pytest

from voice2fa.core.prompts import Prompt
from voice2fa.language_codes import TRANSLATED
from voice2fa.wording import LONGEST_PROMPT, has_words

from . import pages
from .pages import LANGUAGES

ENGLISH = pages.prompts_in("en")
OTHERS = [language for language in LANGUAGES if language != "en"]
UNPARTED = {"ja", "zh-hans"}  # written without spaces


def test_the_languages_are_those_that_we_offer():
    assert LANGUAGES == TRANSLATED


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_calls_say_is_what_was_reviewed(language):
    reviewed = pages.path_of(language).read_text(encoding="utf-8")
    assert pages.write_page(language) == reviewed, f"Read it, then: python -m tests.prompts {language}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_in_the_language(language):
    assert has_words(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_prompt_is_a_short_sentence_without_markup_or_signs(language):  # A26
    for words in pages.prompts_in(language).values():
        assert any(letter.isalpha() for letter in words)
        assert len(words) < LONGEST_PROMPT / 4
        assert not re.search(r"[<>{}%*#_|\\]|&\w*;|&#", words), words


@pytest.mark.parametrize("language", OTHERS)
def test_no_prompt_is_left_in_english(language):
    words = pages.prompts_in(language)
    assert [prompt for prompt in Prompt if words[prompt] == ENGLISH[prompt]] == []


@pytest.mark.parametrize("language", OTHERS)
def test_each_prompt_names_the_keys_and_the_names_that_it_names_in_english(language):
    for prompt, words in pages.prompts_in(language).items():
        if prompt is not Prompt.ACT:  # whose amount is in words or in digits, as the language has them
            assert re.findall(r"\d", words) == re.findall(r"\d", ENGLISH[prompt]), words
        for name in (pages.SITE, pages.PAYEE, "Firefox", "Windows"):
            assert (name in words) == (name in ENGLISH[prompt]), words


@pytest.mark.parametrize("language", OTHERS)
def test_no_digit_is_made_an_ordinal_by_a_full_stop_behind_it(language):
    spoken = pages.prompts_in(language).values()
    assert [words for words in spoken if re.search(r"\d\s*\.(?!\d)", words)] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language not in UNPARTED])
def test_a_login_is_asked_for_in_few_words(language):
    scene = pages.write_page(language).partition("A login that is approved by a key\n  - ")[2]
    assert len(scene.partition("\n")[0].split()) <= 42  # 17 seconds at 150 words a minute
