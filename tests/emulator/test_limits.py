"""The queue, the dialling rate, and the ceilings of the account."""

from email.utils import parsedate_to_datetime

import pytest

from .laboratory import Laboratory


def states(lab: Laboratory):
    return [call["state"] for call in lab.control("GET", "/calls").json()]


def test_calls_are_dialled_no_faster_than_the_account_may(make_lab):
    lab = make_lab(cps=2)
    for _ in range(5):
        lab.create()
    lab.advance(0)
    assert states(lab) == ["initiated"] * 2 + ["queued"] * 3
    lab.advance(1)
    assert states(lab) == ["initiated"] * 4 + ["queued"]
    lab.advance(1)
    assert states(lab) == ["initiated"] * 5


def test_statistics_count_the_queue(make_lab):
    lab = make_lab(cps=2)
    for _ in range(5):
        lab.place()
    assert lab.api("GET", "/statistics").json() == {"currentCallQueueSize": 3, "maxCallQueueSize": 600}


def test_a_lower_priority_number_is_dialled_first(make_lab):
    lab = make_lab(cps=1)
    lab.place()
    late, soon = lab.place(priority=5), lab.place(priority=1)
    lab.advance(1)
    assert lab.call(soon)["state"] == "initiated"
    assert lab.call(late)["state"] == "queued"


def test_a_queued_call_cannot_be_changed_but_removed(make_lab):
    lab = make_lab(cps=1)
    lab.place()
    call_id = lab.place()
    assert lab.update(call_id, redirectUrl="https://site.example/").status_code == 409
    assert lab.update(call_id, state="completed").status_code == 200
    lab.advance(5)
    (event,) = lab.site.events("disconnect")
    assert event["cause"] == "cancel"
    assert "startTime" not in event
    assert lab.api("GET", "/statistics").json()["currentCallQueueSize"] == 0


def test_a_full_queue_is_429(make_lab):
    lab = make_lab(cps=1, queue_seconds=2, retry_after_seconds=7)
    for _ in range(3):
        lab.place()
    response = lab.create()
    assert response.status_code == 429
    assert response.json()["description"] == "Account call creation rate limit exceeded"
    assert response.json()["type"] == "error"
    assert response.headers["Retry-After"] == "7"


@pytest.mark.parametrize("form", ["date", "omit"])
def test_retry_after_takes_other_forms(make_lab, form):
    lab = make_lab(concurrent_calls=1, retry_after=form)
    lab.place()
    header = lab.create().headers.get("Retry-After")
    assert (header is None) == (form == "omit")
    assert form == "omit" or parsedate_to_datetime(header).tzinfo


def test_the_concurrency_ceiling_is_429_at_create(make_lab):
    lab = make_lab(concurrent_calls=1)
    first = lab.place()
    assert lab.create().json()["description"] == "Account concurrent call limit exceeded"
    lab.act(first, "reject")
    assert lab.create().status_code == 201


def test_the_concurrency_ceiling_may_strike_when_dialled(make_lab):
    lab = make_lab(concurrent_calls=1, at_concurrency_limit="account-limit")
    lab.place()
    call_id = lab.place()
    assert lab.cause(call_id) == "account-limit"
    assert lab.site.events("disconnect")[0]["errorMessage"]


def test_the_concurrency_ceiling_may_keep_calls_waiting(make_lab):
    lab = make_lab(concurrent_calls=1, at_concurrency_limit="wait")
    first, second = lab.place(), lab.place()
    lab.advance(5)
    assert lab.call(second)["state"] == "queued"
    lab.act(first, "busy")
    lab.advance(0)
    assert lab.call(second)["state"] == "initiated"


def test_old_calls_lose_their_details_and_then_vanish(make_lab):
    lab = make_lab(keep_details=1, keep_calls=2)
    ids = [lab.connect("<Response><SpeakSentence>Bye.</SpeakSentence></Response>") for _ in range(3)]
    shown = lab.control("GET", "/calls").json()
    assert [call["callId"] for call in shown] == ids[1:]
    assert [call["transcript"] for call in shown] == [[], ["Bye."]]
    assert lab.api("GET", f"/calls/{ids[0]}").status_code == 404
    assert lab.api("GET", f"/calls/{ids[1]}").json()["disconnectCause"] == "hangup"


def test_exchanges_and_their_bodies_are_bounded(make_lab):
    lab = make_lab(keep_exchanges=3, keep_body=40)
    call_id = lab.connect()
    for _ in range(5):
        lab.api("GET", f"/calls/{call_id}")
    exchanges = lab.call(call_id)["exchanges"]
    assert len(exchanges) == 3
    assert [exchange["n"] for exchange in exchanges] == [5, 6, 7]
    assert all(len(exchange["response"]) <= 40 for exchange in exchanges)
