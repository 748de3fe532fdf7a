"""Calls in the terminal: the developer types, the site is called back over HTTP."""

import io
import sys
import threading
from collections import deque

import pytest

from voice2fa.core.events import Cause, Kind
from voice2fa.core.script import Gather, Hangup, Park, Say
from voice2fa.providers.console import ConsoleProvider
from voice2fa.providers.local import parse_event, write_script

from .samples import LINE, make_line, make_order
from .sink import Sink, drop, reply

ASK = Gather(step=1, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=6)


class Typing:
    """A developer who types line after line; a function among the lines is called first."""

    def __init__(self, *lines):
        self.lines = deque(lines)

    def readline(self):
        line = self.lines.popleft() if self.lines else ""
        if callable(line):
            line()
            return self.readline()
        return line


class Evening:
    """One developer, one terminal, one site."""

    def __init__(self, sink):
        self.sink = sink
        self.shown = io.StringIO()
        self.typing = Typing()
        self.console = ConsoleProvider({}, typed=self.typing, shown=self.shown)
        self.workers = []

    def answer_with(self, *scripts):
        line = make_line(self.sink.url)
        self.sink.answers = deque(
            script if callable(script) else reply(200, write_script(script, line=line)) for script in scripts
        )

    def ring(self, *lines):
        self.typing.lines.extend(lines)
        call_id = self.console.place_call(make_order(line=make_line(self.sink.url)))
        join_thread(call_id)
        return self.console.list_calls()[-1]

    @property
    def events(self):
        return [parse_event(asked.body) for asked in self.sink.orders]


def join_thread(call_id):
    for thread in threading.enumerate():
        if thread.name == f"voice2fa-{call_id}":
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def evening():
    with Sink(reply(200, write_script((), line=LINE))) as sink:
        yield Evening(sink)


def test_a_call_is_answered_and_a_key_pressed_by_typing(evening):
    evening.answer_with((ASK,), (Say(text="Thank you."), Hangup()), ())
    call = evening.ring("a\n", "7\n")
    assert [event.kind for event in evening.events] == [Kind.ANSWER, Kind.GATHER, Kind.DISCONNECT]
    assert evening.events[1].digits == "7"
    assert call.said == ["Press 7.", "Thank you."]
    shown = evening.shown.getvalue()
    assert "+12025550145 rings: +12025550100 calls" in shown
    assert "» Press 7." in shown
    assert "The call is over: hung_up" in shown


def test_callbacks_bring_credentials(evening):
    evening.ring("a\n")
    (asked, *_) = evening.sink.orders
    assert asked.headers["authorization"] == LINE.credentials.as_header()
    assert asked.headers["content-type"] == "application/json"
    assert asked.path == "/call/answer/"


@pytest.mark.parametrize(
    ("typed", "cause"), [("d\n", Cause.REJECTED), ("\n", Cause.REJECTED), ("", Cause.NO_ANSWER)]
)
def test_a_call_can_be_declined_or_left_to_ring(evening, typed, cause):
    assert evening.ring(typed).cause is cause
    assert [event.cause for event in evening.events] == [cause]


@pytest.mark.parametrize("typed", ["h\n", "H\n", ""])
def test_a_developer_hangs_up_by_typing_or_by_ending_the_input(evening, typed):
    evening.answer_with((ASK,), ())
    call = evening.ring("a\n", typed)
    assert call.cause is Cause.HUNG_UP
    assert [event.kind for event in evening.events] == [Kind.ANSWER, Kind.DISCONNECT]


def test_enter_alone_is_silence(evening):
    evening.answer_with((ASK,), ())
    evening.ring("a\n", "\n")
    assert [event.digits for event in evening.events if event.kind is Kind.GATHER] == [""]


def test_a_call_that_the_site_ended_while_it_rang_is_not_answered(evening):
    call = evening.ring(lambda: evening.console.hang_up(evening.console.list_calls()[-1].call_id), "a\n")
    assert call.cause is Cause.CANCELLED
    assert "The caller has hung up" in evening.shown.getvalue()
    assert [event.kind for event in evening.events] == [Kind.DISCONNECT]


def test_keys_typed_after_the_site_has_ended_the_call_go_nowhere(evening):
    evening.answer_with((ASK,), ())
    call = evening.ring(
        "a\n", lambda: evening.console.hang_up(evening.console.list_calls()[-1].call_id), "7\n"
    )
    assert call.cause is Cause.HUNG_UP
    assert [event.kind for event in evening.events] == [Kind.ANSWER, Kind.DISCONNECT]


def park_and_push(evening, *script):
    """Return an answer that parks the call, and has a worker push the script onto it."""

    def push():
        line = make_line(evening.sink.url)
        evening.console.replace_script(evening.console.list_calls()[-1].call_id, script, line=line, timeout=2)

    def answer(handler, sink):
        reply(200, write_script((Park(seconds=10, step=1),), line=make_line(sink.url)))(handler, sink)
        evening.workers.append(threading.Thread(target=push))
        evening.workers[-1].start()

    return answer


def test_a_call_that_a_worker_steers_goes_on_as_soon_as_a_script_is_pushed(evening):
    evening.answer_with(
        park_and_push(evening, ASK), park_and_push(evening, Say(text="Thank you."), Hangup()), ()
    )
    call = evening.ring("a\n", "7\n")
    for worker in evening.workers:
        worker.join(10)
    assert call.said == ["Press 7.", "Thank you."]
    assert [event.kind for event in evening.events] == [Kind.ANSWER, Kind.GATHER, Kind.DISCONNECT]
    assert "The call is over: hung_up" in evening.shown.getvalue()


def test_a_parked_call_onto_which_nobody_pushes_asks_what_comes_next(evening):
    evening.answer_with((Park(seconds=0.05, step=1),), (ASK,), (Say(text="Thank you."), Hangup()), ())
    call = evening.ring("a\n", "7\n")
    assert call.said == ["Press 7.", "Thank you."]
    assert [asked.path for asked in evening.sink.orders][:2] == ["/call/answer/", "/call/parked/1/"]


def test_a_site_that_is_down_ends_the_call(evening):
    evening.answer_with(drop)
    assert evening.ring("a\n").cause is Cause.CALLBACK_FAILED


def test_calls_are_led_one_after_another(evening):
    evening.ring("d\n")
    evening.ring("d\n")
    assert evening.shown.getvalue().count("rings") == 2


def test_the_terminal_of_the_process_is_the_default(evening, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("d\n"))
    console = ConsoleProvider({})
    join_thread(console.place_call(make_order(line=make_line(evening.sink.url))))
    assert "[a]nswer or [d]ecline?" in capsys.readouterr().out
    assert console.list_calls()[0].cause is Cause.REJECTED
