"""The contract of an issuer."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from voice2fa.flows.presence.receipts import confirmed_at, issue_receipt

RECEIPT_HEADER = "Voice-Auth-Confirmation"


class Issuer(ABC):
    """Gives something that opens the account to a client whose login was approved, and takes it back.

    Name a subclass of your own in ``VOICE2FA["API_ISSUER"]`` for other kinds of tokens.
    """

    #: How clients show what they were given; the API's own endpoints ask these.
    authentication_classes: ClassVar[tuple[type[BaseAuthentication], ...]]
    #: Whether it lies in a cookie: then every write needs the CSRF token, the login included.
    is_cookie: ClassVar[bool] = False

    @abstractmethod
    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, Any]:
        """Return what the client gets, as JSON beside the user; called once for an approval.

        Where a device confirmed the login, it is left on the user as ``otp_device``.
        """

    @abstractmethod
    def revoke(self, request: Request) -> None:
        """Void what the authenticated request came with."""

    def note_confirmation(
        self, request: Request, user: AbstractBaseUser, device: Any, *, now: datetime
    ) -> dict[str, Any]:
        """Note that the user has just confirmed by the device; return what the client gets to show for it.

        That is a receipt, to be sent in the ``Voice-Auth-Confirmation`` header beside the token.
        """
        return {"confirmation": issue_receipt(user, device, now=now)}

    def confirmed_at(self, request: Request) -> datetime | None:
        """Return when whoever sends the authenticated request has last confirmed, if that is known."""
        user: Any = request.user
        return confirmed_at(request.headers.get(RECEIPT_HEADER, ""), user)
