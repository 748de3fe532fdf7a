"""News of calls: to the handset pages that watch, and to requests that wait for a call to get somewhere."""

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from voice2fa.emulator.calls import Call

LONGEST_BACKLOG = 2000
Message = tuple[str, Any]


class Stream:
    """Publishes without ever waiting for a slow reader: such a reader is cut off and may reconnect."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[Message | None]] = set()
        self._waiters: set[tuple[Callable[[Call], bool], asyncio.Future[Call]]] = set()

    @contextmanager
    def subscribe(self) -> Any:
        """Give a queue of messages; None in it means the end."""
        queue: asyncio.Queue[Message | None] = asyncio.Queue(LONGEST_BACKLOG + 1)
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)

    def publish(self, event: str, make: Callable[[], Any]) -> None:
        """Tell every reader; the message is made only when there is one."""
        if not self._readers:
            return
        message = (event, make())
        for queue in list(self._readers):
            if queue.qsize() >= LONGEST_BACKLOG:
                self._readers.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(message)

    def call_changed(self, call: Call) -> None:
        """Publish a call, and let go of the requests that waited for it."""
        self.publish("call", lambda: call.to_json(with_exchanges=False))
        self.check(call)

    def check(self, call: Call) -> None:
        """Let go of the requests that waited for what this call is now."""
        for waiter in list(self._waiters):
            wanted, future = waiter
            if not future.done() and wanted(call):
                future.set_result(call)
                self._waiters.discard(waiter)

    async def wait(self, wanted: Callable[[Call], bool], seconds: float) -> Call | None:
        """Return the first call that comes to be wanted, or None after that many real seconds."""
        future: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
        waiter = (wanted, future)
        self._waiters.add(waiter)
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return None
        finally:
            self._waiters.discard(waiter)

    def close(self) -> None:
        """End every subscription, so that the server can stop."""
        for queue in self._readers:
            if not queue.full():
                queue.put_nowait(None)
        self._readers.clear()
