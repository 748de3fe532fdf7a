"""What the waiting page shows at each moment."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voice2fa.core.methods import Method, Purpose
from voice2fa.flows.first_phone import is_first
from voice2fa.flows.other_ways import may_spare, ways_of
from voice2fa.flows.progress import Progress, Text
from voice2fa.models import PhoneVerification

from .confirming import start_of
from .forms import CodeForm

_STEPS: list[tuple[str, Text]] = [
    ("dialling", _("Dialling")),
    ("ringing", _("Ringing")),
    ("answered", _("Answered")),
]
_CALL_IN_STEPS: list[tuple[str, Text]] = [
    ("awaited", _("Waiting for your call")),
    ("answered", _("You are through")),
]
_LAST_STEPS: dict[Method, Text] = {
    Method.ENTER: _("Waiting for the code"),
    Method.SPEAK: _("Waiting for the code"),
    Method.APPROVE: _("Waiting for a key"),
}
_STARTS: dict[Purpose, tuple[str, Text]] = {
    Purpose.REGISTER: ("voice2fa:register", _("Back to registration")),
    Purpose.ENROL: ("voice2fa:phones", _("Back to your phones")),
    Purpose.LOGIN: ("voice2fa:login", _("Back to login")),
    Purpose.CONFIRM: ("voice2fa:confirm", _("Back")),
}

_FIRST_PHONE: tuple[str, Text] = ("voice2fa:first_phone", _("Try another number"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of the live progress: ``status`` is ``done``, ``current`` or ``todo``."""

    name: str
    label: Text
    status: str


class WaitingPage(Progress):
    """What the waiting page shows: the progress, the form for a code, and the way back."""

    def __init__(
        self,
        verification: PhoneVerification,
        *,
        now: datetime,
        code_form: CodeForm | None = None,
        next_url: str = "",
        finish_url: str = "",
    ) -> None:
        super().__init__(verification, now=now)
        self.code_form = (code_form or CodeForm()) if self.is_live and self.method is Method.SPEAK else None
        start, self.start_over_label = _STARTS[self.purpose]
        if self.is_failed and self.purpose is Purpose.ENROL and is_first(verification, now=now):
            start, self.start_over_label = _FIRST_PHONE
        self.start_over_url = start_of(verification, next_url) or reverse(start)
        # An act is finished by the site that asked for it, and a ticket of another kind by ourselves.
        is_act = bool(verification.payload_digest and finish_url)
        self.complete_url = finish_url if is_act else reverse("voice2fa:complete")

    @property
    def has_other_ways(self) -> bool:
        """Whether the person may do without this call."""
        user = self.verification.user
        return user is not None and may_spare(self.verification, now=self.now) and bool(ways_of(user))

    @property
    def steps(self) -> list[Step]:
        """The live progress, line by line."""
        labels = _CALL_IN_STEPS if self.is_call_in else [*_STEPS, ("waiting", _LAST_STEPS[self.method])]
        current = {"awaited": 0, "dialling": 0, "ringing": 1}.get(self.progress, len(labels) - 1)
        return [
            Step(name=name, label=label, status=_status(place, current))
            for place, (name, label) in enumerate(labels)
        ]


def _status(place: int, current: int) -> str:
    if place == current:
        return "current"
    return "done" if place < current else "todo"
