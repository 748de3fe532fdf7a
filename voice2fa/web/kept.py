"""A form that was sent too early: kept until the person has confirmed, or lost with a word about it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables

KEPT = "voice2fa_kept"
KEPT_FOR = timedelta(minutes=10)
MOST_BYTES = 8192
MOST_FIELDS = 200
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
_FORM = "application/x-www-form-urlencoded"
# Names under which people are asked for what must not lie in a session, in whatever form it is stored.
_SECRET = re.compile(
    r"pass(word|wd|phrase|code)?\b|passw|pwd|secret|token|otp|\bpin\b|_pin|pin_|cvc|cvv|card|credential|"
    r"api_?key|private|ssn|security",
    re.IGNORECASE,
)
_COOKIES = "django.contrib.sessions.backends.signed_cookies"


def here(request: HttpRequest) -> str:
    """Return the address of the request on this site: two slashes at its head would name another one."""
    return str(escape_leading_slashes(request.get_full_path()))


@sensitive_variables()
def keep(request: HttpRequest, *, now: datetime, may_keep: bool = True) -> bool:
    """Keep what was sent, for this person and this address, if that is safe; tell whether it was."""
    fields = _fields_of(request) if may_keep else None
    request.session[KEPT] = {
        "user": str(request.user.pk),
        "path": here(request),
        "form": _form_page(request),
        "fields": fields,
        "at": now.timestamp(),
    }
    return fields is not None


@sensitive_variables()
def kept_for(request: HttpRequest, *, now: datetime) -> dict[str, Any] | None:
    """Return what is kept for the person who is logged in, unless it is too old."""
    kept = request.session.get(KEPT)
    if kept is None or kept["user"] != str(request.user.pk):
        return None
    age = now - datetime.fromtimestamp(kept["at"], tz=UTC)
    return dict(kept) if timedelta(0) <= age < KEPT_FOR else None


def discard_stale(request: HttpRequest, *, now: datetime) -> None:
    """Forget what is too old to be sent, or another person's."""
    if KEPT in request.session and kept_for(request, now=now) is None:
        discard(request)


def discard(request: HttpRequest) -> None:
    """Forget what is kept: it has been sent, or something else has."""
    request.session.pop(KEPT, None)


@sensitive_variables()
def _fields_of(request: HttpRequest) -> list[tuple[str, str]] | None:
    """Return names and values of the form, or None where it is not safe to keep them."""
    if not _may_be_read(request):
        return None
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name != _TOKEN and value
    ]
    if len(fields) > MOST_FIELDS or any(_is_secret(name, request) for name, _value in fields):
        return None
    # Empty fields too: a form without its empty ones may mean something else.
    return [(name, value) for name, values in request.POST.lists() for value in values if name != _TOKEN]


def _may_be_read(request: HttpRequest) -> bool:
    # Only what has passed Django's check of its origin: a form forged elsewhere must not become ours here.
    has_good_origin = bool(getattr(request, "csrf_processing_done", False))
    is_form = request.method == "POST" and request.content_type == _FORM
    size = request.META.get("CONTENT_LENGTH") or ""
    is_small = size.isdecimal() and int(size) <= MOST_BYTES
    # A cookie has no room for it.
    return has_good_origin and is_form and is_small and settings.SESSION_ENGINE != _COOKIES


def _is_secret(name: str, request: HttpRequest) -> bool:
    listed = getattr(request, "sensitive_post_parameters", ())
    return listed == "__ALL__" or name in listed or bool(_SECRET.search(name))


def _form_page(request: HttpRequest) -> str:
    """Return where the form stands: the page that sent it, if that is ours, else the address it went to."""
    referrer = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(
        referrer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours:
        return here(request)
    parts = urlsplit(referrer)
    path = escape_leading_slashes(parts.path) or "/"
    return f"{path}?{parts.query}" if parts.query else path
