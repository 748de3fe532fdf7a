"""The words of the prompts: a site's templates or ours, in every language, and never as HTML (A26)."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tests.test_checks import prompt as override
from voice2fa.core.prompts import Prompt
from voice2fa.wording import LONGEST_PROMPT, has_words, word

FACTS = {
    "site": "O'Brien & Söhne",
    "browser": "Firefox on Windows",
    "key": "7",
    "digits": 6,
    "message": 'Pay <five> & "six".',
}


def say(prompt=Prompt.FAREWELL, language="en", **facts):
    return word(prompt, FACTS | facts, language=language)


@pytest.fixture
def rewrite(settings):
    """Return a function that overrides the template of a prompt."""

    def rewrite(text, prompt=Prompt.FAREWELL):
        settings.TEMPLATES = override(prompt, text)["TEMPLATES"]

    return rewrite


def test_nothing_is_escaped_for_html():
    assert say(Prompt.CALLER) == "This is O'Brien & Söhne."
    assert say(Prompt.ACT) == 'Please confirm: Pay <five> & "six".'


def test_nothing_is_escaped_for_html_in_a_sites_own_template_either(rewrite):
    rewrite("Ahoy from {{ site|upper }} & {{ message|lower }}", Prompt.CALLER)
    assert say(Prompt.CALLER) == 'Ahoy from O\'BRIEN & SÖHNE & pay <five> & "six".'


@given(st.text(st.characters(exclude_categories=["Cc", "Zs", "Zl", "Zp", "Cs"]), min_size=1, max_size=80))
def test_what_is_named_stays_as_it_is_and_is_no_template(name):
    assert say(Prompt.CALLER, site=name) == f"This is {name}."


@pytest.mark.parametrize(
    "name", ["{{ key }}", "{% now 'Y' %}", "%(key)s", "100 % & more", "%", "{#", "&amp;"]
)
def test_a_name_that_looks_like_a_template_is_not_filled_in(name):
    for language in ("en", "es"):
        assert name in say(Prompt.CALLER, language, site=name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("So long!", "So long!"),
        ("  So\n\n long,\t{{ site }}\n", "So long, O'Brien & Söhne"),
        ("Key {{ key }} of {{ digits }}", "Key 7 of 6"),
        ("<break time='9s'/><Hangup/>Bye", "<break time='9s'/><Hangup/>Bye"),  # which providers escape
    ],
)
def test_a_site_overrides_a_template(rewrite, text, said):
    rewrite(text)
    assert say() == say(language="de") == said


def test_a_site_overrides_a_template_by_a_folder(settings, tmp_path):
    path = tmp_path / "voice2fa/calls/farewell.txt"
    path.parent.mkdir(parents=True)
    path.write_text("So long!")
    (templates,) = settings.TEMPLATES
    settings.TEMPLATES = [{**templates, "DIRS": [tmp_path]}]
    assert say() == "So long!"


def test_a_sites_template_knows_the_language_and_its_translations(rewrite):
    rewrite("{% load i18n %}{% get_current_language as l %}{{ l }}: {% translate 'To repeat, press star.' %}")
    assert say(language="es") == "es: Para repetir, pulse asterisco."


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "  \n ",
            "{{ nothing }}",
            "{% if key == '8' %}Bye.{% endif %}",
            "💰",
            "\u202e",
            "...",
            "<!-- -->",
        ),
        *("{% if %}", "{% nonsense %}", "{{ site|nonsense }}", "{% include 'no_such.txt' %}"),
        *("{% widthratio 1 0 key.nothing.at.all as %}", "x" * (LONGEST_PROMPT + 1)),
    ],
)
def test_ours_is_spoken_and_the_log_says_so_where_a_sites_template_makes_no_sentence(rewrite, caplog, text):
    rewrite(text)
    assert say() == "Goodbye."
    assert say(language="es") == "Adiós."
    assert {record.name for record in caplog.records} == {"voice2fa.wording"}
    assert all("farewell" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("templates", [[], [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]])
def test_ours_are_spoken_where_a_site_has_no_templates(settings, templates):
    settings.TEMPLATES = templates
    assert say() == "Goodbye."


def test_the_language_of_the_request_is_left_as_it_was():
    with translation.override("fr"):
        assert say(language="es") == "Adiós."
        assert translation.get_language() == "fr"


@pytest.mark.parametrize("language", ["../..", "x" * 300, "", "tlh", "de-XX", "es es", "\x00"])
def test_a_language_that_does_not_exist_is_no_accident(language):
    assert say(language=language)


# In which languages there are words


@pytest.mark.parametrize("language", ["en", "en-gb", "en-us", "es", "es-mx", "de", "fr-ca"])
def test_there_are_words_in_what_we_are_translated_into(language):
    assert has_words(language)


@pytest.mark.parametrize("language", ["ro", "ko", "tlh", "", "../.."])
def test_there_are_none_in_other_languages(settings, language):
    assert not has_words(language)
    settings.LANGUAGE_CODE = "de"  # in which Django then answers
    assert not has_words(language)


def test_a_site_in_a_language_that_we_do_not_know_has_no_words_until_it_writes_them(settings, rewrite):
    settings.LANGUAGE_CODE = "ro"
    assert not has_words("ro")
    rewrite("Apăsați {{ key }}.", Prompt.APPROVE)
    assert has_words("ro")


def test_a_sites_template_in_its_own_language_alone_speaks_no_other(settings, rewrite):
    settings.LANGUAGE_CODE = "de"
    rewrite("Drücken Sie die {{ key }}!", Prompt.APPROVE)
    assert has_words("de")
    assert not has_words("es")


def test_a_sites_template_that_is_written_for_more_languages_speaks_them(rewrite):
    rewrite("{% load i18n %}{% get_current_language as l %}{{ l }} {{ key }}", Prompt.APPROVE)
    assert has_words("ro")
