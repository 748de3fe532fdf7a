"""Who may call us in place of being called, and what they hear."""

import pytest

from voice2fa.conf import NEVER
from voice2fa.core.events import Attestation
from voice2fa.core.methods import Cue, Method, Purpose
from voice2fa.core.policy import VOUCHED, is_vouched
from voice2fa.core.prompts import write_unexpected
from voice2fa.core.script import Gather, Hangup

from .test_prompts import Anna, said, write

ENOUGH = {"A": "A", "B": "AB", "any": ["A", "B", "C", "none", "unknown"], "off": ""}


@pytest.mark.parametrize("setting", ENOUGH)
@pytest.mark.parametrize("attestation", Attestation)
def test_the_setting_says_how_sure_the_callers_carrier_must_be(setting, attestation):
    assert is_vouched(setting, attestation) == (attestation in ENOUGH[setting])


def test_every_value_of_the_setting_has_its_meaning():
    assert {*VOUCHED, NEVER} == set(ENOUGH)


@pytest.mark.parametrize("purpose", Purpose)
def test_whoever_shows_the_number_hears_nothing_of_what_it_is_about(purpose):
    facts = {"purpose": purpose, "names_origin": True, "names_act": True}
    gather, _end = write(Cue.ASK, method=Method.ENTER, is_call_in=True, **facts)
    assert said([gather]) == ["caller", "enter", "report", "again"]
    assert (gather.max_digits, gather.last_keys, gather.repeat) == (6, "#*", 2)


@pytest.mark.parametrize("cue", [Cue.ASK, Cue.ASK_SLOWLY])
def test_whoever_knew_the_code_hears_which_act_the_key_approves(cue):
    gather, _end = write(cue, method=Method.APPROVE, is_call_in=True, names_act=True, names_origin=True)
    assert said([gather]) == ["act", "approve", "report", "again"]
    assert gather.max_digits == 1


def test_whoever_calls_and_reports_is_offered_no_end_of_our_calls():
    script = write(Cue.REPORTED, method=Method.ENTER, is_call_in=True)
    assert said(script) == ["reported", "farewell"]
    assert script[-1] == Hangup()
    assert not any(isinstance(verb, Gather) for verb in script)


def test_whoever_calls_unasked_is_told_so_and_nothing_else():
    script = write_unexpected(Anna())
    assert said(script) == ["caller", "unexpected"]
    assert script[-1] == Hangup()
