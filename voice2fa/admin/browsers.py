"""The browsers that are remembered: staff may look at them and forget them."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voice2fa.flows.presence import browsers
from voice2fa.models import RememberedBrowser
from voice2fa.sentences import name_browser

from .showing import ReadOnlyAdmin


@admin.register(RememberedBrowser)
class RememberedBrowserAdmin(ReadOnlyAdmin):
    """Remembered browsers, to look at and to forget by the same flow as their owners use."""

    list_display = ("browser", "user", "client_address", "created_at", "last_used_at", "expires_at")
    list_filter = ("created_at", "last_used_at")
    list_select_related = ("user",)
    ordering = ("-created_at",)
    askable: ClassVar = frozenset({"created_at", "last_used_at", "user"})
    # Neither the hash of its secret nor the fingerprint is anybody's business.
    fields = (
        *("browser", "user_agent", "user", "client_address"),
        *("created_at", "last_used_at", "expires_at"),
    )
    readonly_fields = ("browser",)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the lookup of a search; the site's user model says what a user is called."""
        return (f"user__{get_user_model().USERNAME_FIELD}",)

    def delete_model(self, request: HttpRequest, obj: RememberedBrowser) -> None:
        """Forget the browser by the flow, which tells the listeners."""
        browsers.forget(obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[RememberedBrowser]) -> None:
        """Forget each of the browsers by the flow."""
        for browser in queryset:
            browsers.forget(browser, now=timezone.now())

    @admin.display(description=_("browser"))
    def browser(self, row: RememberedBrowser) -> str:
        return name_browser(row.user_agent)
