"""Time as a dial: real, faster, or standing still until somebody advances it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush

# A task may need several turns of the event loop between being woken and its next wait.
TURNS_UNTIL_SETTLED = 12
COMPACT_ABOVE = 1000


def to_iso(moment: float | None) -> str | None:
    """Return seconds since the epoch as the carrier writes times: UTC, milliseconds, Z."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Timer:
    """One thing to do at a virtual moment."""

    __slots__ = ("_clock", "action", "cancelled", "due", "order")

    def __init__(self, clock: "Clock", due: float, order: int, action: Callable[[], object]) -> None:
        self._clock, self.due, self.order, self.action = clock, due, order, action
        self.cancelled = False

    def __lt__(self, other: "Timer") -> bool:
        return (self.due, self.order) < (other.due, other.order)

    def cancel(self) -> None:
        """Forget it; harmless when it has already fired."""
        if not self.cancelled:
            self.cancelled = True
            self._clock.forget()


class Clock:
    """Virtual seconds since the epoch, and timers that follow them at any speed."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._virtual, self._real = time.time(), time.monotonic()
        self._timers: list[Timer] = []
        self._order = self._cancelled = self._busy = 0
        self._alarm: asyncio.Handle | None = None
        self._quiet: asyncio.Future[None] | None = None

    @property
    def speed(self) -> float:
        """How many virtual seconds pass in a real one; 0 when frozen."""
        return self._speed

    def now(self) -> float:
        """Return the virtual time in seconds since the epoch."""
        return self._virtual + (time.monotonic() - self._real) * self._speed

    def set_speed(self, speed: float) -> None:
        """Turn the dial; timers keep their virtual moments."""
        self._virtual, self._real = self.now(), time.monotonic()
        self._speed = speed
        self._set_alarm()

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Do something when that many virtual seconds have passed."""
        self._order += 1
        timer = Timer(self, self.now() + max(0.0, seconds), self._order, action)
        heappush(self._timers, timer)
        if self._timers[0] is timer:
            self._set_alarm()
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait that many virtual seconds; nothing at all when not positive."""
        if seconds <= 0:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: None if waiting.done() else waiting.set_result(None))
        try:
            await waiting
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Jump forward, firing what falls due on the way, and return when that work has settled."""
        target = self.now() + seconds
        await self.settle()
        while (head := self._head()) is not None and head.due <= target:
            self._jump(max(head.due, self.now()))
            self._fire()
            await self.settle()
        self._jump(max(target, self.now()))
        self._set_alarm()
        await self.settle()

    async def settle(self) -> None:
        """Return when no callback is on the wire and every woken task has gone back to waiting."""
        turns = 0
        while turns < TURNS_UNTIL_SETTLED:
            await asyncio.sleep(0)
            turns += 1
            if self._busy:
                self._quiet = self._quiet or asyncio.get_running_loop().create_future()
                await asyncio.shield(self._quiet)
                turns = 0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Mark network work that settling has to wait for."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy and self._quiet is not None:
                if not self._quiet.done():
                    self._quiet.set_result(None)
                self._quiet = None

    def forget(self) -> None:
        """Count a cancelled timer, and sweep when they outnumber the living."""
        self._cancelled += 1
        if self._cancelled > COMPACT_ABOVE and self._cancelled * 2 > len(self._timers):
            self._timers = [timer for timer in self._timers if not timer.cancelled]
            heapify(self._timers)
            self._cancelled = 0

    def clear(self) -> None:
        """Drop every timer, as a reset does."""
        for timer in self._timers:
            timer.cancelled = True
        self._timers, self._cancelled = [], 0
        self._set_alarm()

    def _jump(self, moment: float) -> None:
        self._virtual, self._real = moment, time.monotonic()

    def _head(self) -> Timer | None:
        while self._timers and self._timers[0].cancelled:
            heappop(self._timers)
            self._cancelled = max(0, self._cancelled - 1)
        return self._timers[0] if self._timers else None

    def _fire(self) -> None:
        moment = self.now()
        while (head := self._head()) is not None and head.due <= moment:
            heappop(self._timers)
            head.cancelled = True
            head.action()

    def _ring(self) -> None:
        self._alarm = None
        self._fire()
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        head = self._head()
        if head is None:
            return
        loop, wait = asyncio.get_running_loop(), head.due - self.now()
        # What is due at once happens even while the clock stands still.
        if wait <= 0:
            self._alarm = loop.call_soon(self._ring)
        elif self._speed > 0:
            self._alarm = loop.call_later(wait / self._speed, self._ring)
