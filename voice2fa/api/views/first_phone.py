"""The first phone of an account: with a pass for the right password, then a proof, then a call to it."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import CALL_REFUSALS, Doc
from voice2fa.api.examples import NEEDS_PHONE, PROOF, STARTED
from voice2fa.api.serializers import (
    FirstPhoneSerializer,
    MailSerializer,
    PassSerializer,
    PasswordSerializer,
    ProofSerializer,
    SecretSerializer,
    StartedSerializer,
)
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.proofs import mask_address
from voice2fa.flows import first_phone, login
from voice2fa.flows.presence.passes import holder_of, issue_pass
from voice2fa.mails import address_of

from .base import PASS_HEADER, AccountView, VoiceView
from .bodies import reply_pass, reply_started

_PASS = (PASS_HEADER,)
_PASS_REFUSALS = (Code.ACCOUNT_CHANGED, Code.CONFIRMATION_REQUIRED, Code.START_OVER)


class _PassView(VoiceView):
    """An endpoint for somebody whose password was right a moment ago, and who has no phone."""

    throttle_scope = "voice2fa_start"

    def holder(self) -> AbstractBaseUser:
        """Return whose pass the request brings; raises ``Refusal``."""
        return holder_of(self.given_pass)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PassView(AccountView):
    """A pass for somebody who is logged in without a phone: a session or a token is not enough (R21)."""

    throttle_scope = "voice2fa_start"
    docs = {
        "post": Doc(
            summary="Give the password again, for a pass to a first phone",
            detail="For whoever is logged in and has nothing to confirm by.",
            takes=PasswordSerializer,
            gives={202: PassSerializer},
            refuses=(Code.BAD_CREDENTIALS, Code.CONFIRMATION_REQUIRED),
            sends={"password": "correct horse battery"},
            says={202: NEEDS_PHONE},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Give a pass."""
        password = self.read(PasswordSerializer)["password"]
        credentials = {"username": self.user.get_username(), "password": password}
        if login.identify(request._request, credentials) != self.user:
            raise Refusal(Code.BAD_CREDENTIALS)
        if not first_phone.is_due(self.user):
            raise Refusal(Code.CONFIRMATION_REQUIRED)
        return reply_pass(self.user, Refusal(Code.PHONE_REQUIRED))


class MailView(_PassView):
    """Have a link and a code mailed."""

    docs = {
        "post": Doc(
            summary="Have a link and a code mailed to the account's address",
            gives={202: MailSerializer},
            headers=_PASS,
            refuses=(*_PASS_REFUSALS, Code.NO_EMAIL, Code.PROOF_REQUIRED, Code.TOO_MANY_MAILS),
            says={202: {"address": "a•••@e•••.com", "good_until": "2026-03-02T09:30:00Z"}},
        )
    }

    def post(self, request: Request) -> Response:
        """Have it mailed."""
        user = self.holder()
        first_phone.request_link(user, self.client, now=self.now)
        told = {
            "address": mask_address(address_of(user)),
            "good_until": first_phone.mailed_until(user, now=self.now),
        }
        return Response(dict(MailSerializer(told).data), status=202)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class ProofView(_PassView):
    """Bring the code that was mailed, or that staff gave."""

    throttle_scope = "voice2fa_answer"
    docs = {
        "post": Doc(
            summary="Bring the code that was mailed, or that staff gave",
            takes=SecretSerializer,
            gives={200: ProofSerializer},
            headers=_PASS,
            refuses=(*_PASS_REFUSALS, Code.WRONG_PROOF),
            sends={"secret": "7k3f-a9qm"},
            says={200: PROOF},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Judge it; with a new pass, so that there is time to name the phone."""
        user, values = self.holder(), self.read(SecretSerializer)
        proof = first_phone.prove(user, values["secret"], now=self.now)
        return Response(dict(ProofSerializer({"pass": issue_pass(user), "proof": proof}).data))


class FirstPhoneView(_PassView):
    """The number of the first phone, which rings."""

    docs = {
        "post": Doc(
            summary="Add the first phone: it rings, and `complete` lets its owner in",
            takes=FirstPhoneSerializer,
            gives={201: StartedSerializer},
            headers=_PASS,
            refuses=(
                *CALL_REFUSALS,
                *_PASS_REFUSALS,
                Code.CONSENT_REQUIRED,
                Code.EXTENSION_INVALID,
                Code.EXTENSION_TOO_LONG,
                Code.EXTENSION_TWICE,
                Code.LANGUAGE_UNSPOKEN,
                Code.NUMBER_SHARED,
                Code.PHONE_EXISTS,
                Code.PROOF_REQUIRED,
            ),
            sends={"number": "+1 202 555 0123", "consents": True, "proof": PROOF["proof"]},
            says={201: STARTED},
        )
    }

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Ring it."""
        user, values = self.holder(), self.read(FirstPhoneSerializer)
        started = first_phone.begin(
            user,
            proof=values["proof"],
            number=values["number"],
            extension=values["extension"],
            language=values.get("language"),
            name=_("My phone"),
            client=self.client,
            now=self.now,
            consents=values["consents"],
        )
        return reply_started(started, now=self.now)
