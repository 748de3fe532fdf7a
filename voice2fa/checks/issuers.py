"""Does the API have something to give to those whom it lets in?"""

import inspect
from typing import Any

from django.core.checks import CheckMessage, register
from django.utils.module_loading import import_string

from voice2fa.api.issuers import Issuer
from voice2fa.core.problems import Problem

from .configuration import read_setting
from .messages import TAG, as_messages


@register(TAG)
def check_issuer(**kwargs: Any) -> list[CheckMessage]:
    """Report an API_ISSUER that cannot be imported, or that is no issuer."""
    values, _ = read_setting()
    path = values.get("api_issuer")
    if path is None:
        return []
    try:
        found = import_string(path)
    except Exception as error:  # whatever a stranger's module may raise while it is imported
        return as_messages([_unfit(path, f"cannot be imported ({error})")])
    is_fit = inspect.isclass(found) and issubclass(found, Issuer) and not inspect.isabstract(found)
    return as_messages([] if is_fit else [_unfit(path, "is not a complete issuer")])


def _unfit(path: str, why: str) -> Problem:
    return Problem(
        id="voice2fa.E095",
        message=f"VOICE2FA['API_ISSUER'] {path!r} {why}.",
        hint="Name a class that inherits from voice2fa.api.issuers.Issuer, and install the app that keeps "
        "its tokens: 'voice2fa.api.issuers.SessionIssuer', '….token.TokenIssuer', '….knox.KnoxIssuer' "
        "or '….simplejwt.SimpleJWTIssuer'.",
    )
