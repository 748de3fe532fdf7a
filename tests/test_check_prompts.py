"""What is wrong with a site's own words, and with its languages, is said before anybody hears it."""

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.core.checks import ERROR, WARNING, Tags, run_checks

from tests.flows.carriers import Mute
from tests.test_checks import ids_of, prompt
from voice2fa.checks.languages import check_languages
from voice2fa.checks.prompts import check_prompts


@pytest.fixture
def check(settings):
    """Return a function that overrides the template of a prompt and returns what the check says of it."""

    def override(name, text):
        settings.TEMPLATES = prompt(name, text)["TEMPLATES"]
        return check_prompts()

    return override


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "renders nothing that can be spoken."),
        (" \n\t ", "renders nothing that can be spoken."),
        ("{{ name_of_the_site }}", "renders nothing that can be spoken."),
        ("… !", "renders nothing that can be spoken."),
        ("x" * 5000, "renders more than can be spoken."),
        ("{% if %}", "Unexpected end of expression"),
        ("{% load nothing_like_it %}", "'nothing_like_it' is not a registered tag library"),
        ("{% include 'no_such.txt' %}", "cannot be rendered (no_such.txt)."),
        (
            "{% load i18n %}{% get_current_language as l %}{% if l != 'fr' %}Bye.{% endif %}",
            "spoken in 'fr'.",
        ),
        (
            "{% load i18n %}{% get_current_language as l %}{% if l != 'fr' and l != 'it' %}Bye.{% endif %}",
            "renders nothing that can be spoken in 'fr', 'it'.",
        ),
    ],
)
def test_a_template_that_makes_no_sentence_is_an_error_that_says_which_and_why(check, text, why):
    (message,) = check("farewell", text)
    assert (message.id, message.level) == ("voice2fa.E096", ERROR)
    assert message.msg.startswith("The template voice2fa/calls/farewell.txt ")
    assert why in message.msg


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("approve", "Press one.", "does not say {{ key }}"),
        ("speak", "Press {{ digits }}.", "does not say {{ key }}"),
        ("act", "Please confirm.", "does not say {{ message }}"),
        ("caller", '<break time="2s"/>This is {{ site }}.', "renders markup"),
    ],
)
def test_a_template_that_misleads_is_a_warning(check, name, text, why):
    (message,) = check(name, text)
    assert (message.id, message.level) == ("voice2fa.W097", WARNING)
    assert message.msg == f"The template voice2fa/calls/{name}.txt {why}."


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Ahoy, {{ site }} here.", True),
        ("{{ site }}.", False),
        ("{% load i18n %}{% blocktranslate trimmed %}This is {{ site }}.{% endblocktranslate %}", False),
    ],
)
def test_a_site_of_several_languages_is_told_of_words_that_it_left_in_english(
    check, settings, text, is_found
):
    assert check("caller", text) == []
    settings.LANGUAGES = [("en", "English"), ("es", "español"), ("de", "Deutsch")]
    found = [(message.id, message.msg.rpartition(".txt ")[2]) for message in check("caller", text)]
    assert found == [("voice2fa.W097", "says what it says in English in 'es', 'de'.")] * is_found


def test_a_template_that_misleads_in_one_language_alone_is_found(check, settings):
    text = "{% load i18n %}{% get_current_language as l %}Press {% if l != 'ar' %}{{ key }}{% endif %} now."
    (message,) = check("approve", text)
    assert "in 'ar'" in message.msg
    settings.LANGUAGES = [("en", "English")]
    assert check_prompts() == []


def test_a_translation_of_the_sites_that_misleads_is_found(settings, tmp_path):
    folder = tmp_path / "de/LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = Catalog("de")
    catalog.add("To approve, press %(key)s.", "Zum Bestätigen eine Taste.")
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS = [tmp_path]
    (message,) = check_prompts()
    assert message.msg == "The template voice2fa/calls/approve.txt does not say {{ key }} in 'de'."


def test_templates_that_say_what_they_must_are_met_with_silence(check):
    assert check("approve", "Go on: {{ key }} & all is well!") == []
    assert check("caller", "Ahoy from {{ site }}") == []


@pytest.mark.parametrize(
    "templates",
    [
        [],
        [{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        [{"BACKEND": "no.such.Backend"}],
    ],
)
def test_a_site_without_templates_has_other_worries(settings, templates):
    settings.TEMPLATES = templates
    assert check_prompts() == []


# Languages


@pytest.fixture
def mute(configure):
    configure(PROVIDER={"BACKEND": f"{Mute.__module__}.Mute"})


@pytest.mark.usefixtures("mute")
def test_a_language_without_a_voice_is_a_warning_until_it_is_said_what_to_speak(settings, configure):
    settings.LANGUAGES = [("en", "English"), ("fr", "French"), ("es", "Spanish"), ("pt-br", "Portuguese")]
    (message,) = check_languages()
    assert (message.id, message.level) == ("voice2fa.W099", WARNING)
    assert message.msg == "Calls speak 'en-us' to people who want 'es', 'pt-br', which they cannot speak."
    assert message.hint.startswith("Say so in VOICE2FA['SPOKEN_INSTEAD'], such as {'es': 'en'}; ")
    assert message.hint.endswith("calls can speak en, fr.")
    configure(SPOKEN_INSTEAD={"pt": "fr", "es": "en"})
    assert check_languages() == []


def test_a_site_in_a_language_without_words_is_warned(settings):
    settings.LANGUAGE_CODE = "ko"
    (message,) = check_languages()
    assert message.msg == "Calls speak 'en' to people who want 'ko', which they cannot speak."
    assert message.hint.startswith("Translate the prompts, approve.txt first, ")


def test_the_template_that_stands_for_all_is_told_of_once_however_many_languages_lack_it(settings):
    settings.LANGUAGES = [("en", "English"), ("es", "español"), ("de", "Deutsch"), ("it", "italiano")]
    settings.TEMPLATES = prompt("approve", "Go on: press {{ key }}.")["TEMPLATES"]
    template, languages = [*check_prompts(), *check_languages()]
    assert template.msg.endswith("approve.txt says what it says in English in 'es', 'de', 'it'.")
    assert languages.msg.endswith("to people who want 'es', 'de', 'it', which they cannot speak.")
    assert "approve.txt" in languages.hint


LOCALE = "django.middleware.locale.LocaleMiddleware"


@pytest.mark.usefixtures("mute")
def test_a_site_that_names_no_languages_is_told_of_ours_where_its_pages_come_in_them(settings):
    (message,) = check_languages()
    assert message.msg.startswith("Calls speak 'en-us' to people who want 'es', 'de', 'it', 'pt', 'nl', ")
    settings.USE_I18N = False
    assert check_languages() == []
    settings.USE_I18N = True
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if path != LOCALE]
    assert check_languages() == []


@pytest.mark.parametrize("language", ["tlh", "xx-yy"])
def test_a_site_in_a_language_that_django_does_not_know_is_told_so_by_django(settings, language):
    settings.LANGUAGE_CODE = language
    assert check_languages() == []
    assert [message.id for message in run_checks(tags=[Tags.translation])] == ["translation.E004"]


@pytest.mark.parametrize(
    ("instead", "why"),
    [
        ({"tlh": "es"}, "names 'tlh', which is no language that Django knows"),
        ({"pt": "tlh"}, "has calls speak 'tlh', which they cannot"),
        ({"pt": "ko"}, "has calls speak 'ko', which they cannot"),
        ({"pt-qq": "es"}, "names 'pt-qq', which is no language that Django knows"),
        ({"pt": "es-zz"}, "has calls speak 'es-zz', which is no language that Django knows"),
        ({"xx-yy": "es"}, "names 'xx-yy', which is no language that Django knows"),
    ],
)
def test_a_language_that_does_not_exist_or_cannot_be_spoken_is_an_error(configure, instead, why):
    configure(SPOKEN_INSTEAD=instead)
    (message,) = check_languages()
    assert (message.id, message.level) == ("voice2fa.E098", ERROR)
    assert message.msg == f"VOICE2FA['SPOKEN_INSTEAD'] {why}."
    assert " en, es, fr" in message.hint


def test_a_language_that_the_site_alone_knows_may_be_named(settings, configure):
    settings.LANGUAGES = [("en", "English"), ("tlh", "Klingon")]
    assert ids_of(check_languages()) == ["W099"]
    configure(SPOKEN_INSTEAD={"tlh": "en"})
    assert check_languages() == []


@pytest.mark.parametrize(
    ("instead", "forms"),
    [({"pt-qq": "es"}, "pt, pt-br"), ({"pt": "es-zz"}, "es, es-ar, es-co, es-mx, es-ni, es-ve")],
)
def test_a_form_that_does_not_exist_is_told_which_do(configure, instead, forms):
    configure(SPOKEN_INSTEAD=instead)
    (message,) = check_languages()
    assert f" There are {forms}. " in message.hint


@pytest.mark.parametrize(
    "instead",
    [{"pt": "es-419"}, {"pt-br": "es-us"}, {"pt-AO": "zh-hans"}, {"zh": "en"}, {"en-x-pirate": "en"}],
)
def test_forms_that_exist_may_be_named_even_if_django_has_no_name_for_them(configure, instead):
    configure(SPOKEN_INSTEAD=instead)
    assert check_languages() == []


def test_settings_that_cannot_be_read_are_reported_elsewhere(settings):
    settings.VOICE2FA = None
    assert check_languages() == []
