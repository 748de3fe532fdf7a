"""What we do when Django opens a session, whoever asked it to."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from .flows.marks import note_confirmation


@receiver(user_logged_in, dispatch_uid="voice2fa.receivers")
def _mark_session(sender: Any, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    """Note when and by what the person confirmed: the device that did is left on the user."""
    device = getattr(user, "otp_device", None)
    if device is not None and device.user_id == user.pk:
        note_confirmation(request.session, user, device, now=timezone.now())
