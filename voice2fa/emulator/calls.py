"""A call: its state, what was said in it, and how the API and the control plane show it."""

import asyncio
import secrets
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from voice2fa.emulator.clock import Timer, to_iso
from voice2fa.emulator.exchanges import MASK, Exchange
from voice2fa.emulator.gather import Gathering
from voice2fa.emulator.orders import CallOrder, Target
from voice2fa.emulator.reception import Reception

MOST_WARNINGS = 50
MOST_LINES = 500


def new_call_id() -> str:
    """Return an id of the carrier's shape: c-, two groups of 8 hex digits, and a UUID."""
    return f"c-{secrets.token_hex(4)}-{secrets.token_hex(4)}-{uuid.uuid4()}"


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One call, by us or to us; only the line and the interpreter change it."""

    call_id: str
    account_id: str
    order: CallOrder
    url: str
    accepted: float
    changed: float
    exchanges: deque[Exchange]
    tag: str | None
    behaviour: str = "handset"
    voice: str = "human"
    state: str = "queued"
    ringing: bool = False
    started: float | None = None
    answered: float | None = None
    ended: float | None = None
    cause: str | None = None
    error_message: str | None = None
    error_id: str | None = None
    sip_code: int | None = None
    detected: tuple[str, float] | None = None
    gathering: Gathering | None = None
    reception: Reception | None = None
    dtmf_target: Target | None = None
    held_back: str = ""
    is_announced: bool = False
    document_url: str = ""
    documents: int = 0
    burst_began: float = 0.0
    burst: int = 0
    exchange_count: int = 0
    transcript: list[str] = field(default_factory=list)
    # What was said since the last document began: all that a scripted callee acts on.
    prompt: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    program: asyncio.Task[None] | None = None

    def warn(self, sentence: str) -> None:
        """Note something odd, once."""
        if sentence not in self.warnings and len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(sentence)

    def say(self, line: str) -> None:
        """Add a line to what is said to the other side; what no person hears is marked as such."""
        if self.reception is not None and not self.reception.is_through:
            self.note(f"[{self.reception.listener}] {line}")
            return
        self.prompt.append(line)
        self.note(line)

    def note(self, line: str) -> None:
        """Add a line to the transcript that our side did not say."""
        self.transcript.append(line)
        if len(self.transcript) > MOST_LINES:
            del self.transcript[0]

    def cancel_timers(self) -> None:
        """Forget whatever was to happen to this call later."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()

    def forget_details(self) -> None:
        """Keep the state, free the memory."""
        self.exchanges.clear()
        self.transcript, self.prompt, self.warnings = [], [], []
        self.program = self.gathering = self.reception = None

    def to_state(self) -> dict[str, Any]:
        """Return the call as getCallState shows it."""
        return {
            "applicationId": self.order.application_id,
            "accountId": self.account_id,
            "callId": self.call_id,
            "parentCallId": None,
            "to": self.order.to,
            "from": self.order.sender,
            "direction": self.order.direction,
            "state": self.state,
            "stirShaken": self.order.stir_shaken,
            "identity": None,
            "enqueuedTime": to_iso(self.enqueued),
            "startTime": to_iso(self.started),
            "answerTime": to_iso(self.answered),
            "endTime": to_iso(self.ended),
            "disconnectCause": self.cause,
            "errorMessage": self.error_message,
            "errorId": self.error_id,
            "lastUpdate": to_iso(self.changed),
        }

    def to_created(self) -> dict[str, Any]:
        """Return the call as createCall answers it, passwords masked."""
        order, answer, fallback = self.order, self.order.answer, self.order.answer_fallback
        return {
            "applicationId": order.application_id,
            "accountId": self.account_id,
            "callId": self.call_id,
            "to": order.to,
            "from": order.sender,
            "enqueuedTime": to_iso(self.enqueued),
            "callUrl": self.url,
            "callTimeout": order.call_timeout,
            "callbackTimeout": order.callback_timeout,
            "tag": order.tag,
            "answerMethod": answer.method,
            "answerUrl": answer.url,
            "answerFallbackMethod": order.answer_fallback_method,
            "answerFallbackUrl": fallback.url if fallback else None,
            "disconnectMethod": order.disconnect_method,
            "disconnectUrl": order.disconnect.url if order.disconnect else None,
            "username": answer.username,
            "password": None if answer.password is None else MASK,
            "fallbackUsername": fallback.username if fallback else None,
            "fallbackPassword": MASK if fallback and fallback.password is not None else None,
            "priority": order.priority,
        }

    def to_json(self, *, with_exchanges: bool = True) -> dict[str, Any]:
        """Return the call as the control plane and the handset page show it."""
        shown: dict[str, Any] = {
            "callId": self.call_id,
            "accountId": self.account_id,
            "applicationId": self.order.application_id,
            "from": self.order.sender,
            "to": self.order.to,
            "direction": self.order.direction,
            "stirShaken": self.order.stir_shaken,
            "state": self.state,
            "ringing": self.ringing,
            "listening": self.is_listening,
            "heldKeys": self.gathering.digits if self.gathering and self.is_listening else "",
            "switchboard": self.reception.to_json() if self.reception else None,
            "displayName": self.order.display_name,
            "tag": self.tag,
            "enqueuedTime": to_iso(self.enqueued),
            "startTime": to_iso(self.started),
            "answerTime": to_iso(self.answered),
            "endTime": to_iso(self.ended),
            "disconnectCause": self.cause,
            "errorMessage": self.error_message,
            "transcript": list(self.transcript),
            "warnings": list(self.warnings),
        }
        if with_exchanges:
            shown["exchanges"] = [exchange.to_json() for exchange in self.exchanges]
        return shown

    @property
    def is_heard(self) -> bool:
        """Whether a person is on the line, not only a switchboard."""
        return self.reception is None or self.reception.is_through

    @property
    def enqueued(self) -> float | None:
        """When it was queued; calls to us never are."""
        return None if self.is_inbound else self.accepted

    @property
    def is_inbound(self) -> bool:
        """Whether somebody calls us."""
        return self.order.direction == "inbound"

    @property
    def is_unanswered_inbound(self) -> bool:
        """Whether somebody calls us and hears it ring."""
        return self.is_inbound and self.answered is None

    @property
    def is_listening(self) -> bool:
        """Whether a Gather is waiting for keys."""
        return self.gathering is not None and not self.gathering.is_done

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return self.state == "disconnected"
