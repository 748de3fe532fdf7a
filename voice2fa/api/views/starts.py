"""The endpoints that make a phone ring for somebody who is not logged in: register, and log in."""

from django.contrib.auth import authenticate
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import CALL_REFUSALS, Doc
from voice2fa.api.examples import COMPLETED, LOGIN, REGISTRATION, STARTED
from voice2fa.api.serializers import (
    CompletedSerializer,
    LoginSerializer,
    RegisterSerializer,
    StartedSerializer,
)
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import login, registration
from voice2fa.flows.requirement import is_required

from .base import VoiceView
from .bodies import reply_started
from .completing import let_in


@method_decorator(sensitive_post_parameters(), name="dispatch")
class RegisterView(VoiceView):
    """A new account, which comes into being when the call has proved its phone."""

    throttle_scope = "voice2fa_start"
    docs = {
        "post": Doc(
            summary="Register: ring the phone of somebody new",
            detail="The account comes into being by `complete`, once the call has proved the phone.",
            takes=RegisterSerializer,
            gives={201: StartedSerializer},
            refuses=(*CALL_REFUSALS, Code.CONSENT_REQUIRED, Code.NUMBER_SHARED),
            sends=REGISTRATION,
            says={201: STARTED},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Ring the number of the applicant."""
        values = self.read(RegisterSerializer)
        started = registration.begin(
            values["applicant"],
            number=values["number"],
            client=self.client,
            now=self.now,
            consents=values["consents"],
        )
        return reply_started(started, now=self.now)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class LoginView(VoiceView):
    """The right password, then the saved phone rings."""

    throttle_scope = "voice2fa_start"
    docs = {
        "post": Doc(
            summary="Log in: the right password rings the saved phone",
            detail="Replies 201 and a call to wait for; or 200 and what `complete` gives, where the site "
            "asks no confirmation of this person.",
            takes=LoginSerializer,
            gives={201: StartedSerializer, 200: CompletedSerializer},
            refuses=(*CALL_REFUSALS, Code.BAD_CREDENTIALS, Code.NO_PHONE),
            sends=LOGIN,
            says={201: STARTED, 200: COMPLETED},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Ring the phone; or let in a user from whom no call is required."""
        credentials = self.read(LoginSerializer)
        user = login.identify(request._request, credentials)
        if is_required(user):
            return reply_started(login.begin(user, self.client, now=self.now), now=self.now)
        # By the front door: Django notes which backend let the user in.
        known = authenticate(request._request, **credentials)
        if known is None:
            raise Refusal(Code.BAD_CREDENTIALS)
        return let_in(request, known, purpose=Purpose.LOGIN)
