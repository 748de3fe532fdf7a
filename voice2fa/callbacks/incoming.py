"""The doors at which the carrier announces calls to us, and reports of them."""

from datetime import datetime

from voice2fa.core.events import CallEvent, Kind
from voice2fa.core.script import CallScript
from voice2fa.flows.incoming import receive
from voice2fa.flows.telephony.lines import open_reception
from voice2fa.providers.base import Line

from .views import CallbackView, NoticeView


class IncomingView(CallbackView):
    """Somebody calls us."""

    kind = Kind.INITIATE

    @property
    def line(self) -> Line:
        """How the carrier reaches us about calls to us."""
        return open_reception()

    def act_on(self, event: CallEvent, *, now: datetime) -> CallScript:
        """Return what the call does next; raises ``RejectedCallback``."""
        return receive(event, step=self.step, now=now)


class IncomingGatherView(IncomingView):
    """Whoever calls us has pressed keys, or none in time."""

    kind = Kind.GATHER


class IncomingDisconnectView(NoticeView, IncomingView):
    """A call to us is over."""

    kind = Kind.DISCONNECT
