"""The example site: what its environment may say, and what people may type."""

from decimal import Decimal

import pytest
from django.utils import translation

from example_project.money import MESSAGE, MoneyForm
from example_project.settings import CARRIER_READERS, SETTING_READERS, read_given, read_misspelt
from voice2fa.conf import KEYS
from voice2fa.providers.bandwidth.options import RULES

from .catalogues import EXAMPLE


def test_every_key_has_a_variable():
    assert set(SETTING_READERS) == set(KEYS) - {"PUBLIC_URL", "PROVIDER"}


def test_the_options_of_the_carrier_are_those_that_it_knows():
    assert set(CARRIER_READERS) <= {rule.name for rule in RULES}
    assert {"FROM_NUMBERS", "DISPLAY_NAME", "VOICES", "GENDER"} <= set(CARRIER_READERS)


def test_what_cannot_be_read_is_left_to_the_checks_and_so_is_what_nobody_reads(monkeypatch):
    monkeypatch.setenv("VOICE2FA_LIFETIME", "abc")
    monkeypatch.setenv("VOICE2FA_CALL_LIMITS", "{")
    monkeypatch.setenv("VOICE2FA_CODE_LENGTH", "8")
    monkeypatch.setenv("VOICE2FA_SPEACH_RATE", "slow")
    given = read_given(SETTING_READERS)
    assert (given["LIFETIME"], given["CALL_LIMITS"], given["CODE_LENGTH"]) == ("abc", "{", 8)
    assert read_misspelt() == {"SPEACH_RATE": "slow"}


@pytest.mark.parametrize("payee", ["\u202eevil", "Maria\u202eevil", "😀", "...", "\u200b"])
def test_a_payee_who_cannot_be_read_is_refused(payee):  # A26
    transfer = {"payee": payee, "account": "NL91 ABNA 0417 1643 00", "amount": "5"}
    form = MoneyForm(transfer, balance=Decimal(100))
    assert form.errors == {"payee": ["Write a name that can be read, and read out."]}


@pytest.mark.parametrize(("language", "amount"), [("en", "99.95"), ("de", "99,95"), ("de", "99.95")])
def test_an_amount_is_written_as_people_write_it(language, amount):
    transfer = {"payee": "Maria Keller", "account": "NL91 ABNA 0417 1643 00", "amount": amount}
    with translation.override(language):
        form = MoneyForm(transfer, balance=Decimal(100))
        assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == Decimal("99.95")


def test_a_payment_is_said_in_the_language_of_the_call(settings):
    settings.LOCALE_PATHS = [EXAMPLE / "locale"]
    with translation.override("de"):
        assert str(MESSAGE) == "{amount} senden an {payee}, Konto mit der Endung {ending}."
