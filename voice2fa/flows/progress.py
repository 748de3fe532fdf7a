"""How far a verification has come, as the person who waits for it is told, on a page or by the API."""

import hashlib
import math
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voice2fa.conf import get_settings
from voice2fa.core.events import Cause
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.policy import REPORT_KEY
from voice2fa.core.states import State
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.numbers import show
from voice2fa.sentences import Outcome, explain_outcome

from .challenges import code_of
from .login import other_phones
from .verification import may_resend

Text = str | Promise

_HEADINGS: dict[Purpose, Text] = {
    Purpose.REGISTER: _("We are calling you to confirm your phone"),
    Purpose.ENROL: _("We are calling the phone you are adding"),
    Purpose.LOGIN: _("We are calling your phone"),
    Purpose.CONFIRM: _("We are calling you to confirm"),
}
_SENTENCES: dict[str, Text] = {
    "dialling": _("We are placing the call."),
    "ringing": _("Your phone is ringing. Please answer it."),
    "code_told": _("The code has been told. Type it below."),
}
# The order's outcome is unknown: the phone may ring yet, and must not be called twice.
_DOUBTFUL = _(
    "The telephone service is slow to answer. Your phone may still ring; if not, cancel and try again."
)
_ANSWERED: dict[Method, Text] = {
    Method.ENTER: _("You have answered. Key in the code shown here on your phone."),
    Method.SPEAK: _("You have answered. Press the key shown here to hear your code."),
    Method.APPROVE: _("You have answered. Press the key shown here on your phone to approve."),
}


class Progress:
    """A verification as the person who waits for it sees it at one moment."""

    report_key = REPORT_KEY

    def __init__(self, verification: PhoneVerification, *, now: datetime) -> None:
        self.verification = verification
        self.now = now
        self.method = Method(verification.method)
        self.purpose = Purpose(verification.purpose)
        self.is_live = verification.is_live
        self.is_approved = verification.state == State.APPROVED and verification.consumed_at is None
        self.is_failed = not self.is_live and verification.state != State.APPROVED

    @property
    def progress(self) -> str:
        """How far the call has come: a word for styles and scripts."""
        if not self.is_live:
            return str(self.verification.state)
        if self.verification.state == State.ANSWERED:
            return "code_told" if self.verification.code_told_at else "answered"
        return "ringing" if self.verification.ringing_at else "dialling"

    @property
    def message(self) -> str:
        """What the call asks the person to confirm, word for word; empty but for an act of its own."""
        return self.verification.message

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return explain_outcome(State(self.verification.state), Cause(self.verification.cause))

    @property
    def heading(self) -> Text:
        """The heading of the page."""
        return _HEADINGS[self.purpose] if self.is_live else self.outcome.heading

    @property
    def sentence(self) -> Text:
        """What is happening now, or how it ended and what to do next."""
        if not self.is_live:
            return self.outcome.sentence
        if self.verification.cause:
            return _DOUBTFUL
        return _SENTENCES.get(self.progress) or _ANSWERED[self.method]

    @property
    def code(self) -> str:
        """The code to key in, in groups of three; empty where the page must not show one."""
        if not self.is_live or self.method is not Method.ENTER:
            return ""
        code = code_of(self.verification)
        return " ".join(code[start : start + 3] for start in range(0, len(code), 3))

    @property
    def caller(self) -> str:
        """The number that the call comes from."""
        return show(self.verification.caller)

    @property
    def approve_key(self) -> str:
        """The key that the call will name, so that the person can tell our call from another's (A18)."""
        is_told_key = self.method is not Method.ENTER and not self.verification.code_told_at
        return self.verification.approve_key if self.is_live and is_told_key else ""

    @property
    def tries_left(self) -> int:
        """How many wrong codes may still be given."""
        return max(0, get_settings().max_tries - self.verification.tries)

    @property
    def deadline(self) -> datetime:
        """When it is dead."""
        return self.verification.deadline

    @property
    def seconds_left(self) -> int:
        """Seconds until the deadline."""
        return max(0, math.ceil((self.deadline - self.now).total_seconds()))

    @property
    def may_resend(self) -> bool:
        """Whether the person may have us call again."""
        return may_resend(self.verification, now=self.now)

    @property
    def other_phones(self) -> list[VoiceDevice]:
        """The person's other phones, for a login that cannot be confirmed with this one."""
        return other_phones(self.verification) if self.may_resend else []

    @property
    def resend_from(self) -> datetime:
        """When the cool-down lets us call again."""
        return self.verification.created_at + timedelta(seconds=get_settings().cool_down)

    @property
    def resend_in(self) -> int:
        """Seconds until the cool-down lets us call again."""
        return max(0, math.ceil((self.resend_from - self.now).total_seconds()))

    @property
    def etag(self) -> str:
        """A mark that changes when the page should."""
        told = (self.verification.pk, self.as_json())
        return f'"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'

    def as_json(self) -> dict[str, Any]:
        """Return what the status endpoint tells: neither code nor key nor number."""
        return {
            "id": str(self.verification.pk),
            "state": str(self.verification.state),
            "progress": self.progress,
            "sentence": str(self.sentence),
            "is_live": self.is_live,
            "is_approved": self.is_approved,
            "tries_left": self.tries_left,
            "deadline": self.deadline.isoformat(),
        }
