"""What every part of the emulator shares: options, clock, faults, news, and work in the background."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from voice2fa.emulator.calls import Call
from voice2fa.emulator.clock import Clock
from voice2fa.emulator.exchanges import Exchange, mask
from voice2fa.emulator.faults import Faults
from voice2fa.emulator.options import Options
from voice2fa.emulator.stream import Stream

logger = logging.getLogger("voice2fa.emulator")


class Desk:
    """One emulated carrier's shared state; `options` may be replaced while it runs."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.base_url = options.base_url.rstrip("/")
        self.clock = Clock(options.speed)
        self.faults = Faults(options.seed)
        self.stream = Stream()
        self._tasks: set[asyncio.Task[Any]] = set()

    def set_options(self, options: Options) -> None:
        """Turn switches while running; the clock follows."""
        if options.speed != self.options.speed:
            self.clock.set_speed(options.speed)
        self.options = options

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start background work that outlives its starter, and keep hold of it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        return task

    def is_current(self, task: asyncio.Task[Any]) -> bool:
        """Return whether the code that asks runs in that very task."""
        return task is asyncio.current_task()

    async def close(self) -> None:
        """Stop all background work."""
        self.stream.close()
        self.clock.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def changed(self, call: Call) -> None:
        """Stamp a call and tell the world."""
        call.changed = self.clock.now()
        self.stream.call_changed(call)

    def open_exchange(self, call: Call, name: str, method: str, url: str, body: str) -> Exchange:
        """Begin to record a callback."""
        return self._record(call, "callback", name, method, url, body)

    def record_api(self, call: Call, name: str, method: str, url: str, body: str) -> Exchange:
        """Begin to record an API request."""
        return self._record(call, "api", name, method, url, body)

    def close_exchange(
        self,
        call: Call,
        exchange: Exchange,
        *,
        status: int | None,
        seconds: float,
        body: str = "",
        note: str = "",
    ) -> None:
        """Complete a record and publish it."""
        exchange.status, exchange.milliseconds = status, seconds * 1000
        exchange.response, exchange.note = self._trim(body), note
        exchange.is_finished = True
        self.stream.publish("exchange", lambda: {"callId": call.call_id, "exchange": exchange.to_json()})
        self.stream.check(call)

    def _record(self, call: Call, direction: str, name: str, method: str, url: str, body: str) -> Exchange:
        call.exchange_count += 1
        exchange = Exchange(
            n=call.exchange_count,
            time=self.clock.now(),
            direction=direction,
            name=name,
            method=method,
            url=mask(url),
            request=self._trim(body),
        )
        call.exchanges.append(exchange)
        return exchange

    def _trim(self, body: str) -> str:
        return mask(body)[: self.options.keep_body]

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("Background work failed", exc_info=error)
