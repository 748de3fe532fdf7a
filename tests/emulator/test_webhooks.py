"""Callbacks: fields, credentials, failures, fallbacks, and the one retry."""

import pytest

from .laboratory import ACCOUNT, APPLICATION, FROM, TO
from .site import PARK, Answer

HOOK = {"username": "hook", "password": "secret"}


def test_answer_event_has_every_common_field(lab):
    call_id = lab.connect(tag="attempt")
    (event,) = lab.site.events("answer")
    assert set(event) == {
        "eventType", "eventTime", "accountId", "applicationId", "from", "to", "direction", "callId",
        "callUrl", "enqueuedTime", "startTime", "answerTime", "tag",
    }  # fmt: skip
    known = {"accountId": ACCOUNT, "applicationId": APPLICATION, "from": FROM, "to": TO, "callId": call_id}
    assert {name: event[name] for name in known} == known
    assert all(isinstance(value, str) for value in event.values())


def test_disconnect_event_tells_the_cause_and_the_end(lab):
    lab.connect("<Response/>")
    (event,) = lab.site.events("disconnect")
    assert event["cause"] == "hangup"
    assert event["endTime"] >= event["answerTime"]
    assert "errorMessage" not in event


def test_a_busy_callee_gives_message_id_and_sip_code(lab):
    lab.act(lab.place(), "busy")
    lab.advance(0)
    (event,) = lab.site.events("disconnect")
    assert (event["cause"], event["errorMessage"], event["sipResponseCode"]) == (
        "busy",
        "Callee is busy",
        486,
    )
    assert event["errorId"]
    assert "answerTime" not in event


def test_get_callbacks_carry_the_event_in_the_query(lab):
    detection = {"mode": "sync", "speechEndThreshold": 1}
    call_id = lab.connect(
        answerMethod="GET", machineDetection=detection, answerUrl=f"{lab.site.url}/answer?mine=1"
    )
    lab.advance(30)
    (seen,) = lab.site.at("/answer")
    assert (seen.method, seen.body, seen.query["mine"]) == ("GET", b"", ["1"])
    assert seen.event["callId"] == call_id
    assert seen.event["to"] == TO
    assert seen.event["machineDetectionResult.value"] == "human"


def test_credentials_wait_for_a_challenge_and_the_first_request_is_bare(lab):
    lab.site.demand("/answer", "hook", "secret")
    lab.connect(**HOOK)
    bare, full = lab.site.at("/answer")
    assert (bare.authorization, bare.body) == (None, b"")
    assert full.authorization == lab.site.credentials["/answer"]
    assert full.event["eventType"] == "answer"


def test_the_first_request_may_carry_the_body(make_lab):
    lab = make_lab(webhook_auth="challenge-with-body")
    lab.site.demand("/answer", "hook", "secret")
    lab.connect(**HOOK)
    assert [seen.authorization is None for seen in lab.site.at("/answer")] == [True, False]
    assert len(lab.site.events("answer")) == 2


def test_credentials_may_be_sent_at_once(make_lab):
    lab = make_lab(webhook_auth="preemptive")
    lab.site.demand("/answer", "hook", "secret")
    lab.connect(**HOOK)
    assert [seen.authorization for seen in lab.site.at("/answer")] == [lab.site.credentials["/answer"]]


def test_without_credentials_the_event_is_sent_straight(lab):
    lab.connect()
    assert [seen.event["eventType"] for seen in lab.site.at("/answer")] == ["answer"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_without_challenge_gets_no_second_request(lab, status):
    call_id = lab.connect(Answer(status=status), **HOOK)
    call = lab.call(call_id)
    assert call["disconnectCause"] == "callback-error"
    assert len(lab.site.at("/answer")) == 1
    assert "without WWW-Authenticate: Basic" in call["warnings"][0]


def test_a_site_that_does_not_ask_for_credentials_is_believed_with_a_warning(lab):
    call_id = lab.connect("<Response><SpeakSentence>Hello.</SpeakSentence><Pause/></Response>", **HOOK)
    call = lab.call(call_id)
    assert call["transcript"] == ["Hello."]
    assert "did not ask for credentials" in call["warnings"][0]


@pytest.mark.parametrize(
    "answer", [Answer(status=500), Answer(status=404), Answer(status=302), Answer(action="drop")]
)
def test_a_failing_site_ends_the_call_with_callback_error(lab, answer):
    call_id = lab.connect(answer)
    assert lab.cause(call_id) == "callback-error"
    (event,) = lab.site.events("disconnect")
    assert event["errorMessage"].startswith("Could not deliver the answer callback")
    assert len(lab.site.at("/answer")) == 1


def test_redirections_are_not_followed(lab):
    lab.connect(Answer(status=302, headers={"Location": f"{lab.site.url}/elsewhere"}))
    assert lab.site.at("/elsewhere") == []


def test_an_unreachable_site_ends_the_call_with_callback_error(lab):
    call_id = lab.place(answerUrl="http://127.0.0.1:1/")
    lab.act(call_id, "answer")
    lab.advance(0)
    assert lab.cause(call_id) == "callback-error"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_is_none_ends_the_call_with_callback_error(lab, method):
    redirect = f"<Redirect redirectUrl='http://site.example:99999/' redirectMethod='{method}'/>"
    assert lab.cause(lab.connect(f"<Response>{redirect}</Response>")) == "callback-error"


def test_credentials_that_cannot_be_encoded_do_not_break_the_call(lab):
    lab.site.demand("/answer", "hook", "secret")
    assert lab.cause(lab.connect(username="\ud800:", password="\udfff")) == "callback-error"


def test_a_site_that_hangs_is_given_up_after_callback_timeout_in_real_seconds(make_lab):
    lab = make_lab(speed=1000)
    lab.site.script("/answer", action="hang")
    call_id = lab.place(callbackTimeout=1)
    lab.act(call_id, "answer")
    call = lab.wait(callId=call_id, exchange="disconnect").json()
    assert call["disconnectCause"] == "callback-error"
    assert "no answer within 1 s" in call["errorMessage"]


@pytest.mark.parametrize("answer", [Answer(status=500), Answer(status=302), Answer(action="drop")])
def test_the_fallback_is_tried_once_with_the_same_event(lab, answer):
    lab.site.script("/spare", PARK)
    call_id = lab.connect(answer, answerFallbackUrl=f"{lab.site.url}/spare")
    assert lab.call(call_id)["state"] == "answered"
    assert lab.site.at("/spare")[0].body == lab.site.at("/answer")[0].body


def test_the_fallback_has_credentials_and_a_method_of_its_own(lab):
    lab.site.demand("/spare", "other", "secret2")
    lab.site.script("/spare", PARK)
    lab.connect(
        Answer(status=500),
        answerFallbackUrl=f"{lab.site.url}/spare",
        answerFallbackMethod="GET",
        fallbackUsername="other",
        fallbackPassword="secret2",
        **HOOK,
    )
    assert [seen.method for seen in lab.site.at("/spare")] == ["GET", "GET"]
    assert lab.site.at("/spare")[1].authorization == lab.site.credentials["/spare"]


def test_a_failing_fallback_is_the_end(lab):
    lab.site.script("/spare", status=500)
    call_id = lab.connect(Answer(status=500), answerFallbackUrl=f"{lab.site.url}/spare")
    assert lab.cause(call_id) == "callback-error"
    assert (len(lab.site.at("/answer")), len(lab.site.at("/spare"))) == (1, 1)


def test_a_status_need_not_lead_to_the_fallback(make_lab):
    lab = make_lab(fallback_on_status=False)
    call_id = lab.connect(Answer(status=500), answerFallbackUrl=f"{lab.site.url}/spare")
    assert lab.cause(call_id) == "callback-error"
    assert lab.site.at("/spare") == []


def test_bad_bxml_does_not_lead_to_the_fallback(lab):
    call_id = lab.connect("<Response><Oops/></Response>", answerFallbackUrl=f"{lab.site.url}/spare")
    assert lab.cause(call_id) == "invalid-bxml"
    assert lab.site.at("/spare") == []


@pytest.mark.parametrize(("policy", "cause"), [("invalid-bxml", "invalid-bxml"), ("hangup", "hangup")])
def test_an_empty_success_follows_the_option(make_lab, policy, cause):
    lab = make_lab(empty_reply=policy)
    assert lab.cause(lab.connect(Answer(status=204))) == cause


def test_bxml_of_another_content_type_is_taken_with_a_warning(lab):
    call = lab.call(lab.connect(Answer(PARK, content_type="text/html")))
    assert call["state"] == "answered"
    assert call["warnings"] == ["The answer to answer is text/html, not application/xml."]


def test_bxml_of_another_content_type_may_end_the_call(make_lab):
    lab = make_lab(wrong_content_type="invalid-bxml")
    assert lab.cause(lab.connect(Answer(PARK, content_type=None))) == "invalid-bxml"


def test_an_asynchronous_event_is_sent_once_more_after_a_connection_fault(lab):
    lab.site.script("/disconnect", Answer(action="drop"), Answer(status=204))
    lab.connect("<Response/>")
    assert len(lab.site.events("disconnect")) == 2


@pytest.mark.parametrize("answer", [Answer(status=500), Answer(status=204)])
def test_an_answered_asynchronous_event_is_never_sent_again(lab, answer):
    lab.site.script("/disconnect", answer)
    lab.connect("<Response/>")
    assert len(lab.site.events("disconnect")) == 1


def test_the_asynchronous_retry_may_be_switched_off(make_lab):
    lab = make_lab(async_retry=False)
    lab.site.script("/disconnect", action="drop")
    lab.connect("<Response/>")
    assert len(lab.site.events("disconnect")) == 1


def test_credentials_of_the_call_serve_the_disconnect_event_too(lab):
    lab.site.demand("/disconnect", "hook", "secret")
    lab.connect("<Response/>", **HOOK)
    assert lab.site.at("/disconnect")[-1].event["cause"] == "hangup"


def test_hanging_up_while_the_site_thinks_sends_disconnect_and_ignores_the_answer(make_lab):
    lab = make_lab(speed=1)
    lab.site.script("/answer", action="hang")
    call_id = lab.place()
    lab.act(call_id, "answer")
    lab.act(call_id, "hangup")
    assert lab.wait(callId=call_id, exchange="disconnect").json()["disconnectCause"] == "hangup"
    lab.site.released.set()
    call = lab.wait(callId=call_id, exchange="answer").json()
    assert call["disconnectCause"] == "hangup"
    answer = next(exchange for exchange in call["exchanges"] if exchange["name"] == "answer")
    assert "the call was over before this answer came" in answer["note"]


def test_an_update_while_the_site_thinks_wins_over_its_answer(make_lab):
    lab = make_lab(speed=1)
    lab.site.script("/answer", action="hang")
    call_id = lab.place()
    lab.act(call_id, "answer")
    assert lab.replace(
        call_id, "<Bxml><SpeakSentence>Pushed.</SpeakSentence><Pause duration='60'/></Bxml>"
    ).ok
    lab.wait(callId=call_id, said="Pushed.")
    lab.site.released.set()
    lab.wait(callId=call_id, exchange="answer")
    assert lab.call(call_id)["transcript"] == ["Pushed."]


def test_exchanges_show_everything_in_order_and_mask_passwords(lab):
    document = "<Response><Gather gatherUrl='/gather' password='topsecret' maxDigits='1'/></Response>"
    lab.site.demand("/answer", "hook", "secret-word")
    call_id = lab.connect(document, username="hook", password="secret-word")
    lab.press(call_id, "1")
    call = lab.call(call_id)
    assert [exchange["name"] for exchange in call["exchanges"]][:4] == [
        "createCall",
        "answer",
        "answer",
        "gather",
    ]
    assert [exchange["status"] for exchange in call["exchanges"]][:4] == [201, 401, 200, 204]
    assert "secret-word" not in str(call)
    assert "topsecret" not in str(call)
    assert 'password="*****"' in call["exchanges"][2]["response"]


def test_callbacks_may_lag_behind_what_they_tell_of(make_lab):
    lab = make_lab(callback_lag=3)
    call_id = lab.connect()
    lab.advance(2.9)
    assert lab.site.events("answer") == []
    lab.advance(0.2)
    assert len(lab.site.events("answer")) == 1
    lab.act(call_id, "hangup")
    assert lab.call(call_id)["state"] == "disconnected"
    assert lab.site.events("disconnect") == []
    lab.advance(3)
    assert len(lab.site.events("disconnect")) == 1
