"""Calls in memory reach the site as the carrier's callbacks do, through Django's test client."""

import pytest
from django.test import override_settings

from voice2fa.core.events import Cause, Kind
from voice2fa.core.script import Gather, Hangup, Redirect, Say
from voice2fa.providers.base import (
    CallbackUrls,
    CallGone,
    CallProgress,
    CarrierDown,
    Line,
    OutcomeUnknown,
)
from voice2fa.providers.local import write_script
from voice2fa.providers.memory import MemoryProvider

from .samples import LINE, make_order

ASK = Gather(step=1, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=6)


pytestmark = pytest.mark.usefixtures("site")


def say(*script):
    return 200, write_script(script, line=LINE)


def test_a_placed_call_waits_in_the_list(memory, site):
    call_id = memory.place_call(make_order())
    (call,) = MemoryProvider.calls
    assert (call.call_id, call.to, call.caller) == (call_id, "+12025550145", "+12025550100")
    assert memory.get_call(call_id).progress is CallProgress.RINGING
    assert not site.asked


def test_calls_are_shared_by_all_instances(memory):
    call_id = memory.place_call(make_order(caller="+12025550102"))
    assert MemoryProvider({}).get_call(call_id).call_id == call_id
    assert MemoryProvider.calls[0].caller == "+12025550102"


def test_a_test_leads_a_call_from_the_answer_to_the_end(memory, site):
    site.replies |= {"answer": say(ASK), "gather": say(Say(text="Thank you."), Hangup())}
    memory.place_call(make_order())
    call = MemoryProvider.calls[-1]
    call.answer()
    call.press("7")
    assert call.said == ["Press 7.", "Thank you."]
    assert memory.get_call(call.call_id).cause is Cause.HUNG_UP
    events = [memory.parse_event(request.body) for request in site.asked]
    assert [event.kind for event in events] == [Kind.ANSWER, Kind.GATHER, Kind.DISCONNECT]


def test_callbacks_bring_credentials_over_the_scheme_of_their_url(memory, site):
    memory.place_call(make_order())
    MemoryProvider.calls[-1].answer()
    request = site.asked[0]
    assert request.headers["Authorization"] == LINE.credentials.as_header()
    assert request.content_type == memory.script_content_type
    assert request.is_secure()
    assert request.path == "/call/answer/"


def test_the_query_of_a_callback_url_is_kept(memory, site):
    addresses = dict.fromkeys(CallbackUrls.__dataclass_fields__, "http://site.example/call/any/?id=1&b=2")
    memory.place_call(make_order(line=Line(urls=CallbackUrls(**addresses), credentials=LINE.credentials)))
    MemoryProvider.calls[-1].answer()
    assert site.asked[0].GET.dict() == {"id": "1", "b": "2"}
    assert not site.asked[0].is_secure()


def test_a_callback_view_that_checks_csrf_tokens_fails_as_it_would_in_earnest(memory):
    addresses = dict.fromkeys(CallbackUrls.__dataclass_fields__, "http://site.example/protected/")
    with override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]):
        memory.place_call(make_order(line=Line(urls=CallbackUrls(**addresses), credentials=LINE.credentials)))
        MemoryProvider.calls[-1].answer()
    assert MemoryProvider.calls[-1].cause is Cause.CALLBACK_FAILED


def test_the_site_can_hang_up(memory, site):
    call_id = memory.place_call(make_order())
    memory.hang_up(call_id)
    assert memory.parse_event(site.asked[-1].body).cause is Cause.CANCELLED


def test_the_site_can_push_a_script(memory, site):
    site.replies |= {"answer": say(ASK), "redirect": say(Redirect(step=3), Hangup())}
    call_id = memory.place_call(make_order())
    call = MemoryProvider.calls[-1]
    call.answer()
    memory.replace_script(call_id, (Say(text="Pushed."), ASK), line=LINE, timeout=2)
    assert call.said == ["Press 7.", "Pushed.", "Press 7."]
    site.replies["redirect"] = say(Say(text="Moved."))
    memory.replace_script(call_id, (Redirect(step=2),), line=LINE, timeout=2)
    assert call.said[-1] == "Moved."
    assert any(request.path == "/call/redirect/2/" for request in site.asked)
    with pytest.raises(CallGone):
        memory.replace_script(call_id, (Redirect(step=2),), line=LINE, timeout=2)


def test_the_next_order_can_be_made_to_fail(memory):
    MemoryProvider.fail_next(CarrierDown("no line"))
    with pytest.raises(CarrierDown, match="no line"):
        memory.place_call(make_order())
    assert MemoryProvider.calls == []
    memory.place_call(make_order())
    assert len(MemoryProvider.calls) == 1


def test_a_failed_order_may_ring_all_the_same(memory):
    MemoryProvider.fail_next(OutcomeUnknown("answer lost"), although_placed=True)
    with pytest.raises(OutcomeUnknown):
        memory.place_call(make_order())
    assert len(MemoryProvider.calls) == 1


def test_reset_forgets_calls_and_failures(memory):
    memory.place_call(make_order())
    MemoryProvider.fail_next(CarrierDown("no line"))
    MemoryProvider.reset()
    memory.place_call(make_order())
    assert len(MemoryProvider.calls) == 1
