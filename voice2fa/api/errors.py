"""Every error as ``{"code", "detail"}``: the one place where refusals and exceptions become replies."""

import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, Throttled, ValidationError
from rest_framework.exceptions import PermissionDenied as Forbidden
from rest_framework.response import Response

from voice2fa.core.errors import Code, Refusal, TryLater
from voice2fa.sentences import explain_refusal

STATUSES: Mapping[Code, int] = {
    Code.ACCOUNT_CHANGED: status.HTTP_409_CONFLICT,
    Code.ALREADY_USED: status.HTTP_409_CONFLICT,
    Code.BAD_CREDENTIALS: status.HTTP_400_BAD_REQUEST,
    Code.CALL_IN_PROGRESS: status.HTTP_409_CONFLICT,
    Code.CALL_IN_OFF: status.HTTP_409_CONFLICT,
    Code.CALL_REQUIRED: status.HTTP_403_FORBIDDEN,
    Code.CONFIRMATION_REQUIRED: status.HTTP_403_FORBIDDEN,
    Code.CONSENT_REQUIRED: status.HTTP_400_BAD_REQUEST,
    Code.COOLING_DOWN: status.HTTP_429_TOO_MANY_REQUESTS,
    Code.ENTER_REQUIRED: status.HTTP_409_CONFLICT,
    Code.EXPIRED: status.HTTP_410_GONE,
    Code.EXTENSION_INVALID: status.HTTP_400_BAD_REQUEST,
    Code.EXTENSION_TOO_LONG: status.HTTP_400_BAD_REQUEST,
    Code.EXTENSION_TWICE: status.HTTP_400_BAD_REQUEST,
    Code.ILLEGAL_TRANSITION: status.HTTP_409_CONFLICT,
    Code.JUST_SENT: status.HTTP_429_TOO_MANY_REQUESTS,
    Code.LANGUAGE_UNSPOKEN: status.HTTP_400_BAD_REQUEST,
    Code.LAST_PHONE: status.HTTP_409_CONFLICT,
    Code.NOT_APPROVED: status.HTTP_409_CONFLICT,
    Code.NOT_SENT: status.HTTP_503_SERVICE_UNAVAILABLE,
    Code.NOT_WAITING: status.HTTP_404_NOT_FOUND,
    Code.NO_EMAIL: status.HTTP_409_CONFLICT,
    Code.NO_PHONE: status.HTTP_409_CONFLICT,
    Code.NUMBER_INVALID: status.HTTP_400_BAD_REQUEST,
    Code.NUMBER_KIND: status.HTTP_400_BAD_REQUEST,
    Code.NUMBER_REGION: status.HTTP_400_BAD_REQUEST,
    Code.NUMBER_SHARED: status.HTTP_409_CONFLICT,
    Code.NUMBER_STOPPED: status.HTTP_409_CONFLICT,
    Code.PAYLOAD_CHANGED: status.HTTP_409_CONFLICT,
    Code.PHONE_EXISTS: status.HTTP_409_CONFLICT,
    Code.PHONE_LIMIT: status.HTTP_409_CONFLICT,
    Code.PHONE_REQUIRED: status.HTTP_403_FORBIDDEN,
    Code.PROOF_REQUIRED: status.HTTP_403_FORBIDDEN,
    Code.START_OVER: status.HTTP_409_CONFLICT,
    Code.TOO_EARLY: status.HTTP_409_CONFLICT,
    Code.TOO_MANY_CALLS: status.HTTP_429_TOO_MANY_REQUESTS,
    Code.TOO_MANY_FAILURES: status.HTTP_429_TOO_MANY_REQUESTS,
    Code.TOO_MANY_MAILS: status.HTTP_429_TOO_MANY_REQUESTS,
    Code.USERNAME_TAKEN: status.HTTP_409_CONFLICT,
    Code.WRONG_CODE: status.HTTP_400_BAD_REQUEST,
    Code.WRONG_PROOF: status.HTTP_400_BAD_REQUEST,
    Code.WRONG_TOKEN: status.HTTP_400_BAD_REQUEST,
}
# Where a client is told to authenticate in a way that has no challenge of its own: a cookie.
CHALLENGE = 'Session realm="api"'


class TooLarge(APIException):
    """The body is longer than anything that we ask for."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self) -> None:
        super().__init__(_("That is more than we read. Send a shorter body."))


class CsrfFailed(Forbidden):
    """A write that a browser may have been tricked into."""

    default_code = "csrf_failed"

    def __init__(self) -> None:
        super().__init__(
            _("This needs the CSRF token that the session endpoint gives, in the X-CSRFToken header.")
        )


def reply_to(error: Exception, *, challenge: str = "") -> Response | None:
    """Return the reply that tells of the error, or None if it is a fault of ours."""
    if isinstance(error, Refusal):
        return _reply(STATUSES[error.code], error.code.value, explain_refusal(error), _wait_of(error))
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = Forbidden()
    if not isinstance(error, APIException):
        return None
    if isinstance(error, ValidationError):
        return _reply(error.status_code, "invalid", _("Some of that is missing or not right."), fields=error)
    headers = _wait_of(error)
    if error.status_code == status.HTTP_401_UNAUTHORIZED:
        headers = {"WWW-Authenticate": challenge or CHALLENGE}
    code, detail = _told_by(error)
    return _reply(error.status_code, code, detail, headers)


def _told_by(error: APIException) -> tuple[str, str]:
    """Return code and sentence of an error of REST framework, or of an authentication class of others."""
    detail: Any = error.detail
    if isinstance(detail, Mapping):  # as simplejwt has it
        code = detail.get("code", error.default_code)
        return str(code), str(detail.get("detail", error.default_detail))
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code, " ".join(str(it) for it in _flat(detail))


def _wait_of(error: Exception) -> dict[str, str]:
    if isinstance(error, TryLater):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, Throttled):
        return {"Retry-After": str(max(1, math.ceil(getattr(error, "wait", None) or 1)))}
    return {}


def _reply(
    status_code: int,
    code: str,
    detail: str,
    headers: dict[str, str] | None = None,
    *,
    fields: ValidationError | None = None,
) -> Response:
    body: dict[str, Any] = {"code": code, "detail": detail}
    if fields is not None:
        body["fields"] = _by_field(fields.detail)
    response = Response(body, status=status_code, headers=headers)
    response.exception = True
    return response


def _by_field(detail: Any) -> dict[str, list[str]]:
    """Return the sentences by field; what is about no field stands under ``non_field_errors``."""
    if not isinstance(detail, Mapping):
        detail = {"non_field_errors": detail}
    return {name: [str(item) for item in _flat(items)] for name, items in detail.items()}


def _flat(items: Any) -> list[Any]:
    if isinstance(items, Mapping):
        items = list(items.values())
    return [leaf for item in items for leaf in _flat(item)] if isinstance(items, list) else [items]
