"""The row that a verification begins as: who asks for which call, its secrets, and until when it lives."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from voice2fa.carrier import get_provider
from voice2fa.conf import Settings
from voice2fa.core import policy
from voice2fa.core.errors import Code, Refusal
from voice2fa.models import PhoneVerification
from voice2fa.numbers import region_of

from .attempts.limits import check_limits
from .attempts.requests import Request, Started
from .attempts.tickets import hash_ticket, make_ticket, mark_of
from .telephony.challenges import lifetime
from .telephony.speech import language_of


@sensitive_variables("ticket")
def write(request: Request, settings: Settings, *, now: datetime, begun_at: datetime) -> Started:
    """Write a pending verification and make its ticket; raises ``Refusal`` where it meets another one.

    Nobody is rung by that. ``begun_at`` is when the first factor was given.
    """
    ticket = make_ticket()
    verification = PhoneVerification(
        user=request.user,  # type: ignore[misc]  # any user model
        device=request.device,
        purpose=request.purpose,
        method=request.method,
        number=request.number,
        extension=request.extension,
        is_call_in=request.is_call_in,
        caller=get_provider().caller_for(request.number, region=region_of(request.number)),
        nonce=secrets.token_hex(16),
        approve_key=policy.approve_key(
            settings.approve_key, dice=secrets.randbelow(len(policy.APPROVE_KEYS))
        ),
        ticket_hash=hash_ticket(ticket),
        account_mark=mark_of(request.user) if request.user is not None else "",
        applicant=request.applicant,
        message=request.message,
        payload_digest=request.payload_digest,
        consented_at=request.consented_at,
        language=request.language or language_of(request.device),
        client_address=request.client.address,
        user_agent=request.client.user_agent[:256],
        begun_at=begun_at,
        created_at=now,
        deadline=now + lifetime(),
    )
    try:
        with transaction.atomic():
            verification.save(force_insert=True)
    except IntegrityError:
        raise Refusal(Code.CALL_IN_PROGRESS) from None
    # Written first, counted second: requests side by side see each other, and none passes the limit (R15).
    try:
        check_limits(request, now=now, besides=verification)
    except Refusal:
        verification.delete()
        raise
    return Started(verification=verification, ticket=ticket)
