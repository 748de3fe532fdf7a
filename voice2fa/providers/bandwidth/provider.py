"""Bandwidth as a provider: orders become requests, callbacks become events, scripts become BXML."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from voice2fa.core.events import CallEvent
from voice2fa.core.problems import Problem
from voice2fa.core.script import CallScript
from voice2fa.providers.base import CallReport, Credentials, Line, MachineDetection, OutgoingCall, Provider

from .authorization import ApiCredentials, ApiUser, Authorization
from .bxml import Root, render_bxml
from .callers import choose_caller
from .casting import make_cast
from .client import BandwidthClient
from .events import parse_event, parse_state
from .options import BandwidthOptions, check_options, read_options
from .transport import Transport
from .voices import Voice

logger = logging.getLogger("voice2fa.providers")

# Bandwidth's defaults keep a person waiting for up to 15 seconds; and only whole seconds are handled well.
DETECTION_SECONDS: Mapping[str, int] = {
    "detectionTimeout": 8,
    "silenceTimeout": 4,
    "speechThreshold": 4,
    "speechEndThreshold": 2,
}


class BandwidthProvider(Provider):
    """Calls through Bandwidth's Voice API v2; raises ``BadOptions`` when made from faulty options.

    ``clock`` gives monotonic seconds.
    """

    script_content_type = "application/xml; charset=utf-8"
    can_detect_machines = True
    can_report_progress = True
    can_take_calls = True

    def __init__(self, options: Mapping[str, Any], *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(options)
        self._options = read_options(options)
        self._cast = make_cast(self._options.voices, self._options.gender)
        self._transport = Transport(
            connect_timeout=self._options.connect_timeout, read_timeout=self._options.read_timeout
        )
        self._client = BandwidthClient(
            self._transport,
            _choose_authorization(self._options, self._transport, clock),
            account_url=f"{self._options.base_url}/accounts/{self._options.account_id}",
        )

    @classmethod
    def check(cls, options: Mapping[str, Any]) -> Sequence[Problem]:
        """Return what is wrong with the options, the warnings last."""
        return check_options(options)

    @property
    def callback_secrets(self) -> Sequence[str]:
        """The secrets of ``CALLBACK_SECRETS``, the signing one first."""
        return tuple(self._options.callback_secrets)

    @property
    def caller(self) -> str:
        """The number of ``FROM_NUMBER``."""
        return self._options.from_number

    def caller_for(self, number: str, *, region: str) -> str:
        """Return what FROM_NUMBERS has for the number, or the number of FROM_NUMBER."""
        listed = choose_caller(number, region=region, numbers=self._options.from_numbers)
        return listed or self._options.from_number

    def can_speak(self, language: str) -> bool:
        """Tell whether Bandwidth has a voice for the language."""
        return self._cast.find(language) is not None

    def _voice_for(self, language: str) -> Voice:
        voice = self._cast.find(language) if language else self._cast.find_any()
        if voice is None:
            # A wrong voice is heard, an unknown one ends the call: but somebody must learn of it.
            voice = self._cast.find_any()
            logger.warning("No voice speaks %r: %s reads it out in its own language.", language, voice.name)
        return voice

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def place_call(self, call: OutgoingCall) -> str:
        """Order the call with exactly one createCall and return the callId; raises ``ProviderError``."""
        return self._client.create_call(_write_order(call, self._options))

    def get_call(self, call_id: str) -> CallReport:
        """Return the call's state; ``CallGone`` right after the order only means "not yet visible"."""
        return parse_state(call_id, self._client.get_call(call_id))

    def hang_up(self, call_id: str) -> None:
        """End, cancel or unqueue the call; raises ``CallGone`` when it has ended already."""
        self._client.update_call(call_id, {"state": "completed"})

    def replace_script(self, call_id: str, script: CallScript, *, line: Line, timeout: float) -> None:
        """Make the call run the script at once; raises ``CallGone`` unless it is answered and going on."""
        bxml = render_bxml(script, line=line, voice_for=self._voice_for, root=Root.PUSHED)
        self._client.replace_bxml(call_id, bxml, timeout=timeout)

    def parse_event(self, body: bytes) -> CallEvent:
        """Translate a callback's JSON; raises ``BadEvent``, never anything else."""
        return parse_event(body)

    def render(self, script: CallScript, *, line: Line) -> bytes:
        """Translate the script into a BXML reply; raises ``ScriptRefused``."""
        return render_bxml(script, line=line, voice_for=self._voice_for, root=Root.REPLY)

    def is_ours(self, event: CallEvent) -> bool:
        """Tell whether the event names our account and our application."""
        ours = (self._options.account_id, self._options.application_id.lower())
        return (event.account_id, event.application_id.lower()) == ours


def _choose_authorization(
    options: BandwidthOptions, transport: Transport, clock: Callable[[], float]
) -> Authorization:
    if options.username:
        return ApiUser(Credentials(username=options.username, password=options.password))
    credentials = Credentials(username=options.client_id, password=options.client_secret)
    return ApiCredentials(transport, credentials, url=options.token_url, clock=clock)


def _write_order(call: OutgoingCall, options: BandwidthOptions) -> dict[str, Any]:
    urls = call.line.urls
    order = {
        "to": call.to,
        "from": call.caller,
        "applicationId": options.application_id,
        "answerUrl": urls.answer,
        "answerMethod": "POST",
        "answerFallbackUrl": urls.answer_fallback,
        "answerFallbackMethod": "POST",
        "disconnectUrl": urls.disconnect,
        "disconnectMethod": "POST",
        **_write_credentials(call.line),
        "callTimeout": min(max(call.ring_seconds, 1), 300),
        "callbackTimeout": options.callback_timeout,
        "priority": options.priority,
    }
    if options.display_name:
        order["displayName"] = options.display_name
    if call.machine_detection is not MachineDetection.OFF:
        order["machineDetection"] = _write_detection(call)
    return order


def _write_detection(call: OutgoingCall) -> dict[str, Any]:
    detection: dict[str, Any] = {"mode": call.machine_detection.value, **DETECTION_SECONDS}
    if call.machine_detection is MachineDetection.ASYNC:
        detection |= {
            "callbackUrl": call.line.urls.machine,
            "callbackMethod": "POST",
            "fallbackUrl": call.line.urls.machine_fallback,
            "fallbackMethod": "POST",
            **_write_credentials(call.line),
        }
    return detection


def _write_credentials(line: Line) -> dict[str, str]:
    username, password = line.credentials.username, line.credentials.password
    return {
        "username": username,
        "password": password,
        "fallbackUsername": username,
        "fallbackPassword": password,
    }
