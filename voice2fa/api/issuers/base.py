"""The contract of an issuer."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


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
