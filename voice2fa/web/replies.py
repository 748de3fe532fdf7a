"""Replies that may cross with a login in another tab, and must not undo it."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse


class _KeepsSession(HttpResponse):
    """A reply that leaves the session's cookie alone.

    Django deletes the cookie of a session that is gone. But a login gives the session a new key, and when a
    question crosses with it, the browser has the new cookie by the time our reply arrives: it would be logged
    out again.
    """

    def delete_cookie(self, key: str, *args: Any, **kwargs: Any) -> None:
        """Delete any cookie but the session's."""
        if key != settings.SESSION_COOKIE_NAME:
            super().delete_cookie(key, *args, **kwargs)


class News(_KeepsSession, JsonResponse):
    """What a script asks for again and again."""


class LookAgain(_KeepsSession, HttpResponseRedirect):
    """The way to another page, where the browser comes with the session that it has by then."""
