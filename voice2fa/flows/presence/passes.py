"""A pass tells that the first factor was right a moment ago: it opens nothing, and lets one go on."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.views.decorators.debug import sensitive_variables

from voice2fa.core.errors import Code, Refusal

from ..attempts.tickets import mark_of

PASS_LIFETIME = timedelta(minutes=10)
_SALT = "voice2fa.pass"


def issue_pass(user: AbstractBaseUser) -> str:
    """Return a signed text that names the user and dies after ten minutes, or with the password."""
    return signing.dumps({"user": str(user.pk), "mark": mark_of(user)}, salt=_SALT)


@sensitive_variables()
def holder_of(given: str) -> AbstractBaseUser:
    """Return the user whose first factor was right; raises ``Refusal`` once that is too long ago or void."""
    try:
        told = signing.loads(given, salt=_SALT, max_age=PASS_LIFETIME)
    except signing.BadSignature:
        raise Refusal(Code.START_OVER) from None
    user: AbstractBaseUser | None = get_user_model()._default_manager.filter(pk=told["user"]).first()
    if user is None or not user.is_active or told["mark"] != mark_of(user):
        raise Refusal(Code.ACCOUNT_CHANGED)
    return user
