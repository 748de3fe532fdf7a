"""The stand-ins keep the contract, and a call in this process behaves as a telephone call does."""

import json
import os
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.script import Door, Gather, Hangup, Park, Pause, Play, Redirect, Say, SendTones
from voice2fa.providers.base import BadEvent, BadOptions, CallProgress, MachineDetection
from voice2fa.providers.console import ConsoleProvider
from voice2fa.providers.local import parse_event, read_script, write_event, write_script
from voice2fa.providers.local_call import MOST_REDIRECTS, LocalCall, Reply
from voice2fa.providers.memory import MemoryProvider

from .contract import ProviderContract
from .samples import LINE, SECRET, make_line, make_order

ASK = Gather(step=1, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=6)
KEY_IN = Gather(step=1, prompts=(Say(text="Key in."),), max_digits=6, first_digit_seconds=9, last_keys="#*")


class LocalContract(ProviderContract):
    good_options = {"FROM_NUMBER": "+12025550101", "CALLBACK_SECRETS": [SECRET]}
    hang_up_word = "hung_up"

    @pytest.fixture
    def words(self):
        return lambda kind, **facts: write_event(kind, **facts)


class TestMemoryKeepsTheContract(LocalContract):
    @pytest.fixture
    def provider(self, memory, site):
        return memory


class TestConsoleKeepsTheContract(LocalContract):
    @pytest.fixture
    def provider(self, terminal):
        return terminal

    @pytest.fixture
    def order(self, terminal):
        return make_order(line=make_line(terminal.site.url))


@pytest.mark.parametrize("provider", [MemoryProvider, ConsoleProvider])
def test_every_option_of_a_stand_in_may_be_left_out(provider):
    made = provider({})
    assert made.caller == "+12025550100"
    assert made.for_development
    made = provider({"FROM_NUMBER": "+12025550101", "CALLBACK_SECRETS": [SECRET]})
    assert (made.caller, made.callback_secrets) == ("+12025550101", (SECRET,))


@pytest.mark.parametrize(
    ("options", "id"),
    [
        ({"FROM_NUMBERS": "x"}, "voice2fa.E151"),
        ({"FROM_NUMBER": "555"}, "voice2fa.E152"),
        ({"CALLBACK_SECRETS": ["short"]}, "voice2fa.E153"),
    ],
)
def test_faulty_options_of_a_stand_in_are_refused(options, id):
    assert [problem.id for problem in MemoryProvider.check(options)] == [id]
    with pytest.raises(BadOptions):
        MemoryProvider(options)


class Site:
    """Answers callbacks by kind; keeps what it was sent."""

    def __init__(self, **scripts):
        self.scripts = scripts
        self.asked = []

    def __call__(self, url, body, credentials):
        event = parse_event(body)
        self.asked.append((event, url, credentials))
        reply = self.scripts.get(event.kind, ())
        if callable(reply):
            reply = reply()
        if isinstance(reply, Reply):
            return reply
        return Reply(status=200, body=write_script(reply, line=LINE))

    @property
    def kinds(self):
        return [event.kind for event, _, _ in self.asked]

    @property
    def last(self):
        return self.asked[-1][0]


def ring(site, **order):
    return LocalCall(make_order(**order), post=site)


def test_what_is_said_is_heard_and_the_end_of_the_script_ends_the_call():
    site = Site(answer=(Say(text="Hello."), Pause(seconds=1), Play(url="https://site.example/a.wav")))
    call = ring(site)
    assert (call.progress, call.is_answered, call.is_over) == (CallProgress.RINGING, False, False)
    call.answer()
    assert call.said == ["Hello.", "[https://site.example/a.wav]"]
    assert call.is_over
    assert site.kinds == [Kind.ANSWER, Kind.DISCONNECT]
    assert (call.cause, site.last.cause) == (Cause.HUNG_UP, Cause.HUNG_UP)
    assert call.ended.is_set()


def test_callbacks_go_to_their_urls_with_the_credentials_of_the_line():
    site = Site(answer=(ASK,), gather=(Redirect(step=2),))
    call = ring(site)
    call.answer()
    call.press("7")
    urls = [url.removeprefix("https://site.example/call/") for _, url, _ in site.asked]
    assert urls == ["answer/", "gather/1/", "redirect/2/", "disconnect/"]
    assert {credentials for _, _, credentials in site.asked} == {LINE.credentials}
    assert {(event.to, event.caller) for event, _, _ in site.asked} == {("+12025550145", "+12025550100")}


def test_a_gather_waits_for_keys():
    call = ring(Site(answer=(ASK, Say(text="never said"))))
    call.answer()
    assert call.is_waiting
    assert call.said == ["Press 7."]
    assert repr(call) == "<LocalCall to +12025550145: answered>"


@pytest.mark.parametrize(
    ("typed", "digits", "ended_by"),
    [
        ("482913", "482913", ""),
        ("482913#", "482913", ""),
        ("4829130000", "482913", ""),
        ("48#", "48", "#"),
        ("48*2", "48", "*"),
        ("*", "", "*"),
        ("#", "", "#"),
        ("48", "48", ""),
        ("", "", ""),
    ],
)
def test_keys_end_as_they_do_on_a_telephone(typed, digits, ended_by):
    site = Site(answer=(KEY_IN,), gather=(KEY_IN,))
    call = ring(site)
    call.answer()
    call.press(typed)
    assert (site.last.digits, site.last.ended_by) == (digits, ended_by)


def test_silence_is_a_gather_without_digits():
    site = Site(answer=(ASK,))
    call = ring(site)
    call.answer()
    call.stay_silent()
    assert (site.asked[1][0].kind, site.asked[1][0].digits) == (Kind.GATHER, "")


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        (LocalCall.reject, Cause.REJECTED),
        (LocalCall.busy, Cause.BUSY),
        (LocalCall.no_answer, Cause.NO_ANSWER),
        (LocalCall.cut_off, Cause.CANCELLED),
    ],
)
def test_a_ringing_call_ends_with_its_cause(act, cause):
    site = Site()
    call = ring(site)
    act(call)
    assert (call.cause, site.last.cause, site.kinds) == (cause, cause, [Kind.DISCONNECT])


@pytest.mark.parametrize("act", [LocalCall.hang_up, LocalCall.cut_off])
def test_an_answered_call_can_be_hung_up_by_either_side(act):
    site = Site(answer=(ASK,))
    call = ring(site)
    call.answer()
    act(call)
    assert (call.cause, site.last.cause) == (Cause.HUNG_UP, Cause.HUNG_UP)
    assert not call.is_waiting


@pytest.mark.parametrize(
    "act", [LocalCall.answer, LocalCall.hang_up, LocalCall.reject, LocalCall.busy, LocalCall.stay_silent]
)
def test_nobody_can_act_on_a_call_that_is_over(act):
    call = ring(Site())
    call.no_answer()
    with pytest.raises(RuntimeError):
        act(call)


def test_a_call_ends_once():
    site = Site()
    call = ring(site)
    call.reject()
    call.cut_off()
    assert site.kinds == [Kind.DISCONNECT]
    assert call.cause is Cause.REJECTED


@pytest.mark.parametrize("status", [0, 302, 401, 404, 500])
def test_a_callback_that_fails_goes_to_the_fallback_and_then_ends_the_call(status):
    site = Site(answer=Reply(status=status, body=b""))
    call = ring(site)
    call.answer()
    urls = [url.removeprefix("https://site.example/call/") for _, url, _ in site.asked]
    assert urls == ["answer/", "answer_fallback/", "disconnect/"]
    assert call.cause is Cause.CALLBACK_FAILED


def test_a_fallback_that_answers_saves_the_call():
    replies = iter([Reply(status=500, body=b""), (ASK,)])
    call = ring(Site(answer=lambda: next(replies)))
    call.answer()
    assert call.is_waiting


@pytest.mark.parametrize("body", [b"", b"<Response/>", b"[]", b"{}", b'{"script": 1}'])
def test_a_reply_that_is_no_script_ends_the_call(body):
    call = ring(Site(answer=Reply(status=200, body=body)))
    call.answer()
    assert call.cause is Cause.SCRIPT_REFUSED


def test_redirects_that_go_in_circles_end_the_call():
    site = Site(answer=(Redirect(step=1),), redirect=(Redirect(step=1),))
    call = ring(site)
    call.answer()
    assert site.kinds.count(Kind.REDIRECT) == MOST_REDIRECTS
    assert call.cause is Cause.CALLBACK_FAILED


@pytest.mark.parametrize(
    ("detection", "told"),
    [
        (MachineDetection.OFF, []),
        (MachineDetection.SYNC, [Kind.ANSWER]),
        (MachineDetection.ASYNC, [Kind.MACHINE]),
    ],
)
@pytest.mark.parametrize(
    ("act", "answerer"), [(LocalCall.answer, Answerer.HUMAN), (LocalCall.answer_as_machine, Answerer.MACHINE)]
)
def test_who_picked_up_is_told_as_far_as_detection_is_on(detection, told, act, answerer):
    site = Site(answer=(ASK,))
    act(ring(site, machine_detection=detection))
    assert [event.kind for event, _, _ in site.asked if event.answerer is answerer] == told


def test_a_call_that_is_over_at_once_sends_no_late_result():
    site = Site(answer=())
    ring(site, machine_detection=MachineDetection.ASYNC).answer_as_machine()
    assert site.kinds == [Kind.ANSWER, Kind.DISCONNECT]


def test_tones_are_sent_and_a_pause_takes_no_time():
    call = ring(Site(answer=(Pause(seconds=3600), SendTones(keys=",204"), ASK)))
    call.answer()
    assert call.said == ["[tones ,204]", "Press 7."]
    assert call.is_waiting


PARK = Park(seconds=4.0, step=3)


def test_a_parked_call_waits_for_a_script_to_be_pushed():
    call = ring(Site(answer=(PARK,)))
    call.answer()
    assert (call.is_answered, call.is_parked, call.is_waiting) == (True, True, False)
    call.push(read_script(write_script((Say(text="Pushed."), Hangup()), line=LINE)))
    assert call.said == ["Pushed."]
    assert (call.is_over, call.is_parked) == (True, False)


def test_a_parked_call_onto_which_nobody_pushes_asks_at_its_door():
    site = Site(answer=(PARK,), redirect=(ASK,))
    call = ring(site)
    call.answer()
    call.wait_in_vain()
    assert site.asked[-1][1] == "https://site.example/call/parked/3/"
    assert (call.is_parked, call.is_waiting) == (False, True)
    with pytest.raises(RuntimeError):
        call.wait_in_vain()


def test_a_call_that_has_come_to_its_end_may_ask_at_a_door_of_its_own():
    site = Site(answer=(Say(text="Goodbye."), Redirect(step=2, door=Door.OVER)))
    ring(site).answer()
    assert site.asked[1][1] == "https://site.example/call/over/2/"


@pytest.mark.parametrize("last", [(ASK,), (Say(text="Goodbye."), Hangup())])
def test_scripts_that_another_thread_pushes_are_waited_for(last):
    site = Site(answer=(PARK,))
    call = ring(site)
    call.answer()
    scripts = [read_script(write_script(script, line=LINE)) for script in ((PARK,), last)]
    worker = threading.Thread(target=lambda: [call.push(script) for script in scripts])
    worker.start()
    while not (call.is_waiting or call.is_over):
        call.wait_for_script()
    worker.join()
    assert call.said[-1] == ("Press 7." if last == (ASK,) else "Goodbye.")
    assert Kind.REDIRECT not in site.kinds


def test_a_script_that_has_been_pushed_before_is_not_waited_for():
    call = ring(Site(answer=(ASK,)))
    call.answer()
    call.wait_for_script()
    assert call.is_waiting


def test_a_script_that_nobody_pushes_is_waited_for_as_long_as_the_call_is_parked():
    site = Site(answer=(Park(seconds=0.05, step=3),), redirect=(ASK,))
    call = ring(site)
    call.answer()
    call.wait_for_script()
    assert call.is_waiting
    assert site.last.kind is Kind.REDIRECT


def test_a_pushed_script_wins_over_the_reply_that_it_overtakes():
    pushed = read_script(write_script((ASK,), line=LINE))

    def push_first():
        call.push(pushed)
        return (Say(text="too late"), Hangup())

    call = ring(Site(answer=push_first))
    call.answer()
    assert call.said == ["Press 7."]
    assert call.is_waiting


def test_a_callback_may_end_its_own_call():
    def end_first():
        call.cut_off()
        return (ASK,)

    site = Site(answer=end_first)
    call = ring(site, machine_detection=MachineDetection.ASYNC)
    call.answer()
    assert site.kinds == [Kind.ANSWER, Kind.DISCONNECT]
    assert call.said == []


@pytest.mark.parametrize(
    "report",
    [
        {"kind": "gather", "call_id": "c-1", "digits": 7},
        {"kind": "gather", "call_id": "c-1", "digits": "x"},
        {"kind": "gather", "call_id": "c-1", "ended_by": "##"},
        {"kind": 7, "call_id": "c-1"},
        {"call_id": "c-1"},
        {"kind": "answer", "call_id": None},
    ],
)
def test_a_report_that_makes_no_sense_is_a_bad_event(report):
    with pytest.raises(BadEvent):
        parse_event(json.dumps(report).encode())


def test_words_that_are_new_are_unknown():
    event = parse_event(write_event("moved", call_id="c-1", cause="boredom", answerer="parrot"))
    assert (event.kind, event.cause, event.answerer) == (Kind.UNKNOWN, Cause.UNKNOWN, Answerer.UNKNOWN)


WORDS = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2)
NAMES = st.sampled_from(["kind", "call_id", "to", "caller", "digits", "ended_by", "cause", "answerer"])


@given(st.dictionaries(NAMES, WORDS) | st.just({}), st.binary(max_size=50))
def test_any_report_is_an_event_or_a_bad_event(report, noise):
    for body in (json.dumps(report).encode(), json.dumps({"call_id": "c-1", **report}).encode(), noise):
        try:
            sentence = f"The event is {parse_event(body).kind}."
        except BadEvent as refusal:
            sentence = str(refusal)
        assert sentence.startswith("The event")


# Secrets of their own


@pytest.mark.parametrize(
    "backend", ["voice2fa.providers.memory.MemoryProvider", "voice2fa.providers.console.ConsoleProvider"]
)
def test_without_a_secret_each_process_makes_its_own(backend):  # R45, A16
    module, _, name = backend.rpartition(".")
    script = f"from {module} import {name} as Provider; print(*Provider({{}}).callback_secrets)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", script]
    texts = [subprocess.check_output(command, text=True, env=environment).split() for _ in range(2)]
    assert [len(text) for text in texts] == [1, 1]
    assert texts[0] != texts[1]
    assert all(len(secret) >= 32 for (secret,) in texts)


def test_within_a_process_all_accept_the_secret_that_was_made():
    assert MemoryProvider({}).callback_secrets == ConsoleProvider({}).callback_secrets
