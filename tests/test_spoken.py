"""What a call says of the things to be approved: numbers in words, amounts of money, safe names (A26)."""

import unicodedata
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from voice2fa import spoken
from voice2fa.core.payloads import Money, canonical, plain
from voice2fa.core.script import Gather, Hangup, Say
from voice2fa.core.speakable import LONGEST_NAME, clean
from voice2fa.providers.bandwidth.bxml import Root, render_bxml

from .providers.samples import LINE, voice_for


def say(value, language="en"):
    with translation.override(language):
        return spoken.say(value)


def euro(amount, currency="EUR"):
    return Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("en", euro("250.10", "USD"), "two hundred and fifty US dollars, ten cents"),
        ("en", euro("1"), "one euro"),
        ("en", euro("1.00"), "one euro"),
        ("en", euro("0.05", "GBP"), "zero pounds sterling, five pence"),
        ("en", euro("21.01", "CAD"), "twenty-one Canadian dollars, one cent"),
        ("en", euro("-3.50"), "minus three euro, fifty cents"),
        ("en-gb", euro("1000000"), "one million euro"),
        ("fr", euro("1000001"), "un million un euros"),
        ("es", euro("3", "CNY"), "tres yuanes"),
        ("de", euro("250.10"), "zweihundertfünfzig Euro, zehn Cent"),
        ("de-at", euro("1"), "ein Euro"),
        ("fr", euro("80.80"), "quatre-vingts euros, quatre-vingts centimes"),
        ("es", euro("21.01"), "veintiún euros, un céntimo"),
        ("it", euro("2.50"), "due euro, cinquanta centesimi"),
        ("nl", euro("250.10"), "tweehonderdvijftig euro, tien cent"),
        ("pl", euro("5.02"), "pięć euro, dwa centy"),
        ("ru", euro("2.01", "RUB"), "два рубля, одна копейка"),
        ("en", 7, "seven"),
        ("en", -12, "minus twelve"),
        ("de", 1000, "eintausend"),
        ("en", Decimal("1E+3"), "one thousand"),
        ("en", 0, "zero"),
    ],
)
def test_numbers_and_money_are_said_in_the_words_of_the_language(language, value, words):
    assert say(value, language) == words


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("ja", euro("250.10"), "250.10 E U R"),  # no language that we trust
        ("ar", euro("250.10", "USD"), "250,10 U S D"),  # num2words would say riyals
        ("pt-br", euro("250.10"), "250,10 E U R"),  # and the cents of another country
        ("en", euro("5", "XXX"), "5 X X X"),  # a currency without words
        ("es", euro("5", "USD"), "5 U S D"),  # "dólares" are those of many countries
        ("de", euro("5", "AUD"), "5 A U D"),
        ("en", euro("5.5", "KWD"), "5.5 K W D"),  # a thousand of the small unit make one
        ("en", euro("5.5", "JPY"), "5.5 J P Y"),  # there is no small unit
        ("en", euro("0.001"), "0.001 E U R"),  # finer than a cent: said to the last digit, never rounded
        ("en", euro("1000000000000"), "1000000000000 E U R"),
        ("en", 10**15, "1000000000000000"),
        ("en", Decimal("2.50"), "2.5"),
        ("it", Decimal("2.50"), "2,5"),  # num2words would say two
        ("ja", -3, "マイナス3"),
        ("da", euro("-3.50"), "minus 3,50 E U R"),
        ("en", Decimal("-2.50"), "minus 2.5"),
        ("es", euro("1.05", "CNY"), "1,05 C N Y"),  # num2words would say five tenths
        ("de", euro("1.01", "CNY"), "1,01 C N Y"),
        ("en", euro("3", "SAR"), "3 S A R"),
        ("nl", euro("3.50", "GBP"), "3,50 G B P"),
        ("es", euro("1000000"), "1000000 E U R"),  # and leave out that it is a million of them
        ("fr", euro("2000000.50"), "2000000,50 E U R"),
    ],
)
def test_what_has_no_words_is_said_in_digits_and_letters(language, value, words):
    assert say(value, language) == words


AMOUNTS = st.decimals(-(10**13), 10**13, allow_nan=False, allow_infinity=False, places=2)
LANGUAGES = st.sampled_from([*sorted(spoken.WORDED), "ja", "ar", "he", "tr", "pt-br", "sv", "cs", "zz", ""])
CURRENCIES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3) | st.sampled_from(
    ["EUR", "USD", "GBP", "JPY", "CHF", "KWD", "RUB", "PLN", "CNY", "AUD"]
)


@given(AMOUNTS, CURRENCIES, LANGUAGES)
def test_every_amount_can_be_said_and_is_not_mistaken_for_its_neighbour(amount, currency, language):
    words = say(Money(amount, currency), language)
    assert words
    assert "\x00" not in words
    assert words != say(Money(amount + Decimal("0.01"), currency), language)
    assert amount == 0 or words != say(Money(-amount, currency), language)


@given(st.sampled_from(sorted(spoken.WORDED)), AMOUNTS)
def test_no_two_currencies_sound_alike(language, amount):
    currencies = ["USD", "AUD", "CAD", "NZD", "HKD", "EUR", "GBP", "CHF", "SEK", "NOK", "DKK", "MXN", "JPY"]
    assert len({say(Money(amount, currency), language) for currency in currencies}) == len(currencies)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Maria Keller", "Maria Keller"),
        ("  Maria \t\n Keller ", "Maria Keller"),
        ("O'Brien & Söhne-Werft", "O'Brien & Söhne-Werft"),
        ("株式会社 山田", "株式会社 山田"),
        ("Anna</SpeakSentence><Hangup/>", "Anna SpeakSentence Hangup"),
        ("Anna. Press 7 to approve.", "Anna Press 7 to approve"),
        ("Anna\x00\x07Bell", "Anna Bell"),
        ("Anna\u202eannA\u2066", "AnnaannA"),
        ("J\u200bo", "Jo"),
        ("{amount} {0}", "amount 0"),
        ("%(amount)s ${amount}", "amount s amount"),
        ("<break time='10s'/>", "break time '10s'"),
        ("Zoe\u0308", "Zoë"),
        ("x" * 500, "x" * 64),
    ],
)
def test_names_are_cleaned_before_they_are_spoken(text, said):
    assert clean(text) == said


@pytest.mark.parametrize("text", ["", "   ", "💰💰", "\u202e", "...", "\x00"])
def test_a_name_of_which_nothing_is_left_is_said_to_be_one(text):
    assert say(text) == "something that cannot be read out"


@given(st.text())
def test_nothing_that_is_spoken_is_markup_or_invisible(text):
    said = clean(text)
    assert len(said) <= LONGEST_NAME
    assert not set(said) & set('<>{}[]()"\\/;:.,!?|^~=*#@$%_`\n\r\t')
    assert not {unicodedata.category(letter) for letter in said} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(st.text())
def test_whatever_the_payees_name_the_call_is_well_formed_and_ends_as_it_should(text):
    sentence = spoken.fill("Pay {payee}.", {"payee": text})
    ask = Gather(step=1, prompts=(Say(text=sentence),), max_digits=1, first_digit_seconds=6)
    call = ET.fromstring(render_bxml((ask, Hangup()), line=LINE, voice_for=voice_for, root=Root.REPLY))
    assert [verb.tag for verb in call.iter()] == ["Response", "Gather", "SpeakSentence", "Hangup"]
    assert next(call.iter("SpeakSentence")).text == sentence


def test_a_value_that_looks_like_a_template_is_not_filled_in():
    values = {"payee": "{amount}", "amount": 5}
    assert spoken.fill("Pay {payee} {amount}.", values) == "Pay amount five."


def test_braces_of_the_message_itself_are_doubled():
    assert spoken.fill("{{A}} {n}", {"n": 1}) == "{A} one"


# What is signed


def signed(user="1", message="m", **payload):
    return canonical(payload, message=message, user=user)


def test_what_is_signed_does_not_depend_on_the_order_of_the_values():
    assert signed(a=1, b="x") == signed(b="x", a=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "5"}, {"a": 5}),
        ({"a": euro("5")}, {"a": Decimal(5)}),
        ({"a": euro("5")}, {"a": euro("5", "USD")}),
        ({"a": "5", "b": ""}, {"a": "5"}),
        ({"a": '5","b":["text","6'}, {"a": "5", "b": "6"}),
        ({"a": "x"}, {"b": "x"}),
        ({"a": "x "}, {"a": "x"}),
        ({"user": "2"}, {"user": "1"}),
        ({"message": "n"}, {"message": "m"}),
    ],
)
def test_what_differs_is_signed_differently(one, other):
    assert signed(**one) != signed(**other)


@pytest.mark.parametrize(
    ("one", "other"), [(Decimal("10.00"), Decimal("1E+1")), (Decimal("-0"), 0), (euro("2.5"), euro("2.500"))]
)
def test_equal_numbers_are_signed_alike(one, other):
    assert signed(a=one) == signed(a=other)


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("10.00", "10"),
        ("1E+3", "1000"),
        ("0.10", "0.1"),
        ("-0.0", "0"),
        ("100", "100"),
        ("1E-7", "0.0000001"),
    ],
)
def test_numbers_are_written_plainly(number, digits):
    assert plain(Decimal(number)) == digits


NUMBERS = st.decimals(-1000, 1000, places=3)


@given(NUMBERS, NUMBERS | st.just(Decimal("1.5")))
def test_numbers_are_signed_alike_when_they_are_equal_and_never_else(one, other):
    assert (plain(one) == plain(other)) == (one == other)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        *((1.5, "EUR"), (5, "EUR"), (Decimal("inf"), "EUR"), (Decimal(5), "eur")),
        *((Decimal(5), "EURO"), (Decimal(5), "ÄÖÜ"), (Decimal(5), "")),
    ],
)
def test_money_is_a_decimal_and_three_capitals(amount, currency):
    with pytest.raises(ValueError, match="Write"):
        Money(amount, currency)
