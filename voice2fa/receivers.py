"""What follows, whoever set it off: a session that opens is marked, other phones end what was remembered."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import PasswordResetConfirmView
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from . import signals
from .core.history import PhoneEvent
from .flows.account import history
from .flows.attempts.requests import Client
from .flows.presence.browsers import forget_all
from .flows.presence.marks import keep_confirmation, note_confirmation
from .flows.requirement import must_confirm
from .models import RecoveryCodes, RememberedBrowser, VoiceDevice

_UNKNOWN = Client(is_known=False)


@receiver(user_logged_in, dispatch_uid="voice2fa.receivers")
def _mark_session(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Note when and by what the person confirmed: the device that did is left on the user."""
    device = getattr(user, "otp_device", None)
    if device is not None and device.user_id == user.pk and device.confirmed:
        if _comes_from_session(user):
            keep_confirmation(request.session, user, device)
        else:
            note_confirmation(request.session, user, device, now=timezone.now())
            # Django leaves the key alone where the session was this user's already, opened by another way:
            # whoever planted it must not hold a confirmed one now (R38).
            request.session.cycle_key()
    elif _is_password_reset(request):
        _close_unless_free(request, user)


def _comes_from_session(user: AbstractBaseUser) -> bool:
    """Tell whether it is a request's user who is logged in once more, rather than one who just confirmed.

    django-otp's middleware gives the former its ``is_verified()``, and the device from the session. A method
    of that name, which the site's user model may have, is bound and no ``partial``.
    """
    return isinstance(getattr(user, "is_verified", None), partial)


def _is_password_reset(request: HttpRequest) -> bool:
    """Tell whether Django's own view logs somebody in who has just chosen a new password (R37)."""
    view = getattr(getattr(request, "resolver_match", None), "func", None)
    return issubclass(getattr(view, "view_class", object), PasswordResetConfirmView)


def _close_unless_free(request: HttpRequest, user: AbstractBaseUser) -> None:
    """End the session that was opened without asking any backend, unless no confirmation is required."""
    if must_confirm(user, now=timezone.now()):
        request.session.flush()
        request.user = AnonymousUser()


@receiver(signals.device_confirmed, dispatch_uid="voice2fa.receivers.confirmed")
@receiver(signals.device_removed, dispatch_uid="voice2fa.receivers.removed")
def _forget_browsers(device: VoiceDevice, now: datetime, **kwargs: Any) -> None:
    """Forget browsers that were remembered with other phones: also when this change is undone (A29)."""
    forget_all(device.user, now=now)


@receiver(signals.change_disowned, dispatch_uid="voice2fa.receivers.disowned")
def _forget_disowned(user: AbstractBaseUser | None, now: datetime, **kwargs: Any) -> None:
    """Forget the browsers of somebody in whose account a stranger has been at work."""
    if user is not None:
        forget_all(user, now=now)


@receiver(signals.recovery_codes_made, dispatch_uid="voice2fa.receivers.codes_made")
def _tell_of_codes(codes: RecoveryCodes, now: datetime, client: Client | None = None, **kwargs: Any) -> None:
    """Keep a record of new recovery codes, and tell the owner of the account (R23, R25)."""
    history.note(codes.user, PhoneEvent.RECOVERY_CODES_MADE, client or _UNKNOWN, now=now)


@receiver(signals.recovery_code_used, dispatch_uid="voice2fa.receivers.code_used")
def _tell_of_used_code(codes: RecoveryCodes, now: datetime, **kwargs: Any) -> None:
    """Keep a record of a recovery code that was used, and tell the owner of the account (R23)."""
    # django-otp does not say in which request the code was typed.
    history.note(codes.user, PhoneEvent.RECOVERY_CODE_USED, _UNKNOWN, now=now)


@receiver(signals.browser_remembered, dispatch_uid="voice2fa.receivers.browser_remembered")
def _tell_of_browser(browser: RememberedBrowser, now: datetime, **kwargs: Any) -> None:
    """Keep a record of a browser that is let in without a call, and tell the owner of the account."""
    client = Client(address=browser.client_address, user_agent=browser.user_agent)
    history.note(browser.user, PhoneEvent.BROWSER_REMEMBERED, client, now=now)
