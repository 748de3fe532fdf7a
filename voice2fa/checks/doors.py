"""Does REQUIRED_FOR name people, and does the middleware stand where it sees every session?"""

import inspect
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename, get_user_model
from django.contrib.auth.middleware import (
    AuthenticationMiddleware,
    LoginRequiredMiddleware,
    RemoteUserMiddleware,
)
from django.core.checks import CheckMessage, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django_otp.middleware import OTPMiddleware

from voice2fa.core.problems import Problem
from voice2fa.flows.requirement import load_rule
from voice2fa.middleware import ConfirmationMiddleware
from voice2fa.readers import EVERYONE, GROUP, PERMISSION, STAFF, WITH_PHONE

from .configuration import read_setting
from .installation import places_of
from .messages import TAG, as_messages

_OURS = f"{ConfirmationMiddleware.__module__}.{ConfirmationMiddleware.__qualname__}"
_MISPLACED = Problem(
    id="voice2fa.W071",
    message="ConfirmationMiddleware stands where it does not see every session, or is asked too late.",
    hint=(
        "List it after AuthenticationMiddleware and RemoteUserMiddleware, and before "
        "LoginRequiredMiddleware and OTPMiddleware."
    ),
    is_error=False,
)
_HEADER_OPENS = Problem(
    id="voice2fa.W073",
    message="MIDDLEWARE names RemoteUserMiddleware, which logs people in without asking for a call.",
    hint=f"Add {_OURS!r} directly after it.",
    is_error=False,
)


@register(TAG, Tags.security)
def check_required_for(**kwargs: Any) -> list[CheckMessage]:
    """Report words of REQUIRED_FOR that cannot be asked, or that name nobody."""
    values, _ = read_setting()
    return as_messages(
        problem for word in values.get("required_for", ()) if (problem := _problem_of(word)) is not None
    )


@register(TAG, Tags.security)
def check_middleware(**kwargs: Any) -> list[CheckMessage]:
    """Report a ConfirmationMiddleware in the wrong place, and a door that only it could lock."""
    ours = places_of(ConfirmationMiddleware)
    users, openers = places_of(AuthenticationMiddleware), places_of(RemoteUserMiddleware)
    if not ours:
        return as_messages([_HEADER_OPENS] if openers else [])
    askers = places_of(LoginRequiredMiddleware) + places_of(OTPMiddleware)
    comes_after = bool(users) and max(users + openers) < ours[0]
    return as_messages(
        [] if comes_after and ours[0] < min(askers, default=len(settings.MIDDLEWARE)) else [_MISPLACED]
    )


def _problem_of(word: str) -> Problem | None:
    if word in {EVERYONE, STAFF, WITH_PHONE}:
        return None
    if word.startswith(GROUP):
        return None if hasattr(get_user_model(), "groups") else _names_nobody(word, "users have no groups")
    if word.startswith(PERMISSION):
        is_known = word.removeprefix(PERMISSION) in _permissions()
        return None if is_known else _names_nobody(word, "no model defines that permission")
    try:
        rule = load_rule(word)
    except ImproperlyConfigured as error:
        return _unusable(str(error))
    sentence = f"VOICE2FA['REQUIRED_FOR'] names {word!r}, which is no plain function of one user."
    return None if _takes_user(rule) else _unusable(sentence)


def _takes_user(rule: Callable[..., object]) -> bool:
    if inspect.iscoroutinefunction(rule):
        return False  # what it returns is true whatever it would say
    try:
        inspect.signature(rule).bind(None)
    except (TypeError, ValueError):
        return False
    return True


def _permissions() -> set[str]:
    """Return the permissions that the site's models define, as has_perm() calls them."""
    metas = [model._meta for model in apps.get_models()]
    builtin = {
        f"{meta.app_label}.{get_permission_codename(action, meta)}"
        for meta in metas
        for action in meta.default_permissions
    }
    return builtin | {f"{meta.app_label}.{codename}" for meta in metas for codename, _ in meta.permissions}


def _unusable(message: str) -> Problem:
    return Problem(
        id="voice2fa.E070",
        message=message,
        hint="Name a function of your own that takes a user and returns True or False.",
    )


def _names_nobody(word: str, why: str) -> Problem:
    return Problem(
        id="voice2fa.W074",
        message=f"VOICE2FA['REQUIRED_FOR'] has {word!r}, and {why}: nobody is called but superusers.",
        hint="Look for a misspelling; or take it out.",
        is_error=False,
    )
