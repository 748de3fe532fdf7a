"""The people whom commands are about."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError


def find_user(username: str) -> AbstractBaseUser:
    """Return the active user who logs in by that; raises ``CommandError``."""
    model = get_user_model()
    user: AbstractBaseUser | None = model._default_manager.filter(**{model.USERNAME_FIELD: username}).first()
    if user is None:
        raise CommandError(f"There is no user {username!r}. Write what the user logs in by.")
    if not user.is_active:
        raise CommandError(f"The account of {username!r} is inactive. Activate it first.")
    return user
