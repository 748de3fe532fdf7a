"""The person calls us in place of being called: for phones that let no unknown callers through."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from voice2fa.carrier import get_provider
from voice2fa.conf import NEVER, get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.events import Attestation
from voice2fa.core.policy import is_vouched
from voice2fa.core.states import State
from voice2fa.models import PhoneVerification

from .attempts.requests import Client, Started
from .verification import may_resend, resend

_AWAITED = _("Call the number below from your phone, and key in the code when you are asked for it.")
_THROUGH = _("You are through. Key in the code on your phone.")
_ACT = _("The code is right. Listen to what you are asked to confirm, and press the key that the call names.")
_UNVOUCHED = _(
    "A call came in from your number, but your telephone company does not vouch that it was yours, "
    "so we did not take it. Have us call you, or use another way."
)


def is_on() -> bool:
    """Tell whether people may call us: the site wants it, and the carrier tells us of such calls."""
    return get_settings().call_in != NEVER and get_provider().can_take_calls


def is_offered(verification: PhoneVerification, *, now: datetime) -> bool:
    """Tell whether the person may call us in place of this call.

    Not from an extension: everybody in the house calls from the same number.
    """
    is_under_way = verification.is_call_in and verification.is_live
    return is_on() and not is_under_way and not verification.extension and may_resend(verification, now=now)


def begin(verification: PhoneVerification, client: Client, *, now: datetime) -> Started:
    """Wait for a call from the person's phone, with a new code and a new ticket; the old ones are dead (R10).

    It is for the same purpose, user, phone and act, and counts as a call that we place. Raises ``Refusal``.
    """
    if not is_on() or verification.extension:
        raise Refusal(Code.CALL_IN_OFF)
    return resend(verification, client, now=now, is_call_in=True)


def progress_of(verification: PhoneVerification) -> str:
    """Return how far a live one has come: ``awaited``, or ``answered`` while the person is through."""
    is_through = verification.state == State.ANSWERED or verification.ringing_at is not None
    return "answered" if is_through else "awaited"


def sentence_for(verification: PhoneVerification) -> Promise:
    """Return what is happening now, while it is live."""
    if verification.state == State.ANSWERED:
        return _ACT
    if verification.ringing_at is not None:
        return _THROUGH
    return _UNVOUCHED if _is_unvouched(verification) else _AWAITED


def _is_unvouched(verification: PhoneVerification) -> bool:
    told = verification.attestation
    return bool(told) and not is_vouched(get_settings().call_in, Attestation(told))
