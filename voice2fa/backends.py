"""The authentication backend that lets nobody in on a password alone."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from .conf import get_settings
from .core.errors import Refusal
from .core.methods import Purpose
from .flows import login, registration
from .flows.attempts.tickets import find
from .flows.presence import chain
from .flows.requirement import must_confirm

_FINISHERS = {Purpose.LOGIN: login.finish, Purpose.REGISTER: registration.finish}


class VoiceBackend(ModelBackend):
    """Let users in with the ticket of an approved verification, and refuse a password alone."""

    takes_tickets = True  # by this the flows know our backends, a site's own subclasses too

    @sensitive_variables()
    def authenticate(  # type: ignore[override]  # the stubs know the stock user model only
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        ticket: str | None = None,
        **credentials: Any,
    ) -> AbstractBaseUser | None:
        """Return the user of an approved ticket, used up by this; or of a password where no call is required.

        Raises ``PermissionDenied`` where a voice confirmation is required and not given, and where nobody
        is known by the password, so that no backend listed after this one lets in whom we refuse.
        """
        if ticket is not None:
            return self._redeem(request, ticket)
        if password is None:
            return None  # credentials of another kind are not ours to judge
        if username is not None:
            credentials["username"] = username
        credentials["password"] = password
        user = login.ask(get_settings().first_factor_backends, request, credentials)
        if user is None:
            return self._leave_to_others(request, credentials)
        if must_confirm(user, now=timezone.now()):
            raise PermissionDenied
        return user

    async def aauthenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:  # type: ignore[override]
        """Do as ``authenticate``; the inherited one would check the password and nothing else."""
        return await sync_to_async(self.authenticate)(request, **credentials)

    @sensitive_variables()
    def _leave_to_others(self, request: HttpRequest | None, credentials: dict[str, Any]) -> None:
        """Raise ``PermissionDenied`` unless a backend listed after ours lets in somebody who may go without.

        Django would ask it once we have declined, and nobody would ask who was let in. It is asked whoever
        the credentials name, so that the time taken does not tell who must confirm (R18).
        """
        first_factors = get_settings().first_factor_backends
        others = [path for path in chain.after_ours() if path not in first_factors]
        user = login.ask(others, request, credentials)
        if user is None or must_confirm(user, now=timezone.now()):
            raise PermissionDenied

    def _redeem(self, request: HttpRequest | None, ticket: str) -> AbstractBaseUser:
        try:
            found = find(ticket)
            finish = _FINISHERS.get(Purpose(found.purpose))
            if finish is None:
                raise PermissionDenied
            user = finish(found, now=timezone.now())
        except Refusal as refusal:
            if request is not None:
                # Django turns the exception into None; the page still wants to say why.
                request.voice2fa_refusal = refusal  # type: ignore[attr-defined]
            raise PermissionDenied(refusal.code) from refusal
        # django-otp's own receiver marks the session as verified by this phone when login() is called.
        user.otp_device = found.device  # type: ignore[attr-defined]
        return user
