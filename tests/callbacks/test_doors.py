"""Who and what comes in at the doors of the callbacks."""

import base64
import io
import json
import logging
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import stage
from tests.providers.samples import bandwidth_options
from tests.stage import OTHER_NUMBER, row
from voice2fa.callbacks.parsers import LONGEST_BODY
from voice2fa.core.methods import Method
from voice2fa.core.states import State
from voice2fa.flows.telephony.lines import open_line
from voice2fa.models import CallEvent

from .bandwidth import EVENTS, STEPPED, SYNC, Watching

pytestmark = pytest.mark.django_db

DOORS = list(EVENTS)


def basic(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


# Credentials


@pytest.mark.parametrize("door", DOORS)
def test_a_request_without_credentials_is_challenged(calling, door):  # R45
    side = calling(State.ANSWERED)
    before = row(side.verification)
    response = side.send(door, credentials=None)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Basic realm="')
    assert row(side.verification) == before


@pytest.mark.parametrize("door", DOORS)
def test_a_challenged_request_comes_again_with_credentials(calling, door):
    side = calling(State.ANSWERED)
    side.send(door, credentials=None)
    assert side.send(door).status_code in {200, 204}


WRONG = {
    "no base64": "Basic !!!",
    "no text": "Basic " + base64.b64encode(b"\xff\xfe:\xfa").decode(),
    "no colon": basic("nobody"),
    "nothing": "Basic",
    "empty": "Basic ",
    "empty pair": basic(":"),
    "wrong password": basic("{id}:wrong"),
    "no password": basic("{id}:"),
    "other scheme": "Bearer {password}",
    "right password, no name": basic(":{password}"),
    "right password, other name": basic("carrier:{password}"),
    "emulator's own": basic("emulator:emulator-secret"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_credentials_open_nothing(calling, door, wrong):  # R45, A16
    side = calling(State.ANSWERED)
    password = open_line(side.verification.pk).credentials.password
    header = WRONG[wrong]
    if header.startswith("Basic ") and "{" in (
        text := base64.b64decode(header[6:] + "=", validate=False).decode("latin-1")
    ):
        header = basic(text.format(id=side.verification.pk, password=password))
    before = row(side.verification)
    response = side.send(door, credentials=header.format(password=password))
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert row(side.verification) == before


@pytest.mark.parametrize("door", DOORS)
def test_credentials_of_another_call_open_nothing(calling, door):  # R4, R45
    other = calling(State.ANSWERED)
    victim = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    side = calling(State.ANSWERED, user=victim.user, number=OTHER_NUMBER)
    before = row(side.verification), row(other.verification)
    assert (
        side.send(door, credentials=other.credentials, digits=side.verification.approve_key).status_code
        == 401
    )
    assert (row(side.verification), row(other.verification)) == before


def test_the_scheme_may_be_written_in_any_case(calling):
    side = calling()
    assert side.answer(credentials=side.credentials.replace("Basic", "bAsIc")).status_code == 200


def test_every_secret_of_the_list_opens_the_door_and_a_removed_one_does_not(calling, configure):
    side = calling()
    backend = "voice2fa.providers.bandwidth.BandwidthProvider"
    old, new = "first-callback-secret-of-the-tests-1", "second-callback-secret-of-the-tests"
    configure(PROVIDER={"BACKEND": backend, "OPTIONS": bandwidth_options(CALLBACK_SECRETS=[new, old])})
    assert side.answer().status_code == 200
    assert side.answer(credentials=open_line(side.verification.pk).credentials.as_header()).status_code == 200
    configure(PROVIDER={"BACKEND": backend, "OPTIONS": bandwidth_options(CALLBACK_SECRETS=[new])})
    assert side.answer().status_code == 401


@pytest.mark.parametrize("door", DOORS)
def test_a_verification_that_does_not_exist_is_not_found(calling, door):
    side = calling()
    unknown = uuid4()
    credentials = open_line(unknown).credentials.as_header()
    url = side.url(door, 1, verification_id=unknown)
    assert side.post(url, side.event(door), credentials=credentials).status_code == 404
    assert side.post(url, side.event(door), credentials=None).status_code == 401


def test_a_rejection_is_logged_with_its_reason_and_without_what_was_pressed(calling, caplog):
    side = calling(State.ANSWERED)
    side.gather("7", callId="c-another")
    side.send("answer", credentials="Basic !!!")
    text = "\n".join(record.getMessage() for record in caplog.records if record.name == "voice2fa.callbacks")
    assert "parse_error" in text
    assert "garbled_credentials" in text
    assert str(side.verification.pk) in text


def test_the_challenge_itself_is_not_worth_a_line(calling, caplog):
    calling().send("answer", credentials=None)
    assert not [record for record in caplog.records if record.name == "voice2fa.callbacks"]


# Methods and bodies


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_only_post_is_taken(calling, door, method):
    side = calling()
    call = getattr(side.client, method)
    assert call(side.url(door), headers={"Authorization": side.credentials}).status_code == 405


@pytest.mark.parametrize("door", DOORS)
def test_a_huge_body_is_refused_without_being_read(calling, door):
    side = calling()
    body = json.dumps(side.event(door, tag="x" * 10 * 2**20)).encode()
    unread = Unread(body)
    response = side.client.generic(
        "POST", side.url(door), b"", "application/json",
        headers={"Authorization": side.credentials},
        **{"wsgi.input": unread, "CONTENT_LENGTH": str(len(body))},
    )  # fmt: skip
    assert response.status_code == 413
    assert unread.taken <= 2 * LONGEST_BODY


class Unread(io.BytesIO):
    """A body that knows how much of it was read."""

    taken = 0

    def read(self, size=-1):
        piece = super().read(size)
        self.taken += len(piece)
        return piece


def test_the_longest_body_that_is_taken(calling):
    side = calling()
    body = json.dumps(side.event("answer")).encode()
    assert side.post(side.url("answer"), body + b" " * (LONGEST_BODY - len(body))).status_code == 200
    assert side.post(side.url("answer"), body + b" " * (LONGEST_BODY - len(body) + 1)).status_code == 413


NONSENSE = [
    b"", b" ", b"{", b"null", b"[]", b"7", b'"text"', b"{}", b"\x00", b"\xff\xfe", b"NaN", b"<xml/>",
    b"[" * 60_000, b'{"a":' * 12_000, b'{"eventType": "answer"}', b'{"eventType": null, "callId": "c-1"}',
    b'{"eventType": "answer", "callId": ""}', b'{"eventType": "answer", "callId": "../../x"}',
    b'{"eventType": "answer", "callId": ["c-1"]}', b"eventType=answer&callId=c-1",
    b'{"eventType": "answer", "callId": "c\\u0000"}',
]  # fmt: skip


@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: repr(body[:24]))
@pytest.mark.parametrize("door", ["answer", "gather", "disconnect"])
def test_nonsense_is_refused_and_changes_nothing(calling, door, body):
    side = calling(State.ANSWERED)
    before = row(side.verification)
    assert side.post(side.url(door), body).status_code == 400
    assert row(side.verification) == before


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "x",
        "",
    ],
)
def test_the_body_counts_and_not_what_it_is_called(calling, content_type):
    side = calling()
    response = side.post(side.url("answer"), side.event("answer"), content_type=content_type)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digits", "7; DROP"), ("digits", "\u0667"), ("digits", 7), ("digits", ["7"]), ("digits", "7" * 51),
        ("digits", "\u0000"), ("terminatingDigit", "##"), ("terminatingDigit", ["#"]),
    ],
)  # fmt: skip
def test_what_no_telephone_can_send_is_refused(calling, field, value):
    side = calling(State.ANSWERED)
    before = row(side.verification)
    assert side.send("gather", **{field: value}).status_code == 400
    assert row(side.verification) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tag", "a\u0000b"), ("eventTime", "never"), ("eventTime", "0001-01-01T00:00:00+14:00"),
        ("eventTime", 7), ("eventTime", ...), ("answerTime", None),
        ("machineDetectionResult", "human"), ("machineDetectionResult", []),
        ("errorMessage", "\ud800"), ("privacy", False), ("unheard", {"of": [1, 2, {"deep": None}]}),
        ("startTime", float("inf")), ("callUrl", 10**400), ("direction", "sideways"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("door", DOORS)
def test_what_we_do_not_need_may_be_odd(calling, door, field, value):
    side = calling(State.ANSWERED)
    response = side.send(door, **{field: value})
    assert response.status_code in {200, 204}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", DOORS)
def test_each_door_takes_its_own_kind(calling, door, kind):  # R19
    side = calling(State.ANSWERED)
    before = row(side.verification)
    response = side.post(side.url(door), side.event(kind))
    if EVENTS[door]["eventType"] == EVENTS[kind]["eventType"]:
        assert response.status_code == (200 if door in SYNC else 204)
    else:
        assert response.status_code == 400
        assert row(side.verification) == before


@pytest.mark.parametrize("door", DOORS)
def test_a_kind_that_does_not_exist_yet_is_kept_and_decides_nothing(calling, door):
    side = calling(State.ANSWERED)
    before = row(side.verification)
    response = side.post(side.url(door), side.event("answer", eventType="holoCall"))
    assert response.status_code == (200 if door in SYNC else 204)
    assert row(side.verification) == before
    assert CallEvent.objects.filter(kind="unknown").count() == 1


@pytest.mark.parametrize("step", [2, 99, 10**40])
@pytest.mark.parametrize("door", sorted(STEPPED))
def test_a_step_to_come_is_refused(calling, door, step):  # R19
    side = calling(State.ANSWERED)
    before = row(side.verification)
    assert side.send(door, step=step).status_code == 400
    assert row(side.verification) == before


@settings(max_examples=60)
@given(
    door=st.sampled_from(DOORS),
    body=st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["eventType", "callId", "digits", "to", "from", "cause"]), st.text(max_size=8)
            ),
            st.recursive(
                st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
                lambda inner: (
                    st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
                ),
                max_leaves=5,
            ),
            max_size=8,
        ),
    ),
    is_merged=st.booleans(),
)
def test_no_body_is_a_failure_of_ours_and_none_approves(calling_once, door, body, is_merged):
    side = calling_once
    key = side.verification.approve_key
    if isinstance(body, dict) and is_merged:
        body = {**side.event(door), **body}
    if isinstance(body, dict) and str(body.get("digits")) == key:
        return
    assert side.post(side.url(door, 1), body).status_code in {200, 204, 400}
    assert side.verification.state != State.APPROVED


@pytest.fixture
def calling_once(calling):
    return calling(State.ANSWERED)


# What comes back


@pytest.mark.parametrize("door", sorted(SYNC))
@pytest.mark.parametrize("fallback", [False, True])
def test_a_script_comes_back_as_bxml(calling, door, fallback):
    side = calling(State.ANSWERED)
    response = side.post(side.url(door, fallback=fallback), side.event(door))
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml; charset=utf-8")
    assert response.content.startswith(b"<?xml")
    assert b"<Response>" in response.content


@pytest.mark.parametrize("door", ["disconnect", "machine"])
def test_a_mere_notice_is_answered_without_a_body(calling, door):
    response = calling(State.ANSWERED).send(door)
    assert (response.status_code, response.content) == (204, b"")


def test_errors_are_one_line_of_text(calling):
    response = calling(State.ANSWERED).send("gather", callId="c-another")
    assert response.content == b"The event names another call.\n"


def test_addresses_in_the_script_come_from_the_settings_and_not_from_the_host(calling, configure):  # A31
    configure(PUBLIC_URL="https://www.example.com")
    side = calling()
    response = side.post(side.url("answer"), side.event("answer"), HTTP_HOST="evil.example")
    assert b"https://www.example.com/phone/calls/" in response.content
    assert b"evil" not in response.content


def test_a_script_too_long_for_the_carrier_ends_the_call(calling, configure, caplog):  # R41
    options = bandwidth_options(BASE_URL="https://voice.invalid/api/v2")
    configure(PROVIDER={"BACKEND": "tests.callbacks.bandwidth.Narrow", "OPTIONS": options})
    response = calling().answer()
    assert response.status_code == 200
    assert b"<Hangup" in response.content
    assert b"<Gather" not in response.content
    assert "cannot be sent" in caplog.text


@pytest.mark.parametrize("method", Method)
def test_a_repeated_delivery_gets_the_same_bytes(calling, method):
    side = calling(method=method)
    assert side.answer().content == side.answer().content
    keys = stage.right_keys(side.verification)
    assert side.gather(keys, step=1).content == side.gather(keys, step=1).content
    assert side.send("disconnect").content == side.send("disconnect").content
    assert CallEvent.objects.count() == 3


def test_no_stored_event_holds_a_pressed_key(calling):  # R9
    side = calling(State.ANSWERED, Method.ENTER)
    side.gather("481516", terminatingDigit="#")
    assert CallEvent.objects.get(kind="gather").raw["digits"] == "6 keys"
    assert "481516" not in repr(list(CallEvent.objects.values()))


# Whose call it is

FOREIGN = {
    "callId": "c-another", "accountId": "9900001", "applicationId": "00000000-0000-4000-8000-000000000002",
    "to": OTHER_NUMBER, "from": OTHER_NUMBER,
}  # fmt: skip


@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED, State.APPROVED])
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("field", [*FOREIGN, "missing account", "missing to", "missing from"])
def test_an_event_about_another_call_changes_no_row(calling, state, door, field):  # R45, A16, A17
    side = calling(state)
    changes = (
        {field: FOREIGN[field]}
        if field in FOREIGN
        else {field.split()[1].replace("account", "accountId"): ...}
    )
    before, events = row(side.verification), CallEvent.objects.count()
    response = side.send(door, digits=side.verification.approve_key, **changes)
    is_second_call = door == "answer" and field == "callId"
    assert response.status_code == (200 if is_second_call else 400)
    assert b"Gather" not in response.content
    assert row(side.verification) == before
    assert CallEvent.objects.count() == events


def test_keys_of_one_persons_call_do_not_approve_anothers(calling):  # R4
    side = calling(State.ANSWERED)
    other = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    others = calling(State.ANSWERED, user=other.user, number=OTHER_NUMBER)
    before = row(others.verification)
    event = side.event("gather", digits=others.verification.approve_key)
    assert others.post(others.url("gather"), event).status_code == 400
    assert row(others.verification) == before


@pytest.mark.parametrize("state", [State.APPROVED, State.DENIED, State.REPORTED, State.CANCELLED])
def test_a_replayed_approval_changes_nothing(calling, state):  # A15, A17, R45
    side = calling(state)
    before = row(side.verification)
    for step in range(side.verification.step + 1):
        assert side.gather(side.verification.approve_key, step=step).status_code == 200
    if state == State.REPORTED:
        before["step"] += 1  # whoever has reported it was asked for a wish
    assert row(side.verification) == before


# Transactions and queries


@pytest.mark.django_db(transaction=True)
def test_no_transaction_of_the_request_holds_back_what_was_written(calling, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    side = calling(State.ANSWERED, Method.ENTER)
    assert side.gather(stage.wrong_code(side.verification)).status_code == 200
    assert side.gather("1", callId="c-another").status_code == 400
    assert row(side.verification)["tries"] == 1


@pytest.mark.django_db(transaction=True)
def test_the_flow_of_a_callback_runs_outside_of_transactions(calling, configure, monkeypatch):
    side = calling(State.ANSWERED)
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    configure(PROVIDER={"BACKEND": "tests.callbacks.bandwidth.Watching", "OPTIONS": bandwidth_options()})
    Watching.seen.clear()
    assert side.gather(side.verification.approve_key).status_code == 200
    assert Watching.seen == [False]


QUERIES = {"answer": 4, "gather": 5, "redirect": 5, "parked": 3, "over": 2, "disconnect": 3, "machine": 6}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", Method)
def test_a_callback_needs_few_queries(calling, django_assert_max_num_queries, door, method):
    side = calling(State.DIALING if door == "answer" else State.ANSWERED, method)
    event = side.event(door)
    for keys in ("1", stage.right_keys(side.verification)):
        url = side.url(door)
        for _ in ("first", "repeated"):
            with django_assert_max_num_queries(QUERIES[door]):
                assert post(side, url, {**event, "digits": keys}).status_code in {200, 204}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("state", [State.APPROVED, State.DENIED, State.CANCELLED])
def test_a_late_callback_needs_few_queries(calling, django_assert_max_num_queries, door, state):
    side = calling(state)
    for _ in ("first", "repeated"):
        with django_assert_max_num_queries(QUERIES[door]):
            assert post(side, side.url(door), side.event(door)).status_code in {200, 204}


@pytest.mark.parametrize("door", DOORS)
def test_a_stranger_costs_no_query(calling, django_assert_num_queries, door):
    side = calling(State.ANSWERED)
    url, event = side.url(door), side.event(door)
    with django_assert_num_queries(0):
        side.client.post(url, event, content_type="application/json", headers={"Authorization": "Basic !!!"})


def post(side, url, event):
    return side.client.post(
        url, event, content_type="application/json", headers={"Authorization": side.credentials}
    )


def test_the_log_of_a_call_holds_no_digits(calling, caplog):  # R9
    caplog.set_level(logging.DEBUG)
    side = calling(State.ANSWERED, Method.ENTER)
    code = stage.right_keys(side.verification)
    side.gather(stage.wrong_code(side.verification))
    side.gather(code)
    assert side.verification.state == State.APPROVED
    assert code not in caplog.text
    assert stage.NUMBER not in caplog.text


def test_a_call_that_no_worker_has_steered_is_noticed(calling, caplog):
    side = calling(State.ANSWERED)
    assert b"<Gather" in side.send("parked").content
    assert f"No worker steered the call of {side.verification.pk}" in caplog.text
