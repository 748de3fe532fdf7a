"""Permissions for a site's own API views."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from voice2fa.core.errors import Code, Refusal
from voice2fa.flows.presence import marks
from voice2fa.sentences import explain_refusal

from .issuers import SessionIssuer, get_issuer


class VoiceConfirmed(BasePermission):
    """Let people through who confirmed by phone, or another way, a moment ago.

    Everyone else who is logged in gets 403 with ``{"code": "confirmation_required", "detail": …}``, and may
    then begin a confirmation. Subclass it for another ``max_age``.
    """

    #: How many seconds a confirmation is good for.
    max_age: int = marks.FRESH_SECONDS

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the person confirmed recently; raises ``PermissionDenied`` with our code if not."""
        if not request.user or not request.user.is_authenticated:
            return False
        if not marks.is_recent(self.confirmed_at(request), now=timezone.now(), seconds=self.max_age):
            refusal = Refusal(Code.CONFIRMATION_REQUIRED)
            raise PermissionDenied({"code": str(refusal.code), "detail": explain_refusal(refusal)})
        return True

    def confirmed_at(self, request: Request) -> datetime | None:
        """Return when the person last confirmed, as their session tells, or their receipt beside a token."""
        return SessionIssuer().confirmed_at(request) or get_issuer().confirmed_at(request)
