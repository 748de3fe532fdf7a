"""The bodies that more than one endpoint answers with."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.views.decorators.debug import sensitive_variables
from rest_framework import status
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from voice2fa.api.serializers import PassSerializer, StartedSerializer, VerificationSerializer
from voice2fa.core.errors import Code, Refusal
from voice2fa.flows.attempts.requests import Started
from voice2fa.flows.first_phone import asks_for_proof
from voice2fa.flows.other_ways import takes_token, ways_of
from voice2fa.flows.presence.passes import issue_pass
from voice2fa.flows.progress import Progress
from voice2fa.models import PhoneVerification
from voice2fa.sentences import explain_refusal


def show_verification(verification: PhoneVerification, *, now: datetime) -> dict[str, Any]:
    """Return how far a call has come."""
    return dict(VerificationSerializer(Progress(verification, now=now)).data)


@sensitive_variables()
def show_started(started: Started, *, now: datetime) -> dict[str, Any]:
    """Return a call that has begun: its ticket, told this once, and what the person must see to answer it."""
    progress = Progress(started.verification, now=now)
    told = {"ticket": started.ticket, "verification": progress, "show": progress}
    return dict(StartedSerializer(told).data)


def reply_started(started: Started, *, now: datetime) -> Response:
    """Return the reply to whoever has had a call begun."""
    return Response(show_started(started, now=now), status=status.HTTP_201_CREATED)


@sensitive_variables()
def reply_pass(user: AbstractBaseUser, refusal: Refusal) -> Response:
    """Return the reply to whoever gave the right password, where no phone rings: a pass, and why."""
    told = {
        "code": refusal.code,
        "detail": explain_refusal(refusal),
        "pass": issue_pass(user),
        "other_ways": [way for way in ways_of(user) if takes_token(way)],
        "asks_for_proof": refusal.code is Code.PHONE_REQUIRED and asks_for_proof(user),
    }
    return Response(dict(PassSerializer(told).data), status=status.HTTP_202_ACCEPTED)


def etag_of(body: dict[str, Any]) -> str:
    """Return a mark that changes whenever the body does."""
    written = json.dumps(body, sort_keys=True, cls=JSONEncoder).encode()
    return f'"{hashlib.sha256(written).hexdigest()[:32]}"'
