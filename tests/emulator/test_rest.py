"""Operations of the Voice API, and each of their documented errors."""

import re

import pytest

from .laboratory import ACCOUNT, APPLICATION, FROM, TO

MISSING = "Missing at least one required field. Required fields are [from, to, answerUrl, applicationId]"


def refusal(response):
    body = response.json()
    assert set(body) == {"type", "description", "id"}
    return response.status_code, body["type"], body["description"]


def test_created_call_is_answered_as_documented(lab):
    response = lab.create(username="hook", password="secret", tag="attempt", priority=2)
    body = response.json()
    assert response.status_code == 201
    assert re.fullmatch(
        r"c-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        body["callId"],
    )
    assert response.headers["Location"] == body["callUrl"]
    assert body["callUrl"] == f"{lab.emulator.base_url}/accounts/{ACCOUNT}/calls/{body['callId']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["enqueuedTime"])
    assert body["password"] == "*****"
    known = {
        "to": TO,
        "from": FROM,
        "applicationId": APPLICATION,
        "accountId": ACCOUNT,
        "tag": "attempt",
        "priority": 2,
    }
    assert {name: body[name] for name in known} == known
    assert (body["callTimeout"], body["callbackTimeout"], body["answerMethod"]) == (30, 15, "POST")
    assert body["answerFallbackUrl"] is None


@pytest.mark.parametrize("missing", ["to", "from", "answerUrl", "applicationId"])
def test_each_required_field_is_required(lab, missing):
    assert refusal(lab.create(**{missing: ...})) == (400, "validation", MISSING)
    assert refusal(lab.create(**{missing: None})) == (400, "validation", MISSING)


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"to": "4155550123"}, "Invalid to: must be an E164 telephone number"),
        ({"to": "+1415555012345678"}, "Invalid to: must be an E164 telephone number"),
        ({"to": ["+14155550123"]}, "Invalid to: must be an E164 telephone number"),
        ({"from": "sip:me@here.example"}, "Invalid from: must be an E164 telephone number"),
        ({"from": "Anonymous"}, "Invalid from: must be an E164 telephone number"),
        ({"applicationId": "unknown"}, "Could not create call: Application id unknown not found"),
        ({"answerUrl": "ftp://site.example/"}, "Invalid answerUrl: only http and https are allowed"),
        ({"answerUrl": "/relative"}, "Invalid answerUrl: only http and https are allowed"),
        ({"answerUrl": "http://"}, "Invalid answerUrl: must be a valid URL"),
        ({"answerUrl": "http://[::1"}, "Invalid answerUrl: must be a valid URL"),
        ({"answerUrl": "http://site.example/a b"}, "Invalid answerUrl: must be a valid URL"),
        (
            {"answerUrl": "https://site.example/" + "x" * 2048},
            "Invalid answerUrl: must be a URL of at most 2048 characters",
        ),
        ({"answerMethod": "PUT"}, "Invalid answerUrl method. Supported methods: [POST, GET]"),
        ({"disconnectMethod": "post"}, "Invalid disconnectUrl method. Supported methods: [POST, GET]"),
        ({"callTimeout": 0.5}, "callTimeout must be within the range [1, 300], but was 0.5"),
        ({"callTimeout": 301}, "callTimeout must be within the range [1, 300], but was 301"),
        ({"callTimeout": "30"}, "Invalid callTimeout: must be a number"),
        ({"callTimeout": True}, "Invalid callTimeout: must be a number"),
        ({"callbackTimeout": 26}, "callbackTimeout must be within the range [1, 25], but was 26"),
        ({"priority": 0}, "priority must be within the range [1, 5], but was 0"),
        ({"priority": 1.5}, "Invalid priority: must be a whole number"),
        ({"tag": "x" * 4097}, "Could not create call: sendCallback tag must contain at most 4096 characters"),
        ({"tag": 5}, "Invalid tag: must be a string"),
        ({"username": "x" * 1025}, "Invalid username: must contain at most 1024 characters"),
        ({"displayName": "x" * 257}, "Invalid displayName: must contain at most 256 characters"),
        ({"displayName": "a\nb"}, "Invalid displayName: must not contain control characters"),
        ({"privacy": "yes"}, "Invalid privacy: must be a boolean"),
        (
            {"privacy": True, "displayName": "Shop"},
            "Invalid displayName: must be one of [Restricted, Anonymous, Private, Unavailable] "
            "when privacy is true",
        ),
        ({"uui": "abc;encoding=hex"}, "Invalid uui: only allowed when calling a SIP URI"),
        (
            {"to": "sip:a@b.example", "uui": "abc;encoding=rot13"},
            "Invalid uui: each value must end with an encoding of jwt, base64 or hex",
        ),
        ({"machineDetection": "sync"}, "Invalid machineDetection: must be an object"),
        ({"machineDetection": {"mode": "maybe"}}, "Invalid mode: must be one of [async, sync]"),
        (
            {"machineDetection": {"mode": "async"}},
            "Invalid machineDetection: callbackUrl must be specified in async mode",
        ),
        (
            {"answerUrl": "http://site.example/", "username": "u", "password": "p"},
            "Invalid answerUrl: must use https when credentials are given",
        ),
        (
            {"answerFallbackUrl": "http://site.example/", "fallbackUsername": "u"},
            "Invalid answerFallbackUrl: must use https when credentials are given",
        ),
    ],
)
def test_each_field_is_checked(lab, fields, description):
    assert refusal(lab.create(**fields)) == (400, "validation", description)


@pytest.mark.parametrize(
    "fields",
    [
        {"to": "sip:alice@pbx.example", "uui": "abc;encoding=hex,eyJ;encoding=jwt"},
        {"privacy": True, "displayName": "Private"},
        {"answerUrl": "https://site.example/", "username": "u", "password": "p"},
        {"callTimeout": 1.5, "callbackTimeout": 25, "priority": 5.0, "tag": ""},
        {"answerMethod": None, "machineDetection": None, "displayName": None},
        {"unknownField": 1},
    ],
)
def test_unusual_but_permitted_fields_pass(lab, fields):
    assert lab.create(**fields).status_code == 201


@pytest.mark.parametrize(
    ("policy", "url", "status"),
    [
        ("loopback", "http://localhost:1/", 201),
        ("loopback", "http://site.example/", 400),
        ("always", "http://site.example/", 201),
        ("never", "http://localhost:1/", 400),
    ],
)
def test_credentials_on_plain_http_follow_the_option(make_lab, policy, url, status):
    lab = make_lab(plain_http_credentials=policy)
    fields = {"answerUrl": url, "disconnectUrl": ..., "username": "u", "password": "p"}
    assert lab.create(**fields).status_code == status


def test_unknown_fields_may_be_refused(make_lab):
    lab = make_lab(unknown_fields="refuse")
    assert refusal(lab.create(answerURL="x"))[2] == "Unrecognized field(s): [answerURL]"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_object_is_400(lab, body):
    response = lab.api("POST", "/calls", data=body, headers={"Content-Type": "application/json"})
    assert refusal(response) == (400, "validation", "There is something wrong with the request")


def test_another_content_type_is_415(lab):
    form = lab.api("POST", "/calls", data="to=1", headers={"Content-Type": "text/plain"})
    assert refusal(form) == (415, "validation", "Content type 'text/plain' not supported")
    call_id = lab.connect()
    assert lab.replace(call_id, "<Bxml/>", "application/json").status_code == 415


def test_paths_and_methods_that_do_not_exist(lab):
    assert refusal(lab.api("GET", "/callz")) == (404, "validation", "Not Found")
    assert refusal(lab.api("DELETE", "/calls")) == (405, "validation", "Method Not Allowed")


def test_a_huge_request_is_413(lab):
    headers = {"Content-Type": "application/json"}
    assert lab.api("POST", "/calls", data=b"x" * 1_100_000, headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("header", "description"),
    [
        ("", "Unauthorized"),
        ("Digest x", "Unauthorized"),
        ("Basic ?", "Failed to decode basic authentication token"),
        ("Basic bm9jb2xvbg==", "Invalid basic authentication token"),
        ("Basic ZW11bGF0b3I6d3Jvbmc=", "The credentials provided were invalid"),
        ("Bearer forged.token.here", "The credentials provided were invalid"),
    ],
)
def test_bad_credentials_are_401(lab, header, description):
    response = lab.api("GET", "/statistics", auth=None, headers={"Authorization": header} if header else {})
    assert refusal(response) == (401, "authentication-error", description)


def test_good_credentials_of_another_account_are_401(lab):
    url = f"{lab.emulator.base_url}/accounts/1234567/calls"
    assert lab.http.get(url, auth=("emulator", "emulator-secret")).status_code == 401


def test_no_voice_permission_is_403_and_no_credit_402(make_lab):
    lab = make_lab(voice_permission=False)
    assert refusal(lab.create()) == (403, "authorization-error", "Access is denied")
    lab.set(voice_permission=True, out_of_credit=True)
    assert lab.create().status_code == 402
    assert lab.api("GET", "/statistics").status_code == 200


def test_basic_may_be_switched_off_as_the_carrier_will(make_lab):
    lab = make_lab(accept_basic=False)
    assert refusal(lab.create())[:2] == (401, "authentication-error")


def token(lab, auth=("emulator", "emulator-secret"), **form):
    return lab.http.post(lab.emulator.token_url, auth=auth, data=form or {"grant_type": "client_credentials"})


def test_a_token_opens_the_api_until_it_expires(make_lab):
    lab = make_lab(token_seconds=60)
    body = token(lab).json()
    assert (body["token_type"], body["expires_in"], body["access_token"].count(".")) == ("Bearer", 60, 2)
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    assert lab.api("GET", "/statistics", auth=None, headers=headers).status_code == 200
    lab.advance(60)
    assert lab.api("GET", "/statistics", auth=None, headers=headers).status_code == 401


def test_tokens_may_be_revoked(lab):
    headers = {"Authorization": f"Bearer {token(lab).json()['access_token']}"}
    lab.control("POST", "/revoke")
    assert lab.api("GET", "/statistics", auth=None, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("auth", "form", "status", "code"),
    [
        (("emulator", "wrong"), {}, 401, "invalid_client"),
        (("no:body", ""), {}, 401, "invalid_client"),
        (None, {}, 401, "invalid_client"),
        (("emulator", "emulator-secret"), {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (("emulator", "emulator-secret"), {"scope": "x"}, 400, "invalid_request"),
    ],
)
def test_the_token_endpoint_refuses(lab, auth, form, status, code):
    response = token(lab, auth, **form)
    assert (response.status_code, response.json()) == (status, {"error": code})


def test_state_of_a_call_through_its_life(lab):
    call_id = lab.place()
    state = lab.api("GET", f"/calls/{call_id}").json()
    assert (state["state"], state["answerTime"], state["direction"]) == ("initiated", None, "outbound")
    assert "tag" not in state
    lab.site.script("/answer", "<Response><Pause duration='5'/></Response>")
    lab.act(call_id, "answer")
    assert lab.api("GET", f"/calls/{call_id}").json()["state"] == "answered"
    lab.advance(5.1)
    state = lab.api("GET", f"/calls/{call_id}").json()
    assert (state["state"], state["disconnectCause"], state["errorMessage"]) == (
        "disconnected",
        "hangup",
        None,
    )
    assert state["startTime"] <= state["answerTime"] < state["endTime"] <= state["lastUpdate"]


def test_a_new_call_is_404_until_its_state_has_arrived(make_lab):
    lab = make_lab(state_lag=3)
    call_id = lab.place()
    assert refusal(lab.api("GET", f"/calls/{call_id}")) == (404, "validation", f"Call [{call_id}] not found")
    assert lab.api("GET", "/calls").json() == []
    lab.advance(3)
    assert lab.api("GET", f"/calls/{call_id}").status_code == 200


def test_the_state_may_come_as_an_array(make_lab):
    lab = make_lab(state_shape="array")
    call_id = lab.place()
    assert [state["callId"] for state in lab.api("GET", f"/calls/{call_id}").json()] == [call_id]


def test_listing_filters_and_pages(lab):
    ids = [lab.place(to=f"+1415555010{last}") for last in range(3)]
    lab.act(ids[0], "busy")

    def listed(**query):
        return [call["callId"] for call in lab.api("GET", "/calls", params=query).json()]

    assert listed() == ids
    assert listed(to="+14155550101") == [ids[1]]
    assert listed(**{"from": "+19995550100"}) == []
    assert listed(disconnectCause="busy") == [ids[0]]
    assert listed(minStartTime="2020-01-01T00:00:00Z", maxStartTime="2100-01-01") == ids
    assert listed(minStartTime="2100-01-01T00:00:00.000Z") == []
    first = lab.api("GET", "/calls", params={"pageSize": 2})
    assert [call["callId"] for call in first.json()] == ids[:2]
    following = lab.http.get(first.links["next"]["url"], auth=("emulator", "emulator-secret"))
    assert [call["callId"] for call in following.json()] == ids[2:]
    assert "next" not in following.links


@pytest.mark.parametrize(
    "query", [{"pageSize": "0"}, {"pageSize": "10001"}, {"pageSize": "x"}, {"minStartTime": "soon"}]
)
def test_listing_refuses_bad_filters(lab, query):
    assert refusal(lab.api("GET", "/calls", params=query))[:2] == (400, "validation")


def test_a_redirect_interrupts_and_fetches_the_next_document(lab):
    lab.site.script("/next", "<Response><SpeakSentence>Next.</SpeakSentence></Response>")
    call_id = lab.connect(
        "<Response><Pause duration='60'/><SpeakSentence>Dropped.</SpeakSentence></Response>"
    )
    response = lab.update(call_id, redirectUrl=f"{lab.site.url}/next", tag="new")
    assert (response.status_code, response.content) == (200, b"")
    lab.advance(0)
    assert lab.call(call_id)["transcript"] == ["Next."]
    assert lab.site.events("redirect")[0]["tag"] == "new"


def test_replacing_bxml_needs_no_callback(lab):
    call_id = lab.connect()
    response = lab.replace(call_id, "<Bxml><SpeakSentence>Pushed.</SpeakSentence><Pause/></Bxml>")
    assert (response.status_code, response.content) == (204, b"")
    assert lab.call(call_id)["transcript"] == ["Pushed."]
    lab.advance(1.1)
    assert lab.cause(call_id) == "hangup"


def test_relative_urls_in_pushed_bxml_resolve_against_the_last_document(lab):
    call_id = lab.connect()
    lab.replace(call_id, "<Bxml><Redirect redirectUrl='/next'/></Bxml>")
    lab.advance(0)
    assert len(lab.site.at("/next")) == 1


@pytest.mark.parametrize(
    "document", ["plain text", "<Other/>", "<Bxml><Record/></Bxml>", "<Bxml>" + " " * 65536 + "</Bxml>"]
)
def test_bad_bxml_is_400_and_leaves_the_call_alone(lab, document):
    call_id = lab.connect()
    assert refusal(lab.replace(call_id, document))[:2] == (400, "validation")
    assert lab.call(call_id)["state"] == "answered"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"state": "active"}, 400),
        ({}, 400),
        ({"state": "asleep"}, 400),
        ({"state": "completed", "redirectUrl": "https://site.example/"}, 400),
        ({"state": "completed", "tag": ""}, 400),
        ({"state": "completed", "redirectMethod": "POST", "redirectFallbackMethod": "POST"}, 200),
    ],
)
def test_update_checks_what_goes_together(lab, fields, status):
    assert lab.update(lab.connect(), **fields).status_code == status


def test_completed_hangs_up_an_answered_call(lab):
    call_id = lab.connect()
    assert lab.update(call_id, state="completed").status_code == 200
    assert lab.cause(call_id) == "hangup"


def test_completed_cancels_a_ringing_call(lab):
    call_id = lab.place()
    assert lab.update(call_id, state="completed").status_code == 200
    lab.advance(0)
    (event,) = lab.site.events("disconnect")
    assert event["cause"] == "cancel"
    assert "answerTime" not in event
    assert event["startTime"]


def test_a_ringing_call_cannot_be_redirected_or_given_bxml(lab):
    call_id = lab.place()
    sentence = f"Call [{call_id}] cannot be modified in its current state"
    assert refusal(lab.update(call_id, redirectUrl="https://site.example/")) == (409, "validation", sentence)
    assert refusal(lab.replace(call_id, "<Bxml/>")) == (409, "validation", sentence)


def test_an_ended_call_is_409_for_a_while_and_404_after(make_lab):
    lab = make_lab(ended_conflict_seconds=30)
    call_id = lab.connect("<Response/>")
    assert lab.update(call_id, state="completed").status_code == 409
    lab.advance(31)
    assert lab.update(call_id, state="completed").status_code == 404
    assert lab.replace(call_id, "<Bxml/>").status_code == 404
    assert lab.api("GET", f"/calls/{call_id}").status_code == 200


def test_unknown_calls_are_404(lab):
    assert lab.api("GET", "/calls/c-none").status_code == 404
    assert lab.update("c-none", state="completed").status_code == 404
