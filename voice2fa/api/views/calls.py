"""The endpoints of one call, for the holder of its ticket: status, code, cancel, resend, complete."""

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import CALL_REFUSALS, Doc
from voice2fa.api.examples import COMPLETED, STARTED, VERIFICATION
from voice2fa.api.serializers import (
    CodeSerializer,
    CompletedSerializer,
    ResendSerializer,
    StartedSerializer,
    VerificationSerializer,
)
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import confirmation, enrolment, first_phone, login
from voice2fa.flows import verification as verifications
from voice2fa.models import PhoneVerification

from .base import TICKET_HEADER, MaybeAccountView, VoiceView
from .bodies import etag_of, reply_started, show_verification
from .completing import confirm, let_in, redeem, reply_completed

_TICKET = (TICKET_HEADER,)


class StatusView(VoiceView):
    """How far the call has come."""

    throttle_scope = "voice2fa_poll"
    docs = {
        "get": Doc(
            summary="How far the call has come",
            detail="Send the `ETag` back as `If-None-Match`: 304 while nothing has changed.",
            gives={200: VerificationSerializer, 304: None},
            headers=(*_TICKET, "If-None-Match"),
            refuses=(Code.NOT_WAITING,),
            says={200: VERIFICATION},
        )
    }

    def get(self, request: Request) -> HttpResponseBase:
        """Tell; 304 while nothing has changed."""
        verification = self.awaited()
        verifications.refresh(verification, now=self.now)
        body = show_verification(verification, now=self.now)
        etag = etag_of(body)
        response = Response(body, headers={"ETag": etag})
        patch_cache_control(response, private=True, no_cache=True)
        return get_conditional_response(request._request, etag=etag, response=response) or response


@method_decorator(sensitive_post_parameters(), name="dispatch")
class CodeView(VoiceView):
    """The code that the call has told."""

    throttle_scope = "voice2fa_answer"
    docs = {
        "post": Doc(
            summary="Type the code that the call has told",
            detail="Method `speak` only. The right one approves: `complete` comes next.",
            takes=CodeSerializer,
            gives={200: VerificationSerializer},
            headers=_TICKET,
            refuses=(
                Code.ALREADY_USED,
                Code.EXPIRED,
                Code.NOT_APPROVED,
                Code.NOT_WAITING,
                Code.TOO_EARLY,
                Code.WRONG_CODE,
            ),
            sends={"code": "481 920"},
            says={200: VERIFICATION | {"state": "approved", "progress": "approved", "is_approved": True}},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Judge the code."""
        verification = self.awaited()
        verifications.submit_code(verification, self.read(CodeSerializer)["code"], now=self.now)
        return Response(show_verification(verification, now=self.now))


class CancelView(VoiceView):
    """The phone stops ringing, or the call is hung up."""

    throttle_scope = "voice2fa_answer"
    docs = {
        "post": Doc(
            summary="Cancel the call",
            detail="One that is decided stays as it is.",
            gives={200: VerificationSerializer},
            headers=_TICKET,
            refuses=(Code.NOT_WAITING,),
            says={200: VERIFICATION | {"state": "cancelled", "progress": "cancelled", "is_live": False}},
        )
    }

    def post(self, request: Request) -> Response:
        """Cancel."""
        verification = self.awaited()
        if not verifications.cancel(verification, now=self.now):
            verification.refresh_from_db()
        return Response(show_verification(verification, now=self.now))


class ResendView(VoiceView):
    """Another call, with a new code and a new ticket."""

    throttle_scope = "voice2fa_start"
    docs = {
        "post": Doc(
            summary="Call again, or call another of the person's phones",
            detail="Gives a new ticket; the old one and its code are dead.",
            takes=ResendSerializer,
            gives={201: StartedSerializer},
            headers=_TICKET,
            refuses=(*CALL_REFUSALS, Code.ACCOUNT_CHANGED, Code.NOT_WAITING, Code.START_OVER),
            sends={"phone": 17},
            says={201: STARTED},
        )
    }

    @sensitive_variables("started")
    def post(self, request: Request) -> Response:
        """Call again."""
        verification = self.awaited()
        wanted = self.read(ResendSerializer).get("phone")
        # Only the person's own phones are on offer; anything else means the same phone again, as on the page.
        phones = {phone.pk: phone for phone in login.other_phones(verification)} if wanted else {}
        started = verifications.resend(verification, self.client, now=self.now, phone=phones.get(wanted))
        return reply_started(started, now=self.now)


class CompleteView(MaybeAccountView):
    """Exchange the ticket of an approved call for what it was for."""

    throttle_scope = "voice2fa_answer"
    docs = {
        "post": Doc(
            summary="Exchange the ticket of an approved call for what it was for",
            detail="Once. A login or a registration gives a session or a token, by the site's issuer; a "
            "confirmation makes the session fresh, or gives a receipt; an enrolment makes the phone count. "
            "Those two are for whoever is logged in and began them; a first phone lets its owner in.",
            gives={200: CompletedSerializer},
            headers=_TICKET,
            refuses=(
                Code.ACCOUNT_CHANGED,
                Code.ALREADY_USED,
                Code.EXPIRED,
                Code.NOT_APPROVED,
                Code.NOT_WAITING,
                Code.NUMBER_SHARED,
                Code.PAYLOAD_CHANGED,
                Code.PHONE_EXISTS,
                Code.PHONE_LIMIT,
                Code.PROOF_REQUIRED,
                Code.USERNAME_TAKEN,
            ),
            says={200: COMPLETED},
        )
    }

    def post(self, request: Request) -> Response:
        """Use up the approval, and give."""
        verification = self.awaited()
        purpose = Purpose(verification.purpose)
        if purpose is Purpose.ENROL:
            return self._complete_phone(request, verification)
        if purpose is Purpose.CONFIRM:
            self._check_owner(verification)
            # One with a payload is refused here: the site finishes it, which knows what was approved.
            phone = confirmation.finish(verification, self.user, now=self.now)
            return confirm(request, self.user, phone, now=self.now)
        # Django tells every listener what a failed login came with: a ticket that may yet be good stays here.
        verifications.check_usable(verification, now=self.now)
        return let_in(request, redeem(request, self.ticket), purpose=purpose, now=self.now)

    def _complete_phone(self, request: Request, verification: PhoneVerification) -> Response:
        if not request.user.is_authenticated and first_phone.is_first(verification, now=self.now):
            return self._complete_first_phone(request, verification)
        self._check_owner(verification)
        if first_phone.is_first(verification, now=self.now):
            return self._complete_first_phone(request, verification)
        phone = enrolment.finish(verification, now=self.now)
        return reply_completed(Purpose.ENROL, phone.user, phone=phone)

    def _complete_first_phone(self, request: Request, verification: PhoneVerification) -> Response:
        user, phone = first_phone.finish(verification, now=self.now)
        user.otp_device = phone  # type: ignore[attr-defined]
        return let_in(request, user, purpose=Purpose.ENROL, now=self.now, phone=phone)

    def _check_owner(self, verification: PhoneVerification) -> None:
        """Raise unless whoever began it is the one who is logged in (R4)."""
        if not self.request.user.is_authenticated or self.user.pk != verification.user_id:
            raise Refusal(Code.NOT_WAITING)
