"""How admin pages show rows: nobody changes them here, and no secret can be asked for."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from voice2fa.flows.account.standing import is_above


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """An admin that shows and searches; staff cannot add or change anything (A30)."""

    #: What an address of the list may filter by: a filter on a hidden field would guess its value.
    askable: ClassVar[frozenset[str]] = frozenset()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep from staff what protects a superuser, unless they are one (A30)."""
        if obj is not None and is_above(getattr(obj, "user", None), request.user):
            return False
        return bool(super().has_delete_permission(request, obj))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what is shown; Django would let an address filter by any field of the row."""
        if lookup.split(LOOKUP_SEP)[0] not in self.askable:
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[arg-type]

    @admin.display(description=_("phone number"), ordering="number")
    def masked(self, row: Any) -> str:
        return str(row.masked_number)


def to_the_second(moment: datetime) -> str:
    """Return the moment in the site's time zone; a call is over in less than a minute."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S}"
