"""REST framework's own tokens: ``rest_framework.authtoken`` must be in ``INSTALLED_APPS``."""

from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.request import Request

from .base import Issuer

if not apps.is_installed("rest_framework.authtoken"):
    # Its model has no table then, and nothing says so before the first login.
    raise ImproperlyConfigured("Add 'rest_framework.authtoken' to INSTALLED_APPS.")


class TokenIssuer(Issuer):
    """Give the account's one token; as with ``obtain_auth_token`` no signal is sent."""

    authentication_classes = (TokenAuthentication,)

    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, Any]:
        """Return ``token``, to be sent as ``Authorization: Token …``."""
        token, _ = Token.objects.get_or_create(user_id=user.pk)
        return {"token": token.key}

    def revoke(self, request: Request) -> None:
        """Delete the token: the account's other clients have the same one and are logged out too."""
        request.auth.delete()
