"""Log a person out everywhere else (R24), where the site's sessions can be gone through."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.views.decorators.debug import sensitive_variables

from voice2fa.background import defer
from voice2fa.tasks import close_sessions

from .sessions import hash_key, have_table, name_of

EVERY_SESSION = ""


def may_end_sessions() -> bool:
    """Tell whether sessions can be ended: only those kept in a table tell whose they are."""
    return have_table()


@sensitive_variables("spared_key")
def end_sessions(user: AbstractBaseUser, *, spared_key: str | None) -> None:
    """Have all of the user's sessions ended but the one of that key; all of them where it is None.

    A background task does it, soon, and is told a hash of the key alone: queues are readable. Where sessions
    have no table nothing happens; a new password ends them there, as everywhere.
    """
    if may_end_sessions():
        defer(close_sessions, name_of(user), hash_key(spared_key) if spared_key else EVERY_SESSION)
