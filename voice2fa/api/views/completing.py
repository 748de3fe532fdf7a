"""What an approval is exchanged for."""

from datetime import datetime
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.issuers import get_issuer
from voice2fa.api.serializers import CompletedSerializer
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose


@sensitive_variables()
def redeem(request: Request, ticket: str) -> AbstractBaseUser:
    """Use up an approved login or registration and return its user; raises ``Refusal``."""
    user = authenticate(request._request, ticket=ticket)
    if user is None:
        # Django hides why a backend declines; ours leaves the reason on the request.
        raise getattr(request._request, "voice2fa_refusal", Refusal(Code.NOT_APPROVED))
    return user


def let_in(
    request: Request, user: AbstractBaseUser, *, purpose: Purpose, now: datetime, **more: Any
) -> Response:
    """Return the reply to a client whose login is complete, with what the site's issuer gives."""
    issuer, device = get_issuer(), getattr(user, "otp_device", None)
    given = issuer.issue(request, user)
    if device is not None and not issuer.is_cookie:
        given |= issuer.note_confirmation(request, user, device, now=now)
    return reply_completed(purpose, user, **given, **more)


def confirm(request: Request, user: AbstractBaseUser, device: Any, *, now: datetime) -> Response:
    """Return the reply to somebody who is logged in and has just confirmed by the device."""
    given = get_issuer().note_confirmation(request, user, device, now=now)
    return reply_completed(Purpose.CONFIRM, user, **given)


def reply_completed(purpose: Purpose, user: AbstractBaseUser, **more: Any) -> Response:
    """Return what came of an approval."""
    shown = CompletedSerializer({"purpose": purpose, "user": user} | more).data
    return Response(dict(shown))
