"""Is the site wired up: apps, middleware, addresses, and the queue that places the calls?"""

import uuid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from voice2fa.core.problems import Problem

from .messages import TAG, as_messages

_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_USERS = "django.contrib.auth.middleware.AuthenticationMiddleware"
_MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
_OTP = "django_otp.middleware.OTPMiddleware"
_NEEDED = {
    _SESSIONS: "the ticket of a call lives in the session",
    _USERS: "nobody would stay logged in",
    _MESSAGES: "pages tell by messages why they cannot go on",
}
_NO_OTP_APP = Problem(
    id="voice2fa.W043",
    message="INSTALLED_APPS lacks django_otp, of whose devices our phones are a kind.",
    hint="Add 'django_otp' to INSTALLED_APPS: its commands and translations come with it.",
    is_error=False,
)
_NO_URLS = Problem(
    id="voice2fa.E045",
    message="The URLconf does not include voice2fa, so the carrier has nowhere to report.",
    hint="Add path('phone/', include('voice2fa.urls')) to the urlpatterns of ROOT_URLCONF.",
)
_OTHER_LOGIN = Problem(
    id="voice2fa.W046",
    message="LOGIN_URL does not lead to voice2fa's login, so people are sent to a page that rings no phone.",
    hint="Write LOGIN_URL = 'voice2fa:login'.",
    is_error=False,
)
_NO_OTP_MIDDLEWARE = Problem(
    id="voice2fa.W048",
    message="MIDDLEWARE lacks OTPMiddleware after AuthenticationMiddleware, so users have no is_verified().",
    hint=f"Add {_OTP!r} after {_USERS!r}.",
    is_error=False,
)
# The task backends of Django and of its backport that run nothing in the background, and what comes of it.
_NO_TIME_ZONES = Problem(
    id="voice2fa.E049",
    message="USE_TZ is False, and the deadlines of calls need times that know their zone.",
    hint="Write USE_TZ = True.",
)
_IDLE_QUEUES = {
    "ImmediateBackend": "runs tasks in the request: the login page would wait for the carrier",
    "DummyBackend": "runs no tasks at all: no call would ever be placed",
}


@register(TAG)
def check_apps(**kwargs: Any) -> list[CheckMessage]:
    """Report apps and middleware that are missing."""
    problems = [] if apps.is_installed("django_otp") else [_NO_OTP_APP]
    problems += [_missing(path, why) for path, why in _NEEDED.items() if _place_of(path) is None]
    users, otp = _place_of(_USERS), _place_of(_OTP)
    if otp is None or (users is not None and otp < users):
        problems.append(_NO_OTP_MIDDLEWARE)
    return as_messages(problems)


@register(TAG, Tags.urls)
def check_addresses(**kwargs: Any) -> list[CheckMessage]:
    """Report callbacks without an address, and a LOGIN_URL that leads elsewhere."""
    try:
        reverse("voice2fa:call_answer", args=[uuid.UUID(int=0)])
    except NoReverseMatch:
        return as_messages([_NO_URLS])
    except Exception:  # a URLconf that cannot be imported: Django's own check shows where
        return []
    return as_messages([] if _leads_to_our_login(settings.LOGIN_URL) else [_OTHER_LOGIN])


@register(TAG)
def check_clock(**kwargs: Any) -> list[CheckMessage]:
    """Report local times without a zone: a clock change would stretch deadlines or kill calls."""
    return as_messages([] if settings.USE_TZ else [_NO_TIME_ZONES])


@register(TAG)
def check_tasks(**kwargs: Any) -> list[CheckMessage]:
    """Report a task queue that does not work in the background."""
    queues = getattr(settings, "TASKS", None)
    # Without the setting of its own a site has our threads, whatever Django's default says.
    if not settings.is_overridden("TASKS") or not isinstance(queues, dict):  # type: ignore[misc]
        return []
    queue = queues.get("default")
    backend = str(queue.get("BACKEND")) if isinstance(queue, dict) else ""
    why = _IDLE_QUEUES.get(backend.rpartition(".")[2])
    return as_messages([_idle(backend, why)] if why else [])


def places_of(kind: type[Any]) -> list[int]:
    """Return where MIDDLEWARE names the class or a subclass of it."""
    listed = settings.MIDDLEWARE if isinstance(settings.MIDDLEWARE, list | tuple) else []
    return [place for place, path in enumerate(listed) if _is_kind_of(path, kind)]


def _place_of(path: str) -> int | None:
    return next(iter(places_of(import_string(path))), None)


def _is_kind_of(path: Any, wanted: type[Any]) -> bool:
    try:
        return issubclass(import_string(path), wanted)
    except Exception:  # a function, or a path that Django will complain about when it serves
        return False


def _leads_to_our_login(login_url: Any) -> bool:
    try:
        return bool(resolve_url(login_url) == reverse("voice2fa:login"))
    except (NoReverseMatch, TypeError):  # no such name, or no text at all
        return False


def _missing(path: str, why: str) -> Problem:
    return Problem(
        id="voice2fa.E044",
        message=f"MIDDLEWARE does not name {path.rpartition('.')[2]}: {why}.",
        hint=f"Add {path!r} to MIDDLEWARE.",
    )


def _idle(backend: str, why: str) -> Problem:
    return Problem(
        id="voice2fa.W047",
        message=f"TASKS['default'] names {backend!r}, which {why}.",
        hint="Name a queue that has workers; or remove TASKS, and threads of this process place the calls.",
        is_error=False,
    )
