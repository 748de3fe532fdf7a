"""The telephone line of a call: ringing, answering, keys, hanging up, and steering through the API."""

import uuid
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from voice2fa.emulator import amd, events, numbers
from voice2fa.emulator.bxml import Document
from voice2fa.emulator.calls import Call
from voice2fa.emulator.clock import Timer
from voice2fa.emulator.desk import Desk, logger
from voice2fa.emulator.interpreter import CallEnded, Interpreter
from voice2fa.emulator.jumps import Jump, make_first_jump, make_initiate
from voice2fa.emulator.orders import UpdateOrder
from voice2fa.emulator.reception import Reception
from voice2fa.emulator.webhooks import Courier

Program = Callable[[], Coroutine[Any, Any, None]]

# createCall: "If the call does not start ringing within 30s, the call will be cancelled".
RINGING_MUST_BEGIN_WITHIN = 30.0
LOUD_CAUSES = ("callback-error", "invalid-bxml", "application-error")
# Cause -> what the disconnect event says and the SIP status, where the network answered with one.
ENDINGS: dict[str, tuple[str, int | None]] = {
    "busy": ("Callee is busy", 486),
    "rejected": ("Callee rejected the call", 603),
    "timeout": ("Call was not answered in time", None),
    "error": ("Service unavailable", 503),
    "account-limit": ("Account concurrent call limit exceeded", None),
}


class Lines:
    """Moves calls through their states; `on_ended` is told about each one that is over."""

    def __init__(self, desk: Desk, courier: Courier, on_ended: Callable[[Call], None]) -> None:
        self._desk, self._courier, self._on_ended = desk, courier, on_ended
        self._interpreter = Interpreter(desk, courier, picked_up=self._pick_up, prompted=self._prompted)

    def dial(self, call: Call) -> None:
        """Take a call off the queue and let it ring."""
        options, order = self._desk.options, call.order
        call.state, call.started = "initiated", self._desk.clock.now()
        call.behaviour = numbers.look_up(order.to, options.everyone)
        self._desk.changed(call)
        # A number that is not yours is well-formed, so the create succeeded; the network then refuses it.
        if order.sender not in options.numbers:
            self.end(call, "error", f"Service unavailable: {order.sender} is not provisioned")
        elif options.ring_delay > RINGING_MUST_BEGIN_WITHIN:
            self._later(call, RINGING_MUST_BEGIN_WITHIN, lambda: self.end(call, "timeout"))
        elif options.ring_delay > 0:
            self._later(call, options.ring_delay, lambda: self._ring(call))
        else:
            self._ring(call)

    def arrive(self, call: Call) -> None:
        """Announce a call to us; what the site replies answers it, lets it ring or rejects it."""
        call.state = "initiated"
        self._desk.changed(call)
        if call.order.answer.url:
            self._run(call, partial(self._interpreter.run_from, call, make_initiate(call)))
            return
        sentence = f"No application takes calls to {call.order.to}: call_initiated_url is not set"
        logger.warning("Call %s from %s: %s", call.call_id, call.order.sender, sentence)
        self.end(call, "error", sentence)

    def answer(self, call: Call, voice: str) -> None:
        """Pick up; a human, a machine or silence is heard on the line."""
        call.voice = voice
        self._connect(call)
        callee = numbers.behaviour(call.behaviour)
        if callee.menu is not None:
            call.reception = Reception(
                callee.menu,
                later=partial(self._later, call),
                note=partial(self._note, call),
                reached=partial(self._reach, call),
                refused=partial(self.end, call, "hangup"),
            )
            call.reception.begin()
        if callee.hangs_up_after is not None:
            self._later(call, callee.hangs_up_after, lambda: self.end(call, "hangup"))
        self._begin(call)

    def press(self, call: Call, digits: str) -> None:
        """Press keys one after another, wherever they go."""
        for key in digits.upper():
            if call.gathering is not None and call.gathering.press(key):
                continue
            if call.dtmf_target is not None:
                event = events.build(call, "dtmf", self._desk.clock.now(), digit=key)
                self._desk.spawn(self._courier.tell(call, event, call.dtmf_target))
            elif self._desk.options.early_keys == "buffered":
                call.held_back += key
        self._desk.changed(call)

    def update(self, call: Call, order: UpdateOrder) -> None:
        """Do what updateCall asks: end the call, or fetch BXML from elsewhere."""
        if order.redirect is None:
            is_ours_to_cancel = call.state != "answered" and not call.is_inbound
            self.end(call, "cancel" if is_ours_to_cancel else "hangup")
            return
        if order.tag is not None:
            call.tag = order.tag
        jump = Jump(event_type="redirect", target=order.redirect, fallback=order.fallback, fields={})
        self._run(call, partial(self._interpreter.run_from, call, jump))

    def replace(self, call: Call, document: Document) -> None:
        """Run another document instead of the present one."""
        self._run(call, partial(self._interpreter.run, call, document))

    def end(self, call: Call, cause: str, message: str = "") -> None:
        """End a call in any state, and tell the site."""
        if call.is_over:
            return
        self._interrupt(call)
        call.cancel_timers()
        # Hanging up on a call to us that still rings is how one rejects it.
        cause = "rejected" if cause == "hangup" and call.is_unanswered_inbound else cause
        default, sip_code = ENDINGS.get(cause, ("", None))
        call.sip_code = None if call.is_inbound else sip_code
        call.state, call.ringing, call.cause = "disconnected", False, cause
        call.ended = self._desk.clock.now()
        call.error_message = message or default or None
        call.error_id = str(uuid.uuid4()) if call.error_message else None
        if cause in LOUD_CAUSES:
            logger.warning("Call %s to %s ended with %s: %s", call.call_id, call.order.to, cause, message)
        self._desk.changed(call)
        self._on_ended(call)
        if call.order.disconnect is not None:
            self._desk.spawn(self._courier.tell(call, self._disconnect_event(call), call.order.disconnect))

    def _disconnect_event(self, call: Call) -> dict[str, Any]:
        return events.build(
            call,
            "disconnect",
            self._desk.clock.now(),
            cause=call.cause,
            errorMessage=call.error_message,
            errorId=call.error_id,
            sipResponseCode=call.sip_code,
        )

    def _later(self, call: Call, seconds: float, action: Callable[[], None]) -> Timer:
        timer = self._desk.clock.call_later(seconds, action)
        call.timers.append(timer)
        return timer

    def _note(self, call: Call, line: str) -> None:
        if line:
            call.note(line)
        self._desk.changed(call)

    def _reach(self, call: Call, behaviour: str) -> None:
        """Put a person on the line in the switchboard's place, who has heard nothing so far."""
        call.behaviour = behaviour
        call.prompt.clear()
        self._desk.changed(call)

    def _ring(self, call: Call) -> None:
        call.ringing = True
        self._later(call, call.order.call_timeout, lambda: self.end(call, "timeout"))
        callee = numbers.behaviour(call.behaviour)
        actions: dict[str, Callable[[], None]] = {
            "answer": lambda: self.answer(call, callee.voice),
            "busy": lambda: self.end(call, "busy"),
            "reject": lambda: self.end(call, "rejected"),
            "error": lambda: self.end(call, "error", "Service unavailable: no route to the number"),
        }
        if callee.outcome:
            self._later(call, callee.ringing_seconds, actions[callee.outcome])
        self._desk.changed(call)

    def _begin(self, call: Call) -> None:
        detection = call.order.detection
        if detection is None:
            self._run(call, partial(self._announce, call))
            return
        value, seconds = amd.detect(call.voice, detection, self._desk.options.detection_seconds)
        if detection.mode == "sync":
            self._run(call, partial(self._announce, call, value, seconds))
            return
        self._later(call, seconds, lambda: self._tell_detection(call, value, seconds))
        self._run(call, partial(self._announce, call))

    def _connect(self, call: Call) -> None:
        call.cancel_timers()
        call.state, call.ringing = "answered", False
        call.answered = self._desk.clock.now()
        self._desk.changed(call)
        if self._desk.options.max_call_seconds:
            self._later(call, self._desk.options.max_call_seconds, lambda: self.end(call, "hangup"))

    def _pick_up(self, call: Call) -> None:
        """Our side answers a call to us; from now on it can be steered."""
        call.is_announced = True
        self._connect(call)

    async def _announce(self, call: Call, value: str = "", seconds: float = 0.0) -> None:
        """Send the answer event; with synchronous detection not before there is a result."""
        fields: dict[str, Any] = {}
        if value:
            await self._desk.clock.sleep(seconds)
            fields["machineDetectionResult"] = events.detection_result(value, seconds)
        call.is_announced = True
        await self._interpreter.run_from(call, make_first_jump(call, "answer", fields))

    def _tell_detection(self, call: Call, value: str, seconds: float) -> None:
        detection = call.order.detection
        if detection is None or detection.callback is None:
            return
        event = events.build(
            call,
            "machineDetectionComplete",
            self._desk.clock.now(),
            machineDetectionResult=events.detection_result(value, seconds),
        )
        self._desk.spawn(self._courier.tell(call, event, detection.callback, detection.fallback))

    def _prompted(self, call: Call) -> None:
        """Let a scripted callee react to the prompt that has just been heard."""
        callee = numbers.behaviour(call.behaviour)
        keys, gathering = numbers.choose_keys(callee, call.prompt), call.gathering
        if keys and gathering is not None and not gathering.is_expecting:
            gathering.is_expecting = True
            self._later(call, callee.reaction_seconds, lambda: self.press(call, keys))

    def _run(self, call: Call, program: Program) -> None:
        self._interrupt(call)
        call.program = self._desk.spawn(self._supervise(call, program))

    def _interrupt(self, call: Call) -> None:
        """Stop what runs. A Gather that is cut short sends no event."""
        program, call.program = call.program, None
        if program is not None and not program.done() and not self._desk.is_current(program):
            program.cancel()
            self._desk.stream.publish("silence", lambda: {"callId": call.call_id})
        if call.gathering is not None:
            call.gathering.is_done, call.gathering = True, None

    async def _supervise(self, call: Call, program: Program) -> None:
        try:
            await program()
        except CallEnded as ending:
            self.end(call, ending.cause, ending.message)
        except Exception:
            logger.exception("Call %s: the emulator itself failed", call.call_id)
            self.end(call, "unknown", "The emulator itself failed; its log says why")
