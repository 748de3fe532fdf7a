"""Remembered browsers: the cookie, the wish for one, and the page where a person forgets them."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from voice2fa.conf import get_settings
from voice2fa.flows.attempts.clients import client_of
from voice2fa.flows.presence import browsers as remembered
from voice2fa.flows.presence.marks import is_by_browser, note_remembered
from voice2fa.flows.presence.sessions import open_session
from voice2fa.models import RememberedBrowser
from voice2fa.sentences import name_browser

from . import browsers

COOKIE = "voice2fa_browser"
WISH = "voice2fa_remember"


def cookie_of(request: HttpRequest) -> str:
    """Return what the browser brings along to be recognised by, or an empty text."""
    return str(request.COOKIES.get(COOKIE, ""))


def note_wish(request: HttpRequest, user: AbstractBaseUser, *, is_wished: bool) -> None:
    """Keep whether the user wants this browser to be remembered once the login is confirmed."""
    if is_wished:
        request.session[WISH] = str(user.pk)
    else:
        request.session.pop(WISH, None)


def enter(request: HttpRequest, user: AbstractBaseUser, *, target: str, device: Any = None) -> HttpResponse:
    """Open the session of somebody who has just confirmed by the device, and go on to the target.

    If that was wished for, the browser is remembered from now on.
    """
    # Read first: a session of somebody else is emptied when this one opens.
    is_wished = request.session.pop(WISH, "") == str(user.pk)
    open_session(request, user, device=device)
    browsers.note_arrival(request, target)
    # Not redirect(): it takes a word without slash or dot for the name of a view, and fails.
    response = HttpResponseRedirect(target)
    if is_wished:
        _remember(request, response, user)
    return response


def enter_remembered(request: HttpRequest, user: AbstractBaseUser, *, target: str) -> HttpResponse | None:
    """Open a session for a user whose password was right, if this browser is remembered; else return None.

    That is a login and no confirmation: ``is_verified()`` stays False, and no step-up is content with it.
    Whoever is logged in already and comes here again is asked for more than that: then the phone rings.
    """
    if request.user.is_authenticated:
        return None
    if remembered.recognise(user, cookie_of(request), now=timezone.now()) is None:
        return None
    browsers.forget(request)
    open_session(request, user)
    note_remembered(request.session, user)
    return HttpResponseRedirect(target)


def lead_to_confirmation(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the page that rings, for whom a remembered browser let in and a page sends here.

    Such a page demands ``is_verified()``, and gets it from a call: the password was right already.
    """
    target = browsers.safe_next(request)
    user = request.user
    if not target or not user.is_authenticated or not is_by_browser(request.session, user):
        return None
    return HttpResponseRedirect(f"{reverse('voice2fa:confirm')}?{urlencode({'next': target})}")


@require_GET
@never_cache
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """List the browsers from which the person logs in without a call."""
    now, user = timezone.now(), request.user
    this = remembered.find(user, cookie_of(request), now=now)  # type: ignore[arg-type]
    rows = [
        {"browser": browser, "name": name_browser(browser.user_agent), "is_this": browser == this}
        for browser in remembered.browsers_of(user, now=now)  # type: ignore[arg-type]
    ]
    return render(request, "voice2fa/browsers.html", {"rows": rows, "days": get_settings().remember_days})


@require_POST
@csrf_protect
@never_cache
@login_required
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of the person's browsers; somebody else's does not exist here."""
    browser = get_object_or_404(RememberedBrowser, pk=pk, user=request.user)
    remembered.forget(browser, now=timezone.now())
    messages.success(
        request,
        _("%(browser)s is forgotten. The next login there rings your phone.")
        % {"browser": name_browser(browser.user_agent)},
    )
    return redirect("voice2fa:browsers")


@require_POST
@csrf_protect
@never_cache
@login_required
def forget_all(request: HttpRequest) -> HttpResponse:
    """Forget all of the person's browsers, this one too."""
    remembered.forget_all(request.user, now=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("All browsers are forgotten. The next login rings your phone."))
    response = redirect("voice2fa:browsers")
    response.delete_cookie(COOKIE, path=settings.SESSION_COOKIE_PATH, domain=settings.SESSION_COOKIE_DOMAIN)
    return response


@sensitive_variables()
def _remember(request: HttpRequest, response: HttpResponse, user: AbstractBaseUser) -> None:
    if not remembered.may_remember(user):
        messages.info(request, _("This browser is not remembered: your account confirms every login."))
        return
    _browser, cookie = remembered.remember(
        user, client_of(request), now=timezone.now(), instead_of=cookie_of(request)
    )
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=remembered.lifetime(),
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
