"""Bandwidth's adapter against the emulated carrier, on real sockets."""

import json
import queue
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.script import Gather, Hangup, Redirect, Say
from voice2fa.emulator import Emulator, Options
from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.providers.base import (
    CallProgress,
    CarrierBusy,
    MachineDetection,
    NumberRefused,
    OrderRefused,
    OutcomeUnknown,
)

from .contract import ProviderContract
from .samples import ACCOUNT_ID, APPLICATION_ID, bandwidth_options, make_line, make_order

EVENT_TYPES = {
    Kind.INITIATE: "initiate",
    Kind.ANSWER: "answer",
    Kind.GATHER: "gather",
    Kind.REDIRECT: "redirect",
    Kind.DISCONNECT: "disconnect",
    Kind.MACHINE: "machineDetectionComplete",
}
NAMES = {"call_id": "callId", "caller": "from", "ended_by": "terminatingDigit"}
PATIENCE = 10


@pytest.fixture(scope="module")
def emulator():
    with Emulator(Options(state_lag=0, speech_wpm=0, cps=1000, detection_seconds=0.2)) as running:
        yield running


@pytest.fixture
def provider(emulator):
    requests.post(f"{emulator.url}/_control/reset", timeout=PATIENCE).raise_for_status()
    made = make_provider(emulator)
    yield made
    made.close()


def make_provider(emulator, **options):
    urls = {"BASE_URL": emulator.base_url, "TOKEN_URL": emulator.token_url}
    return BandwidthProvider(bandwidth_options(**urls, **options))


@pytest.fixture
def fault(emulator, provider):
    """Return a function that makes the emulator's next answer to an operation a misfortune."""

    def strike(**facts):
        answer = requests.post(
            f"{emulator.url}/_control/faults", json={"count": 1, **facts}, timeout=PATIENCE
        )
        assert answer.ok, answer.text

    return strike


class TestBandwidthKeepsTheContract(ProviderContract):
    good_options = bandwidth_options()

    @pytest.fixture
    def words(self):
        def write(kind, **facts):
            named = {NAMES.get(name, name): value for name, value in facts.items()}
            ours = {"accountId": ACCOUNT_ID, "applicationId": APPLICATION_ID}
            return json.dumps({"eventType": EVENT_TYPES[kind], **ours, **named}).encode()

        return write


class Site:
    """Our side of the callbacks: each event goes to a queue, each reply comes from ``scripts``."""

    def __init__(self, provider, scripts):
        self.provider, self.scripts = provider, dict(scripts)
        self.events = queue.Queue()
        self.line = None

    def receive(self, body):
        event = self.provider.parse_event(body)
        self.events.put(event)
        return self.provider.render(self.scripts.get(event.kind, ()), line=self.line)

    def expect(self, kind):
        event = self.events.get(timeout=PATIENCE)
        assert event.kind is kind
        assert self.provider.is_ours(event)
        return event


@contextmanager
def serve(site):
    """Serve the site on a free port, asking for credentials as a challenge does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            allowed = self.headers.get("Authorization") == site.line.credentials.as_header()
            reply = site.receive(body) if allowed else b""
            self.send_response(200 if allowed else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="calls"')
            self.send_header("Content-Type", site.provider.script_content_type)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    site.line = make_line(f"http://127.0.0.1:{server.server_address[1]}")
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def act(emulator, call_id, action, **facts):
    if action != "press":
        wait_for(emulator, call_id, "ringing")
    answer = requests.post(f"{emulator.url}/_control/calls/{call_id}/{action}", json=facts, timeout=PATIENCE)
    assert answer.ok, answer.text


def wait_for(emulator, call_id, state):
    query = {"callId": call_id, "state": state, "timeout": PATIENCE}
    answer = requests.get(f"{emulator.url}/_control/wait", params=query, timeout=2 * PATIENCE)
    assert answer.ok, answer.text


def look(emulator, call_id):
    return requests.get(f"{emulator.url}/_control/calls/{call_id}", timeout=PATIENCE).json()


ASK = Gather(step=1, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=6, repeat=2)
TELL = (Say(text="Your code is"), Say(text="482913", spelled=True), Redirect(step=2))


def test_a_whole_call_is_steered_by_replies(emulator, provider):
    scripts = {Kind.ANSWER: (ASK, Hangup()), Kind.GATHER: TELL, Kind.REDIRECT: (Say(text="Bye."), Hangup())}
    with serve(Site(provider, scripts)) as site:
        call_id = provider.place_call(make_order(line=site.line))
        act(emulator, call_id, "answer")
        answered = site.expect(Kind.ANSWER)
        assert (answered.call_id, answered.to, answered.caller) == (call_id, "+12025550145", provider.caller)
        assert answered.occurred_at is not None
        wait_for(emulator, call_id, "listening")
        act(emulator, call_id, "press", digits="7")
        assert site.expect(Kind.GATHER).digits == "7"
        site.expect(Kind.REDIRECT)
        assert site.expect(Kind.DISCONNECT).cause is Cause.HUNG_UP
        report = provider.get_call(call_id)
        assert (report.progress, report.cause) == (CallProgress.OVER, Cause.HUNG_UP)
    shown = json.dumps(look(emulator, call_id)["transcript"])
    assert shown.index("Press 7.") < shown.index("Your code is") < shown.index("Bye.")


def test_a_live_call_takes_a_new_script_and_another(emulator, provider):
    with serve(Site(provider, {Kind.ANSWER: (ASK,), Kind.REDIRECT: (Say(text="Moved."), Hangup())})) as site:
        call_id = provider.place_call(make_order(line=site.line))
        act(emulator, call_id, "answer")
        site.expect(Kind.ANSWER)
        wait_for(emulator, call_id, "listening")
        assert provider.get_call(call_id).progress is CallProgress.ANSWERED
        provider.replace_script(call_id, (Say(text="Replaced."), ASK), line=site.line, timeout=2)
        provider.replace_script(call_id, (Redirect(step=2),), line=site.line, timeout=2)
        site.expect(Kind.REDIRECT)
        site.expect(Kind.DISCONNECT)
    shown = json.dumps(look(emulator, call_id)["transcript"])
    assert "Moved." in shown


@pytest.mark.parametrize(
    ("action", "cause"), [("reject", Cause.REJECTED), ("busy", Cause.BUSY)]
)  # fmt: skip
def test_a_call_that_is_not_taken_says_why(emulator, provider, action, cause):
    with serve(Site(provider, {})) as site:
        call_id = provider.place_call(make_order(line=site.line))
        act(emulator, call_id, action)
        assert site.expect(Kind.DISCONNECT).cause is cause
    assert provider.get_call(call_id).cause is cause


def test_a_machine_is_told_before_the_call_begins(emulator, provider):
    with serve(Site(provider, {Kind.ANSWER: (Hangup(),)})) as site:
        order = make_order(line=site.line, machine_detection=MachineDetection.SYNC)
        call_id = provider.place_call(order)
        act(emulator, call_id, "machine")
        assert site.expect(Kind.ANSWER).answerer is Answerer.MACHINE


def test_a_machine_is_told_beside_the_call(emulator, provider):
    ask = Gather(step=1, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=60)
    with serve(Site(provider, {Kind.ANSWER: (ask,)})) as site:
        order = make_order(line=site.line, machine_detection=MachineDetection.ASYNC)
        call_id = provider.place_call(order)
        act(emulator, call_id, "machine")
        assert site.expect(Kind.ANSWER).answerer is None
        assert site.expect(Kind.MACHINE).answerer is Answerer.MACHINE
        provider.hang_up(call_id)
        assert site.expect(Kind.DISCONNECT).cause is Cause.HUNG_UP


def test_a_number_of_the_country_calls_under_the_sites_name(emulator):
    numbers = {"GB": "+12025550108", "+4420": "+12025550109"}
    provider = make_provider(emulator, FROM_NUMBERS=numbers, DISPLAY_NAME="Example Bank")
    callers = {
        "+447400123456": "+12025550108",
        "+442079460123": "+12025550109",
        "+33142685300": "+12025550100",
    }
    for number, caller in callers.items():
        region = "FR" if number.startswith("+33") else "GB"
        with serve(Site(provider, {Kind.ANSWER: (Hangup(),)})) as site:
            chosen = provider.caller_for(number, region=region)
            call_id = provider.place_call(make_order(to=number, caller=chosen, line=site.line))
            act(emulator, call_id, "answer")
            assert site.expect(Kind.ANSWER).caller == caller
            site.expect(Kind.DISCONNECT)
        seen = look(emulator, call_id)
        assert seen["from"] == caller
        assert '\\"displayName\\": \\"Example Bank\\"' in json.dumps(seen["exchanges"])
    provider.close()


def test_each_language_is_heard_from_a_voice_of_its_own(emulator):
    provider = make_provider(emulator, VOICES={"en": "dave", "es-mx": "rosa"}, GENDER="male")
    languages = ("en", "en-gb", "es", "es-mx", "de", "zh-hans", "nl")
    script = (*(Say(text="Hello.", language=language) for language in languages), Hangup())
    with serve(Site(provider, {Kind.ANSWER: script})) as site:
        call_id = provider.place_call(make_order(line=site.line))
        act(emulator, call_id, "answer")
        site.expect(Kind.ANSWER)
        site.expect(Kind.DISCONNECT)
    seen = json.dumps(look(emulator, call_id)["exchanges"])
    voices = re.findall(r'SpeakSentence voice=\\+"(\w+)', seen)
    assert voices == ["dave", "dave", "jorge", "rosa", "stefan", "zhiyu", "ruben"]
    provider.close()


def test_a_number_that_is_none_is_refused(provider):
    with pytest.raises(NumberRefused):
        provider.place_call(make_order(to="5550199"))


def test_wrong_credentials_are_refused(emulator):
    provider = make_provider(emulator, CLIENT_SECRET="wrong")
    with pytest.raises(OrderRefused):
        provider.place_call(make_order())
    provider.close()


def test_revoked_tokens_are_renewed(emulator, provider):
    first = provider.place_call(make_order())
    requests.post(f"{emulator.url}/_control/revoke", timeout=PATIENCE).raise_for_status()
    assert provider.place_call(make_order()) != first


def test_an_api_user_may_still_call(emulator):
    basic = {"CLIENT_ID": "", "CLIENT_SECRET": "", "USERNAME": "emulator", "PASSWORD": "emulator-secret"}
    provider = make_provider(emulator, **basic)
    assert provider.place_call(make_order())
    provider.close()


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"kind": "error", "status": 429}, CarrierBusy),
        ({"kind": "error", "status": 503}, CarrierBusy),
        ({"kind": "error", "status": 500}, OutcomeUnknown),
        ({"kind": "error", "status": 402}, OrderRefused),
        ({"kind": "error", "status": 403}, OrderRefused),
        ({"kind": "lost"}, OutcomeUnknown),
        ({"kind": "garbage"}, OutcomeUnknown),
    ],
)
def test_a_misfortune_of_the_carrier_is_named(provider, fault, facts, error):
    fault(operation="createCall", **facts)
    with pytest.raises(error):
        provider.place_call(make_order())


def test_a_carrier_that_trickles_is_given_up(emulator, fault):
    fault(operation="createCall", kind="trickle", seconds=2.0)
    provider = make_provider(emulator, READ_TIMEOUT=0.3)
    with pytest.raises(OutcomeUnknown):
        provider.place_call(make_order())
    provider.close()
