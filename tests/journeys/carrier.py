"""The emulated carrier, and the hands that hold its telephones."""

import re

import requests

from voice2fa.emulator import Emulator, Options
from voice2fa.emulator.options import STRICTEST

# Nothing takes time unless the clock is advanced; what is due at once happens at once.
FROZEN = {"speed": 0, "speech_wpm": 0, "audio_seconds": 0, "state_lag": 0, "cps": 1000}
# These end calls for what is odd about a document of ours.
UNREADABLE = {"invalid-bxml", "application-error"}
PATIENCE = 10  # seconds


class Carrier:
    """An emulator in a thread of this process, and short words for what people do with their phones."""

    def __init__(self, **options):
        self.options = {**FROZEN, **STRICTEST, **options}
        self.emulator = Emulator(Options(**self.options)).start()
        self.url = self.emulator.url
        self._http = requests.Session()
        self._http.trust_env = False

    def close(self):
        self._http.close()
        self.emulator.stop()

    def go_down(self):
        """Stop listening: connections to the carrier are refused."""
        self.emulator.stop()

    def come_back(self):
        """Listen again, at the same address, with no memory."""
        port = int(self.url.rpartition(":")[2])
        self.emulator = Emulator(Options(**self.options, port=port)).start()

    def reset(self):
        self._control("POST", "/reset")

    def advance(self, seconds=0):
        """Let time pass at the carrier; returns when all callbacks that fell due are answered."""
        self._control("POST", "/advance", json={"seconds": seconds})

    def fault(self, **fault):
        self._control("POST", "/faults", json=fault)

    @property
    def complaints(self):
        """What is odd about the site's documents and its replies to callbacks, sentence by sentence."""
        calls = self.calls()
        endings = [call["errorMessage"] for call in calls if call["disconnectCause"] in UNREADABLE]
        replies = [exchange["response"] for call in calls for exchange in call["exchanges"]]
        refused = [reply for reply in replies if "Invalid BXML" in reply]
        return endings + refused + [sentence for call in calls for sentence in call["warnings"]]

    @property
    def faults(self):
        """The faults that have not struck as often as they were to, which is once at least."""
        standing = self._control("GET", "/faults")["faults"]
        return [fault for fault in standing if fault["count"] > 0 or not fault["struck"]]

    def forgive(self):
        """Let no fault strike any more."""
        self._control("DELETE", "/faults")

    def set(self, **options):
        self._control("POST", "/options", json=options)

    def calls(self, number=""):
        """Return the calls so far, to the number or to anybody, oldest first."""
        return [call for call in self._control("GET", "/calls") if number in ("", call["to"])]

    def wait(self, number, **conditions):
        """Return the call to the number that meets the conditions, as soon as there is one."""
        return self._control("GET", "/wait", params={"to": number, "timeout": PATIENCE, **conditions})

    def ring(self, number, **conditions):
        """Wait for the phone to ring."""
        return Handset(self, self.wait(number, ringing=1, **conditions)["callId"], number)

    def ring_of(self, number):
        """Return the latest call to the number, whatever has become of it."""
        return Handset(self, self.calls(number)[-1]["callId"], number)

    def answer(self, number, **conditions):
        """Wait for the phone to ring, and pick up; returns when the call has asked its question."""
        return self.ring(number, **conditions).answer()

    def listen(self, line):
        """Announce calls to us where the line says, as the settings of an application do."""
        pair = {"username": line.credentials.username, "password": line.credentials.password}
        self.set(
            call_initiated_url=line.urls.answer,
            call_initiated_fallback_url=line.urls.answer_fallback,
            call_status_url=line.urls.disconnect,
            **{f"application_{name}": value for name, value in pair.items()},
            **{f"application_fallback_{name}": value for name, value in pair.items()},
        )

    def dial(self, number, *, to="+12025550100", attestation="A"):
        """Call the site from the number; returns when it has said what it says first."""
        asked = {"from": number, "to": to, "attestation": attestation}
        call = self._control("POST", "/calls", json=asked)
        self.advance()
        return Handset(self, call["callId"], to)

    def act(self, call_id, action, **body):
        return self._control("POST", f"/calls/{call_id}/{action}", json=body)

    def act_if_possible(self, call_id, action):
        """Do what may be too late by now, on a connection of its own: other threads are at it, too."""
        requests.post(f"{self.url}/_control/calls/{call_id}/{action}", json={}, timeout=PATIENCE)

    def call(self, call_id):
        return self._control("GET", f"/calls/{call_id}")

    def _control(self, method, path, **more):
        response = self._http.request(method, f"{self.url}/_control{path}", timeout=PATIENCE + 10, **more)
        assert response.ok, f"{method} {path} {more}: {response.text}"
        return response.json()


class Handset:
    """One call at the phone that it rings."""

    def __init__(self, carrier, call_id, number):
        self.carrier, self.call_id, self.number = carrier, call_id, number

    @property
    def call(self):
        return self.carrier.call(self.call_id)

    @property
    def transcript(self):
        """What the caller has said so far."""
        return " ".join(self.call["transcript"])

    @property
    def is_over(self):
        return self.call["state"] == "disconnected"

    @property
    def named_key(self):
        """The key that the call names."""
        return re.search(r"press (\d)", self.transcript).group(1)

    @property
    def spoken_code(self):
        """The code that the call has told, if it has."""
        told = [
            re.sub(r"\D", "", line) for line in self.call["transcript"] if re.fullmatch(r"[\d ,.]+", line)
        ]
        assert len(set(told)) <= 1, told
        return told[0] if told else ""

    def answer(self, **how):
        self.carrier.act(self.call_id, "answer", **how)
        self.carrier.advance()
        return self

    def press(self, keys):
        """Press the keys one after another; returns when the site has said what comes next."""
        self.carrier.act(self.call_id, "press", digits=keys)
        self.carrier.advance()
        return self

    def press_another_key(self):
        """Press a key that neither approves nor reports."""
        return self.press("12"[self.named_key == "1"])

    def hang_up(self):
        return self._do("hangup")

    def decline(self):
        return self._do("reject")

    def be_busy(self):
        return self._do("busy")

    def wait_for_the_end(self):
        """Return when the call is over."""
        self.carrier.wait(self.number, callId=self.call_id, state="disconnected")
        self.carrier.advance()
        return self

    def _do(self, action):
        self.carrier.act(self.call_id, action)
        self.carrier.advance()
        return self
