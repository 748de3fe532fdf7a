"""Delivery of callbacks: credentials, timeouts, fallbacks, the one retry, and staged misfortunes."""

import asyncio
import time
from base64 import b64encode
from dataclasses import dataclass
from json import dumps
from typing import Any

import aiohttp
from yarl import URL

from voice2fa.emulator import events
from voice2fa.emulator.bxml import LARGEST_DOCUMENT
from voice2fa.emulator.calls import Call
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.faults import Fault
from voice2fa.emulator.orders import Target

Event = dict[str, Any]
REORDER_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """How a site answered; `fault` is timeout, connection or dropped when it did not."""

    url: str
    status: int | None = None
    body: bytes = b""
    content_type: str = ""
    challenge: str = ""
    fault: str = ""
    reason: str = ""

    @property
    def is_success(self) -> bool:
        """Whether it is a 2xx; redirections are not followed and so are failures."""
        return self.status is not None and 200 <= self.status < 300


class Courier:
    """Carries events to the site. Its timeouts are real seconds whatever the clock says."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._session: aiohttp.ClientSession | None = None
        self._held: dict[str, asyncio.Event] = {}

    async def open(self) -> None:
        """Open the connection pool."""
        # Sites drop idle connections after two seconds (gunicorn); reusing one then would look like a fault.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=1.0)
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept-Encoding", "Content-Type"),
            headers={"User-Agent": "BandwidthAPI/2.0 (voice2fa emulator)", "Accept": "*/*"},
        )

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()

    async def ask(self, call: Call, event: Event, primary: Target, fallback: Target | None) -> Reply:
        """Send a synchronous event; once more to the fallback URL when the first place fails."""
        reply = await self._deliver(call, event, primary)
        may_fall_back = reply.status is None or self._desk.options.fallback_on_status
        if not reply.is_success and fallback is not None and may_fall_back:
            reply = await self._deliver(call, event, fallback)
        return reply

    async def tell(self, call: Call, event: Event, target: Target, fallback: Target | None = None) -> None:
        """Send an asynchronous event, once more after a connection fault, then to the fallback if any."""
        reply = await self._deliver(call, event, target)
        if reply.fault == "connection" and self._desk.options.async_retry:
            reply = await self._deliver(call, event, target, note="second try after a connection fault")
        if not reply.is_success and reply.fault != "dropped" and fallback is not None:
            await self._deliver(call, event, fallback)

    async def _deliver(self, call: Call, event: Event, target: Target, note: str = "") -> Reply:
        await self._desk.clock.sleep(self._desk.options.callback_lag)
        name = event["eventType"]
        struck = {
            fault.kind: fault
            for fault in self._desk.faults.strike_callback(name, call.call_id, call.order.to)
        }
        if "delay" in struck:
            await self._desk.clock.sleep(struck["delay"].seconds)
        if "reorder" in struck:
            await self._hold(call, struck["reorder"])
        if "drop" in struck:
            return self._drop(call, event, target)
        reply = await self._authenticate(call, event, target, note)
        self._release(call)
        if "duplicate" in struck:
            self._desk.spawn(self._authenticate(call, event, target, "duplicate by the fault dial"))
        return reply

    async def _hold(self, call: Call, fault: Fault) -> None:
        overtaken = self._held.setdefault(call.call_id, asyncio.Event())
        timer = self._desk.clock.call_later(fault.seconds or REORDER_SECONDS, overtaken.set)
        await overtaken.wait()
        timer.cancel()
        self._held.pop(call.call_id, None)

    def _release(self, call: Call) -> None:
        if call.call_id in self._held:
            self._held[call.call_id].set()

    def _drop(self, call: Call, event: Event, target: Target) -> Reply:
        record = self._desk.open_exchange(call, event["eventType"], target.method, target.url, "")
        self._desk.close_exchange(call, record, status=None, seconds=0, note="dropped by the fault dial")
        return Reply(url=target.url, fault="dropped", reason="the callback was dropped by the fault dial")

    async def _authenticate(self, call: Call, event: Event, target: Target, note: str) -> Reply:
        style = self._desk.options.webhook_auth
        if target.username is None and target.password is None:
            return await self._send(call, event, target, note=note)
        if style == "preemptive":
            return await self._send(call, event, target, with_credentials=True, note=note)
        with_body = style == "challenge-with-body"
        bare = "without credentials" if with_body else "without credentials and body"
        first = await self._send(call, event, target, with_body=with_body, note=f"{note} {bare}".strip())
        if first.status == 401 and first.challenge.lower().startswith("basic"):
            return await self._send(call, event, target, with_credentials=True, note=note)
        if first.status in (401, 403):
            call.warn(
                f"{target.url} answered {first.status} without WWW-Authenticate: Basic, so the carrier does "
                "not send the request again with credentials."
            )
        elif first.is_success and not with_body:
            # As any HTTP client would, the carrier takes an unasked-for success for the answer.
            call.warn(f"{target.url} did not ask for credentials: it answered a request without body.")
        return first

    async def _send(
        self,
        call: Call,
        event: Event,
        target: Target,
        *,
        with_body: bool = True,
        with_credentials: bool = False,
        note: str = "",
    ) -> Reply:
        url, body = target.url, None
        if target.method == "GET" and with_body:
            url = _extend(url, events.to_query(event))
        elif with_body:
            body = dumps(event)
        headers = {"Content-Type": "application/json; charset=utf-8"} if body else {}
        if with_credentials:
            pair = f"{target.username or ''}:{target.password or ''}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode(errors='replace')).decode()}"
        record = self._desk.open_exchange(call, event["eventType"], target.method, url, body or "")
        started = time.perf_counter()
        with self._desk.clock.working():
            reply = await self._request(target.method, url, body, headers, call.order.callback_timeout)
        notes = [note, reply.reason]
        if call.is_over and event["eventType"] in events.SYNCHRONOUS:
            notes.append("the call was over before this answer came")
        self._desk.close_exchange(
            call,
            record,
            status=reply.status,
            seconds=time.perf_counter() - started,
            body=reply.body.decode("utf-8", "replace"),
            note="; ".join(part for part in notes if part),
        )
        return reply

    async def _request(
        self, method: str, url: str, body: str | None, headers: dict[str, str], timeout: float
    ) -> Reply:
        assert self._session is not None
        try:
            async with self._session.request(
                method,
                url,
                data=None if body is None else body.encode(),
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout),
            ) as response:
                return Reply(
                    url=url,
                    status=response.status,
                    body=await _read_bounded(response),
                    content_type=response.content_type if "Content-Type" in response.headers else "",
                    challenge=response.headers.get("WWW-Authenticate", ""),
                )
        except TimeoutError:
            return Reply(url=url, fault="timeout", reason=f"no answer within {timeout:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Reply(
                url=url, fault="connection", reason=f"connection failed: {str(error) or type(error).__name__}"
            )


def _extend(url: str, query: dict[str, str]) -> str:
    try:
        return str(URL(url).extend_query(query))
    except ValueError:
        # Not an address after all; the request will say so.
        return url


async def _read_bounded(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    while len(body) <= LARGEST_DOCUMENT:
        chunk = await response.content.read(LARGEST_DOCUMENT + 1)
        if not chunk:
            return body
        body += chunk
    response.close()
    return body
