"""What is wrong with a site that people may call is said before they do; and what to tell the carrier."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import CommandError

from voice2fa.checks.call_in import check_attestation, check_call_in
from voice2fa.flows.telephony.lines import open_reception

CONSOLE = {"BACKEND": "voice2fa.providers.console.ConsoleProvider"}


@pytest.mark.parametrize(("setting", "ids"), [("off", []), ("A", []), ("B", []), ("any", ["voice2fa.W087"])])
def test_taking_calls_that_nobody_vouches_for_is_a_warning_in_production(configure, setting, ids):
    configure(CALL_IN=setting)
    assert [message.id for message in check_attestation()] == ids
    assert check_call_in() == []
    assert "voice2fa.W087" not in [message.id for message in run_checks(tags=["voice2fa"])]


@pytest.mark.parametrize(("setting", "ids"), [("off", []), ("A", ["voice2fa.W086"])])
def test_a_provider_that_takes_no_calls_is_a_warning(configure, setting, ids):
    configure(CALL_IN=setting, PROVIDER=CONSOLE)
    assert [message.id for message in check_call_in()] == ids


@pytest.mark.parametrize("provider", [{"BACKEND": "no.such.Provider"}, None])
def test_where_the_provider_is_wrong_other_checks_say_so(configure, provider):
    configure(CALL_IN="A", PROVIDER=provider)
    assert check_call_in() == []


def test_the_command_prints_what_to_tell_the_carrier(configure, capsys):
    configure(CALL_IN="A", PUBLIC_URL="https://www.example.com")
    call_command("voice2fa_call_in")
    printed, line = capsys.readouterr().out, open_reception()
    told = [line.urls.answer, line.urls.answer_fallback, line.urls.disconnect]
    assert all(f"  {value}\n" in printed for value in [*told, line.credentials.username])
    assert line.credentials.password in printed
    assert "nobody can call yet" not in printed


def test_the_command_says_when_nobody_can_call_yet(capsys):
    call_command("voice2fa_call_in")
    assert "CALL_IN'] is 'off'" in capsys.readouterr().out


def test_the_command_refuses_where_the_carrier_announces_no_calls(configure):
    configure(CALL_IN="A", PROVIDER=CONSOLE)
    with pytest.raises(CommandError, match="takes no calls"):
        call_command("voice2fa_call_in")
