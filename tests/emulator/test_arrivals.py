"""Calls to us: announced, answered by what the site replies, or rejected."""

import logging

import pytest

from .laboratory import APPLICATION, FROM, TO
from .site import Answer

RING = "<Response><Ring duration='20' answerCall='false'/></Response>"
GATHER = "<Response><Gather gatherUrl='/gather' maxDigits='3' firstDigitTimeout='30'/></Response>"


def test_the_application_is_told_who_calls(lab):
    lab.listen(RING)
    call_id = lab.dial()
    (event,) = lab.site.events("initiate")
    assert event.pop("eventTime").endswith("Z")
    assert event.pop("startTime").endswith("Z")
    assert event == {
        "eventType": "initiate",
        "accountId": "9900000",
        "applicationId": APPLICATION,
        "from": TO,
        "to": FROM,
        "direction": "inbound",
        "callId": call_id,
        "callUrl": f"{lab.emulator.base_url}/accounts/9900000/calls/{call_id}",
        "privacy": False,
        "callerDisplayName": "",
    }


def test_the_site_answers_listens_and_hangs_up(lab):
    lab.listen(GATHER)
    lab.site.script("/gather", "<Response><SpeakSentence>Thank you.</SpeakSentence></Response>")
    call_id = lab.dial()
    assert lab.call(call_id)["listening"]
    lab.press(call_id, "482")
    (gather,) = lab.site.events("gather")
    (disconnect,) = lab.site.events("disconnect")
    assert (gather["digits"], gather["direction"]) == ("482", "inbound")
    assert "answerTime" in gather
    assert (disconnect["cause"], disconnect["direction"]) == ("hangup", "inbound")
    assert [seen.path for seen in lab.site.seen] == ["/initiate", "/gather", "/status"]
    assert not {"enqueuedTime", "tag"} & (set(gather) | set(disconnect))


@pytest.mark.parametrize(
    "verb",
    [
        "<SpeakSentence>Hello.</SpeakSentence>",
        "<PlayAudio>/a.wav</PlayAudio>",
        "<Gather/>",
        "<SendDtmf>1</SendDtmf>",
        "<Ring/>",
        "<Ring answerCall='true'/>",
    ],
)
def test_what_is_heard_or_listens_answers(lab, verb):
    lab.listen(f"<Response>{verb}<Pause duration='60'/></Response>")
    assert lab.call(lab.dial())["state"] == "answered"


@pytest.mark.parametrize(
    "verbs",
    [
        "<Pause duration='60'/>",
        "<Ring duration='60' answerCall='false'/>",
        "<Tag>t</Tag><Pause duration='60'/>",
    ],
)
def test_what_is_not_heard_lets_it_ring(lab, verbs):
    lab.listen(f"<Response>{verbs}</Response>")
    call = lab.call(lab.dial())
    assert (call["state"], call["answerTime"], call["ringing"]) == ("initiated", None, False)


def test_it_rings_until_a_later_verb_answers(lab):
    lab.listen(
        "<Response><Ring duration='6' answerCall='false'/><SpeakSentence>Hello.</SpeakSentence></Response>"
    )
    lab.set(speech_wpm=1)
    call_id = lab.dial()
    lab.advance(5.9)
    assert lab.call(call_id)["state"] == "initiated"
    lab.advance(0.2)
    assert lab.call(call_id)["state"] == "answered"


def test_a_redirect_before_the_answer_asks_elsewhere(lab):
    lab.listen("<Response><Redirect redirectUrl='/next'/></Response>")
    lab.site.script("/next", GATHER)
    call_id = lab.dial()
    (event,) = lab.site.events("redirect")
    assert (event["direction"], "answerTime" in event) == ("inbound", False)
    assert lab.call(call_id)["state"] == "answered"


@pytest.mark.parametrize(
    "inner", ["", "<Hangup/>", "<Pause duration='1'/><Hangup/>", "<Pause duration='1'/>"]
)
def test_to_hang_up_unanswered_is_to_reject(lab, inner):
    lab.listen(f"<Response>{inner}</Response>")
    lab.dial()
    lab.advance(1.1)
    (event,) = lab.site.events("disconnect")
    assert (event["cause"], "answerTime" in event, "sipResponseCode" in event) == ("rejected", False, False)


def test_the_api_rejects_what_rings_and_hangs_up_what_is_answered(lab):
    lab.listen(RING)
    ringing = lab.dial()
    lab.site.script("/initiate", GATHER)
    answered = lab.dial()
    assert lab.update(ringing, state="completed").status_code == 200
    assert lab.update(answered, state="completed").status_code == 200
    assert (lab.cause(ringing), lab.cause(answered)) == ("rejected", "hangup")


def test_a_call_is_not_steered_before_it_is_answered(lab):
    lab.listen(RING)
    call_id = lab.dial()
    assert lab.replace(call_id, "<Bxml/>").status_code == 409
    assert lab.update(call_id, redirectUrl=f"{lab.site.url}/x").status_code == 409
    lab.site.script("/initiate", GATHER)
    answered = lab.dial()
    document = "<Bxml><SpeakSentence>Hello.</SpeakSentence><Pause duration='9'/></Bxml>"
    assert lab.replace(answered, document).status_code == 204
    lab.advance(0)
    assert lab.call(answered)["transcript"] == ["Hello."]


def test_the_caller_may_give_up_or_hang_up(lab):
    lab.listen(RING)
    ringing = lab.dial()
    lab.site.script("/initiate", GATHER)
    answered = lab.dial()
    assert lab.act(ringing, "hangup")["disconnectCause"] == "cancel"
    assert lab.act(answered, "hangup")["disconnectCause"] == "hangup"
    assert lab.control("POST", f"/calls/{answered}/hangup").status_code == 409


@pytest.mark.parametrize("action", ["answer", "machine", "reject", "busy"])
def test_the_caller_cannot_do_what_is_the_site_s(lab, action):
    lab.listen(RING)
    response = lab.control("POST", f"/calls/{lab.dial()}/{action}")
    assert response.status_code == 409
    assert "the site's to answer" in response.json()["error"]


def test_keys_wait_for_an_answer(lab):
    lab.listen(RING)
    assert lab.control("POST", f"/calls/{lab.dial()}/press", json={"digits": "1"}).status_code == 409


@pytest.mark.parametrize("grade", ["A", "B", "C"])
def test_an_attestation_is_in_the_event_and_in_the_state(lab, grade):
    lab.listen(RING)
    call_id = lab.dial(attestation=grade)
    told = lab.site.events("initiate")[0]["stirShaken"]
    assert set(told) == {"verstat", "attestationIndicator", "originatingId"}
    assert (told["verstat"], told["attestationIndicator"]) == ("TN-Validation-Passed", grade)
    assert lab.api("GET", f"/calls/{call_id}").json()["stirShaken"] == told
    assert lab.call(call_id)["stirShaken"] == told


def test_stir_shaken_may_be_told_in_full_or_be_absent(lab):
    lab.listen(RING)
    failed = {"verstat": "TN-Validation-Failed", "anything": "else"}
    lab.dial(stirShaken=failed)
    lab.dial(attestation="none")
    lab.dial()
    first, *others = lab.site.events("initiate")
    assert first["stirShaken"] == failed
    assert not any("stirShaken" in other for other in others)


def test_a_caller_may_hide(lab):
    lab.listen(RING)
    lab.dial(**{"from": "Anonymous"})
    (event,) = lab.site.events("initiate")
    assert (event["from"], event["privacy"]) == ("Anonymous", True)


def test_state_and_list_tell_the_direction(lab):
    lab.listen(GATHER)
    inbound, outbound = lab.dial(), lab.place()
    state = lab.api("GET", f"/calls/{inbound}").json()
    assert (state["direction"], state["state"], state["enqueuedTime"]) == ("inbound", "answered", None)
    assert (state["from"], state["to"]) == (TO, FROM)
    assert state["startTime"]
    directions = {call["callId"]: call["direction"] for call in lab.api("GET", "/calls").json()}
    assert directions == {inbound: "inbound", outbound: "outbound"}


def test_credentials_are_the_application_s(lab):
    lab.listen(RING, application_username="app", application_password="secret")
    for path in ("/initiate", "/status"):
        lab.site.demand(path, "app", "secret")
    lab.act(lab.dial(), "hangup")
    lab.advance(0)
    assert len(lab.site.at("/initiate")) == len(lab.site.at("/status")) == 2
    assert lab.site.events("disconnect")[0]["cause"] == "cancel"
    assert lab.control("GET", "/options").json()["application_password"] == "*****"


def test_the_fallback_has_its_own_credentials(lab):
    lab.listen(Answer(status=500), application_fallback_username="spare", application_fallback_password="s")
    lab.set(call_initiated_fallback_url=f"{lab.site.url}/spare", call_initiated_fallback_method="GET")
    lab.site.demand("/spare", "spare", "s")
    lab.site.script("/spare", GATHER)
    assert lab.call(lab.dial())["state"] == "answered"
    assert lab.site.at("/spare")[-1].method == "GET"


def test_a_site_that_fails_ends_the_call(lab):
    lab.listen(Answer(status=500))
    lab.dial()
    assert lab.site.events("disconnect")[0]["cause"] == "callback-error"


def test_without_an_application_the_call_ends_at_once(lab, caplog):
    caplog.set_level(logging.WARNING, "voice2fa.emulator")
    lab.set(call_status_url=f"{lab.site.url}/status")
    call = lab.call(lab.dial())
    assert (call["disconnectCause"], call["exchanges"][0]["name"]) == ("error", "disconnect")
    assert "call_initiated_url is not set" in call["errorMessage"]
    assert "call_initiated_url is not set" in caplog.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to": "+12025550199"}, "The account does not own +12025550199"),
        ({"to": "12025550100"}, "'to' is a number"),
        ({"to": None}, "'to' is a number"),
        ({"from": "0123"}, "'from' is a number"),
        ({"from": None}, "'from' is a number"),
        ({"from": "Somebody"}, "one of Restricted, Anonymous"),
        ({"attestation": "D"}, "attestation is one of"),
        ({"attestation": "A", "stirShaken": {}}, "not both"),
        ({"stirShaken": {"verstat": 1}}, "values are strings"),
        ({"stirShaken": "A"}, "values are strings"),
        ({"colour": "red"}, "not colour"),
    ],
)
def test_bad_calls_are_refused_in_words(lab, fields, words):
    response = lab.control("POST", "/calls", json={"from": TO, "to": FROM, **fields})
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert lab.control("GET", "/calls").json() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"call_initiated_url": "ftp://site.example/"}, "Invalid call_initiated_url"),
        (
            {"call_initiated_url": "http://site.example/", "application_username": "app"},
            "call_initiated_url must be https",
        ),
    ],
)
def test_a_crooked_application_is_refused_in_words(lab, options, words):
    lab.set(**options)
    response = lab.control("POST", "/calls", json={"from": TO, "to": FROM})
    assert response.status_code == 400
    assert words in response.json()["error"]


def test_both_directions_share_the_account_s_limits(make_lab):
    lab = make_lab(concurrent_calls=1, cps=2)
    lab.listen(RING)
    first, second = lab.dial(), lab.dial()
    assert lab.cause(first) is None
    assert lab.cause(second) == "account-limit"
    assert lab.create().status_code == 429
    assert lab.control("GET", "/load").json() == {"queued": 0, "inProgress": 1}
    lab.act(first, "hangup")
    lab.advance(0)
    assert lab.cause(lab.dial()) == "account-limit"
    lab.advance(1)
    assert lab.cause(lab.dial()) is None


def test_one_may_wait_for_a_call_to_us(lab):
    lab.listen(RING)
    call_id = lab.dial()
    lab.place()
    assert lab.wait(direction="inbound").json()["callId"] == call_id
    assert lab.wait(**{"from": TO}).json()["callId"] == call_id
