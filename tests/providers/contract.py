"""What every provider must do: inherit the class, and give it a provider and the carrier's own words."""

import pytest

from voice2fa.core.events import Cause, Kind
from voice2fa.core.script import Door, Gather, Hangup, Park, Pause, Play, Redirect, Say, SendTones
from voice2fa.providers.base import BadEvent, CallGone, CallProgress, Provider
from voice2fa.providers.rules import E164, SECRET_LENGTH

from .samples import LINE, make_order

SCRIPTS = [
    (),
    (Hangup(),),
    (Say(text="Hello <b>&</b> \x00 goodbye."), Say(text="482913", spelled=True), Redirect(step=1)),
    (Play(url="https://site.example/tune.wav"), Pause(seconds=3600)),
    (
        Gather(step=7, prompts=(Say(text="Press 7."),), max_digits=1, first_digit_seconds=6, repeat=2),
        Hangup(),
    ),
    (Pause(seconds=2), SendTones(keys=",,204"), Say(text="Hola.", language="es", slowly=True), Hangup()),
    (Park(seconds=4.0, step=3),),
    (Say(text="Goodbye."), Redirect(step=3, door=Door.OVER)),
]

HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'""',
    b"{}",
    b"{",
    b"\xff\xfe\x00",
    b"\x00" * 1000,
    b"[" * 50_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b" " * 10_000_000,
    b"eventType=answer&callId=c-1",
    b"<Response/>",
]


class ProviderContract:
    """Tests that hold for any provider; subclasses give fixtures ``provider`` and ``words``.

    ``provider`` can place calls; ``words(kind, **facts)`` returns a body as its carrier would post it, and
    takes ``call_id``, ``to``, ``caller``, ``digits``, ``ended_by`` and ``cause`` (the carrier's word for it).
    """

    good_options = {}
    hang_up_word = "hangup"

    @pytest.fixture
    def order(self):
        """Give an order whose callbacks reach a site, where the provider posts them by itself."""
        return make_order()

    def test_good_options_have_no_error(self, provider):
        assert not [problem for problem in provider.check(self.good_options) if problem.is_error]

    def test_an_unknown_option_is_a_problem(self, provider):
        problems = provider.check({**self.good_options, "CALLBACK_SECRET": "x"})
        assert any("CALLBACK_SECRETS" in problem.hint for problem in problems if problem.is_error)

    def test_problems_have_ids_sentences_and_hints(self, provider):
        for problem in provider.check({"FROM_NUMBER": 7, "CALLBACK_SECRETS": "short", "Nonsense": 1}):
            assert problem.id.startswith("voice2fa.")
            assert problem.message.endswith(".")
            assert problem.hint

    def test_it_declares_what_it_can_do(self, provider):
        assert isinstance(provider, Provider)
        assert provider.script_content_type.split(";")[0] in {"application/xml", "application/json"}
        flags = (provider.can_detect_machines, provider.can_report_progress)
        assert all(isinstance(flag, bool) for flag in (*flags, provider.for_development))

    def test_callback_secrets_are_long(self, provider):
        assert provider.callback_secrets
        assert all(len(secret) >= SECRET_LENGTH for secret in provider.callback_secrets)

    def test_a_caller_is_known(self, provider):
        assert E164.fullmatch(provider.caller)
        assert provider.caller_for("+12025550145", region="US") == provider.caller
        assert provider.caller_for("+881612345678", region="") == provider.caller

    def test_english_can_be_spoken(self, provider):
        assert provider.can_speak("en") is True
        assert provider.can_speak("en-us") is True

    @pytest.mark.parametrize("script", SCRIPTS, ids=range(len(SCRIPTS)))
    def test_every_script_is_rendered_and_every_step_and_door_filled_in(self, provider, script):
        rendered = provider.render(script, line=LINE)
        assert isinstance(rendered, bytes)
        assert b"{step}" not in rendered
        assert b"{door}" not in rendered

    @pytest.mark.parametrize(
        ("script", "door"),
        [((Redirect(step=3),), "redirect/3"), (SCRIPTS[6], "parked/3"), (SCRIPTS[7], "over/3")],
        ids=["redirect", "parked", "over"],
    )
    def test_a_call_asks_at_the_door_that_fits(self, provider, script, door):
        assert f"/call/{door}/" in provider.render(script, line=LINE).decode()

    def test_rendering_the_same_script_gives_the_same_bytes(self, provider):
        assert provider.render(SCRIPTS[4], line=LINE) == provider.render(SCRIPTS[4], line=LINE)

    @pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
    def test_a_hostile_body_is_a_bad_event(self, provider, body):
        with pytest.raises(BadEvent):
            provider.parse_event(body)

    @pytest.mark.parametrize(
        "kind",
        [Kind.INITIATE, Kind.ANSWER, Kind.GATHER, Kind.REDIRECT, Kind.DISCONNECT, Kind.MACHINE],
    )
    def test_an_event_is_understood(self, provider, words, kind):
        event = provider.parse_event(words(kind, call_id="c-1", to="+12025550145", caller="+12025550100"))
        assert (event.kind, event.call_id) == (kind, "c-1")
        assert (event.to, event.caller) == ("+12025550145", "+12025550100")
        assert provider.is_ours(event)

    def test_pressed_keys_arrive_and_are_not_stored(self, provider, words):
        event = provider.parse_event(words(Kind.GATHER, call_id="c-1", digits="482913", ended_by="#"))
        assert (event.digits, event.ended_by) == ("482913", "#")
        assert "482913" not in repr(event.raw)

    def test_the_end_of_a_call_has_a_cause(self, provider, words):
        event = provider.parse_event(words(Kind.DISCONNECT, call_id="c-1", cause=self.hang_up_word))
        assert event.cause is Cause.HUNG_UP
        event = provider.parse_event(words(Kind.DISCONNECT, call_id="c-1", cause="a new word"))
        assert event.cause is Cause.UNKNOWN

    def test_a_call_without_an_id_is_a_bad_event(self, provider, words):
        for call_id in ("", "c 1", "c" * 300, "c-1\n"):
            with pytest.raises(BadEvent):
                provider.parse_event(words(Kind.ANSWER, call_id=call_id))

    def test_calls_have_different_ids_that_can_be_stored(self, provider, order):
        first, second = provider.place_call(order), provider.place_call(order)
        assert first != second
        assert all(0 < len(call_id) <= 256 and call_id.isascii() for call_id in (first, second))

    def test_a_call_that_was_hung_up_is_over(self, provider, order):
        call_id = provider.place_call(order)
        provider.hang_up(call_id)
        report = provider.get_call(call_id)
        assert (report.call_id, report.progress, report.cause) == (
            call_id,
            CallProgress.OVER,
            Cause.CANCELLED,
        )
        with pytest.raises(CallGone):
            provider.hang_up(call_id)

    def test_a_call_that_was_not_answered_takes_no_script(self, provider, order):
        call_id = provider.place_call(order)
        with pytest.raises(CallGone):
            provider.replace_script(call_id, (Hangup(),), line=LINE, timeout=2)

    def test_an_unknown_call_is_gone(self, provider):
        for order in (
            lambda: provider.get_call("c-unknown"),
            lambda: provider.hang_up("c-unknown"),
            lambda: provider.replace_script("c-unknown", (), line=LINE, timeout=2),
        ):
            with pytest.raises(CallGone):
                order()
