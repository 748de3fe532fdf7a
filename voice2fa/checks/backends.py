"""Do all logins lead through the phone? The authentication backends, ours and the others."""

import inspect
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.core.checks import CheckMessage, Tags, register
from django.utils.module_loading import import_string

from voice2fa.backends import VoiceBackend
from voice2fa.core.problems import Problem

from .configuration import read_setting
from .messages import TAG, as_messages

# They take a password and let nobody in by it: they grant permissions, or count failures and refuse.
_GRANT_ONLY = frozenset(
    {
        "axes.backends.AxesBackend",
        "axes.backends.AxesStandaloneBackend",
        "guardian.backends.ObjectPermissionBackend",
        "rules.permissions.ObjectPermissionBackend",
    }
)
_NO_VOICE_BACKEND = Problem(
    id="voice2fa.E040",
    message="AUTHENTICATION_BACKENDS does not name VoiceBackend, so no login rings a phone.",
    hint="Write AUTHENTICATION_BACKENDS = ['voice2fa.backends.VoiceBackend'].",
)


@register(TAG, Tags.security)
def check_backends(**kwargs: Any) -> list[CheckMessage]:
    """Report a missing VoiceBackend, ways around it, and first-factor backends that cannot serve."""
    values, _ = read_setting()
    kinds = [_load(path) for path in _listed()]
    first_factors = values.get("first_factor_backends", ())
    problems = [] if any(_is_ours(kind) for kind in kinds) else [_NO_VOICE_BACKEND]
    problems += _problems_of_others(kinds, first_factors)
    problems += [
        _unfit(path) for path in first_factors if (backend := _load(path)) is None or _is_ours(backend)
    ]
    return as_messages(problems)


def _problems_of_others(kinds: list[type[Any] | None], first_factors: tuple[str, ...]) -> list[Problem]:
    """Tell of backends beside ours that take a password: in front they open, behind they serve little."""
    place_of_ours = next((place for place, kind in enumerate(kinds) if _is_ours(kind)), len(kinds))
    problems = []
    for place, path in enumerate(_listed()):
        if not _opens_with_password(path, kinds[place]):
            continue
        if place < place_of_ours:
            problems.append(_way_around(path))
        elif path not in first_factors:
            problems.append(_asked_in_vain(path))
    return problems


def _listed() -> list[str]:
    paths = settings.AUTHENTICATION_BACKENDS
    return [path for path in paths if isinstance(path, str)] if isinstance(paths, list | tuple) else []


def _load(path: str) -> type[Any] | None:
    """Return the backend class, or None where the path leads to no such thing."""
    try:
        backend = import_string(path)
    except Exception:  # Django itself tells of it at the first login, and we must not stop the other checks
        return None
    return backend if inspect.isclass(backend) and hasattr(backend, "authenticate") else None


def _is_ours(backend: type[Any] | None) -> bool:
    return backend is not None and issubclass(backend, VoiceBackend)


def _opens_with_password(path: str, backend: type[Any] | None) -> bool:
    """Tell whether Django would offer a name or e-mail address and a password to one that is not ours."""
    if backend is None or _is_ours(backend) or path in _GRANT_ONLY:
        return False
    if backend.authenticate is BaseBackend.authenticate:
        return False
    user_model = get_user_model()
    names = ("username", user_model.USERNAME_FIELD, user_model.get_email_field_name())
    return any(_takes(backend, name) for name in names)


def _takes(backend: type[Any], name: str) -> bool:
    # The same question as django.contrib.auth.authenticate() asks, with a stand-in for the instance.
    try:
        inspect.signature(backend.authenticate).bind(None, None, **{name: "", "password": ""})
    except (TypeError, ValueError):
        return False
    return True


def _way_around(path: str) -> Problem:
    return Problem(
        id="voice2fa.E041",
        message=f"AUTHENTICATION_BACKENDS lists {path!r} before VoiceBackend, so a password opens.",
        hint=(
            f"Take it out, and write VOICE2FA['FIRST_FACTOR_BACKENDS'] = [{path!r}]. Where it only grants "
            "permissions, list a subclass with authenticate = BaseBackend.authenticate instead."
        ),
    )


def _asked_in_vain(path: str) -> Problem:
    return Problem(
        id="voice2fa.W072",
        message=f"AUTHENTICATION_BACKENDS lists {path!r} after VoiceBackend: our login page does not ask it, "
        "and it lets nobody in who must confirm.",
        hint=f"Add it to VOICE2FA['FIRST_FACTOR_BACKENDS'], whose passwords are good for a call: {path!r}.",
        is_error=False,
    )


def _unfit(path: str) -> Problem:
    return Problem(
        id="voice2fa.E042",
        message=f"VOICE2FA['FIRST_FACTOR_BACKENDS'] lists {path!r}, which cannot check a password.",
        hint="Name importable backends other than VoiceBackend: 'django.contrib.auth.backends.ModelBackend'.",
    )
