"""Optional: a session that nobody has confirmed counts as not logged in, whoever opened it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .flows.presence.marks import is_confirmed
from .flows.requirement import must_confirm


class ConfirmationMiddleware:
    """Take users who must confirm for strangers while their session bears no mark of a confirmation.

    For what no backend sees: ``login()`` called by the site's own code, ``force_login()``, and
    ``RemoteUserMiddleware``. It stands after the middleware that finds out who is logged in, and before all
    that asks. Nothing is read before somebody asks for ``request.user`` or ``request.auser()``.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Put a doorkeeper in front of the request's user."""
        if not hasattr(request, "user") or not hasattr(request, "auser"):
            raise ImproperlyConfigured("ConfirmationMiddleware belongs after AuthenticationMiddleware.")
        user, auser = request.user, request.auser
        request.user = SimpleLazyObject(partial(_admit, request, user))  # type: ignore[assignment]
        request.auser = partial(_aadmit, request, auser)
        response: HttpResponseBase | Awaitable[HttpResponseBase] = self.get_response(request)
        return response


def _admit(request: HttpRequest, user: Any) -> Any:
    if not user.is_authenticated or is_confirmed(request.session, user):
        return user
    return AnonymousUser() if must_confirm(user, now=timezone.now()) else user


async def _aadmit(request: HttpRequest, auser: Callable[[], Awaitable[Any]]) -> Any:
    # The session has been read by then, and whom a session does not name needs no more questions.
    user = await auser()
    return await sync_to_async(_admit)(request, user) if user.is_authenticated else user
