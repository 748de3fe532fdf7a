"""Guards of views that ask for the phone again."""

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeAlias
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from voice2fa.flows.presence.marks import FRESH_SECONDS, is_fresh

from . import kept

View: TypeAlias = Callable[..., Any]


def voice_required(view: View | None = None, *, max_age: int = FRESH_SECONDS) -> Any:
    """Let people through who confirmed within the last ``max_age`` seconds, and send others to do so.

    Use it as ``@voice_required`` or ``@voice_required(max_age=60)``, on views of both kinds, async too.
    A form that comes too early is kept where that is safe, and the person sends it again with one button.
    """
    if view is None:
        return lambda view: voice_required(view, max_age=max_age)

    may_keep = not _hides_parameters(view)

    if iscoroutinefunction(view):

        @wraps(view)
        async def guard_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            detour = await sync_to_async(_detour)(request, max_age=max_age, may_keep=may_keep)
            return detour or await view(request, *args, **kwargs)

        return guard_async

    @wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _detour(request, max_age=max_age, may_keep=may_keep) or view(request, *args, **kwargs)

    return guard


class VoiceRequiredMixin:
    """Do as ``voice_required`` for a view that is a class; name it first among the bases."""

    #: How many seconds a confirmation is good for.
    max_age: int = FRESH_SECONDS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Serve the request, or send the person to confirm first."""
        detour = _detour(request, max_age=self.max_age)
        return detour or super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # the view's


def _detour(request: HttpRequest, *, max_age: int, may_keep: bool = True) -> HttpResponse | None:
    """Return the way to log in or to confirm, or None for who has confirmed a moment ago."""
    here = kept.here(request)
    if not request.user.is_authenticated:
        return redirect_to_login(here)
    now = timezone.now()
    kept.discard_stale(request, now=now)
    is_safe = request.method in {"GET", "HEAD", "OPTIONS"}
    if is_fresh(request.session, request.user, now=now, seconds=max_age):
        if not is_safe:
            kept.discard(request)  # once sent it is gone
        return None
    if not is_safe:
        kept.keep(request, now=now, may_keep=may_keep)
        here = reverse("voice2fa:send_again")
    return HttpResponseRedirect(f"{reverse('voice2fa:confirm')}?{urlencode({'next': here})}")


def _hides_parameters(view: View) -> bool:
    """Tell whether ``sensitive_post_parameters`` stands below us, where it has not told the request yet."""
    layer: Any = view
    while layer is not None:
        if getattr(getattr(layer, "__code__", None), "co_name", "") == "sensitive_post_parameters_wrapper":
            return True
        layer = getattr(layer, "__wrapped__", None)
    return False
