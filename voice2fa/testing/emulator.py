"""The emulator of the carrier beside a test: real requests and callbacks, and a phone in the test's hand."""

from collections.abc import Sequence
from importlib import import_module
from types import TracebackType
from typing import Any

import requests

from voice2fa.carrier import get_provider
from voice2fa.flows.telephony.lines import open_reception
from voice2fa.models import PhoneVerification
from voice2fa.numbers import region_of

from .hearing import Listener

# Nothing takes time unless the clock is advanced. Callbacks wait for that, too: one that came in the midst of
# a request of the test would write beside it, and SQLite in memory has one connection for all threads.
_FROZEN = {
    "speed": 0,
    "speech_wpm": 0,
    "audio_seconds": 0,
    "state_lag": 0,
    "cps": 1000,
    "callback_lag": 0.001,
}
_ROUND = 0.1  # seconds in which a hundred callbacks find time, one after the other
_PATIENCE = 10  # seconds
_LONGEST_RING = 121  # seconds


class PhoneEmulator:
    """The emulator on a free port, in a thread: ``with PhoneEmulator() as emulator: emulator.provider``.

    Raises ``ImportError`` without the extra ``emulator``. Its clock stands still until ``advance``.
    """

    def __init__(self) -> None:
        # Loaded when it is wanted: it needs aiohttp, which is an extra.
        emulator = import_module("voice2fa.emulator")
        try:
            self._emulator = emulator.Emulator(emulator.Options(**_FROZEN))
        except ImportError as error:
            raise ImportError("The emulator needs an extra: install django-voice2fa[emulator].") from error
        self._http = requests.Session()
        self._http.trust_env = False

    def __enter__(self) -> "PhoneEmulator":
        self._emulator.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._emulator.stop()

    @property
    def url(self) -> str:
        """Where it listens; the page there is a handset for the browser."""
        return str(self._emulator.url)

    @property
    def base_url(self) -> str:
        """The address of its Voice API."""
        return str(self._emulator.base_url)

    @property
    def token_url(self) -> str:
        """The address of its OAuth tokens."""
        return str(self._emulator.token_url)

    @property
    def provider(self) -> dict[str, Any]:
        """What ``VOICE2FA["PROVIDER"]`` must be for calls to go there."""
        account = self._emulator.options
        return {
            "BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider",
            "OPTIONS": {
                "ACCOUNT_ID": account.account_id,
                "APPLICATION_ID": account.application_id,
                "FROM_NUMBER": account.numbers[0],
                "CLIENT_ID": account.client_id,
                "CLIENT_SECRET": account.client_secret,
                "CALLBACK_SECRETS": ["only-for-tests-" + "x" * 32],
                "BASE_URL": self.base_url,
                "TOKEN_URL": self.token_url,
            },
        }

    @property
    def calls(self) -> list["EmulatedCall"]:
        """The calls so far, oldest first."""
        return [EmulatedCall(self, call["callId"]) for call in self.control("GET", "/calls")]

    def ring(self, to: str = "") -> "EmulatedCall":
        """Wait until a phone rings, the one with the number ``to`` or any, and return the call."""
        wanted = {"to": to} if to else {}
        call = self.control("GET", "/wait", params={**wanted, "ringing": 1, "timeout": _PATIENCE})
        return EmulatedCall(self, call["callId"])

    def call_us(self, number: str, *, to: str = "", attestation: str = "A") -> "EmulatedCall":
        """Call the site from the number (E.164), and hear what it says first.

        ``to`` is the site's number that its page shows, and ``attestation`` what the person's carrier says of
        theirs: ``"A"``, ``"B"``, ``"C"`` or ``"none"``.
        """
        line = open_reception()
        application = {
            "call_initiated_url": line.urls.answer,
            "call_initiated_fallback_url": line.urls.answer_fallback,
            "call_status_url": line.urls.disconnect,
            "application_username": line.credentials.username,
            "application_password": line.credentials.password,
            "application_fallback_username": line.credentials.username,
            "application_fallback_password": line.credentials.password,
        }
        self.control("POST", "/options", json=application)
        ours = to or get_provider().caller_for(number, region=region_of(number))
        asked = {"from": number, "to": ours, "attestation": attestation}
        call = self.control("POST", "/calls", json=asked)
        self.advance()
        return EmulatedCall(self, call["callId"])

    def advance(self, seconds: float = 0) -> None:
        """Let time pass at the carrier; returns when the callbacks that fell due are answered."""
        self.control("POST", "/advance", json={"seconds": seconds + _ROUND})

    def reset(self) -> None:
        """Forget all calls and faults."""
        self.control("POST", "/reset")

    def control(self, method: str, path: str, **more: Any) -> Any:
        """Ask the control plane; raises ``AssertionError`` with its sentence when it refuses."""
        response = self._http.request(method, f"{self.url}/_control{path}", timeout=2 * _PATIENCE, **more)
        if not response.ok:
            raise AssertionError(f"{method} {path}: {response.text}")
        return response.json()


class EmulatedCall(Listener):
    """One call at the emulator, from the side of the person who is called."""

    def __init__(self, emulator: PhoneEmulator, call_id: str) -> None:
        self._emulator, self.call_id = emulator, call_id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self.to}: {self._call['state']}>"

    @property
    def to(self) -> str:
        """The number called, in E.164 form."""
        return str(self._call["to"])

    @property
    def said(self) -> Sequence[str]:
        """The sentences heard so far."""
        return tuple(self._call["transcript"])

    @property
    def verification(self) -> PhoneVerification:
        """The verification that the call is for, as it is now."""
        return PhoneVerification.objects.get(call_id=self.call_id)

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return bool(self._call["state"] == "disconnected")

    def answer(self) -> None:
        """Pick up, and hear what the call says first."""
        self._act("answer")

    def press(self, keys: str) -> None:
        """Press the keys, and hear what the call says next."""
        self._act("press", digits=keys)

    def hang_up(self) -> None:
        """Hang up."""
        self._act("hangup")

    def reject(self) -> None:
        """Decline the call while it rings."""
        self._act("reject")

    def busy(self) -> None:
        """Be on the phone with somebody else."""
        self._act("busy")

    def no_answer(self) -> None:
        """Let it ring until it stops; two minutes pass at the carrier."""
        self._emulator.advance(_LONGEST_RING)

    @property
    def _call(self) -> dict[str, Any]:
        return dict(self._emulator.control("GET", f"/calls/{self.call_id}"))

    def _act(self, action: str, **body: str) -> None:
        self._emulator.control("POST", f"/calls/{self.call_id}/{action}", json=body)
        self._emulator.advance()
