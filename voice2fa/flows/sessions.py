"""Open a session for somebody who has confirmed, by Django's front door."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

BACKEND = "voice2fa.backends.VoiceBackend"


def open_session(request: HttpRequest, user: AbstractBaseUser, *, device: Any = None) -> None:
    """Log the user in; ``device`` is the django-otp device that confirmed it, if one did.

    Django gives the session a new key (R38), django-otp marks it as verified by the device, and our receiver
    notes when.
    """
    if device is not None:
        user.otp_device = device  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)  # type: ignore[arg-type]  # any user model
