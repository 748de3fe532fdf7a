"""Calls to us: what the carrier says of the caller, and calls to us that ring no telephone."""

import json

import pytest

from voice2fa.core.events import Attestation, Cause, Kind
from voice2fa.core.script import Gather, Hangup, Say
from voice2fa.providers.console import ConsoleProvider
from voice2fa.providers.local import parse_event, write_event, write_script
from voice2fa.providers.local_call import Reply
from voice2fa.providers.local_incoming import IncomingCall
from voice2fa.providers.memory import MemoryProvider

from .samples import LINE
from .test_bandwidth_events import parse

PASSED = "TN-Validation-Passed"
SPOKEN = (Gather(step=1, prompts=(Say(text="Key in."),), max_digits=6, first_digit_seconds=9), Hangup())


@pytest.mark.parametrize(
    ("told", "attestation"),
    [
        ({"verstat": PASSED, "attestationIndicator": "A"}, Attestation.FULL),
        ({"verstat": "Tn-Validation-Passed", "attestationIndicator": "a"}, Attestation.FULL),
        ({"verstat": PASSED, "attestationIndicator": "B", "originatingId": "x"}, Attestation.PARTIAL),
        ({"verstat": PASSED, "attestationIndicator": "C"}, Attestation.GATEWAY),
        ({"verstat": PASSED, "attestationIndicator": "D"}, Attestation.UNKNOWN),
        ({"verstat": PASSED}, Attestation.UNKNOWN),
        ({"verstat": "TN-Validation-Failed", "attestationIndicator": "A"}, Attestation.NONE),
        ({"verstat": "No-TN-Validation", "attestationIndicator": "A"}, Attestation.NONE),
        ({"attestationIndicator": "A"}, Attestation.NONE),
        ({"verstat": [PASSED], "attestationIndicator": ["A"]}, Attestation.NONE),
        ({}, Attestation.NONE),
        (None, Attestation.NONE),
        ("A", Attestation.NONE),
        ([], Attestation.NONE),
    ],
)
def test_only_a_signature_that_holds_vouches_for_the_number(told, attestation):
    assert parse("initiate", direction="inbound", stirShaken=told).attestation is attestation


def test_only_the_announcement_of_a_call_vouches_for_anything():
    told = {"verstat": PASSED, "attestationIndicator": "A"}
    assert parse("gather", stirShaken=told).attestation is None
    assert parse("initiate").attestation is Attestation.NONE


def test_what_was_vouched_is_kept_and_nothing_else_of_it():
    told = {"verstat": PASSED, "attestationIndicator": "A", "originatingId": "99759086-1335"}
    kept = parse("initiate", stirShaken=told, sipHeaders={"X": "1"}).raw
    assert kept["stirShaken"] == {"verstat": PASSED, "attestationIndicator": "A"}
    assert kept["sipHeaders"] == "(dict)"
    assert parse("initiate", stirShaken="12").raw["stirShaken"] == "##"


@pytest.mark.parametrize(
    ("word", "attestation"),
    [("A", Attestation.FULL), ("none", Attestation.NONE), ("Z", Attestation.UNKNOWN), ("", None)],
)
def test_the_dialect_of_the_stand_ins_vouches_too(word, attestation):
    event = parse_event(write_event(Kind.INITIATE, call_id="c", attestation=word))
    assert (event.kind, event.attestation, event.raw["attestation"]) == (Kind.INITIATE, attestation, word)


def test_calls_to_us_are_announced_in_a_list_and_not_in_a_terminal():
    assert MemoryProvider.can_take_calls
    assert not ConsoleProvider.can_take_calls


@pytest.fixture
def call_with():
    """Return a function that calls a site which answers so; the call keeps what the site was sent."""

    def call(*replies):
        sent, answers = [], list(replies)

        def post(url, body, credentials):
            sent.append((url, json.loads(body), credentials))
            return answers.pop(0) if answers else Reply(status=204, body=b"")

        made = IncomingCall(caller="+12025550145", to="+12025550100", line=LINE, post=post)
        made.dial(Attestation.PARTIAL)
        return made, sent

    return call


def reply(*script):
    return Reply(status=200, body=write_script(script, line=LINE))


def test_somebody_who_calls_is_announced_and_hears_the_reply(call_with):
    call, sent = call_with(reply(*SPOKEN))
    url, event, credentials = sent[0]
    assert (url, credentials) == (LINE.urls.answer, LINE.credentials)
    facts = {"kind": "initiate", "caller": "+12025550145", "to": "+12025550100", "attestation": "B"}
    assert event == {"call_id": call.call_id, **facts}
    assert (call.said, call.is_answered, call.is_waiting) == (["Key in."], True, True)
    call.press("482913")
    assert (sent[1][0], sent[1][1]["digits"]) == (LINE.urls.gather.replace("{step}", "1"), "482913")


def test_a_reply_that_hangs_up_rejects_the_call(call_with):
    call, sent = call_with(reply(Hangup()))
    assert (call.said, call.cause, call.is_over) == ([], Cause.REJECTED, True)
    assert (sent[-1][0], sent[-1][1]["kind"]) == (LINE.urls.disconnect, "disconnect")


def test_a_call_that_is_not_announced_well_goes_to_the_fallback(call_with):
    call, sent = call_with(Reply(status=503, body=b""), reply(*SPOKEN))
    assert [url for url, *_ in sent] == [LINE.urls.answer, LINE.urls.answer_fallback]
    assert call.is_answered
    call, sent = call_with(Reply(status=503, body=b""), Reply(status=503, body=b""))
    assert call.cause is Cause.CALLBACK_FAILED


def test_nobody_can_pick_up_who_calls(call_with):
    call, _sent = call_with(reply(*SPOKEN))
    for verb in (call.answer, call.reject, call.busy, call.no_answer):
        with pytest.raises(RuntimeError):
            verb()
    call.hang_up()
    assert call.cause is Cause.HUNG_UP
