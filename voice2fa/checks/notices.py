"""Can people be told of changes to their phones?"""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Tags, register
from django.core.exceptions import FieldDoesNotExist

from voice2fa.core.problems import Problem

from .messages import TAG, as_messages

_NO_FIELD = Problem(
    id="voice2fa.W085",
    message="The user model has no e-mail field, so nobody is told of changes to their phones.",
    hint="Name the field in the model's EMAIL_FIELD; or tell people yourself, by a receiver of "
    "device_confirmed, device_changed and device_removed, and silence this check.",
    is_error=False,
)


@register(TAG, Tags.security)
def check_addresses(**kwargs: Any) -> list[CheckMessage]:
    """Report a user model whose users have no e-mail address."""
    model = get_user_model()
    try:
        model._meta.get_field(model.get_email_field_name())
    except FieldDoesNotExist:
        return as_messages([_NO_FIELD])
    return []
