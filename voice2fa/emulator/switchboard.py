"""All calls of the account: the queue, the dialling rate, the limits, and what is remembered."""

from collections import OrderedDict, deque
from heapq import heappop, heappush

from voice2fa.emulator.calls import Call, new_call_id
from voice2fa.emulator.clock import Timer
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.errors import call_conflict, call_not_found
from voice2fa.emulator.limits import too_many
from voice2fa.emulator.lines import Lines
from voice2fa.emulator.orders import CallOrder
from voice2fa.emulator.webhooks import Courier


class Switchboard:
    """Accepts calls, dials them no faster than the account may, and forgets old ones."""

    def __init__(self, desk: Desk, courier: Courier) -> None:
        self._desk = desk
        self.lines = Lines(desk, courier, self._ended)
        self.calls: OrderedDict[str, Call] = OrderedDict()
        self._queue: list[tuple[int, int, Call]] = []
        self._queued = self._in_progress = self._accepted = 0
        self._dialled: deque[float] = deque()
        self._ended_calls: deque[Call] = deque()
        self._detailed: deque[Call] = deque()
        self._next: Timer | None = None

    @property
    def queue_size(self) -> int:
        """How many calls wait to be dialled."""
        return self._queued

    @property
    def longest_queue(self) -> int:
        """How many calls may wait."""
        return self._desk.options.cps * self._desk.options.queue_seconds

    @property
    def in_progress(self) -> int:
        """How many calls are dialled and not over."""
        return self._in_progress

    def place(self, order: CallOrder) -> Call:
        """Queue a call, or raise the 429 of a limit."""
        options, now = self._desk.options, self._desk.clock.now()
        if self._queued >= max(1, self.longest_queue):
            raise too_many(options, now, "Account call creation rate limit exceeded")
        if options.at_concurrency_limit == "refuse" and self._in_progress >= options.concurrent_calls:
            raise too_many(options, now, "Account concurrent call limit exceeded")
        call = self._open(order)
        if order.detection is not None and order.detection.has_decimals:
            call.warn("The carrier mishandles decimals in machineDetection; use whole seconds.")
        self._accepted += 1
        self._queued += 1
        heappush(self._queue, (order.priority, self._accepted, call))
        self._desk.changed(call)
        self._plan(0)
        return call

    def receive(self, order: CallOrder) -> Call:
        """Let a call to us in at once; above the account's limits, which both directions share, it ends."""
        options, now = self._desk.options, self._desk.clock.now()
        is_full = self._is_at_rate(now) or self._in_progress >= options.concurrent_calls
        call = self._open(order)
        call.started = now
        self._in_progress += 1
        self._dialled.append(now)
        if is_full:
            self.lines.end(call, "account-limit")
        else:
            self.lines.arrive(call)
        return call

    def _open(self, order: CallOrder) -> Call:
        options, now = self._desk.options, self._desk.clock.now()
        call_id = new_call_id()
        call = Call(
            call_id=call_id,
            account_id=options.account_id,
            order=order,
            url=f"{self._desk.base_url}/api/v2/accounts/{options.account_id}/calls/{call_id}",
            accepted=now,
            changed=now,
            exchanges=deque(maxlen=options.keep_exchanges),
            tag=order.tag,
        )
        self.calls[call_id] = call
        return call

    def find(self, call_id: str) -> Call:
        """Return a call that the API can see already, or raise 404."""
        call = self.calls.get(call_id)
        if call is None or not self.is_visible(call):
            raise call_not_found(call_id)
        return call

    def find_to_change(self, call_id: str) -> Call:
        """Return a call that is not over; 409 when it ended a short while ago, else 404."""
        call = self.calls.get(call_id)
        if call is None:
            raise call_not_found(call_id)
        if call.ended is not None:
            is_recent = self._desk.clock.now() - call.ended < self._desk.options.ended_conflict_seconds
            raise call_conflict(call_id) if is_recent else call_not_found(call_id)
        return call

    def is_visible(self, call: Call) -> bool:
        """Return whether the call's state has reached the API's readers."""
        return self._desk.clock.now() - call.accepted >= self._desk.options.state_lag

    def _plan(self, seconds: float) -> None:
        if self._next is None:
            self._next = self._desk.clock.call_later(seconds, self._dial_next)

    def _dial_next(self) -> None:
        self._next = None
        options, now = self._desk.options, self._desk.clock.now()
        while self._queue:
            if self._queue[0][2].state != "queued":
                heappop(self._queue)
                continue
            if self._is_at_rate(now):
                self._plan(self._dialled[0] + 1 - now)
                return
            is_full = self._in_progress >= options.concurrent_calls
            if is_full and options.at_concurrency_limit == "wait":
                return
            call = heappop(self._queue)[2]
            self._queued -= 1
            self._in_progress += 1
            self._dialled.append(now)
            if is_full:
                call.started = now
                self.lines.end(call, "account-limit")
            else:
                self.lines.dial(call)

    def _is_at_rate(self, now: float) -> bool:
        while self._dialled and now - self._dialled[0] >= 1:
            self._dialled.popleft()
        return len(self._dialled) >= self._desk.options.cps

    def _ended(self, call: Call) -> None:
        if call.started is None:
            self._queued -= 1
        else:
            self._in_progress -= 1
        if self._queued:
            self._plan(0)
        self._ended_calls.append(call)
        self._detailed.append(call)
        while len(self._detailed) > self._desk.options.keep_details:
            self._detailed.popleft().forget_details()
        while len(self._ended_calls) > self._desk.options.keep_calls:
            self.calls.pop(self._ended_calls.popleft().call_id, None)

    def reset(self) -> None:
        """Forget every call, in silence: no callbacks are sent."""
        for call in self.calls.values():
            call.cancel_timers()
            # Over without an ending, so that nothing still in flight can end it once more.
            call.state = "disconnected"
            if call.program is not None:
                call.program.cancel()
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self.calls.clear()
        self._queue.clear()
        self._queued = self._in_progress = 0
        for memory in (self._dialled, self._ended_calls, self._detailed):
            memory.clear()
