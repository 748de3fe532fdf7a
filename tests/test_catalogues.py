"""The translations: in step with the source, whole, and fit to be shown and spoken."""

import gettext
import re
from collections import Counter

import pytest
from django.utils import translation

from voice2fa.core.errors import Code
from voice2fa.language_codes import TRANSLATED
from voice2fa.sentences import REFUSALS

from . import catalogues

FOLDERS = sorted(catalogues.PLURALS)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|[%{}]")  # the last are strays, that would break a sentence
TAG = re.compile(r"</?\w[^>]*>")
# What a call fills with digits. A German or a Danish voice makes an ordinal of a digit before a full stop.
SPOKEN_DIGIT = re.compile(r"(\d|%\((key|digits|code|number|ending)\)[sd])[.]")


@pytest.fixture(scope="module")
def source():
    return catalogues.read_source()


def read_all(folder, suffix=".po", package=catalogues.PACKAGE):
    """Return the messages of a language, without the header."""
    path = catalogues.po_of(folder, package).with_suffix(suffix)
    return [message for message in catalogues.read_translations(path, folder) if message.id]


def keys_of(messages):
    return {(message.context, message.id) for message in messages if message.id}


def texts_of(message):
    """Return each translation of the message beside the original."""
    if message.pluralizable:
        return [(message.id[1], text) for text in message.string]
    return [(message.id, message.string)]


def forms_of_one_number(folder):
    """Return the plural forms that serve one number alone: they need not name it."""
    with catalogues.po_of(folder).with_suffix(".mo").open("rb") as file:
        which = gettext.GNUTranslations(file).plural
    uses = Counter(which(number) for number in range(1000))
    return {form for form, count in uses.items() if count == 1}


def test_the_languages_on_offer_are_those_translated():
    assert {translation.to_locale(code) for code in TRANSLATED} == {"en", *FOLDERS}


def test_numbers_and_addresses_are_read_from_the_left_in_a_language_that_is_not():
    """Set apart (U+2066 to U+2069): else 204#1 would be shown as 1#204, and 7@a.example as a.example@7."""
    placeholder = re.compile(r"(.?)%\((?:number|address|extension)\)s(.?)")
    found = [
        ends
        for message in read_all("ar")
        for _, text in texts_of(message)
        for ends in placeholder.findall(text)
    ]
    assert len(found) > 5
    assert set(found) == {("\u2066", "\u2069")}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_messages_are_those_of_the_source(source, folder):
    wanted, found = keys_of(source), keys_of(read_all(folder))
    assert not wanted ^ found, "Run `make messages`, then translate what is new."


@pytest.mark.parametrize("folder", FOLDERS)
def test_everything_is_translated_and_nothing_is_a_guess(folder):
    waiting = [message.id for message in read_all(folder) if catalogues.is_empty(message) or message.fuzzy]
    assert not waiting, "These wait for a translation."


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_number_has_its_form(folder):
    header = catalogues.po_of(folder).read_text(encoding="utf-8").partition("\n\n")[0]
    assert catalogues.PLURALS[folder] in re.sub(r'"\n"', "", header)
    (count,) = re.findall(r"nplurals=(\d)", catalogues.PLURALS[folder])
    assert {len(message.string) for message in read_all(folder) if message.pluralizable} == {int(count)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_translation_has_the_placeholders_of_its_message(folder):
    may_lack = forms_of_one_number(folder)
    for message in read_all(folder):
        for form, (original, text) in enumerate(texts_of(message)):
            wanted, found = set(PLACEHOLDER.findall(original)), set(PLACEHOLDER.findall(text))
            lacks_number = message.pluralizable and form in may_lack and found < wanted
            assert not text or found == wanted or lacks_number, text


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_translation_has_the_tags_and_the_edges_of_its_message(folder):
    for message in read_all(folder):
        for original, text in texts_of(message):
            assert not text or shape_of(text) == shape_of(original), text


def shape_of(text):
    return Counter(TAG.findall(text)), text[0].isspace(), text[-1].isspace()


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_prompt_makes_a_voice_say_an_ordinal(folder):
    for message in read_all(folder):
        if any("/calls/" in name for name, _line in message.locations):
            assert not [text for _, text in texts_of(message) if SPOKEN_DIGIT.search(text)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_django_reads_is_what_translators_wrote(folder):
    written = strings_of(message for message in read_all(folder) if not catalogues.is_empty(message))
    assert strings_of(read_all(folder, ".mo")) == written


def strings_of(messages):
    return {(message.context, *texts_of(message)) for message in messages}


@pytest.mark.parametrize("folder", FOLDERS)
def test_django_knows_the_language(folder):
    language = translation.to_language(folder)
    with translation.override(language):
        assert translation.get_language() == language
        assert str(REFUSALS[Code.WRONG_CODE]) != "That is not the code."


def test_what_is_new_is_empty_what_is_known_stays_and_what_is_gone_goes(tmp_path):
    package = tmp_path / "voice2fa"
    (package / "templates").mkdir(parents=True)
    page = package / "templates" / "page.txt"
    page.write_text("{% load i18n %}\n   {% translate 'Old' %}\n {% translate 'Kept' %}")
    catalogues.update("es", catalogues.read_source(package), package)
    path = catalogues.po_of("es", package)
    path.write_text(path.read_text().replace('msgid "Kept"\nmsgstr ""', 'msgid "Kept"\nmsgstr "Aquí"'))
    page.write_text(
        "{% load i18n %}{% translate 'Kept' %} {% blocktranslate %}New {{ name }}{% endblocktranslate %}"
    )
    left = catalogues.update("es", catalogues.read_source(package), package)
    found = {message.id: message.string for message in catalogues.read_translations(path, "es") if message.id}
    assert (found, left) == ({"Kept": "Aquí", "New %(name)s": ""}, 1)


def test_the_tool_says_the_same_twice(tmp_path):
    source = catalogues.read_source()
    package = tmp_path / "voice2fa"
    path = catalogues.po_of("ar", package)
    catalogues.update("ar", source, package)
    first = path.read_bytes(), path.with_suffix(".mo").read_bytes()
    catalogues.update("ar", source, package)
    assert (path.read_bytes(), path.with_suffix(".mo").read_bytes()) == first


@pytest.mark.parametrize(
    ("name", "is_read"),
    [
        ("web/pages.py", True),
        ("templates/voice2fa/page.html", True),
        ("templates/voice2fa/calls/login.txt", True),
        ("admin/pages.py", False),
        ("models/rows.py", False),
        ("templates/admin/voice2fa/page.html", False),
    ],
)
def test_what_staff_alone_read_stays_english(tmp_path, name, is_read):
    path = tmp_path / "voice2fa" / name
    path.parent.mkdir(parents=True)
    path.write_text('_("Hello")' if path.suffix == ".py" else '{% translate "Hello" %}')
    assert ((None, "Hello") in keys_of(catalogues.read_source(tmp_path / "voice2fa"))) == is_read
