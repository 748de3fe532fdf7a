"""Machine detection by arithmetic: what the thresholds would make of a callee who speaks that long."""

from collections.abc import Mapping
from dataclasses import dataclass

from voice2fa.emulator.orders import Detection

# No audio is analysed: a recorded greeting is recognised as such after two seconds.
DECISIVE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """How long somebody speaks after picking up, and whether it sounds recorded."""

    speech_seconds: float
    is_recorded: bool = False


VOICES: Mapping[str, Voice] = {
    "human": Voice(speech_seconds=1.0),
    "machine": Voice(speech_seconds=8.0, is_recorded=True),
    "silence": Voice(speech_seconds=0.0),
}


def detect(name: str, detection: Detection, fixed_seconds: float) -> tuple[str, float]:
    """Return the result and after how many seconds it comes; `fixed_seconds` below 0 means as modelled."""
    value, seconds = _model(VOICES[name], detection)
    if fixed_seconds >= 0:
        return value, fixed_seconds
    if seconds > detection.detection_timeout:
        return "timeout", detection.detection_timeout
    return value, seconds


def _model(voice: Voice, detection: Detection) -> tuple[str, float]:
    if voice.speech_seconds == 0:
        return "silence", detection.silence_timeout
    if voice.is_recorded:
        if detection.delay_result:
            return "answering-machine", voice.speech_seconds + detection.machine_speech_end_threshold
        return "answering-machine", DECISIVE_SECONDS
    is_long = voice.speech_seconds >= detection.speech_threshold
    value = "answering-machine" if is_long else "human"
    return value, voice.speech_seconds + detection.speech_end_threshold
