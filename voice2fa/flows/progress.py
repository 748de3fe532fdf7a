"""How far a verification has come, as the person who waits for it is told, on a page or by the API."""

import hashlib
import math
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voice2fa.conf import get_settings
from voice2fa.core.errors import WrongCode
from voice2fa.core.events import Cause
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.policy import REPORT_KEY
from voice2fa.core.states import State
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.numbers import show, strip_pauses
from voice2fa.sentences import Outcome, explain_outcome, explain_refusal
from voice2fa.wording import SOURCE

from . import call_in
from .login import other_phones
from .telephony.challenges import code_of
from .telephony.languages import name_if_foreign
from .telephony.machines import is_held_to_code, is_void
from .verification import may_resend

Text = str | Promise

_HEADINGS: dict[Purpose, Text] = {
    Purpose.REGISTER: _("We are calling you to confirm your phone"),
    Purpose.ENROL: _("We are calling the phone you are adding"),
    Purpose.LOGIN: _("We are calling your phone"),
    Purpose.CONFIRM: _("We are calling you to confirm"),
}
_CALL_US = _("Call us from your phone")
_SENTENCES: dict[str, Text] = {
    "dialling": _("We are placing the call."),
    "ringing": _("Your phone is ringing. Please answer it."),
    "code_told": _("The code has been told. Type it below."),
}
# The order's outcome is unknown: the phone may ring yet, and must not be called twice.
_DOUBTFUL = _(
    "The telephone service is slow to answer. Your phone may still ring; if not, cancel and try again."
)
_WHY_CODE = _(
    "The last time a machine answered this phone, or another key was pressed: so please key in a code."
)
_AT_SWITCHBOARD: dict[str, Text] = {
    "ringing": _("The switchboard is ringing. Once it answers, we dial extension %(extension)s for you."),
    "answered": _("The switchboard has answered. We dial extension %(extension)s for you: pick up there."),
}
# Where the person calls us.
_CALL_IN_SENTENCES: dict[str, Text] = {
    "awaited": _("Call the number below from your phone, and key in the code when you are asked for it."),
    "answered": _("You are through. Key in the code on your phone."),
    "recognised": _(
        "The code is right. Listen to what you are asked to confirm, and press the key that the call names."
    ),
}
_UNVOUCHED = _(
    "A call came in from your number, but your telephone company does not vouch that it was yours, "
    "so we did not take it. Have us call you, or use another way."
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
        self.is_call_in = verification.is_call_in
        #: What a machine has approved nobody can use: people are told that it was not confirmed.
        self.state = State.UNREACHABLE if is_void(verification) else State(verification.state)
        self.is_approved = self.state is State.APPROVED and verification.consumed_at is None
        self.is_failed = not self.is_live and self.state is not State.APPROVED

    @property
    def progress(self) -> str:
        """How far the call has come: a word for styles and scripts."""
        if not self.is_live:
            return str(self.state)
        if self.is_call_in:
            return self._call_in_progress
        if self.state is State.ANSWERED:
            return "code_told" if self.verification.code_told_at else "answered"
        return "ringing" if self.verification.ringing_at else "dialling"

    @property
    def _call_in_progress(self) -> str:
        if self.state is State.ANSWERED:
            return "recognised"  # by the code: what is left is the key that approves an act
        return "answered" if self.verification.ringing_at else "awaited"

    @property
    def _call_in_sentence(self) -> Text:
        is_refused = self.progress == "awaited" and call_in.is_unvouched(self.verification)
        return _UNVOUCHED if is_refused else _CALL_IN_SENTENCES[self.progress]

    @property
    def message(self) -> str:
        """What the call asks the person to confirm, word for word; empty but for an act of its own."""
        return self.verification.message

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        return explain_outcome(self.state, Cause(self.verification.cause), extension=self.extension)

    @property
    def heading(self) -> Text:
        """The heading of the page."""
        if not self.is_live:
            return self.outcome.heading
        return _CALL_US if self.is_call_in else _HEADINGS[self.purpose]

    @property
    def sentence(self) -> Text:
        """What is happening now, or how it ended and what to do next."""
        if not self.is_live:
            return self.outcome.sentence
        if self.is_call_in and not self._is_code_wrong:
            return self._call_in_sentence
        if self.verification.cause:
            return _DOUBTFUL
        if self._is_code_wrong:
            return explain_refusal(WrongCode(tries_left=self.tries_left))
        if self.extension and self.progress in _AT_SWITCHBOARD:
            return str(_AT_SWITCHBOARD[self.progress]) % {"extension": self.extension}
        return _SENTENCES.get(self.progress) or _ANSWERED[self.method]

    @property
    def _is_code_wrong(self) -> bool:
        """Whether a wrong code was keyed in, and the call asks for it again."""
        return self.progress == "answered" and self.method is Method.ENTER and self.verification.tries > 0

    @property
    def code(self) -> str:
        """The code to key in, in groups of three; empty where the page must not show one."""
        if not self.is_live or self.method is not Method.ENTER or self.progress == "recognised":
            return ""
        code = code_of(self.verification)
        return " ".join(code[start : start + 3] for start in range(0, len(code), 3))

    @property
    def why_code(self) -> Text:
        """Why a code is to be keyed in where a key would do as a rule; empty as a rule."""
        return _WHY_CODE if self.is_live and is_held_to_code(self.verification) else ""

    @property
    def caller(self) -> str:
        """The number that the call comes from, or that the person calls."""
        return show(self.verification.caller)

    @property
    def call_language(self) -> str:
        """The language that the call speaks, as Django writes it."""
        return self.verification.language or SOURCE

    @property
    def foreign_language(self) -> str:
        """What the page calls the language of the call; empty where it is the page's own."""
        return name_if_foreign(self.call_language)

    @property
    def approve_key(self) -> str:
        """The key that the call will name, so that the person can tell our call from another's (A18)."""
        is_told_key = self.method is not Method.ENTER and not self.verification.code_told_at
        return self.verification.approve_key if self.is_live and is_told_key else ""

    @property
    def extension(self) -> str:
        """The extension that we dial for the person, without its pauses; empty where we dial none."""
        return "" if self.verification.is_call_in else strip_pauses(self.verification.extension)

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
    def may_call_in(self) -> bool:
        """Whether the person may call us instead."""
        return call_in.is_offered(self.verification, now=self.now)

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
            "state": str(self.state),
            "progress": self.progress,
            "sentence": str(self.sentence),
            "is_live": self.is_live,
            "is_approved": self.is_approved,
            "tries_left": self.tries_left,
            "deadline": self.deadline.isoformat(),
        }
