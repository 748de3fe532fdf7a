"""Tickets bind a verification to the browser that began it; marks bind it to the account as it was then."""

import hashlib
import secrets

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.models import PhoneVerification


def make_ticket() -> str:
    """Return a new ticket: 256 random bits, fit for a URL or a header."""
    return secrets.token_urlsafe(32)


def hash_ticket(ticket: str) -> str:
    """Return what is stored of a ticket: 256 random bits need no salt."""
    return hashlib.sha256(ticket.encode()).hexdigest()


@sensitive_variables("ticket")
def find(ticket: str) -> PhoneVerification:
    """Return the verification that the ticket belongs to; raises ``Refusal(NOT_WAITING)``."""
    rows = PhoneVerification.objects.select_related("device", "user")
    found = rows.filter(ticket_hash=hash_ticket(ticket)) if ticket else rows.none()
    verification: PhoneVerification | None = found.first()
    if verification is None:
        raise Refusal(Code.NOT_WAITING)
    return verification


def mark_of(user: AbstractBaseUser) -> str:
    """Return a mark that changes when the account's password does."""
    return salted_hmac("voice2fa.account", f"{user.pk}:{user.password}", algorithm="sha256").hexdigest()


def check_account(verification: PhoneVerification) -> None:
    """Raise if the account has lost its standing or got another password since the first factor was given."""
    user = verification.user
    if user is None or verification.purpose == Purpose.REGISTER:
        return
    if not user.is_active or verification.account_mark != mark_of(user):
        raise Refusal(Code.ACCOUNT_CHANGED)
