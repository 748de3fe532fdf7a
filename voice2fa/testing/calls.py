"""Calls in a list, as ``django.core.mail.outbox`` keeps mails: a test answers them, and presses keys."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, overload

import django
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from voice2fa.carrier import get_provider
from voice2fa.conf import get_settings
from voice2fa.core.events import Attestation
from voice2fa.core.states import FINAL
from voice2fa.flows.telephony import placing, pushing
from voice2fa.flows.telephony.lines import open_reception
from voice2fa.models import CallEvent, PhoneVerification
from voice2fa.numbers import region_of
from voice2fa.providers.local_call import LocalCall
from voice2fa.providers.memory import MemoryProvider

from .hearing import Listener

_MEMORY = f"{MemoryProvider.__module__}.{MemoryProvider.__qualname__}"
_TASKS = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"


def settings_for_calls() -> dict[str, Any]:
    """Return the settings with which calls go into a list, and no thread places any.

    Django's own default for ``TASKS`` is to run them at once, and what the site has set stays as it is.
    """
    wanted: dict[str, Any] = {}
    if get_settings().provider.backend != _MEMORY:
        wanted["VOICE2FA"] = {**settings.VOICE2FA, "PROVIDER": {"BACKEND": _MEMORY}}
    if not settings.is_overridden("TASKS"):  # type: ignore[misc]  # unknown to the stubs
        wanted["TASKS"] = {"default": {"BACKEND": f"{_TASKS}.backends.immediate.ImmediateBackend"}}
    return wanted


@contextmanager
def phone_calls() -> Iterator["PhoneCalls"]:
    """Have calls go into a list, which begins empty, and yield it."""
    with override_settings(**settings_for_calls()):
        calls = PhoneCalls()
        calls.clear()
        yield calls
        calls.clear()


class PhoneCall(Listener):
    """One call, from the side of the person who is called; each act goes through the site's callbacks.

    It acts alike whichever way the site steers calls (``CALL_CONTROL``).
    """

    def __init__(self, call: LocalCall) -> None:
        self._call = call

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self.to}: {self._call.progress}>"

    @property
    def to(self) -> str:
        """The number called, in E.164 form."""
        return self._call.to

    @property
    def said(self) -> Sequence[str]:
        """The sentences heard so far."""
        return tuple(self._call.said)

    @property
    def verification(self) -> PhoneVerification:
        """The verification that the call is for, as it is now."""
        return PhoneVerification.objects.get(pk=self._call.order.line.credentials.username)

    @property
    def is_answered(self) -> bool:
        """Whether the call goes on."""
        return self._call.is_answered

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return self._call.is_over

    def answer(self) -> None:
        """Pick up, and hear what the call says first."""
        self._call.answer()
        self._go_on()

    def answer_as_machine(self) -> None:
        """Let an answering machine pick up."""
        self._call.answer_as_machine()
        self._go_on()

    def press(self, keys: str) -> None:
        """Press the keys, and hear what the call says next; ``""`` is silence until it goes on."""
        self._call.press(keys)
        self._go_on()

    def hang_up(self) -> None:
        """Hang up."""
        self._call.hang_up()

    def reject(self) -> None:
        """Decline the call while it rings."""
        self._call.reject()

    def busy(self) -> None:
        """Be on the phone with somebody else."""
        self._call.busy()

    def no_answer(self) -> None:
        """Let it ring until it stops."""
        self._call.no_answer()

    def _go_on(self) -> None:
        # No worker comes to it while the test's transaction lasts: it asks instead, and hears the same.
        while self._call.is_parked:
            self._call.wait_in_vain()


class CallToUs(PhoneCall):
    """One call that the person makes; it is answered, or turned away, as soon as there is one."""

    @property
    def verification(self) -> PhoneVerification:
        """The verification that the call is about, as it is now; ``AssertionError`` if it is about none."""
        event = CallEvent.objects.filter(call_id=self._call.call_id).last()
        if event is None:
            raise AssertionError(f"The site expected no call from {self._call.caller}: {list(self.said)}")
        return event.verification


class PhoneCalls(Sequence[PhoneCall]):
    """The calls placed so far, oldest first.

    To look is to have what waits to be placed placed: tests in a transaction, whose commit never comes, see
    their calls all the same.
    """

    __hash__ = None  # type: ignore[assignment]  # like any list

    def __init__(self) -> None:
        self._known: dict[str, PhoneCall] = {}

    def __len__(self) -> int:
        return len(self._look())

    @overload
    def __getitem__(self, place: int) -> PhoneCall: ...

    @overload
    def __getitem__(self, place: slice) -> list[PhoneCall]: ...

    def __getitem__(self, place: int | slice) -> PhoneCall | list[PhoneCall]:
        return self._look()[place]

    def __eq__(self, other: object) -> bool:
        return self._look() == (other._look() if isinstance(other, PhoneCalls) else other)

    def __repr__(self) -> str:
        return repr(self._look())

    def call_us(self, number: str, *, to: str = "", attestation: str = "A") -> CallToUs:
        """Call the site from the number (E.164), and hear what it says first.

        ``to`` is the site's number that its page shows, and ``attestation`` what the person's carrier says of
        theirs: ``"A"``, ``"B"``, ``"C"`` or ``"none"``.
        """
        ours = to or get_provider().caller_for(number, region=region_of(number))
        call = MemoryProvider.take_call(
            caller=number, to=ours, line=open_reception(), attestation=Attestation(attestation)
        )
        return CallToUs(call)

    def clear(self) -> None:
        """Forget all calls, and failures that were ordered of ``MemoryProvider``."""
        MemoryProvider.reset()
        self._known.clear()

    def _look(self) -> list[PhoneCall]:
        place_waiting()
        calls = [self._known.setdefault(call.call_id, PhoneCall(call)) for call in MemoryProvider.calls]
        for call in calls:
            # Decided elsewhere than in the call: a task ends it, once the transaction is committed.
            if not call.is_over and call.verification.state in FINAL:
                pushing.end_call(call.verification.pk, clock=timezone.now, wait=_wait_no_longer)
        return calls


def place_waiting() -> None:
    """Place the calls of which the site knows, and which nobody has taken up."""
    waiting = PhoneVerification.objects.unplaced(timezone.now() + timedelta.resolution)
    for pk in waiting.order_by("created_at").values_list("pk", flat=True):
        placing.place(pk, clock=timezone.now, wait=_wait_no_longer)


def _wait_no_longer(seconds: float) -> None:
    """Stand in for the pause between two tries: no test waits."""
