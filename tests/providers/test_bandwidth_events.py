"""From the carrier's JSON to events: tables that end in unknown, and a reader that nothing can break."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.providers.bandwidth.events import parse_event, parse_time
from voice2fa.providers.base import BadEvent

from .samples import ACCOUNT_ID, APPLICATION_ID, CALL_ID

COMMON = {
    "eventTime": "2026-11-02T09:00:31.402Z",
    "accountId": ACCOUNT_ID,
    "applicationId": APPLICATION_ID,
    "from": "+12025550100",
    "to": "+12025550145",
    "direction": "outbound",
    "callId": CALL_ID,
    "callUrl": f"https://voice.bandwidth.com/api/v2/accounts/{ACCOUNT_ID}/calls/{CALL_ID}",
    "startTime": "2026-11-02T09:00:00.410Z",
}


def parse(event_type="answer", **facts):
    return parse_event(json.dumps({"eventType": event_type, **COMMON, **facts}).encode())


def test_an_answer_brings_the_facts_of_the_call():
    event = parse()
    assert event.kind is Kind.ANSWER
    assert (event.call_id, event.to, event.caller) == (CALL_ID, "+12025550145", "+12025550100")
    assert (event.account_id, event.application_id) == (ACCOUNT_ID, APPLICATION_ID)
    assert event.occurred_at == datetime(2026, 11, 2, 9, 0, 31, 402000, tzinfo=UTC)
    assert (event.digits, event.ended_by, event.cause, event.answerer) == ("", "", Cause.NONE, None)


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("answer", Kind.ANSWER),
        ("gather", Kind.GATHER),
        ("redirect", Kind.REDIRECT),
        ("disconnect", Kind.DISCONNECT),
        ("machineDetectionComplete", Kind.MACHINE),
        ("initiate", Kind.INITIATE),
        ("Initiate", Kind.UNKNOWN),
        ("dtmf", Kind.UNKNOWN),
        ("Answer", Kind.UNKNOWN),
        ("anEventOf2031", Kind.UNKNOWN),
    ],
)
def test_an_event_type_is_translated_by_the_table(event_type, kind):
    assert parse(event_type).kind is kind


@pytest.mark.parametrize(
    ("digits", "ended_by"),
    [("482913", ""), ("482913", "#"), ("", "#"), ("12", ""), ("", ""), ("0*#", ""), ("A1d", "")],
)
def test_a_gather_brings_the_keys_and_what_ended_them(digits, ended_by):
    event = parse("gather", digits=digits, terminatingDigit=ended_by)
    assert (event.digits, event.ended_by) == (digits, ended_by)


@pytest.mark.parametrize("facts", [{}, {"digits": None}, {"digits": "", "terminatingDigit": None}])
def test_missing_keys_are_silence(facts):
    event = parse("gather", **facts)
    assert (event.digits, event.ended_by) == ("", "")


@pytest.mark.parametrize(
    "facts",
    [
        {"digits": 7},
        {"digits": ["7"]},
        {"digits": {"a": 1}},
        {"digits": True},
        {"digits": "7 "},
        {"digits": "\u0667"},
        {"digits": "7\n"},
        {"digits": "7\x00"},
        {"digits": "seven"},
        {"digits": "7" * 51},
        {"digits": "7", "terminatingDigit": "##"},
        {"digits": "7", "terminatingDigit": 1},
        {"digits": "7", "terminatingDigit": "x"},
    ],
)
def test_keys_that_no_telephone_has_are_refused(facts):
    with pytest.raises(BadEvent, match="keys of a telephone"):
        parse("gather", **facts)


def test_keys_count_in_a_gather_only():
    event = parse("answer", digits="7", terminatingDigit="#")
    assert (event.digits, event.ended_by) == ("", "")
    assert parse("redirect", digits="no keys at all").digits == ""


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"cause": "hangup"}, Cause.HUNG_UP),
        ({"cause": "busy"}, Cause.BUSY),
        ({"cause": "timeout"}, Cause.NO_ANSWER),
        ({"cause": "cancel"}, Cause.CANCELLED),
        ({"cause": "rejected"}, Cause.REJECTED),
        ({"cause": "callback-error"}, Cause.CALLBACK_FAILED),
        ({"cause": "invalid-bxml"}, Cause.SCRIPT_REFUSED),
        ({"cause": "application-error"}, Cause.SCRIPT_REFUSED),
        ({"cause": "account-limit"}, Cause.CARRIER_BUSY),
        ({"cause": "node-capacity-exceeded"}, Cause.CARRIER_BUSY),
        ({"cause": "unknown"}, Cause.UNKNOWN),
        ({"cause": "error"}, Cause.UNKNOWN),
        ({"cause": "error", "sipResponseCode": 404}, Cause.NUMBER_UNREACHABLE),
        ({"cause": "error", "sipResponseCode": 604}, Cause.NUMBER_UNREACHABLE),
        ({"cause": "error", "sipResponseCode": 486}, Cause.BUSY),
        ({"cause": "error", "sipResponseCode": 603}, Cause.REJECTED),
        ({"cause": "error", "sipResponseCode": 503}, Cause.UNKNOWN),
        ({"cause": "error", "sipResponseCode": "404"}, Cause.UNKNOWN),
        ({"cause": "error", "sipResponseCode": [404]}, Cause.UNKNOWN),
        ({"cause": "busy", "sipResponseCode": 404}, Cause.BUSY),
        ({"cause": "solar-flare"}, Cause.UNKNOWN),
        ({"cause": 7}, Cause.UNKNOWN),
        ({"cause": None}, Cause.UNKNOWN),
        ({}, Cause.UNKNOWN),
    ],
)
def test_a_cause_is_translated_by_the_table(facts, cause):
    assert parse("disconnect", **facts).cause is cause


def test_a_cause_counts_at_the_end_of_a_call_only():
    assert parse("answer", cause="busy").cause is Cause.NONE


@pytest.mark.parametrize(
    ("result", "answerer"),
    [
        ({"value": "human", "duration": "PT2.31S"}, Answerer.HUMAN),
        ({"value": "answering-machine"}, Answerer.MACHINE),
        ({"value": "tone-detected"}, Answerer.MACHINE),
        ({"value": "silence"}, Answerer.SILENCE),
        ({"value": "timeout"}, Answerer.UNKNOWN),
        ({"value": "error"}, Answerer.UNKNOWN),
        ({"value": "parrot"}, Answerer.UNKNOWN),
        ({"value": 1}, Answerer.UNKNOWN),
        ({}, Answerer.UNKNOWN),
        ("human", Answerer.UNKNOWN),
        ([], Answerer.UNKNOWN),
        (None, None),
    ],
)
@pytest.mark.parametrize("event_type", ["answer", "machineDetectionComplete"])
def test_who_answered_is_translated_by_the_table(event_type, result, answerer):
    assert parse(event_type, machineDetectionResult=result).answerer is answerer


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-02T09:00:31.402Z", datetime(2026, 11, 2, 9, 0, 31, 402000, tzinfo=UTC)),
        ("2026-11-02T10:00:31+01:00", datetime(2026, 11, 2, 9, 0, 31, tzinfo=UTC)),
        ("2026-11-02T09:00:31", datetime(2026, 11, 2, 9, 0, 31, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:59", None),
        ("yesterday", None),
        ("", None),
        (1762074031, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_time_is_read_leniently(value, moment):
    assert parse_time(value) == moment


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not JSON"),
        (b"eventType=answer", "not JSON"),
        (b"<xml/>", "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"\x00" * 100, "not JSON"),
        (b'{"eventType": "answer"', "not JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[" * 50_000, "nested too deeply"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
        (b" " * 10_000_000, "larger than"),
        (b'{"eventType": "' + b"a" * 10_000_000 + b'"}', "larger than"),
        (b"null", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'"answer"', "not a JSON object"),
        (b"7", "not a JSON object"),
        (b"NaN", "not a JSON object"),
        (b"{}", "no eventType"),
        (b'{"eventType": null, "callId": "c-1"}', "no eventType"),
        (b'{"eventType": ["answer"], "callId": "c-1"}', "no eventType"),
        (b'{"eventType": "", "callId": "c-1"}', "no eventType"),
        (b'{"eventType": "\\u0000", "callId": "c-1"}', "no eventType"),
        (b'{"eventType": "answer"}', "no callId"),
        (b'{"eventType": "answer", "callId": ""}', "no callId"),
        (b'{"eventType": "answer", "callId": 7}', "no callId"),
        (b'{"eventType": "answer", "callId": "c-1\\u0000"}', "no callId"),
        (b'{"eventType": "answer", "callId": "c-1\\n"}', "no callId"),
        (b'{"eventType": "answer", "callId": "../calls"}', "no callId"),
        (b'{"eventType": "answer", "callId": "' + b"c" * 257 + b'"}', "no callId"),
    ],
)
def test_a_hostile_body_is_refused_with_a_sentence(body, sentence):
    with pytest.raises(BadEvent, match=sentence):
        parse_event(body)


@pytest.mark.parametrize("value", [None, 7, True, [], {}, ["+1"], 1.5])
@pytest.mark.parametrize("name", ["to", "from", "accountId", "applicationId", "eventTime"])
def test_a_fact_of_the_wrong_type_counts_as_left_out(name, value):
    event = parse(**{name: value})
    fields = {"to": "to", "from": "caller", "accountId": "account_id", "applicationId": "application_id"}
    assert not getattr(event, fields.get(name, "occurred_at"))


def test_what_a_database_refuses_does_not_come_through():
    event = parse(**{"to": "+1\x002", "errorMessage": "a\x00b\ud800c", "new\x00Key": "x"})
    assert event.to == "+12"
    assert event.raw["errorMessage"] == "abc"
    assert event.raw["newKey"] == "x"


def test_the_stored_report_holds_no_keys():
    event = parse("gather", digits="482913", terminatingDigit="#", digit="4", text="four eight", tag="482913")
    assert event.raw["digits"] == "6 keys"
    assert event.raw["terminatingDigit"] == "1 keys"
    assert event.raw["digit"] == "1 keys"
    assert event.raw["text"] == "10 characters"
    assert event.raw["tag"] == "6 characters"


@pytest.mark.parametrize(
    "value", ["482913", "keys 482913", 482913, 482913.0, ["482913"], {"digits": "482913"}]
)
@pytest.mark.parametrize("name", ["errorMessage", "collected", "digits2", "482913", "machineDetectionResult"])
def test_entries_that_may_quote_keys_lose_their_digits(name, value):
    event = parse("gather", digits="482913", **{name: value})
    assert "482913" not in json.dumps(dict(event.raw)).replace(f'"{name}":', "")


def test_the_stored_report_keeps_what_staff_need():
    facts = {
        "cause": "busy",
        "sipResponseCode": 486,
        "errorMessage": "Callee is busy",
        "privacy": False,
        "stirShaken": None,
        "machineDetectionResult": {"value": "human", "duration": "PT4.98S", "secret": "x"},
    }
    raw = parse("disconnect", **facts).raw
    assert raw == {
        "eventType": "disconnect",
        **COMMON,
        **facts,
        "machineDetectionResult": {"value": "human", "duration": "PT4.98S"},
    }


def test_the_stored_report_is_bounded_and_can_be_stored_as_json():
    event = parse(
        **{f"key{number}": "x" * 500 for number in range(100)}, sipResponseCode=10**9, n=float("nan")
    )
    assert len(event.raw) == 64
    event = parse(errorMessage="x" * 5000, **{"k" * 500: "x"}, sipResponseCode=10**9, n=float("nan"))
    assert len(event.raw["errorMessage"]) == 512
    assert max(len(name) for name in event.raw) == 64
    assert (event.raw["sipResponseCode"], event.raw["n"]) == ("(int)", "(float)")
    json.dumps(dict(event.raw), allow_nan=False)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [
        *COMMON,
        *(
            "eventType",
            "digits",
            "terminatingDigit",
            "cause",
            "machineDetectionResult",
            "tag",
            "text",
            "digit",
        ),
        *("sipResponseCode", "errorMessage"),
    ]
)
TYPES = st.sampled_from(["answer", "gather", "redirect", "disconnect", "machineDetectionComplete", "new"])


def parse_or_refuse(body):
    try:
        return parse_event(body)
    except BadEvent as refusal:
        return refusal


@given(st.binary(max_size=400))
def test_any_bytes_are_an_event_or_a_bad_event(body):
    assert parse_or_refuse(body)


@given(st.dictionaries(NAMES | st.text(), ANY_JSON, max_size=5), TYPES)
def test_any_report_is_an_event_or_a_bad_event_that_can_be_stored(report, event_type):
    body = json.dumps({"callId": CALL_ID, "eventType": event_type, **report}).encode()
    event = parse_or_refuse(body)
    if isinstance(event, BadEvent):
        return
    stored = json.dumps(dict(event.raw), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in stored
    stored.encode()


@given(st.text(alphabet="0123456789", min_size=4, max_size=10), st.text(max_size=12), ANY_JSON)
def test_pressed_keys_are_never_stored(digits, name, value):
    report = {"eventType": "gather", "callId": "c-1", "digits": digits, "terminatingDigit": "#"}
    quoting = {"errorMessage": f"got {digits}.", "text": digits, "tag": digits, "digit": digits}
    event = parse_event(json.dumps({name: value, f"x{name}": digits, **quoting, **report}).encode())
    assert digits not in json.dumps([entry for key, entry in event.raw.items() if key != name])


def test_an_event_of_ours_names_account_and_application(bandwidth):
    assert bandwidth.is_ours(parse())
    assert bandwidth.is_ours(parse(applicationId=APPLICATION_ID.upper()))


@pytest.mark.parametrize(
    "facts",
    [
        {"accountId": "9900001"},
        {"accountId": None},
        {"applicationId": "00000000-0000-4000-8000-000000000002"},
        {"applicationId": ""},
    ],
)
def test_an_event_of_somebody_else_is_not_ours(bandwidth, facts):
    assert not bandwidth.is_ours(
        bandwidth.parse_event(json.dumps({"eventType": "answer", **COMMON, **facts}).encode())
    )
