"""JSON Web Tokens of djangorestframework-simplejwt."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import update_last_login
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework_simplejwt import settings as jwt
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import RefreshToken

from .base import Issuer


class SimpleJWTIssuer(Issuer):
    """Give a pair of tokens; ``UPDATE_LAST_LOGIN`` counts as in simplejwt's own view."""

    authentication_classes = (JWTAuthentication,)

    def issue(self, request: Request, user: AbstractBaseUser) -> dict[str, Any]:
        """Return ``access``, to be sent as ``Authorization: Bearer …``, and ``refresh``."""
        refresh = RefreshToken.for_user(user)
        if jwt.api_settings.UPDATE_LAST_LOGIN:
            update_last_login(type(user), user)  # type: ignore[arg-type]  # any user model
        return {"access": str(refresh.access_token), "refresh": str(refresh)}

    def revoke(self, request: Request) -> None:
        """Refuse: a signed token is good until it expires; simplejwt's blacklist takes refresh tokens."""
        raise MethodNotAllowed(str(request.method))
