"""Following calls over HTTP: the event stream of the handset page, and requests that wait for a call."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from voice2fa.emulator.calls import Call
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.errors import ControlError
from voice2fa.emulator.switchboard import Switchboard

HEARTBEAT_SECONDS = 15.0
LONGEST_WAIT = 120.0
STATES: Mapping[str, Callable[[Call], bool]] = {
    "queued": lambda call: call.state == "queued",
    "initiated": lambda call: call.state == "initiated",
    "ringing": lambda call: call.ringing,
    "answered": lambda call: call.state == "answered",
    "listening": lambda call: call.is_listening,
    "disconnected": lambda call: call.is_over,
}


def _has_said(call: Call, text: str) -> bool:
    return any(text in line for line in call.transcript)


def _has_exchanged(call: Call, name: str) -> bool:
    return any(exchange.name == name and exchange.is_finished for exchange in call.exchanges)


# One row for each query parameter; a call must satisfy all that are given.
CONDITIONS: Mapping[str, Callable[[Call, str], bool]] = {
    "to": lambda call, value: call.order.to == value,
    "from": lambda call, value: call.order.sender == value,
    "direction": lambda call, value: call.order.direction == value,
    "callId": lambda call, value: call.call_id == value,
    "seen": lambda call, value: call.call_id not in value.split(","),
    "state": lambda call, value: STATES[value](call),
    "ringing": lambda call, value: call.ringing == (value == "1"),
    "listening": lambda call, value: call.is_listening == (value == "1"),
    "said": _has_said,
    "cause": lambda call, value: call.cause == value,
    "exchange": _has_exchanged,
}


def read_conditions(query: Mapping[str, str]) -> Callable[[Call], bool]:
    """Return the predicate that query parameters describe, or raise ControlError."""
    # A plus sign that nobody encoded arrives as a space.
    wanted = {
        name: value.replace(" ", "+", 1) if name in ("to", "from") else value for name, value in query.items()
    }
    if unknown := set(wanted) - set(CONDITIONS):
        raise ControlError(
            400, f"One cannot wait for {', '.join(sorted(unknown))}, only {', '.join(CONDITIONS)}."
        )
    if wanted.get("state", "queued") not in STATES:
        raise ControlError(400, f"state is one of {', '.join(STATES)}.")
    return lambda call: all(CONDITIONS[name](call, value) for name, value in wanted.items())


class Watching:
    """The two ways to learn what happens without asking again and again."""

    def __init__(self, desk: Desk, switchboard: Switchboard) -> None:
        self._desk, self._switchboard = desk, switchboard

    def add_routes(self, app: web.Application) -> None:
        """Put waiting and the stream under /_control/."""
        app.router.add_get("/_control/wait", self._wait)
        app.router.add_get("/_control/events", self._stream)

    async def _wait(self, http: web.Request) -> web.Response:
        query = dict(http.query)
        try:
            seconds = float(query.pop("timeout", "10"))
        except ValueError:
            seconds = -1
        if not 0 <= seconds <= LONGEST_WAIT:
            raise ControlError(400, f"timeout is 0 to {LONGEST_WAIT:g} seconds.")
        wanted = read_conditions(query)
        there = next(filter(wanted, reversed(self._switchboard.calls.values())), None)
        call = there or await self._desk.stream.wait(wanted, seconds)
        if call is None:
            raise ControlError(504, f"No call came to match {query} within {seconds:g} s.")
        return web.json_response(call.to_json(), headers={"Cache-Control": "no-store"})

    async def _stream(self, http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        # A page that is closed is no failure: it just hears no more.
        with suppress(ConnectionResetError), self._desk.stream.subscribe() as queue:
            await response.prepare(http)
            calls = list(self._switchboard.calls.values())[-500:]
            await _send(response, "snapshot", {"calls": [call.to_json() for call in calls]})
            while True:
                try:
                    message = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if message is None:
                    break
                await _send(response, *message)
        return response


async def _send(response: web.StreamResponse, event: str, body: Any) -> None:
    await response.write(f"event: {event}\ndata: {json.dumps(body)}\n\n".encode())
