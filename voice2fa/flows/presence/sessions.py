"""Open a session for somebody who has confirmed, by Django's front door; close those of a person."""

import hashlib
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables

BACKEND = "voice2fa.backends.VoiceBackend"


def open_session(request: HttpRequest, user: AbstractBaseUser, *, device: Any = None) -> None:
    """Log the user in; ``device`` is the django-otp device that confirmed it, if one did.

    Django gives the session a new key (R38), django-otp marks it as verified by the device, and our receiver
    notes when.
    """
    if device is not None:
        user.otp_device = device  # type: ignore[attr-defined]
    backend = getattr(user, "backend", "") or our_backend()
    login(request, user, backend=backend)  # type: ignore[arg-type]  # any user model


def name_of(user: AbstractBaseUser) -> str:
    """Return what a session calls its user."""
    return str(user._meta.pk.value_to_string(user))


@sensitive_variables()
def hash_key(session_key: str) -> str:
    """Return what may be told of a session's key."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def have_table() -> bool:
    """Tell whether the site's sessions are kept in a table, which can be gone through."""
    return hasattr(_session_store(), "get_model_class")


@sensitive_variables()
def close(user_name: str, *, spared: str, now: datetime) -> int:
    """End the user's sessions but the one whose key has that hash; return how many they were.

    Every session that has not run out is read: the table does not tell whose it is.
    """
    store, closed = _session_store(), 0
    for session in store.get_model_class().objects.filter(expire_date__gt=now).iterator():
        if session.get_decoded().get(SESSION_KEY) != user_name:
            continue
        if spared and constant_time_compare(hash_key(session.session_key), spared):
            continue
        store(session.session_key).delete()  # by the engine, which may keep a copy in a cache
        closed += 1
    return closed


def _session_store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def our_backend() -> str:
    """Return the path of the backend that the site lists: ours, or one derived from it."""
    paths = settings.AUTHENTICATION_BACKENDS
    return next((path for path in paths if getattr(import_string(path), "takes_tickets", False)), BACKEND)
