"""The person calls us in place of being called: for phones that let no unknown callers through."""

from datetime import datetime

from voice2fa.carrier import get_provider
from voice2fa.conf import NEVER, get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.events import Attestation
from voice2fa.core.policy import is_vouched
from voice2fa.models import PhoneVerification

from .attempts.requests import Client, Started
from .verification import may_resend, resend


def is_on() -> bool:
    """Tell whether people may call us: the site wants it, and the carrier tells us of such calls."""
    return get_settings().call_in != NEVER and get_provider().can_take_calls


def is_offered(verification: PhoneVerification, *, now: datetime) -> bool:
    """Tell whether the person may call us in place of this call.

    Not from an extension: everybody in the house calls from the same number.
    """
    is_under_way = verification.is_call_in and verification.is_live
    return is_on() and not is_under_way and not verification.extension and may_resend(verification, now=now)


def is_unvouched(verification: PhoneVerification) -> bool:
    """Tell whether a call came in for it that we did not take: the caller's carrier does not vouch for it."""
    told = verification.attestation
    return bool(told) and not is_vouched(get_settings().call_in, Attestation(told))


def begin(verification: PhoneVerification, client: Client, *, now: datetime) -> Started:
    """Wait for a call from the person's phone, with a new code and a new ticket; the old ones are dead (R10).

    It is for the same purpose, user, phone and act, and counts as a call that we place. Raises ``Refusal``.
    """
    if not is_on() or verification.extension:
        raise Refusal(Code.CALL_IN_OFF)
    return resend(verification, client, now=now, is_call_in=True)
