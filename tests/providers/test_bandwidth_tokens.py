"""OAuth 2 client credentials: one token for all threads, refreshed early, renewed once when it is refused."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from voice2fa.providers.base import CarrierBusy, CarrierDown, OrderRefused

from .samples import CALL_ID, make_order
from .sink import created, drop, keep_waiting, refuse, reply, token


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


def bearers(sink):
    return [asked.headers["authorization"].removeprefix("Bearer ") for asked in sink.orders]


def test_a_token_is_asked_for_with_the_client_credentials(connect):
    sink, provider = connect()
    provider.place_call(make_order())
    (asked,) = sink.token_requests
    assert asked.method == "POST"
    assert asked.headers["authorization"] == "Basic ZW11bGF0b3I6ZW11bGF0b3Itc2VjcmV0"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body == b"grant_type=client_credentials"
    assert bearers(sink) == ["token-1"]


def test_a_token_serves_until_sixty_seconds_before_it_ends(connect):
    clock = Clock()
    sink, provider = connect(clock=clock)
    for moment in (1000, 1000 + 3539, 1000 + 3540):
        clock.seconds = moment
        provider.place_call(make_order())
    assert bearers(sink) == ["token-1", "token-1", "token-2"]


@pytest.mark.parametrize(
    ("content", "served"),
    [
        ({"expires_in": "120"}, 59),
        ({"expires_in": 120.5}, 60),
        ({"expires_in": 30}, -1),
        ({"expires_in": -5}, -1),
        ({"expires_in": None}, -1),
        ({"expires_in": "soon"}, -1),
        ({"expires_in": [1]}, -1),
        ({"expires_in": float("inf")}, -1),
        ({"expires_in": float("nan")}, -1),
    ],
)
def test_a_lifetime_is_read_leniently_and_nonsense_is_not_trusted(connect, content, served):
    clock = Clock()
    sink, provider = connect(clock=clock)
    sink.tokens[0] = token("token-1", **content)
    provider.place_call(make_order())
    clock.seconds += max(served, 0)
    provider.place_call(make_order())
    assert bearers(sink)[1] == ("token-1" if served >= 0 else "token-2")


def test_a_lifetime_left_out_is_taken_for_an_hour(connect):
    clock = Clock()
    sink, provider = connect(clock=clock)
    sink.tokens[0] = reply(200, {"access_token": "token-1"})
    provider.place_call(make_order())
    clock.seconds += 3539
    provider.place_call(make_order())
    assert bearers(sink) == ["token-1", "token-1"]


def test_a_refused_token_is_renewed_and_the_order_sent_once_more(connect):
    sink, provider = connect(refuse(401), created())
    assert provider.place_call(make_order()) == CALL_ID
    assert bearers(sink) == ["token-1", "token-2"]


def test_a_second_refusal_is_final(connect):
    sink, provider = connect(refuse(401, "The credentials provided were invalid"))
    with pytest.raises(OrderRefused, match="credentials"):
        provider.place_call(make_order())
    assert bearers(sink) == ["token-1", "token-2"]


def test_basic_credentials_that_are_refused_are_not_tried_again(connect):
    basic = {"CLIENT_ID": "", "CLIENT_SECRET": "", "USERNAME": "emulator", "PASSWORD": "wrong"}
    sink, provider = connect(refuse(401), **basic)
    with pytest.raises(OrderRefused):
        provider.place_call(make_order())
    assert len(sink.orders) == 1


def test_many_threads_share_one_token(connect):
    sink, provider = connect()
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: provider.place_call(make_order()), range(24)))
    assert ids == [CALL_ID] * 24
    assert len(sink.token_requests) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(200, b""), CarrierDown),
        (reply(200, b"<html>"), CarrierDown),
        (reply(200, b"[" * 9_000), CarrierDown),
        (reply(200, b"[]"), CarrierDown),
        (reply(200, {}), CarrierDown),
        (reply(200, {"access_token": None}), CarrierDown),
        (reply(200, {"access_token": ""}), CarrierDown),
        (reply(200, {"access_token": "two\r\nHeaders: 1"}), CarrierDown),
        (reply(200, {"access_token": "x" * 9_000}), CarrierDown),
        (reply(500), CarrierDown),
        (reply(204), CarrierDown),
        (drop, CarrierDown),
        (reply(401, {"error": "invalid_client"}), OrderRefused),
        (reply(400), OrderRefused),
        (reply(429, Retry_After="4"), CarrierBusy),
        (reply(503), CarrierBusy),
    ],
)
def test_without_a_token_nothing_is_placed(connect, answer, error):
    sink, provider = connect()
    sink.tokens.clear()
    sink.tokens.append(answer)
    with pytest.raises(error) as caught:
        provider.place_call(make_order())
    assert not sink.orders
    assert "emulator-secret" not in str(caught.value)


def test_a_failure_to_get_a_token_is_not_remembered(connect):
    sink, provider = connect()
    sink.tokens.appendleft(drop)
    with pytest.raises(CarrierDown):
        provider.place_call(make_order())
    assert provider.place_call(make_order()) == CALL_ID


def test_threads_do_not_queue_up_behind_a_token_that_never_comes(connect):
    sink, provider = connect(CONNECT_TIMEOUT=0.1, READ_TIMEOUT=0.1)
    sink.tokens.clear()
    sink.tokens.append(keep_waiting)
    errors = []

    def place():
        with pytest.raises(CarrierDown) as caught:
            provider.place_call(make_order())
        errors.append(str(caught.value))

    threads = [threading.Thread(target=place) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2)
    assert len(errors) == 6
    assert any("another thread" in error for error in errors)
