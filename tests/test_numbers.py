import pytest
from django.utils import translation

from tests.stage import refusal_of
from voice2fa.core.errors import Code, Refusal
from voice2fa.language_codes import TRANSLATED
from voice2fa.numbers import LONGEST_EXTENSION, mask, read_extension
from voice2fa.sentences import explain_refusal


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("", ""),
        ("  ", ""),
        ("204", "204"),
        ("2-0 4", "204"),
        ("2\u201304\u200e", "204"),
        ("x204", "204"),
        ("Ext. 204", "204"),
        ("extension: 204", "204"),
        ("*204#", "*204#"),
        (",,204", ",,204"),
        ("204w1P2", "204,1,2"),
        ("٢٠٤", "204"),
        ("\uff12\uff10\uff14\uff0c\uff11", "204,1"),
        ("،204", ",204"),
        ("1" * 32, "1" * 32),
    ],
)
def test_an_extension_is_read_as_people_write_it(typed, keys):
    assert read_extension(typed) == keys
    assert read_extension(keys) == keys


@pytest.mark.parametrize(
    "typed", ["abc", "2O4", "20x4", "x", "ext", ",,", "w", "2.04", "(204)", "204;1", "½", "20\x004"]
)
def test_what_cannot_be_keyed_in_is_no_extension(typed):
    assert refusal_of(read_extension, typed) == Code.EXTENSION_INVALID


@pytest.mark.parametrize("typed", ["1" * 33, "1" * 40, "," * 33, ",2" * 17, "x" + "*" * 33])
def test_an_extension_that_is_too_long_is_told_how_long_it_may_be(typed):
    assert refusal_of(read_extension, typed) == Code.EXTENSION_TOO_LONG
    assert refusal_of(read_extension, "", in_number=typed) == Code.EXTENSION_TOO_LONG
    for language in TRANSLATED:
        with translation.override(language):
            assert f"{LONGEST_EXTENSION}" in explain_refusal(Refusal(Code.EXTENSION_TOO_LONG))


@pytest.mark.parametrize(
    ("beside", "behind", "keys"),
    [("", "204", "204"), ("204", "", "204"), ("204", "204", "204"), (",,204", "204", ",,204")],
)
def test_an_extension_may_stand_behind_the_number_or_beside_it(beside, behind, keys):
    assert read_extension(beside, in_number=behind) == keys


def test_two_extensions_are_one_too_many():
    assert refusal_of(read_extension, "205", in_number="204") == Code.EXTENSION_TWICE


def test_a_masked_number_shows_its_extension_without_the_pauses():
    assert mask("+12025550123", ",,204") == "+1 ••• ••• ••23 x204"
    assert mask("+12025550123") == "+1 ••• ••• ••23"
