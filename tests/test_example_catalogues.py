"""The translations of the example site, whose calls for payments are half in its own words."""

import pytest

from . import catalogues
from .test_catalogues import FOLDERS, PLACEHOLDER, keys_of, read_all, shape_of, strings_of, texts_of


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_example_is_translated_whole(folder):
    messages = read_all(folder, package=catalogues.EXAMPLE)
    assert keys_of(messages) == keys_of(catalogues.read_source(catalogues.EXAMPLE)), "Run `make messages`."
    assert not [message.id for message in messages if catalogues.is_empty(message) or message.fuzzy]
    assert strings_of(read_all(folder, ".mo", catalogues.EXAMPLE)) == strings_of(messages)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_translation_has_the_placeholders_and_the_edges_of_its_message(folder):
    for message in read_all(folder, package=catalogues.EXAMPLE):
        for original, text in texts_of(message):
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(original)), text
            assert shape_of(text) == shape_of(original), text


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_stands_in_both_catalogues_is_said_alike(folder):
    ours, theirs = (strings_of(read_all(folder, package=p)) for p in (catalogues.PACKAGE, catalogues.EXAMPLE))
    known = {(context, original): text for context, (original, text) in (m[:2] for m in ours)}
    for context, (original, text) in (m[:2] for m in theirs):
        assert known.get((context, original), text) == text
