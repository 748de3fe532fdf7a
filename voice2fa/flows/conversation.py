"""A phone as a device of django-otp: a call tells a code, and the code is typed into one of its forms."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django_otp.models import GenerateNotAllowed, VerifyNotAllowed

from voice2fa.core.errors import Code, Refusal, TryLater
from voice2fa.core.events import Cause
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.states import State
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.numbers import strip_pauses
from voice2fa.sentences import explain_outcome, explain_refusal

from . import verification as verifications
from .attempts.requests import Client, Request

Answer = tuple[bool, dict[str, Any] | None]

# No ticket has such a hash: what a form of django-otp began no page can complete, and the other way round.
_NO_TICKET = "otp:"
# django-otp does not hand on the request.
_UNKNOWN = Client(user_agent="django-otp", is_known=False)


class PhoneConversation:
    """What ``VoiceDevice`` answers to django-otp; it works inside the transaction that django-otp opens."""

    def is_available(self, phone: VoiceDevice) -> Answer:
        """Tell whether the phone may be rung now, and if not, why and until when."""
        now = timezone.now()
        try:
            _check_available(phone, now=now)
        except TryLater as refusal:
            return False, {
                "reason": GenerateNotAllowed.COOLDOWN_DURATION_PENDING,
                "next_generation_at": now + timedelta(seconds=refusal.retry_after),
                "error_message": explain_refusal(refusal),
            }
        except Refusal as refusal:
            return False, {"error_message": explain_refusal(refusal)}
        return True, None

    def begin(self, phone: VoiceDevice) -> str:
        """Ring the phone and return what the person is to do; or why it is not rung."""
        try:
            if not phone.confirmed:
                raise Refusal(Code.NO_PHONE)
            started = verifications.start(_request_for(phone), now=timezone.now())
        except Refusal as refusal:
            return explain_refusal(refusal)
        verification = started.verification
        verification.ticket_hash = _NO_TICKET + secrets.token_urlsafe(32)
        verification.save(update_fields=["ticket_hash"])
        return _("We are calling %(phone)s. Answer, press %(key)s to hear your code, and type it here.") % {
            "phone": phone,
            "key": verification.approve_key,
        }

    def is_open(self, phone: VoiceDevice) -> Answer:
        """Tell whether a code may be typed now, and if not, what to do first."""
        now = timezone.now()
        latest = _latest(phone, now=now)
        if latest is None or latest.state == State.APPROVED:
            return False, {"error_message": _("Have us call this phone first; the call tells you a code.")}
        if latest.state == State.LOCKED:
            return False, {"reason": VerifyNotAllowed.N_FAILED_ATTEMPTS, "failure_count": latest.tries}
        if not latest.is_live:
            extension = strip_pauses(latest.extension)
            outcome = explain_outcome(State(latest.state), Cause(latest.cause), extension=extension)
            return False, {"error_message": str(outcome.sentence)}
        if latest.deadline <= now:
            return False, {"error_message": explain_refusal(Refusal(Code.EXPIRED))}
        if latest.code_told_at is None:
            return False, {"error_message": explain_refusal(Refusal(Code.TOO_EARLY))}
        return True, None

    @sensitive_variables("token")
    def judge(self, phone: VoiceDevice, token: str) -> bool:
        """Use up the phone's call if this is the code that it told; count a wrong one (R12)."""
        now = timezone.now()
        latest = _latest(phone, now=now)
        if latest is None or not phone.confirmed:
            return False
        try:
            verifications.submit_code(latest, str(token), now=now)
            verifications.use(latest, now=now)
        except Refusal:
            # Not raised: django-otp would take the count of the wrong code back with its transaction.
            return False
        VoiceDevice.objects.filter(pk=phone.pk).update(last_used_at=now)
        phone.last_used_at = now
        return True


def _latest(phone: VoiceDevice, *, now: datetime) -> PhoneVerification | None:
    begun = PhoneVerification.objects.select_related("user", "device").filter(
        device_id=phone.pk,
        user_id=phone.user_id,
        purpose=Purpose.LOGIN,
        method=Method.SPEAK,
        ticket_hash__startswith=_NO_TICKET,
        created_at__gt=now - verifications.FIRST_FACTOR_LIFETIME,
    )
    latest: PhoneVerification | None = begun.order_by("-created_at").first()
    return latest


def _check_available(phone: VoiceDevice, *, now: datetime) -> None:
    if not phone.confirmed:
        raise Refusal(Code.NO_PHONE)
    verifications.admit(_request_for(phone), now=now)


def _request_for(phone: VoiceDevice) -> Request:
    return Request(
        purpose=Purpose.LOGIN,
        method=Method.SPEAK,
        number=phone.number.as_e164,
        extension=phone.extension,
        client=_UNKNOWN,
        user=phone.user,
        device=phone,
        is_typed=True,
    )
