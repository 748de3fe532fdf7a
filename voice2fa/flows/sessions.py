"""Open a session for somebody who has confirmed, by Django's front door."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.module_loading import import_string

BACKEND = "voice2fa.backends.VoiceBackend"


def open_session(request: HttpRequest, user: AbstractBaseUser, *, device: Any = None) -> None:
    """Log the user in; ``device`` is the django-otp device that confirmed it, if one did.

    Django gives the session a new key (R38), django-otp marks it as verified by the device, and our receiver
    notes when.
    """
    if device is not None:
        user.otp_device = device  # type: ignore[attr-defined]
    backend = getattr(user, "backend", "") or _our_backend()
    login(request, user, backend=backend)  # type: ignore[arg-type]  # any user model


def _our_backend() -> str:
    """Return the path of the backend that the site lists: ours, or one derived from it."""
    for path in settings.AUTHENTICATION_BACKENDS:
        if any(f"{kind.__module__}.{kind.__qualname__}" == BACKEND for kind in import_string(path).__mro__):
            return path
    return BACKEND
