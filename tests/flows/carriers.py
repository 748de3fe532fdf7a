"""Carriers with a will of their own: the settings may name any class."""

from django.db import connection

from voice2fa.core.events import Cause
from voice2fa.providers.base import CallProgress, CallReport, OutcomeUnknown
from voice2fa.providers.memory import MemoryProvider


def _take(owner, name):
    act = getattr(owner, name)
    setattr(owner, name, None)
    if act is not None:
        act()


class Suspicious(MemoryProvider):
    """Takes no event for its own."""

    def is_ours(self, event):
        return False


class Interrupted(MemoryProvider):
    """Does an act, once, at the moment at which a flow has read the row and not yet written it."""

    meanwhile = None

    def is_ours(self, event):
        _take(Interrupted, "meanwhile")
        return True


class Counting(MemoryProvider):
    """Keeps every order, and can have an act done before the reply to it arrives."""

    orders = []
    after_order = None

    def place_call(self, call):
        self.orders.append(call)
        try:
            return super().place_call(call)
        finally:
            _take(Counting, "after_order")


class Deaf(MemoryProvider):
    """Fails to hang up, with one of the ``failures`` after another."""

    failures = []

    def hang_up(self, call_id):
        if Deaf.failures:
            raise Deaf.failures.pop(0)
        super().hang_up(call_id)


class Silent(MemoryProvider):
    """Has lost the callback of a call that nobody took."""

    meanwhile = None

    def get_call(self, call_id):
        _take(Silent, "meanwhile")
        return CallReport(call_id=call_id, progress=CallProgress.OVER, cause=Cause.NO_ANSWER)


class Queueing(MemoryProvider):
    """Has every call wait in its queue."""

    asked = 0
    meanwhile = None

    def get_call(self, call_id):
        Queueing.asked += 1
        _take(Queueing, "meanwhile")
        return CallReport(call_id=call_id, progress=CallProgress.QUEUED)


class Hesitant(MemoryProvider):
    """Does an act, once, when it is asked for its number: between the counting and the writing of a call."""

    meanwhile = None

    @property
    def caller(self):
        _take(Hesitant, "meanwhile")
        return super().caller


class Watching(MemoryProvider):
    """Sees whether a transaction is open while a flow asks for its number."""

    seen = []

    @property
    def caller(self):
        self.seen.append(connection.in_atomic_block)
        return super().caller


class Stubborn(MemoryProvider):
    """Must not be asked to hang up."""

    def hang_up(self, call_id):
        raise AssertionError


class Overtaken(Queueing):
    """Does an act, once, between an observer's reading of the row and its claim."""

    before_claim = None

    @property
    def can_report_progress(self):
        _take(Overtaken, "before_claim")
        return True


class Mute(MemoryProvider):
    """Has voices for English and French alone."""

    def can_speak(self, language):
        return language.partition("-")[0] in {"en", "fr"}


class Balky(MemoryProvider):
    """Refuses scripts for live calls with each of the ``errors``; ``after_push`` follows a success.

    ``timeouts`` are the seconds that each order was given; with ``keep_silent`` they pass before the refusal.
    Of as many orders as ``lost`` says, carried out before all others, the answers are lost.
    """

    errors = []
    after_push = None
    keep_silent = None
    pushed = lost = 0
    timeouts = []

    def replace_script(self, call_id, script, *, line, timeout):
        Balky.timeouts.append(timeout)
        if Balky.errors:
            if Balky.keep_silent:
                Balky.keep_silent(timeout)
            raise Balky.errors.pop(0)
        Balky.pushed += 1
        super().replace_script(call_id, script, line=line, timeout=timeout)
        _take(Balky, "after_push")
        if Balky.lost:
            Balky.lost -= 1
            raise OutcomeUnknown("lost")


class OneWay(MemoryProvider):
    """Places calls, and takes none."""

    can_take_calls = False
