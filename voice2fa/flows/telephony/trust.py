"""Which reports about a call are believed: those that fit the order we gave, and come in their turn."""

from voice2fa.carrier import get_provider
from voice2fa.core.events import CallEvent as Report
from voice2fa.core.states import State
from voice2fa.exceptions import RejectedCallback
from voice2fa.models import PhoneVerification


def check_belongs(verification: PhoneVerification, report: Report) -> None:
    """Raise unless account, application and both numbers are those of the call that we ordered."""
    if not get_provider().is_ours(report):
        raise RejectedCallback("The event names another account or application.")
    if report.to != verification.number.as_e164:
        raise RejectedCallback("The event names another number called.")
    if verification.claimed_at is None:
        raise RejectedCallback("No call has been ordered for this verification.")
    if report.caller != verification.caller:
        raise RejectedCallback("The event names another calling number.")


def check_in_order(verification: PhoneVerification, step: int) -> None:
    """Raise for keys of a call that nobody has answered, or at a step that it has not reached (R19)."""
    if verification.state in {State.PENDING, State.DIALING} or step > verification.step:
        raise RejectedCallback("The event comes out of order.")
