"""Calls kept in a list, as django.core.mail keeps its outbox, for a test to answer and to press keys in."""

from collections import deque
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from django.test import Client

from voice2fa.core.events import Attestation

from .base import Credentials, Line, OutgoingCall, ProviderError
from .local_call import LocalCall, Reply
from .local_incoming import IncomingCall
from .local_provider import LocalProvider


class MemoryCall(LocalCall):
    """A call in a test: ``said`` is what the person heard; ``answer()``, ``press("7")`` are what they do."""


class MemoryProvider(LocalProvider):
    """Places calls into ``MemoryProvider.calls``; nothing happens to a call until the test acts on it.

    Calls to us are in ``MemoryProvider.incoming``.
    """

    can_take_calls = True
    calls: ClassVar[list[MemoryCall]] = []
    incoming: ClassVar[list[IncomingCall]] = []
    _failures: ClassVar[deque[tuple[ProviderError, bool]]] = deque()

    @classmethod
    def reset(cls) -> None:
        """Forget all calls and all failures to come."""
        cls.calls.clear()
        cls.incoming.clear()
        cls._failures.clear()

    @classmethod
    def fail_next(cls, error: ProviderError, *, although_placed: bool = False) -> None:
        """Make the next order raise the error, once.

        ``although_placed`` lets it ring all the same, as it may after ``OutcomeUnknown``.
        """
        cls._failures.append((error, although_placed))

    def list_calls(self) -> Sequence[LocalCall]:
        """Return the calls of all instances, those to us too."""
        return (*self.calls, *self.incoming)

    @classmethod
    def take_call(
        cls, *, caller: str, to: str, line: Line, attestation: Attestation = Attestation.FULL
    ) -> IncomingCall:
        """Have somebody call us, and announce it to the site; return the call as it goes on."""
        call = IncomingCall(caller=caller, to=to, line=line, post=_post)
        cls.incoming.append(call)
        call.dial(attestation)
        return call

    def place_call(self, call: OutgoingCall) -> str:
        """Put the call into the list and return its id, or raise what ``fail_next`` was given."""
        error, is_placed = self._failures.popleft() if self._failures else (None, True)
        placed = MemoryCall(call, post=_post)
        if is_placed:
            self.calls.append(placed)
        if error:
            raise error
        return placed.call_id


def _post(url: str, body: bytes, credentials: Credentials) -> Reply:
    # The host is left to the test client, whose "testserver" every test run allows.
    parts = urlsplit(url)
    response = Client(enforce_csrf_checks=True).post(
        f"{parts.path}?{parts.query}" if parts.query else parts.path,
        data=body,
        content_type="application/json",
        headers={"Authorization": credentials.as_header()},
        secure=parts.scheme == "https",
    )
    return Reply(status=response.status_code, body=response.content)
