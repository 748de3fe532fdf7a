"""What can go wrong between us and the carrier, and which of our errors it becomes."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime

import pytest

from voice2fa.core.script import Hangup, Say
from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.bandwidth.errors import parse_retry_after
from voice2fa.providers.base import (
    CarrierBusy,
    CarrierDown,
    NumberRefused,
    OrderRefused,
    OutcomeUnknown,
    ProviderError,
)

from .samples import CALL_ID, CALLBACK_PASSWORD, LINE, bandwidth_options, make_order
from .sink import babble, created, drip, drop, keep_waiting, refuse, reply, token

NOW = datetime(2026, 11, 2, 9, 0, 0, tzinfo=UTC)
TOKEN_1 = "Bearer token-1"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refuse(400, "Invalid to: must be an E164 telephone number"), NumberRefused),
        (refuse(400, "Invalid from: must be an E164 telephone number"), OrderRefused),
        (refuse(400, "Could not create call: Application id x not found"), OrderRefused),
        (refuse(400, "Missing at least one required field. Required fields are [from, to]"), OrderRefused),
        (reply(400, b"<html>"), OrderRefused),
        (reply(400, b"[" * 9_000), OrderRefused),
        (reply(400, b'["Invalid to: no"]'), OrderRefused),
        (refuse(402), OrderRefused),
        (refuse(403, "Access is denied"), OrderRefused),
        (refuse(404, "Not Found"), OrderRefused),
        (refuse(405), OrderRefused),
        (refuse(413), OrderRefused),
        (refuse(415), OrderRefused),
        (reply(302, Location="https://elsewhere.example/"), OrderRefused),
        (refuse(429, "Account call creation rate limit exceeded", "error"), CarrierBusy),
        (reply(429, b"slow down"), CarrierBusy),
        (refuse(503, "Handling too many requests", "system-overloaded"), CarrierBusy),
        (reply(503, b"<html>a gateway"), OutcomeUnknown),
        (refuse(500, "An unknown internal error occurred", "internal-error"), OutcomeUnknown),
        (reply(502, b"<html>"), OutcomeUnknown),
        (reply(504), OutcomeUnknown),
        (reply(408), OutcomeUnknown),
        (reply(409), OutcomeUnknown),
        (reply(418), OutcomeUnknown),
        (reply(304), OutcomeUnknown),
        (reply(599), OutcomeUnknown),
        (reply(204), OutcomeUnknown),
        (reply(201, b"{" + b" " * 17_000 + b"}"), OutcomeUnknown),
        (reply(201, b"short", Content_Length="500"), OutcomeUnknown),
        (reply(201, b"not gzip", Content_Encoding="gzip"), OutcomeUnknown),
        (drop, OutcomeUnknown),
        (babble, OutcomeUnknown),
    ],
)
def test_an_order_that_fails_is_sent_once_and_named_by_the_table(connect, answer, error):
    sink, provider = connect(answer)
    with pytest.raises(ProviderError) as caught:
        provider.place_call(make_order())
    assert type(caught.value) is error
    assert len(sink.orders) == 1


@pytest.mark.parametrize("answer", [keep_waiting, drip], ids=["silence", "one byte at a time"])
def test_an_answer_that_does_not_come_to_an_end_is_given_up(connect, answer):
    sink, provider = connect(answer, READ_TIMEOUT=0.15)
    with pytest.raises(OutcomeUnknown):
        provider.place_call(make_order())
    assert len(sink.orders) == 1


@pytest.mark.parametrize(
    ("tokens", "answers", "error"),
    [
        ([token("token-1")], [keep_waiting], OutcomeUnknown),
        ([token("token-1")], [drip], OutcomeUnknown),
        ([keep_waiting], [reply(204)], CarrierDown),
        ([token("token-1"), keep_waiting], [refuse(401)], CarrierDown),
        ([token("token-1"), token("token-2")], [refuse(401), keep_waiting], OutcomeUnknown),
    ],
    ids=["silence", "one byte at a time", "no token", "no other token", "silence after another token"],
)
def test_a_script_is_pushed_in_its_time_or_not_at_all(connect, tokens, answers, error):
    """However patient the options are: somebody is listening to the call."""
    sink, provider = connect(*answers, CONNECT_TIMEOUT=30, READ_TIMEOUT=60)
    sink.tokens = deque(tokens)
    began = time.monotonic()
    with pytest.raises(error):
        provider.replace_script(CALL_ID, (Hangup(),), line=LINE, timeout=0.3)
    assert 0.25 < time.monotonic() - began < 2  # the carrier would have kept us for ten


def test_a_script_does_not_wait_for_the_token_of_somebody_more_patient(connect):
    sink, provider = connect(reply(204), READ_TIMEOUT=60)
    sink.tokens = deque([keep_waiting])
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(provider.hang_up, CALL_ID)
        while not sink.token_requests:
            assert not hanging.done()
        with pytest.raises(CarrierDown, match="another thread"):
            provider.replace_script(CALL_ID, (Hangup(),), line=LINE, timeout=0.1)
        assert not hanging.done()
        sink.released.set()
        assert isinstance(hanging.exception(), CarrierDown)


def test_a_script_for_which_no_time_is_left_is_not_sent(connect):
    sink, provider = connect(reply(204))
    with pytest.raises(CarrierDown):
        provider.replace_script(CALL_ID, (Hangup(),), line=LINE, timeout=0)
    assert sink.orders == []


def test_a_refused_connection_means_that_nothing_was_placed():
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert_down(BASE_URL=url, TOKEN_URL=url)


def test_a_connection_that_is_never_taken_up_means_that_nothing_was_placed():
    with ExitStack() as stack:
        busy = stack.enter_context(closing(socket.socket()))
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        # The queue of a listener that accepts nobody fills up; then the next connection hangs.
        for _ in range(4):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(busy.getsockname())
        url = f"http://127.0.0.1:{busy.getsockname()[1]}"
        basic = {"CLIENT_ID": "", "CLIENT_SECRET": "", "USERNAME": "emulator", "PASSWORD": "x"}
        assert_down(BASE_URL=url, CONNECT_TIMEOUT=0.1, READ_TIMEOUT=0.1, **basic)


def test_a_host_without_an_address_means_that_nothing_was_placed():
    assert_down(BASE_URL="https://voice.invalid", TOKEN_URL="https://api.invalid")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_a_certificate_that_nobody_vouches_for_means_that_nothing_was_placed(tmp_path):
    pem = tmp_path / "self-signed.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    order = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem, "-out", f"{pem}.crt"]
    subprocess.run([*order, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{pem}.crt", pem)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=greet_once, args=(server, context))
        thread.start()
        url = f"https://localhost:{server.getsockname()[1]}"
        basic = {"CLIENT_ID": "", "CLIENT_SECRET": "", "USERNAME": "emulator", "PASSWORD": "x"}
        assert_down(BASE_URL=url, **basic)
        thread.join()


def greet_once(server, context):
    connection, _ = server.accept()
    try:
        context.wrap_socket(connection, server_side=True).close()
    except OSError:
        connection.close()


def assert_down(**options):
    provider = BandwidthProvider(bandwidth_options(**options))
    try:
        with pytest.raises(CarrierDown):
            provider.place_call(make_order())
    finally:
        provider.close()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("2.5", 2.5),
        (" 3 ", 3),
        ("86400", 600),
        ("999999999999", 600),
        ("Mon, 02 Nov 2026 09:00:30 GMT", 30),
        ("Mon, 02 Nov 2026 09:00:30 -0000", 30),
        ("Mon, 02 Nov 2026 08:59:00 GMT", 1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 600),
        ("Fri, 31 Dec 99999 23:59:59 GMT", 1),
        ("-5", 1),
        ("1e9", 1),
        ("nan", 1),
        ("\u0663", 1),
        ("soon", 1),
        ("", 1),
        (None, 1),
    ],
)
def test_retry_after_is_read_in_both_forms_and_kept_within_reason(header, seconds):
    assert parse_retry_after(header, now=NOW) == seconds


@pytest.mark.parametrize("name", ["Retry_After", "retry_after", "RETRY_AFTER"])
def test_a_busy_carrier_says_when_to_come_again(connect, name):
    _, provider = connect(refuse(429, **{name: "7"}))
    with pytest.raises(CarrierBusy) as caught:
        provider.place_call(make_order())
    assert caught.value.retry_after == 7


def test_a_busy_carrier_that_does_not_say_when_is_asked_again_after_a_second(connect):
    _, provider = connect(refuse(429))
    with pytest.raises(CarrierBusy) as caught:
        provider.place_call(make_order())
    assert caught.value.retry_after == 1


def test_the_message_tells_the_status_and_what_is_wrong(connect):
    _, provider = connect(refuse(400, "Invalid from: must be an E164 telephone number"))
    with pytest.raises(OrderRefused, match=r"createCall was answered with status 400 \(Invalid from, E164\)"):
        provider.place_call(make_order())


def test_no_message_passes_on_what_the_carrier_echoes(connect):
    secrets = ["emulator-secret", CALLBACK_PASSWORD, "token-1", "482913", "4 8 2 9 1 3", "+12025550145"]
    _, provider = connect(refuse(400, f"Invalid to: {' '.join(secrets)} not found"))
    with pytest.raises(ProviderError) as placing:
        provider.place_call(make_order())
    with pytest.raises(ProviderError) as replacing:
        provider.replace_script(CALL_ID, (Say(text="482913", spelled=True),), line=LINE, timeout=2)
    for caught in (placing, replacing):
        assert not [secret for secret in secrets if secret in str(caught.value)]
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("answer", [drop, babble, keep_waiting])
def test_no_error_carries_the_request_that_it_is_about(connect, answer):
    _, provider = connect(answer, READ_TIMEOUT=0.15)
    with pytest.raises(OutcomeUnknown) as caught:
        provider.place_call(make_order())
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_representations_show_no_secret(connect):
    _, provider = connect()
    shown = f"{provider!r} {provider._options!r} {LINE!r} {make_order()!r}"
    assert "emulator-secret" not in shown
    assert CALLBACK_PASSWORD not in shown


def test_a_cookie_is_not_kept_between_orders(connect):
    sink, provider = connect(reply(201, {"callId": CALL_ID}, Set_Cookie="route=a"), created())
    provider.place_call(make_order())
    provider.place_call(make_order())
    assert "cookie" not in sink.orders[1].headers


def test_a_netrc_entry_does_not_replace_our_credentials(connect, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login stranger password stranger\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sink, provider = connect()
    provider.place_call(make_order())
    assert sink.orders[0].headers["authorization"] == TOKEN_1
