"""Who we say we are: OAuth 2 client credentials with a cached token, or a name and password."""

import json
import math
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from voice2fa.providers.base import CarrierDown, Credentials, OutcomeUnknown

from .errors import Answer, Operation, error_for
from .transport import Transport

REFRESH_EARLY = 60
# Assumed only when the answer leaves expires_in out, as Bandwidth's own command-line tool does.
USUAL_LIFETIME = 3600
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


class Authorization(Protocol):
    """Gives the Authorization header of a request."""

    def header(self, *, deadline: float = math.inf) -> str:
        """Return the header's value; raises ``ProviderError`` when none can be had before the deadline."""

    def renew(self, refused: str) -> bool:
        """Forget a header value that was refused; tell whether another try makes sense."""


class ApiUser:
    """The name and password of an API User; Bandwidth refuses them from 2026-12-02 on."""

    def __init__(self, credentials: Credentials) -> None:
        self._header = credentials.as_header()

    def header(self, *, deadline: float = math.inf) -> str:
        """Return the Basic header."""
        return self._header

    def renew(self, refused: str) -> bool:
        """Tell that another try is useless: there is nothing newer."""
        return False


class ApiCredentials:
    """OAuth 2 client credentials; the token is shared by all threads and refreshed 60 seconds early.

    ``clock`` gives monotonic seconds.
    """

    def __init__(
        self, transport: Transport, credentials: Credentials, *, url: str, clock: Callable[[], float]
    ) -> None:
        self._transport = transport
        self._url = url
        self._basic = credentials.as_header()
        self._clock = clock
        self._lock = threading.Lock()
        self._header = ""
        self._expires = -math.inf

    def header(self, *, deadline: float = math.inf) -> str:
        """Return the Bearer header, fetching a token if none is fresh; raises ``ProviderError``."""
        # Bounded: with the carrier hanging, threads must not queue up behind one another for minutes.
        longest = max(0.0, min(self._transport.patience, deadline - time.monotonic()))
        if not self._lock.acquire(timeout=longest):
            raise CarrierDown("token: another thread is still waiting for the carrier.")
        try:
            if self._clock() >= self._expires:
                self._fetch(deadline)
            return self._header
        finally:
            self._lock.release()

    def renew(self, refused: str) -> bool:
        """Forget the refused token, unless another thread has replaced it already."""
        if refused == self._header:
            self._expires = -math.inf
        return True

    def _fetch(self, deadline: float) -> None:
        asked = self._clock()
        try:
            answer = self._transport.exchange(
                Operation.TOKEN,
                "POST",
                self._url,
                authorization=self._basic,
                deadline=deadline,
                data={"grant_type": "client_credentials"},
            )
            token, lifetime = _read_token(answer)
        except OutcomeUnknown as error:
            # The order itself was not sent yet, so nothing can have been carried out.
            raise CarrierDown(str(error)) from None
        self._header = f"Bearer {token}"
        self._expires = asked + lifetime - REFRESH_EARLY


def _read_token(answer: Answer) -> tuple[str, float]:
    if answer.status != 200:
        raise error_for(Operation.TOKEN, answer, now=datetime.now(UTC))
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    token = content.get("access_token") if isinstance(content, dict) else None
    # Checked before it becomes a header: a line break in it would make another header.
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise CarrierDown("token: the answer holds no access_token.")
    return token, _read_lifetime(content.get("expires_in", USUAL_LIFETIME))


def _read_lifetime(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return seconds if math.isfinite(seconds) else 0
