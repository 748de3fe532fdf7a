"""A session of Django's, in a cookie: for pages of the site's own origin. The default."""

from datetime import datetime
from typing import Any

import django_otp
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from voice2fa.flows.presence import marks
from voice2fa.flows.presence.sessions import open_session

from .base import Issuer


class SessionIssuer(Issuer):
    """Open a session under a new key (R38)."""

    authentication_classes = (SessionAuthentication,)
    is_cookie = True

    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, Any]:
        """Log the user in by Django's front door: ``user_logged_in`` is sent, ``last_login`` is set."""
        open_session(request._request, user, device=getattr(user, "otp_device", None))
        return {}

    def revoke(self, request: Request) -> None:
        """Log the user out."""
        logout(request._request)

    def note_confirmation(
        self, request: Request, user: AbstractBaseUser, device: Any, *, now: datetime
    ) -> dict[str, Any]:
        """Note it on the session, under a new key (R38)."""
        request._request.session.cycle_key()
        django_otp.login(request._request, device)
        marks.note_confirmation(request._request.session, user, device, now=now)
        return {}

    def confirmed_at(self, request: Request) -> datetime | None:
        """Return what the session says."""
        session = getattr(request._request, "session", None)
        user: Any = request.user
        return None if session is None else marks.confirmed_at(session, user)
