"""Tokens of django-rest-knox: one for each client, hashed, with an expiry."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from knox.models import get_token_model
from knox.settings import knox_settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from .base import Issuer


class KnoxIssuer(Issuer):
    """Give this client a token of its own."""

    authentication_classes = (TokenAuthentication,)

    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, Any]:
        """Return ``token`` and its ``expiry``, if any; ``user_logged_in`` is sent, as by knox's own view."""
        _check_limit(user)
        row, token = get_token_model().objects.create(
            user=user, expiry=knox_settings.TOKEN_TTL, prefix=knox_settings.TOKEN_PREFIX
        )
        # There is no session here: django-otp, and we, would write into one what is left on the user.
        vars(user).pop("otp_device", None)
        user_logged_in.send(sender=type(user), request=request._request, user=user)
        return {"token": token} | ({"expiry": row.expiry} if row.expiry else {})

    def revoke(self, request: Request) -> None:
        """Delete this client's token; the account's other clients stay logged in."""
        request.auth.delete()  # knox puts its row there
        user_logged_out.send(sender=type(request.user), request=request._request, user=request.user)


def _check_limit(user: AbstractBaseUser) -> None:
    limit = knox_settings.TOKEN_LIMIT_PER_USER
    alive = get_token_model().objects.filter(user=user).exclude(expiry__lte=timezone.now())
    if limit is not None and alive.count() >= limit:
        raise PermissionDenied(_("You are logged in on as many devices as you may be. Log out on one first."))
