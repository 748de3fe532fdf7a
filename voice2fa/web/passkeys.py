"""A passkey as another way: the ceremony of django-otp-webauthn, for whoever may confirm another way here.

Its own views know people who are logged in, and strangers. Ours knows the one whose first factor was right.
Loaded only where django_otp_webauthn is installed.
"""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django_otp_webauthn import exceptions
from django_otp_webauthn.views import (
    BeginCredentialAuthenticationView,
    CompleteCredentialAuthenticationView,
)

from voice2fa.core.errors import Refusal
from voice2fa.flows import other_ways
from voice2fa.flows.other_ways import Claim
from voice2fa.sentences import explain_refusal

from . import other_ways as pages


class _ForClaimant:
    """The ceremony is about the person whose claim this browser holds, and about no other."""

    request: HttpRequest
    claim: Claim

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find out whose claim it is before anything else; others get a sentence and 403."""
        try:
            self.claim = pages.claim_of(request)
        except Refusal as refusal:
            error = exceptions.OTPWebAuthnApiError(explain_refusal(refusal), refusal.code.value)
            error.status_code = 403
            raise error from None
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the view's

    def get_user(self) -> AbstractBaseUser:
        """Return whose passkeys are good here."""
        return self.claim.user


@method_decorator([csrf_protect, transaction.non_atomic_requests], name="dispatch")
class PasskeyBeginView(_ForClaimant, BeginCredentialAuthenticationView):  # type: ignore[misc]  # ships no types
    """Tell the browser which passkeys are asked for."""


@method_decorator([csrf_protect, transaction.non_atomic_requests], name="dispatch")
class PasskeyCompleteView(_ForClaimant, CompleteCredentialAuthenticationView):  # type: ignore[misc]
    """Judge the passkey's answer; then open the session, or mark it as confirmed."""

    arrival: HttpResponse

    def complete_auth(self, device: Any) -> AbstractBaseUser:
        """Lead on the person whom the passkey has verified."""
        other_ways.settle(self.claim, device, now=timezone.now())
        self.arrival = pages.go_on(self.request, self.claim, device)
        return self.claim.user

    def get_success_url(self) -> str:
        """Return where the script leads."""
        return str(self.arrival["Location"])

    def post(self, *args: Any, **kwargs: Any) -> JsonResponse:
        """Answer the script, and pass on what the browser is to keep."""
        response: JsonResponse = super().post(*args, **kwargs)
        response.cookies.update(self.arrival.cookies)
        return response
