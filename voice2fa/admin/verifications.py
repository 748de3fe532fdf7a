"""Every attempt to verify somebody by a call, and what the carrier told us about it."""

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from voice2fa.models import CallEvent, PhoneVerification

from .searching import SearchByNumber
from .showing import ReadOnlyAdmin, to_the_second

# The moments of an attempt that a person can make sense of.
_MOMENTS = (
    *("begun_at", "created_at", "claimed_at", "placed_at", "ringing_at", "answered_at", "code_told_at"),
    *("decided_at", "ended_at", "consumed_at", "deadline"),
)


class CallEventInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The carrier's reports, in the order in which they came in."""

    model = CallEvent
    fields = ("kind", "step", "cause", "occurred", "received", "cue", "report")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallEvent]:
        return super().get_queryset(request).select_related("verification")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the events to whoever may see the attempt: one is of no use without the others."""
        return request.user.has_perm("voice2fa.view_phoneverification")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("occurred"))
    def occurred(self, event: CallEvent) -> str:
        return to_the_second(event.occurred_at) if event.occurred_at else "-"

    @admin.display(description=_("received"))
    def received(self, event: CallEvent) -> str:
        return to_the_second(event.received_at)

    @admin.display(description=_("report"))
    def report(self, event: CallEvent) -> SafeString:
        text = json.dumps(event.raw, indent=2, ensure_ascii=False, sort_keys=True)
        # A page that masks the number above must not spell it out below.
        verification = event.verification
        text = text.replace(verification.number.as_e164, verification.masked_number)
        return format_html("<details><summary>{}</summary><pre>{}</pre></details>", _("Show"), text)


@admin.register(PhoneVerification)
class PhoneVerificationAdmin(SearchByNumber, ReadOnlyAdmin):
    """Attempts, to look at. Code, keys and tickets are shown to nobody, not even for a live call."""

    list_display = ("created_at", "state", "cause", "purpose", "method", "masked", "user")
    list_filter = ("state", "purpose", "method", "cause", "answerer", "is_call_in", "created_at")
    list_select_related = ("user",)
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    further_search_fields = ("=call_id", "=id")
    search_help_text = _("Username, phone number, call id or the id of the attempt")
    askable: ClassVar = frozenset(
        {"state", "purpose", "method", "cause", "answerer", "is_call_in", "created_at", "user", "device"}
    )
    inlines = (CallEventInline,)
    fieldsets = (
        (None, {"fields": ("state", "cause", "purpose", "method", "message", "user", "device", "masked")}),
        (_("Timeline"), {"fields": ("timeline",)}),
        (_("Call"), {"fields": ("id", "call_id", "caller", "language", "step", "tries")}),
        (_("Who picked up"), {"fields": ("answerer",)}),
        (_("Who called us"), {"fields": ("is_call_in", "attestation")}),
        (_("Asked for by"), {"fields": ("client_address", "user_agent")}),
    )
    readonly_fields = ("masked", "timeline")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the record: limits count on it, and the clock removes it in time."""
        return False

    @admin.display(description=_("timeline"))
    def timeline(self, verification: PhoneVerification) -> SafeString:
        """Return the moments in order, each with its distance from the start."""
        moments = [(getattr(verification, name), name) for name in _MOMENTS]
        rows = sorted((moment, _label(name)) for moment, name in moments if moment)
        start = verification.created_at
        return format_html(
            "<ol>{}</ol>",
            format_html_join(
                "",
                "<li><time datetime='{}'>{}</time> ({} s) {}</li>",
                (
                    (
                        moment.isoformat(),
                        to_the_second(moment),
                        f"{(moment - start).total_seconds():+.1f}",
                        label,
                    )
                    for moment, label in rows
                ),
            ),
        )


def _label(name: str) -> str:
    return str(PhoneVerification._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
