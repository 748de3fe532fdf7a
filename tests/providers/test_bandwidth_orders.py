"""What goes over the wire: one request for each order, with the fields that the carrier's pages list."""

import gzip
import json

import pytest

from voice2fa.core.events import Cause
from voice2fa.core.script import Hangup, Say
from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.base import (
    BadOptions,
    CallGone,
    CallProgress,
    CallUnknown,
    MachineDetection,
    OutcomeUnknown,
)

from .samples import (
    ACCOUNT_ID,
    APPLICATION_ID,
    CALL_ID,
    CALLBACK_PASSWORD,
    LINE,
    bandwidth_options,
    make_order,
)
from .sink import created, refuse, reply, reply_in_chunks

CALLS = f"/api/v2/accounts/{ACCOUNT_ID}/calls"
PAIRS = {
    "username": "hook",
    "password": CALLBACK_PASSWORD,
    "fallbackUsername": "hook",
    "fallbackPassword": CALLBACK_PASSWORD,
}


def test_a_call_is_ordered_with_every_callback_and_its_credentials(connect):
    sink, provider = connect()
    assert provider.place_call(make_order()) == CALL_ID
    (asked,) = sink.orders
    assert (asked.method, asked.path) == ("POST", CALLS)
    assert asked.headers["content-type"] == "application/json"
    assert asked.json == {
        "to": "+12025550145",
        "from": "+12025550100",
        "applicationId": APPLICATION_ID,
        "answerUrl": "https://site.example/call/answer/",
        "answerMethod": "POST",
        "answerFallbackUrl": "https://site.example/call/answer_fallback/",
        "answerFallbackMethod": "POST",
        "disconnectUrl": "https://site.example/call/disconnect/",
        "disconnectMethod": "POST",
        **PAIRS,
        "callTimeout": 30,
        "callbackTimeout": 15,
        "priority": 1,
    }


def test_an_order_may_name_another_caller(connect):
    sink, provider = connect()
    provider.place_call(make_order(caller="+12025550101"))
    assert sink.orders[0].json["from"] == "+12025550101"


@pytest.mark.parametrize(("asked", "sent"), [(0, 1), (1, 1), (300, 300), (301, 300)])
def test_the_ringing_time_stays_within_the_carriers_limits(connect, asked, sent):
    sink, provider = connect()
    provider.place_call(make_order(ring_seconds=asked))
    assert sink.orders[0].json["callTimeout"] == sent


def test_detection_beside_the_call_has_a_callback_with_credentials_and_whole_seconds(connect):
    sink, provider = connect()
    provider.place_call(make_order(machine_detection=MachineDetection.ASYNC))
    assert sink.orders[0].json["machineDetection"] == {
        "mode": "async",
        "detectionTimeout": 8,
        "silenceTimeout": 4,
        "speechThreshold": 4,
        "speechEndThreshold": 2,
        "callbackUrl": "https://site.example/call/machine/",
        "callbackMethod": "POST",
        "fallbackUrl": "https://site.example/call/machine_fallback/",
        "fallbackMethod": "POST",
        **PAIRS,
    }


def test_detection_before_the_call_has_no_callback(connect):
    sink, provider = connect()
    provider.place_call(make_order(machine_detection=MachineDetection.SYNC))
    detection = sink.orders[0].json["machineDetection"]
    assert detection["mode"] == "sync"
    assert "callbackUrl" not in detection


@pytest.mark.parametrize("call_id", ["", "c 1", "c/../../x", "c" * 257, "c\n", "ç", None, 7, ["c-1"]])
def test_an_accepted_order_without_a_usable_id_leaves_the_outcome_unknown(connect, call_id):
    _, provider = connect(reply(201, {"callId": call_id}))
    with pytest.raises(OutcomeUnknown):
        provider.place_call(make_order())


@pytest.mark.parametrize("body", [b"", b"OK", b"[]", b'["c-1"]', b"null", b"{}", b"\xff\xfe", b"[" * 9_000])
def test_an_accepted_order_with_a_garbled_answer_leaves_the_outcome_unknown(connect, body):
    sink, provider = connect(reply(201, body))
    with pytest.raises(OutcomeUnknown):
        provider.place_call(make_order())
    assert len(sink.orders) == 1


@pytest.mark.parametrize(
    "answer",
    [
        reply_in_chunks(201, b'{"callId": ', f'"{CALL_ID}"'.encode(), b"}"),
        reply(201, gzip.compress(json.dumps({"callId": CALL_ID}).encode()), Content_Encoding="gzip"),
        reply(201, {"callId": CALL_ID, "tag": "x" * 9_000}),
    ],
    ids=["chunked", "gzip", "long"],
)
def test_an_answer_is_read_in_every_form_that_http_allows(connect, answer):
    _, provider = connect(answer)
    assert provider.place_call(make_order()) == CALL_ID


@pytest.mark.parametrize(
    ("state", "progress"),
    [
        ("queued", CallProgress.QUEUED),
        ("initiated", CallProgress.RINGING),
        ("answered", CallProgress.ANSWERED),
        ("held-for-ransom", CallProgress.UNKNOWN),
        (None, CallProgress.UNKNOWN),
        (["answered"], CallProgress.UNKNOWN),
    ],
)
@pytest.mark.parametrize("shape", [lambda call: call, lambda call: [call]], ids=["object", "array"])
def test_a_call_is_looked_up_in_either_shape(connect, state, progress, shape):
    sink, provider = connect(
        reply(200, shape({"callId": CALL_ID, "state": state, "disconnectCause": "busy"}))
    )
    report = provider.get_call(CALL_ID)
    assert (report.call_id, report.progress, report.cause) == (CALL_ID, progress, Cause.NONE)
    assert (sink.orders[0].method, sink.orders[0].path) == ("GET", f"{CALLS}/{CALL_ID}")


def test_a_call_that_is_over_says_why(connect):
    _, provider = connect(reply(200, {"state": "disconnected", "disconnectCause": "busy"}))
    report = provider.get_call(CALL_ID)
    assert (report.progress, report.cause) == (CallProgress.OVER, Cause.BUSY)


@pytest.mark.parametrize("body", [b"", b"[]", b"[1, 2]", b"{}", b"nonsense"])
def test_a_garbled_state_is_a_provider_error(connect, body):
    _, provider = connect(reply(200, body))
    with pytest.raises(OutcomeUnknown):
        provider.get_call(CALL_ID)


def test_hanging_up_completes_the_call_and_says_nothing_else(connect):
    sink, provider = connect(reply(200))
    provider.hang_up(CALL_ID)
    (asked,) = sink.orders
    assert (asked.method, asked.path, asked.json) == ("POST", f"{CALLS}/{CALL_ID}", {"state": "completed"})


def test_replacing_the_script_puts_bxml_with_its_own_root(connect):
    sink, provider = connect(reply(204))
    provider.replace_script(CALL_ID, (Say(text="Goodbye."), Hangup()), line=LINE, timeout=2)
    (asked,) = sink.orders
    assert (asked.method, asked.path) == ("PUT", f"{CALLS}/{CALL_ID}/bxml")
    assert asked.headers["content-type"].startswith("application/xml")
    assert b"<Bxml>" in asked.body
    assert b"Goodbye." in asked.body


@pytest.mark.parametrize("status", [404, 409])
@pytest.mark.parametrize(
    "order",
    [
        lambda provider: provider.hang_up(CALL_ID),
        lambda provider: provider.replace_script(CALL_ID, (), line=LINE, timeout=2),
        lambda provider: provider.get_call(CALL_ID),
    ],
    ids=["hang_up", "replace_script", "get_call"],
)
def test_a_call_that_is_unknown_or_over_is_gone(connect, order, status):
    _, provider = connect(refuse(status))
    with pytest.raises(CallGone) as caught:
        order(provider)
    # Soon after its order a call may be unknown, and on its way.
    assert isinstance(caught.value, CallUnknown) == (status == 404)


def test_a_call_id_cannot_leave_its_place_in_the_path(connect):
    sink, provider = connect(reply(200))
    provider.hang_up("../../accounts/1/calls/x?y#z")
    assert sink.orders[0].path == f"{CALLS}/..%2F..%2Faccounts%2F1%2Fcalls%2Fx%3Fy%23z"


def test_a_base_url_may_end_in_a_slash(connect):
    sink, _ = connect()
    slashed = BandwidthProvider({**sink.options, "BASE_URL": f"{sink.url}/api/v2/"})
    slashed.place_call(make_order())
    slashed.close()
    assert sink.orders[0].path == CALLS


def test_an_api_user_calls_with_basic_credentials_and_asks_for_no_token(connect):
    sink, _ = connect(created())
    options = bandwidth_options(
        BASE_URL=f"{sink.url}/api/v2", CLIENT_ID="", CLIENT_SECRET=None, USERNAME="emulator", PASSWORD="pä:ss"
    )
    provider = BandwidthProvider(options)
    provider.place_call(make_order())
    provider.close()
    assert sink.orders[0].headers["authorization"] == "Basic ZW11bGF0b3I6cMOkOnNz"
    assert not sink.token_requests


def test_no_provider_is_made_from_faulty_options():
    with pytest.raises(BadOptions, match="ACCOUNT_ID") as caught:
        BandwidthProvider({**bandwidth_options(), "ACCOUNT_ID": "hidden-value"})
    assert "hidden-value" not in str(caught.value)
    assert [problem.id for problem in caught.value.problems] == ["voice2fa.E102"]
