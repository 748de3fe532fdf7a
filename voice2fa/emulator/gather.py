"""One Gather as it happens: prompts, keys, and the four ways to end."""

import asyncio
from collections.abc import Callable

from voice2fa.emulator.bxml import Verb
from voice2fa.emulator.clock import Clock

Prompt = Callable[[Verb], float]


class Gathering:
    """Keys are judged the moment they are pressed, so that nobody presses one too many in between."""

    def __init__(self, verb: Verb, clock: Clock) -> None:
        self._verb, self._clock = verb, clock
        self._waiter: asyncio.Future[None] | None = None
        self.digits = self.terminating_digit = ""
        self.is_done = False
        # Whether somebody is about to press: a scripted callee reacts once.
        self.is_expecting = False

    def press(self, key: str) -> bool:
        """Take one key; False when this gather has ended already."""
        if self.is_done:
            return False
        if key in self._verb.settings["terminatingDigits"]:
            self.terminating_digit, self.is_done = key, True
        else:
            self.digits += key
            self.is_done = len(self.digits) >= self._verb.settings["maxDigits"]
        self._wake()
        return True

    async def run(self, speak: Prompt, hush: Callable[[], None], prompted: Callable[[], None]) -> None:
        """Play the prompts and wait for keys until one of the documented endings."""
        settings = self._verb.settings
        for _ in range(settings["repeatCount"]):
            await self._play(speak, hush)
            if self._has_key:
                break
            prompted()
            # Counted after the nested audio ends, for every repetition.
            await self._hear(settings["firstDigitTimeout"])
            if self._has_key:
                break
        while self._has_key and not self.is_done:
            before = len(self.digits)
            await self._hear(settings["interDigitTimeout"], but_not=before)
            if len(self.digits) == before and not self.is_done:
                break
        self.is_done = True

    @property
    def _has_key(self) -> bool:
        return bool(self.digits or self.terminating_digit)

    async def _play(self, speak: Prompt, hush: Callable[[], None]) -> None:
        for prompt in self._verb.children:
            if self._has_key:
                return
            await self._hear(speak(prompt))
            hush()

    async def _hear(self, seconds: float, *, but_not: int = 0) -> None:
        if self.is_done or len(self.digits) > but_not or seconds <= 0:
            return
        self._waiter = asyncio.get_running_loop().create_future()
        timer = self._clock.call_later(seconds, self._wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
