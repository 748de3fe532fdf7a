"""The fault dial."""

import pytest
import requests

from .site import PARK


def test_a_dropped_asynchronous_callback_never_arrives(lab):
    lab.fault(kind="drop", eventType="disconnect", count=1)
    first, second = lab.connect("<Response/>"), lab.connect("<Response/>")
    assert [event["callId"] for event in lab.site.events("disconnect")] == [second]
    assert lab.call(first)["exchanges"][-1]["note"] == "dropped by the fault dial"
    assert lab.control("GET", "/faults").json() == {"faults": []}


def test_a_dropped_synchronous_callback_ends_the_call(lab):
    lab.fault(kind="drop", eventType="answer")
    assert lab.cause(lab.connect()) == "callback-error"
    assert lab.site.events("answer") == []


def test_a_duplicated_callback_arrives_twice_and_runs_once(lab):
    lab.fault(kind="duplicate", eventType="answer")
    call_id = lab.connect("<Response><SpeakSentence>Once.</SpeakSentence><Pause/></Response>")
    assert len(lab.site.events("answer")) == 2
    assert lab.call(call_id)["transcript"] == ["Once."]


def test_a_delayed_callback_arrives_late_by_the_emulator_s_clock(lab):
    lab.fault(kind="delay", eventType="answer", seconds=20)
    lab.connect()
    lab.advance(19)
    assert lab.site.events("answer") == []
    lab.advance(2)
    assert len(lab.site.events("answer")) == 1


def test_a_reordered_callback_is_overtaken_by_the_next(lab):
    lab.fault(kind="reorder", eventType="dtmf", count=1)
    call_id = lab.connect("<Response><StartGather dtmfUrl='/dtmf'/><Pause duration='60'/></Response>")
    lab.press(call_id, "1")
    assert lab.site.events("dtmf") == []
    lab.press(call_id, "2")
    assert [event["digit"] for event in lab.site.events("dtmf")] == ["2", "1"]


def test_a_reordered_callback_that_nothing_overtakes_arrives_after_a_while(lab):
    lab.fault(kind="reorder", eventType="answer")
    lab.connect()
    lab.advance(6)
    assert len(lab.site.events("answer")) == 1


def test_faults_may_strike_one_number_only(lab):
    lab.fault(kind="drop", eventType="disconnect", to="+14155550101")
    lab.connect("<Response/>", to="+14155550101")
    lab.connect("<Response/>", to="+14155550102")
    assert [event["to"] for event in lab.site.events("disconnect")] == ["+14155550102"]


def test_probability_is_a_seeded_die(make_lab):
    outcomes = []
    for _ in range(2):
        lab = make_lab(seed=7, cps=100)
        lab.fault(kind="error", operation="getStatistics", probability=0.5)
        outcomes.append([lab.api("GET", "/statistics").status_code for _ in range(20)])
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {200, 500}


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "internal-error"), (503, "system-overloaded"), (403, "authorization-error")]
)
def test_an_operation_may_fail(lab, status, kind):
    lab.fault(kind="error", operation="createCall", status=status, count=1)
    response = lab.create()
    assert (response.status_code, response.json()["type"]) == (status, kind)
    assert lab.create().status_code == 201


def test_an_error_may_tell_when_to_try_again(lab):
    lab.fault(kind="error", status=429, retryAfter="Wed, 21 Oct 2026 07:28:00 GMT", description="Slow down")
    response = lab.api("GET", "/statistics")
    assert response.headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    assert response.json()["description"] == "Slow down"


def test_a_lost_reply_leaves_a_call_that_the_client_does_not_know(lab):
    lab.fault(kind="lost", operation="createCall", count=1)
    with pytest.raises(requests.ConnectionError):
        lab.create()
    (call,) = lab.control("GET", "/calls").json()
    assert call["exchanges"][0]["note"] == "fault dial: lost"


def test_a_slow_operation_outlasts_the_client(lab):
    lab.fault(kind="slow", operation="createCall", seconds=5, count=1)
    with pytest.raises(requests.ReadTimeout):
        lab.http.post(f"{lab.emulator.base_url}/accounts/9900000/calls", json=lab.order(), timeout=0.2)


def test_garbage_and_trickles(lab):
    lab.fault(kind="garbage", operation="getStatistics", count=1)
    assert lab.api("GET", "/statistics").text.startswith("<html>")
    lab.fault(kind="garbage", operation="getStatistics", count=1, body="[]")
    assert lab.api("GET", "/statistics").json() == []
    lab.fault(kind="trickle", operation="getStatistics", seconds=0.05, count=1)
    assert lab.api("GET", "/statistics").json()["currentCallQueueSize"] == 0


def test_each_fault_tells_how_often_it_has_struck(lab):
    lab.fault(kind="slow", operation="getStatistics")
    lab.fault(kind="error", operation="getStatistics", count=3)
    lab.api("GET", "/statistics"), lab.api("GET", "/statistics")
    told = lab.control("GET", "/faults").json()["faults"]
    assert [(fault["kind"], fault["count"], fault["struck"]) for fault in told] == [
        ("slow", -1, 2),
        ("error", 1, 2),
    ]


def test_the_token_endpoint_may_fail(lab):
    lab.fault(kind="error", operation="token", status=503, count=1)

    def ask():
        return lab.http.post(
            lab.emulator.token_url,
            auth=("emulator", "emulator-secret"),
            data={"grant_type": "client_credentials"},
        )

    assert (ask().status_code, ask().status_code) == (503, 200)


def test_faults_are_replaced_by_a_list_and_cleared(lab):
    both = [{"kind": "drop", "count": 1}, {"kind": "slow", "seconds": 0}]
    assert len(lab.control("POST", "/faults", json={"faults": both}).json()["faults"]) == 2
    assert len(lab.control("POST", "/faults", json=both[:1]).json()["faults"]) == 1
    assert lab.control("DELETE", "/faults").json() == {"faults": []}
    assert lab.call(lab.connect(PARK))["state"] == "answered"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "explode"},
        {},
        {"kind": "drop", "colour": "red"},
        {"kind": "drop", "count": "1"},
        {"kind": "drop", "count": True},
        {"kind": "drop", "probability": 2},
        {"kind": "error", "status": 200},
        {"kind": "error", "operation": "deleteCall"},
        ["text"],
        {"faults": "none"},
    ],
)
def test_bad_faults_are_refused_with_a_sentence(lab, fault):
    response = lab.control("POST", "/faults", json=fault)
    assert response.status_code == 400
    assert response.json()["error"].endswith(".")
    assert lab.control("GET", "/faults").json() == {"faults": []}


@pytest.fixture
def parked(lab):
    """A call that can be steered, by either operation."""
    call_id = lab.connect()

    def steer(operation):
        if operation == "updateCall":
            return lab.update(call_id, redirectUrl=f"{lab.site.url}/next")
        return lab.replace(
            call_id, "<Bxml><SpeakSentence>Hello.</SpeakSentence><Pause duration='60'/></Bxml>"
        )

    lab.site.script("/next", PARK)
    steer.call_id = call_id
    return steer


@pytest.mark.parametrize("operation", ["updateCall", "updateCallBxml"])
@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (404, "validation", "Call [{}] not found"),
        (409, "validation", "Call [{}] cannot be modified in its current state"),
        (429, "error", "rate limit exceeded"),
        (503, "system-overloaded", "too many requests"),
    ],
)
def test_steering_may_fail_as_often_as_told(lab, parked, operation, status, kind, words):
    lab.fault(kind="error", operation=operation, status=status, retryAfter="3", count=2)
    refused = [parked(operation) for _ in range(2)]
    assert [answer.status_code for answer in refused] == [status, status]
    assert refused[0].json()["type"] == kind
    assert words.format(parked.call_id) in refused[0].json()["description"]
    assert refused[0].headers["Retry-After"] == "3"
    assert lab.call(parked.call_id)["transcript"] == []
    assert parked(operation).ok


@pytest.mark.parametrize("operation", ["updateCall", "updateCallBxml"])
@pytest.mark.parametrize(("kind", "is_done"), [("cut", False), ("lost", True)])
def test_a_connection_may_drop_before_or_after_the_work(lab, parked, operation, kind, is_done):
    lab.fault(kind=kind, operation=operation, count=1)
    with pytest.raises(requests.ConnectionError):
        parked(operation)
    lab.advance(0)
    call = lab.call(parked.call_id)
    assert bool(call["transcript"] or lab.site.at("/next")) is is_done
    (record,) = [exchange for exchange in call["exchanges"] if exchange["name"] == operation]
    assert (record["note"], record["status"] is None) == (f"fault dial: {kind}", not is_done)
    assert parked(operation).ok


@pytest.mark.parametrize("operation", ["updateCall", "updateCallBxml"])
def test_steering_may_outlast_the_client(lab, parked, operation):
    lab.fault(kind="slow", operation=operation, seconds=1, count=1)
    lab.patience = 0.2
    with pytest.raises(requests.ReadTimeout):
        parked(operation)
    assert parked(operation).ok


def test_api_faults_may_strike_one_call_or_one_number_only(lab):
    first, second = lab.connect(to="+14155550101"), lab.connect(to="+14155550102")
    lab.fault(kind="error", operation="updateCall", callId=first, status=409)
    lab.fault(kind="error", operation="getCallState", to="+14155550102", status=503)
    assert lab.update(first, state="completed").status_code == 409
    assert lab.update(second, state="completed").status_code == 200
    assert lab.api("GET", f"/calls/{first}").status_code == 200
    assert lab.api("GET", f"/calls/{second}").status_code == 503
