"""What the account asks for: validated, frozen requests to place and to change a call."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A place that callbacks are sent to, with its own credentials or none."""

    url: str
    method: str = "POST"
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """Machine detection as asked for in createCall; all times in seconds."""

    mode: str
    detection_timeout: float
    silence_timeout: float
    speech_threshold: float
    speech_end_threshold: float
    machine_speech_end_threshold: float
    delay_result: bool
    callback: Target | None
    fallback: Target | None

    @property
    def has_decimals(self) -> bool:
        """Whether any time is not a whole number, which the carrier says it mishandles."""
        times = (
            self.detection_timeout,
            self.silence_timeout,
            self.speech_threshold,
            self.speech_end_threshold,
            self.machine_speech_end_threshold,
        )
        return any(seconds != int(seconds) for seconds in times)


@dataclass(frozen=True, kw_only=True, slots=True)
class CallOrder:
    """One accepted createCall, or one call to us: `answer` is where its first synchronous event goes."""

    to: str
    sender: str
    application_id: str
    answer: Target
    answer_fallback: Target | None
    answer_fallback_method: str
    disconnect: Target | None
    disconnect_method: str
    call_timeout: float
    callback_timeout: float
    priority: int
    tag: str | None
    display_name: str | None
    privacy: bool
    detection: Detection | None
    direction: str = "outbound"
    stir_shaken: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateOrder:
    """One accepted updateCall: hang up when `redirect` is None."""

    redirect: Target | None
    fallback: Target | None
    tag: str | None
