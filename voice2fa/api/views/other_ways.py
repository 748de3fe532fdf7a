"""Confirm without a call: by another device of django-otp, or a recovery code."""

from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django_otp.models import Device
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import Doc
from voice2fa.api.examples import COMPLETED, WAY
from voice2fa.api.serializers import (
    ChallengeSerializer,
    CompletedSerializer,
    SentSerializer,
    TokenSerializer,
    WaySerializer,
)
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import other_ways
from voice2fa.flows.attempts.tickets import find
from voice2fa.flows.other_ways import Claim

from .base import PASS_HEADER, TICKET_HEADER, MaybeAccountView
from .completing import confirm, let_in

_CLAIMS = (f"{TICKET_HEADER}?", PASS_HEADER)
_CLAIM_REFUSALS = (Code.ACCOUNT_CHANGED, Code.NOT_WAITING, Code.START_OVER)
_WHO = (
    "For whoever holds the ticket of a login or a pass, and for whoever is logged in and asked to confirm: "
    "then with the ticket of that call, or without."
)


class _ClaimView(MaybeAccountView):
    """An endpoint for somebody who may confirm another way."""

    throttle_scope = "voice2fa_answer"

    def claim(self) -> Claim:
        """Return who asks; raises ``Refusal``."""
        if self.given_pass:
            return other_ways.claim_of(ticket="", given_pass=self.given_pass, now=self.now)
        call = find(self.ticket) if self.ticket else None
        if not self.request.user.is_authenticated or (call and call.purpose == Purpose.LOGIN):
            return other_ways.claim_of(ticket=self.ticket, given_pass="", now=self.now)
        is_own = call is None or call.user_id == self.user.pk
        if not is_own or (call is not None and not other_ways.may_spare(call, now=self.now)):
            raise Refusal(Code.NOT_WAITING)
        return Claim(user=self.user, call=call)

    def is_login(self, claim: Claim) -> bool:
        """Tell whether this opens the account, or confirms once more for whoever is inside."""
        return bool(self.given_pass) or (claim.call is not None and claim.call.purpose == Purpose.LOGIN)


class OtherWaysView(_ClaimView):
    """What there is beside the phone."""

    docs = {
        "get": Doc(
            summary="List the other ways to confirm",
            detail=f"{_WHO} Passkeys need a page, and are not among them.",
            gives={200: WaySerializer},
            is_list=True,
            headers=_CLAIMS,
            refuses=_CLAIM_REFUSALS,
            says={200: [WAY]},
        )
    }

    def get(self, request: Request) -> Response:
        """List them."""
        return Response(WaySerializer(typed_ways(self.claim()), many=True).data)


class ChallengeView(_ClaimView):
    """Have a code sent."""

    docs = {
        "post": Doc(
            summary="Have the device send its code",
            detail=_WHO,
            takes=ChallengeSerializer,
            gives={200: SentSerializer},
            headers=_CLAIMS,
            refuses=(*_CLAIM_REFUSALS, Code.JUST_SENT, Code.NOT_SENT, Code.WRONG_TOKEN),
            sends={"way": WAY["id"]},
            says={200: {"detail": "sent by email"}},
        )
    }

    def post(self, request: Request) -> Response:
        """Have it sent."""
        claim = self.claim()
        told = other_ways.challenge(claim, self.read(ChallengeSerializer)["way"], now=self.now)
        return Response({"detail": told})


@method_decorator(sensitive_post_parameters(), name="dispatch")
class VerifyView(_ClaimView):
    """Give the code."""

    docs = {
        "post": Doc(
            summary="Confirm by another device, or by a recovery code",
            detail=f"{_WHO} Gives what `complete` gives.",
            takes=TokenSerializer,
            gives={200: CompletedSerializer},
            headers=_CLAIMS,
            refuses=(*_CLAIM_REFUSALS, Code.TOO_MANY_FAILURES, Code.WRONG_TOKEN),
            sends={"way": WAY["id"], "token": "4vzq-8m2k-x7dn-w3ph"},
            says={200: COMPLETED},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Judge it."""
        claim, values = self.claim(), self.read(TokenSerializer)
        device = other_ways.finish(request._request, claim, values["way"], values["token"], now=self.now)
        if self.is_login(claim):
            claim.user.otp_device = device  # type: ignore[attr-defined]
            return let_in(request, claim.user, purpose=Purpose.LOGIN, now=self.now)
        return confirm(request, claim.user, device, now=self.now)


def typed_ways(claim: Claim) -> list[Device]:
    """Return the ways that take something typed: a passkey needs a page."""
    return [device for device in other_ways.ways_of(claim.user) if other_ways.takes_token(device)]
