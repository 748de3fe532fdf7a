"""Calls that ring in the terminal: the developer hears by reading, and presses keys by typing them."""

import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import requests
from requests.auth import HTTPBasicAuth

from .base import Credentials, OutgoingCall
from .local_call import LocalCall, Reply
from .local_provider import LocalProvider

# Seconds to connect and to answer: a breakpoint in the developer's own view is no reason to give up early.
TIMEOUT = (5, 300)
_ONE_AT_A_TIME = threading.Lock()


class ConsoleProvider(LocalProvider):
    """Prints each call to the terminal and reads the answers from it; orders return at once.

    ``typed`` and ``shown`` are the streams to read from and print to, the process's own by default.
    """

    def __init__(
        self, options: Mapping[str, Any], *, typed: TextIO | None = None, shown: TextIO | None = None
    ) -> None:
        super().__init__(options)
        self._typed = typed
        self._shown = shown
        self._calls: list[LocalCall] = []

    def list_calls(self) -> Sequence[LocalCall]:
        """Return the calls of this instance."""
        return tuple(self._calls)

    def place_call(self, call: OutgoingCall) -> str:
        """Let the call ring in the terminal, beside what the process is doing, and return its id."""
        placed = LocalCall(call, post=_post, hear=self._hear)
        self._calls.append(placed)
        name = f"voice2fa-{placed.call_id}"
        threading.Thread(target=self.converse, args=(placed,), name=name, daemon=True).start()
        return placed.call_id

    def converse(self, call: LocalCall) -> None:
        """Lead the developer through the call until it ends, one call at a time."""
        with _ONE_AT_A_TIME:
            self._show(f"\n*** The phone {call.to} rings: {call.caller} calls ***")
            if call.is_over or not self._pick_up(call):
                return
            while not call.is_over:
                if call.is_waiting:
                    self._act(call, self._ask("Keys (Enter alone: silence; h: hang up): "))
                else:
                    # Steered by a worker: what the call does next comes from another thread.
                    call.wait_for_script()
            self._show(f"*** The call is over: {call.cause} ***")

    def _pick_up(self, call: LocalCall) -> bool:
        answer = self._ask("[a]nswer or [d]ecline? ")
        if call.is_over:
            self._show("*** The caller has hung up ***")
        elif answer is None:
            call.no_answer()
        elif answer.lower().startswith("a"):
            call.answer()
            return True
        else:
            call.reject()
        return False

    def _act(self, call: LocalCall, typed: str | None) -> None:
        if call.is_over:
            return
        if typed is None or typed.lower() == "h":
            call.hang_up()
        elif call.is_waiting:
            call.press(typed)

    def _hear(self, text: str) -> None:
        self._show(f"  » {text}")

    def _ask(self, question: str) -> str | None:
        """Return the line typed, or None at the end of the input."""
        shown = self._shown or sys.stdout
        shown.write(question)
        shown.flush()
        line = (self._typed or sys.stdin).readline()
        return line.strip() if line else None

    def _show(self, text: str) -> None:
        shown = self._shown or sys.stdout
        shown.write(f"{text}\n")
        shown.flush()


def _post(url: str, body: bytes, credentials: Credentials) -> Reply:
    try:
        response = requests.post(
            url,
            data=body,
            headers={"Content-Type": "application/json"},
            auth=HTTPBasicAuth(credentials.username.encode(), credentials.password.encode()),
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException:
        return Reply(status=0, body=b"")
    return Reply(status=response.status_code, body=response.content)
