"""The endpoints that make a phone ring for somebody who is not logged in: register, and log in."""

from typing import Any

from django.contrib.auth import authenticate
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import CALL_REFUSALS, Doc
from voice2fa.api.examples import COMPLETED, LOGIN, NEEDS_PHONE, REGISTRATION, STARTED
from voice2fa.api.serializers import (
    CompletedSerializer,
    LoginSerializer,
    PassSerializer,
    RegisterSerializer,
    StartedSerializer,
)
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import first_phone, grace, login, other_ways, registration
from voice2fa.flows.requirement import is_required, may_wait

from .base import VoiceView
from .bodies import reply_pass, reply_started
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
            refuses=(
                *CALL_REFUSALS,
                Code.CONSENT_REQUIRED,
                Code.EXTENSION_INVALID,
                Code.EXTENSION_TOO_LONG,
                Code.EXTENSION_TWICE,
                Code.NUMBER_SHARED,
            ),
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
            extension=values["extension"],
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
            "asks no confirmation of this person; or 202 and a pass, where the next step is a first phone "
            "or, because no call can be placed now, another way.",
            takes=LoginSerializer,
            gives={200: CompletedSerializer, 201: StartedSerializer, 202: PassSerializer},
            refuses=(*CALL_REFUSALS, Code.BAD_CREDENTIALS, Code.NO_PHONE),
            sends=LOGIN,
            says={200: COMPLETED, 201: STARTED, 202: NEEDS_PHONE},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Ring the phone, or let in whoever needs no call, or lead to a first phone or to another way."""
        credentials = self.read(LoginSerializer)
        user = login.identify(request._request, credentials)
        if not is_required(user):
            return self.let_in(request, credentials)
        if first_phone.is_due(user):
            if may_wait(user, now=self.now):
                return self.let_in(request, credentials)
            return reply_pass(user, Refusal(Code.PHONE_REQUIRED))
        try:
            return reply_started(login.begin(user, self.client, now=self.now), now=self.now)
        except Refusal as refusal:
            if not other_ways.ways_of(user):
                raise
            return reply_pass(user, refusal)  # R17

    @sensitive_variables()
    def let_in(self, request: Request, credentials: dict[str, Any]) -> Response:
        """Let somebody in by the front door: Django notes which backend did."""
        user = authenticate(request._request, **credentials)
        if user is None:
            raise Refusal(Code.BAD_CREDENTIALS)
        day = grace.phone_day(user, now=self.now)
        more = {"phone_day": day} if day is not None else {}
        return let_in(request, user, purpose=Purpose.LOGIN, now=self.now, **more)
