"""The history of phones: what was added, changed and removed, when, and from where (R25)."""

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from voice2fa.models import PhoneRecord
from voice2fa.sentences import name_browser

from .searching import SearchByNumber
from .showing import ReadOnlyAdmin, to_the_second


@admin.register(PhoneRecord)
class PhoneRecordAdmin(SearchByNumber, ReadOnlyAdmin):
    """Records, to look at: they are kept when phone and account are gone."""

    list_display = ("happened", "event", "masked", "name", "username", "client_address")
    list_filter = ("event", "happened_at")
    ordering = ("-happened_at", "-pk")
    date_hierarchy = "happened_at"
    further_search_fields = ("username", "name", "=client_address")
    search_help_text = _("Username, phone number, name of the phone or client address")
    askable: ClassVar = frozenset({"event", "happened_at", "user", "client_address"})
    fieldsets = (
        (None, {"fields": ("event", "happened", "username", "user", "masked", "name", "consented_at")}),
        (_("Done from"), {"fields": ("client_address", "browser", "user_agent")}),
        (_("Said by the owner"), {"fields": ("disowned_at",)}),
    )
    readonly_fields = ("masked", "happened", "browser")

    def has_delete_permission(self, request: HttpRequest, obj: PhoneRecord | None = None) -> bool:
        """Keep the record: it is what is left to look at when somebody has taken over an account."""
        return False

    @admin.display(description=_("when"), ordering="happened_at")
    def happened(self, record: PhoneRecord) -> str:
        return to_the_second(record.happened_at)

    @admin.display(description=_("browser"))
    def browser(self, record: PhoneRecord) -> str:
        return name_browser(record.user_agent)
