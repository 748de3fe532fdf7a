"""The control plane: what the callee does, waiting, the stream, the options, the clock, and who may ask."""

import json

import pytest

from .site import PARK

CALL_KEYS = {
    "callId", "accountId", "applicationId", "from", "to", "direction", "stirShaken", "state", "ringing",
    "listening", "heldKeys", "switchboard", "displayName", "tag", "enqueuedTime", "startTime", "answerTime",
    "endTime", "disconnectCause", "errorMessage", "transcript", "warnings", "exchanges",
}  # fmt: skip
EXCHANGE_KEYS = {
    "n", "time", "direction", "name", "method", "url", "status", "milliseconds", "request", "response",
    "note",
}  # fmt: skip


def test_calls_are_a_bare_array_newest_last_with_exact_keys(lab):
    ids = [lab.place(), lab.place(displayName="Shop", tag="t")]
    calls = lab.control("GET", "/calls").json()
    assert [call["callId"] for call in calls] == ids
    assert set(calls[0]) == CALL_KEYS
    assert set(calls[0]["exchanges"][0]) == EXCHANGE_KEYS
    assert (calls[1]["displayName"], calls[1]["tag"], calls[1]["ringing"]) == ("Shop", "t", True)
    assert [call["callId"] for call in lab.control("GET", "/calls?limit=1").json()] == ids[1:]
    assert lab.control("GET", "/calls?limit=0").status_code == 400


def test_the_callee_answers_listens_presses_and_hangs_up(lab):
    lab.site.script("/answer", "<Response><Gather gatherUrl='/gather' maxDigits='2'/></Response>")
    lab.site.script("/gather", PARK)
    call_id = lab.place()
    assert lab.act(call_id, "answer")["state"] == "answered"
    lab.advance(0)
    assert lab.act(call_id, "press", digits="4")["heldKeys"] == "4"
    lab.press(call_id, "8")
    assert lab.gathered() == [("48", "")]
    assert lab.act(call_id, "hangup")["disconnectCause"] == "hangup"


@pytest.mark.parametrize(("action", "cause"), [("reject", "rejected"), ("busy", "busy")])
def test_the_callee_refuses(lab, action, cause):
    assert lab.act(lab.place(), action)["disconnectCause"] == cause


@pytest.mark.parametrize("action", ["press", "hangup"])
def test_ringing_calls_refuse_what_needs_an_answer(lab, action):
    response = lab.control("POST", f"/calls/{lab.place()}/{action}", json={"digits": "1"})
    assert response.status_code == 409
    assert "is ringing" in response.json()["error"]


@pytest.mark.parametrize("action", ["answer", "machine", "reject", "busy"])
def test_answered_calls_refuse_what_needs_ringing(lab, action):
    response = lab.control("POST", f"/calls/{lab.connect()}/{action}")
    assert response.status_code == 409
    assert "must be ringing" in response.json()["error"]


@pytest.mark.parametrize("digits", ["", "x", 7, None, "1 2", ["1"]])
def test_bad_keys_are_refused(lab, digits):
    response = lab.control("POST", f"/calls/{lab.connect()}/press", json={"digits": digits})
    assert response.status_code == 400
    assert "at least one" in response.json()["error"]


def test_unknown_calls_actions_and_voices_are_refused(lab):
    call_id = lab.place()
    assert lab.control("GET", "/calls/c-none").status_code == 404
    assert lab.control("POST", "/calls/c-none/answer").status_code == 404
    assert lab.control("POST", f"/calls/{call_id}/sing").status_code == 404
    assert lab.control("POST", f"/calls/{call_id}/answer", json={"as": "dog"}).status_code == 400
    assert lab.control("POST", f"/calls/{call_id}/answer", data="{").status_code == 400
    assert lab.control("POST", f"/calls/{call_id}/answer", json=[]).status_code == 400


def test_waiting_returns_at_once_what_is_there_already(lab):
    call_id = lab.place()
    for conditions in (
        {"to": "+14155550123"},
        {"state": "ringing"},
        {"state": "initiated", "ringing": "1"},
        {"callId": call_id, "listening": "0"},
        {"exchange": "createCall"},
    ):
        assert lab.wait(**conditions).json()["callId"] == call_id


def test_waiting_skips_calls_that_were_seen(lab):
    first, second = lab.place(), lab.place()
    assert lab.wait(state="ringing", seen=second).json()["callId"] == first
    assert lab.wait(state="ringing", seen=f"{first},{second}", timeout=0).status_code == 504


def test_waiting_ends_when_the_call_gets_there(make_lab):
    lab = make_lab(speed=20, speech_wpm=150)
    lab.site.script(
        "/answer", "<Response><SpeakSentence>Hello.</SpeakSentence><Gather gatherUrl='/gather'/></Response>"
    )
    call_id = lab.create(to="+19075550118").json()["callId"]
    assert lab.wait(callId=call_id, listening="1").json()["transcript"] == ["Hello."]
    assert lab.wait(callId=call_id, cause="invalid-bxml").json()["state"] == "disconnected"


@pytest.mark.parametrize(
    "query", [{"colour": "red"}, {"state": "asleep"}, {"timeout": "x"}, {"timeout": "999"}]
)
def test_waiting_refuses_what_it_cannot_wait_for(lab, query):
    assert lab.wait(**query).status_code == 400


def test_reset_forgets_calls_faults_tokens_and_turned_switches(lab):
    lab.connect()
    lab.fault(kind="drop")
    lab.set(cps=9, speed=3)
    assert lab.control("POST", "/reset").json() == {}
    assert lab.control("GET", "/calls").json() == []
    assert lab.control("GET", "/faults").json() == {"faults": []}
    assert lab.control("GET", "/options").json()["cps"] == 5
    assert lab.control("GET", "/clock").json()["speed"] == 0
    assert lab.control("GET", "/load").json() == {"queued": 0, "inProgress": 0}
    lab.advance(4000)
    assert lab.site.events("disconnect") == []


def test_options_are_shown_without_the_secret_and_turned_live(lab):
    shown = lab.control("GET", "/options").json()
    assert (shown["client_secret"], shown["cps"]) == ("*****", 5)
    lab.set(state_shape="array", accept_basic="no", numbers="+12025550101, +12025550102")
    shown = lab.control("GET", "/options").json()
    assert (shown["state_shape"], shown["accept_basic"]) == ("array", False)
    assert shown["numbers"] == ["+12025550101", "+12025550102"]


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"cps": 0},
        {"cps": "many"},
        {"state_shape": "round"},
        {"port": 1},
        {"accept_basic": "perhaps"},
        {"speed": "nan"},
    ],
)
def test_bad_options_are_refused_with_a_sentence(lab, changes):
    response = lab.control("POST", "/options", json=changes)
    assert response.status_code == 400
    assert response.json()["error"].endswith(".")


def test_the_clock_is_a_dial(lab):
    before = lab.control("GET", "/clock").json()
    lab.advance(3600)
    after = lab.control("GET", "/clock").json()
    assert before["speed"] == 0
    assert int(after["now"][11:13]) == (int(before["now"][11:13]) + 1) % 24
    assert lab.control("POST", "/clock", json={"speed": 10}).json()["speed"] == 10
    assert lab.control("POST", "/clock", json={"speed": -1}).status_code == 400
    assert lab.control("POST", "/clock", json={}).status_code == 400


@pytest.mark.parametrize("seconds", [-1, "1", None, True, 1e9])
def test_advancing_refuses_nonsense(lab, seconds):
    assert lab.control("POST", "/advance", json={"seconds": seconds}).status_code == 400


def test_timers_follow_when_the_dial_is_turned(lab):
    call_id = lab.place(callTimeout=30)
    lab.set(speed=1000)
    assert lab.wait(callId=call_id, state="disconnected").json()["disconnectCause"] == "timeout"


def read_events(response, until):
    name, events = "", []
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            events.append((name, json.loads(line.removeprefix("data: "))))
            if until(*events[-1]):
                return events
    return events


def test_the_stream_begins_with_a_snapshot_and_tells_all(make_lab):
    lab = make_lab(speech_wpm=150)
    lab.site.script(
        "/answer", "<Response><SpeakSentence voice='susan'>Hello there.</SpeakSentence></Response>"
    )
    known = lab.place()
    with lab.http.get(f"{lab.emulator.url}/_control/events", stream=True, timeout=10) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        call_id = lab.place()
        lab.act(call_id, "answer")
        lab.advance(5)
        lab.control("POST", "/reset")
        events = read_events(response, lambda name, body: name == "reset")
    assert events[0][0] == "snapshot"
    assert [call["callId"] for call in events[0][1]["calls"]] == [known]
    named = {name: body for name, body in events if body.get("callId", call_id) == call_id}
    assert {"call", "speech", "silence", "exchange", "reset"} <= set(named)
    assert named["speech"] == {
        "callId": call_id,
        "text": "Hello there.",
        "seconds": 0.8,
        "locale": "en_US",
        "voice": "susan",
    }
    assert named["exchange"]["exchange"]["name"] == "disconnect"
    assert "exchanges" not in named["call"]


def test_other_hosts_and_other_sites_are_kept_out(lab):
    def ask(method="POST", path="/_control/reset", **headers):
        return lab.http.request(method, lab.emulator.url + path, headers=headers).status_code

    own = lab.emulator.url.removeprefix("http://")
    assert ask(Host="evil.example") == 403
    assert ask("GET", "/", Host="evil.example:80") == 403
    assert ask("GET", "/_control/calls", Host="[::1") in (400, 403)
    assert ask(Origin="https://evil.example") == 403
    assert ask(Origin="null") == 403
    assert ask(Origin=f"http://{own}") == 200
    assert ask(Host=f"localhost:{own.rpartition(':')[2]}") == 200


def test_hosts_may_be_added_or_all_allowed(make_lab):
    lab = make_lab(allowed_hosts=("Desk.example",))
    calls = f"{lab.emulator.url}/_control/calls"
    assert lab.http.get(calls, headers={"Host": "desk.example:8001"}).status_code == 200
    lab.set(allow_any_host=True)
    assert lab.http.get(calls, headers={"Host": "evil.example"}).status_code == 200


def test_files_outside_the_handset_folder_are_not_served(lab):
    def get(path):
        return lab.http.get(lab.emulator.url + path).status_code

    assert get("/") == 200
    assert get("/handset/handset.css") == 200
    assert get("/handset/none.js") == 404
    assert get("/handset/..%2foptions.py") == 404
    assert get("/handset/%2e%2e/numbers.py") == 404
