"""What the waiting page shows at each moment."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from voice2fa.core.methods import Method, Purpose
from voice2fa.flows.progress import Progress, Text
from voice2fa.models import PhoneVerification

from .forms import CodeForm

_STEPS: list[tuple[str, Text]] = [
    ("dialling", _("Dialling")),
    ("ringing", _("Ringing")),
    ("answered", _("Answered")),
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
    Purpose.CONFIRM: ("voice2fa:phones", _("Back to your phones")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of the live progress: ``status`` is ``done``, ``current`` or ``todo``."""

    name: str
    label: Text
    status: str


class WaitingPage(Progress):
    """What the waiting page shows: the progress, the form for a code, and the way back."""

    def __init__(
        self, verification: PhoneVerification, *, now: datetime, code_form: CodeForm | None = None
    ) -> None:
        super().__init__(verification, now=now)
        self.code_form = (code_form or CodeForm()) if self.is_live and self.method is Method.SPEAK else None
        start, self.start_over_label = _STARTS[self.purpose]
        self.start_over_url = reverse(start)

    @property
    def steps(self) -> list[Step]:
        """The live progress, line by line."""
        labels = [*_STEPS, ("waiting", _LAST_STEPS[self.method])]
        current = {"dialling": 0, "ringing": 1}.get(self.progress, 3)
        return [
            Step(name=name, label=label, status=_status(place, current))
            for place, (name, label) in enumerate(labels)
        ]


def _status(place: int, current: int) -> str:
    if place == current:
        return "current"
    return "done" if place < current else "todo"
