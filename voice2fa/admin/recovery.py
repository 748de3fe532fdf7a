"""The recovery codes of each account: staff see how many are left, and may take them away."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from voice2fa.models import RecoveryCodes

from .showing import ReadOnlyAdmin


@admin.register(RecoveryCodes)
class RecoveryCodesAdmin(ReadOnlyAdmin):
    """Sets of codes, to count and to remove; a code itself nobody can show, for only hashes are kept."""

    list_display = ("user", "left", "created_at", "wrong_codes")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    ordering = ("-created_at",)
    askable: ClassVar = frozenset({"created_at", "user"})
    fields = ("user", "left", "created_at", "wrong_codes")
    readonly_fields = ("left", "wrong_codes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(left=Count("codes", filter=Q(codes__used_at=None)))
        return counted

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the lookup of a search; the site's user model says what a user is called."""
        return (f"user__{get_user_model().USERNAME_FIELD}",)

    @admin.display(description=_("codes left"), ordering="left")
    def left(self, row: Any) -> int:
        return int(row.left)

    @admin.display(description=_("wrong codes since the last right one"))
    def wrong_codes(self, row: RecoveryCodes) -> int:
        return int(row.throttling_failure_count)
