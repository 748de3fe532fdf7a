"""The contract between voice2fa and a carrier: four orders, two translations, one self-check."""

import base64
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from voice2fa.core.events import CallEvent, Cause
from voice2fa.core.problems import Problem
from voice2fa.core.script import CallScript


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """The name and password that a callback of one verification must bring."""

    username: str
    password: str = field(repr=False)

    def as_header(self) -> str:
        """Return the value of the Authorization header of HTTP Basic authentication."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackUrls:
    """Where the carrier reports about one call, or announces calls to us: absolute URLs without a secret.

    ``gather``, ``redirect`` and their fallbacks contain ``{step}``, to be filled in with a step number, and
    ``redirect`` contains ``{door}`` as well: at which of our doors the call asks what comes next.
    """

    answer: str
    answer_fallback: str
    gather: str
    gather_fallback: str
    redirect: str
    redirect_fallback: str
    disconnect: str
    machine: str
    machine_fallback: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """How a carrier reaches us about one call."""

    urls: CallbackUrls
    credentials: Credentials


class MachineDetection(StrEnum):
    """Whether the carrier listens for answering machines: not, beside the call, or before it begins."""

    OFF = "off"
    ASYNC = "async"
    SYNC = "sync"


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingCall:
    """A call to place: E.164 numbers, and how many seconds it may ring."""

    to: str
    caller: str
    ring_seconds: int
    machine_detection: MachineDetection
    line: Line


class CallProgress(StrEnum):
    """How far the carrier says a call has come."""

    QUEUED = "queued"
    RINGING = "ringing"
    ANSWERED = "answered"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallReport:
    """The carrier's answer to "what of this call?"; ``cause`` is set once it is over."""

    call_id: str
    progress: CallProgress
    cause: Cause = Cause.NONE


class ProviderError(Exception):
    """An order to the carrier failed; ``cause`` is what the person is told."""

    cause: ClassVar[Cause] = Cause.CARRIER_DOWN


class OutcomeUnknown(ProviderError):
    """The order may or may not have been carried out (timeout, dropped connection, 5xx): never repeat it."""


class CarrierBusy(ProviderError):
    """The carrier took nothing on; the order may be repeated after ``retry_after`` seconds."""

    cause = Cause.CARRIER_BUSY

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CarrierDown(ProviderError):
    """The carrier could not be reached, and has certainly not carried out the order."""


class OrderRefused(ProviderError):
    """The carrier refuses the order, and will refuse it again: credentials, account or settings are wrong."""

    cause = Cause.CARRIER_REFUSED


class NumberRefused(OrderRefused):
    """The carrier refuses this number."""

    cause = Cause.NUMBER_UNREACHABLE


class CallGone(ProviderError):
    """There is no such call, or none that can still be changed."""


class CallUnknown(CallGone):
    """There is no such call, or none that the carrier shows: it may have been ordered a moment ago."""


class ScriptRefused(ProviderError):
    """The script breaks a limit of the carrier, and was not sent."""

    cause = Cause.SCRIPT_REFUSED


class BadEvent(Exception):
    """A callback's body cannot be understood; the message says what is missing."""


class BadOptions(ValueError):
    """A provider cannot be made from these options; ``problems`` says why, and shows no value."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(f"{problem.message} {problem.hint}" for problem in problems))
        self.problems = tuple(problems)


class Provider(ABC):
    """One carrier. Instances are made once per process and are used from many threads."""

    #: Sent as the Content-Type of a reply that carries a script.
    script_content_type: ClassVar[str]
    can_detect_machines: ClassVar[bool] = False
    can_report_progress: ClassVar[bool] = False
    #: Announces calls to us, with who calls.
    can_take_calls: ClassVar[bool] = False
    #: True for stand-ins that ring no telephone: a system check keeps them out of production.
    for_development: ClassVar[bool] = False

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options

    @classmethod
    @abstractmethod
    def check(cls, options: Mapping[str, Any]) -> Sequence[Problem]:
        """Return what is wrong with the options; an empty sequence when all is well."""

    @property
    @abstractmethod
    def callback_secrets(self) -> Sequence[str]:
        """The secrets that callback credentials derive from: the first signs, every one is accepted."""

    @property
    @abstractmethod
    def caller(self) -> str:
        """The E.164 number that calls, unless an order names another."""

    def caller_for(self, number: str, *, region: str) -> str:
        """Return the E.164 number that calls this one, which lies in the region (ISO 3166)."""
        return self.caller

    def can_speak(self, language: str) -> bool:
        """Tell whether the carrier has a voice for the language, as Django writes it."""
        return True

    @abstractmethod
    def place_call(self, call: OutgoingCall) -> str:
        """Order the call and return the carrier's call id; raises ``ProviderError``."""

    @abstractmethod
    def get_call(self, call_id: str) -> CallReport:
        """Return what the carrier knows of the call; raises ``CallGone`` and ``ProviderError``."""

    @abstractmethod
    def hang_up(self, call_id: str) -> None:
        """End the call, whatever its state; raises ``CallGone`` when there is none left to end."""

    @abstractmethod
    def replace_script(self, call_id: str, script: CallScript, *, line: Line, timeout: float) -> None:
        """Make the live call drop what it does and run the script; give up after ``timeout`` seconds.

        The seconds are those of the whole order, whatever requests it takes: somebody is listening.
        """

    @abstractmethod
    def parse_event(self, body: bytes) -> CallEvent:
        """Translate a callback's body; raises ``BadEvent``, never anything else."""

    @abstractmethod
    def render(self, script: CallScript, *, line: Line) -> bytes:
        """Translate a script into a reply body of ``script_content_type``; raises ``ScriptRefused``."""

    def is_ours(self, event: CallEvent) -> bool:
        """Tell whether the event names the account and application that we call with."""
        return True
