"""What follows, whoever set it off: a session that opens is marked, other phones end what was remembered."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from . import signals
from .flows.browsers import forget_all
from .flows.marks import note_confirmation
from .models import VoiceDevice


@receiver(user_logged_in, dispatch_uid="voice2fa.receivers")
def _mark_session(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Note when and by what the person confirmed: the device that did is left on the user."""
    device = getattr(user, "otp_device", None)
    if device is not None and device.user_id == user.pk:
        note_confirmation(request.session, user, device, now=timezone.now())


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
