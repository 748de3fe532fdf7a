"""One HTTP exchange: bounded in time and size, never repeated, never redirected."""

import math
import ssl
import time
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, NewConnectionError

from voice2fa.providers.base import CarrierDown, OutcomeUnknown, ProviderError

from .errors import Answer, Operation

# Ten times the longest answer on the carrier's pages.
MAX_BODY = 16 * 1024
POOL_SIZE = 16


class Transport:
    """Sends requests to the carrier from any number of threads.

    One session serves all threads: nothing in it changes after construction (cookies are refused, headers
    belong to the request), and urllib3's pools are thread-safe; a session per thread would only multiply
    TLS handshakes and leak sockets when worker threads end.
    """

    def __init__(self, *, connect_timeout: float, read_timeout: float) -> None:
        self._timeout = (connect_timeout, read_timeout)
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # max_retries=0: a repeated createCall is a second telephone call.
        adapter = HTTPAdapter(max_retries=0, pool_maxsize=POOL_SIZE)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    @property
    def patience(self) -> float:
        """The seconds after which an exchange has certainly given up."""
        return sum(self._timeout) + self._timeout[1]

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def exchange(
        self,
        operation: Operation,
        method: str,
        url: str,
        *,
        authorization: str,
        deadline: float = math.inf,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Answer:
        """Send one request and return the answer; raises ``CarrierDown`` or ``OutcomeUnknown``.

        ``deadline`` is when it must have come, in monotonic seconds, however patient the options are.
        """
        left = deadline - time.monotonic()
        if left <= 0:
            raise CarrierDown(f"{operation}: no time was left to send it.")
        connect, read = self._timeout
        timeout = Timeout(total=left, connect=connect, read=read)
        try:
            with self._session.request(
                method,
                url,
                # Given as auth, not as header: requests would let an entry in ~/.netrc replace the header.
                auth=_sign_with(authorization),
                headers={"Accept-Encoding": "identity", **(headers or {})},
                timeout=timeout,  # type: ignore[arg-type]  # taken, though unknown to the stubs
                allow_redirects=False,
                stream=True,
                **content,
            ) as response:
                body = self._read(response, min(time.monotonic() + read, deadline))
                return Answer(status=response.status_code, headers=dict(response.headers), body=body)
        except (requests.RequestException, HTTPError, OSError) as error:
            # "from None": the original carries the request, and with it the credentials.
            raise _name_failure(operation, error) from None

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        # read1 returns what has arrived: only so does a server that drips meet the deadline in time.
        body = bytearray()
        while part := response.raw.read1(MAX_BODY, decode_content=True):
            body += part
            if len(body) > MAX_BODY or time.monotonic() > deadline:
                raise requests.exceptions.ReadTimeout
        return bytes(body)


def _sign_with(authorization: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = authorization
        return request

    return sign


def _name_failure(operation: Operation, error: Exception) -> ProviderError:
    if _was_never_sent(error):
        return CarrierDown(f"{operation}: no connection to the carrier ({type(error).__name__}).")
    return OutcomeUnknown(f"{operation}: the carrier's answer was lost ({type(error).__name__}).")


def _was_never_sent(error: Exception) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    return any(
        isinstance(cause, NewConnectionError | ssl.SSLCertVerificationError) for cause in _list_causes(error)
    )


def _list_causes(error: BaseException) -> list[BaseException]:
    """Return the error and all it wraps, in ``args``, ``reason`` or as its context."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        cause = waiting.pop()
        if cause in found:
            continue
        found.append(cause)
        inner = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        waiting.extend(item for item in inner if isinstance(item, BaseException))
    return found
