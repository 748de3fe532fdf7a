"""The do-not-call list: which numbers are on it, and staff who add one or lift one for a reason (A23)."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from voice2fa.core.errors import Refusal
from voice2fa.flows.telephony import stopping
from voice2fa.models import StoppedNumber

from .searching import SearchByNumber
from .showing import ReadOnlyAdmin

LONGEST_REASON = 256  # characters
# Said to staff; the sentence for other refusals speaks to whoever wants to be called.
_STOPPED_ALREADY = _("This number is on the list already.")


class ReasonForm(forms.Form):
    """Why a number is put on the list, or taken off it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("Who asked for it, when, and how you know that the number is theirs."),
        widget=AdminTextInputWidget(),
    )


class StopForm(ReasonForm):
    """Which number is not to be called any more."""

    number = PhoneNumberField(label=_("Phone number"), help_text=_("With the country code, such as +1."))
    field_order = ("number", "reason")


class IsLifted(admin.SimpleListFilter):
    """Whether a number may be called again."""

    title = _("standing")
    parameter_name = "is_lifted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return what there is to choose."""
        return [("no", _("not to be called")), ("yes", _("lifted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of that standing."""
        return queryset if self.value() is None else queryset.filter(lifted_at__isnull=self.value() == "no")


@admin.register(StoppedNumber)
class StoppedNumberAdmin(SearchByNumber, ReadOnlyAdmin):
    """Numbers not to be called: nothing is deleted, and who lifts one is named with the reason (A30)."""

    list_display = ("masked", "stopped_at", "asked_in", "lifted_at", "lifted_by")
    list_filter = (IsLifted, "stopped_at")
    list_select_related = ("verification", "lifted_by")
    ordering = ("-stopped_at", "-pk")
    search_help_text = _("Phone number, username or call id of the call in which it was asked")
    askable: ClassVar = frozenset({"is_lifted", "stopped_at"})
    fields = ("masked", "stopped_at", "asked_in", "lifted_at", "lifted_by", "reason")
    readonly_fields = ("masked", "asked_in")
    change_form_template = "admin/voice2fa/stoppednumber/show.html"

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the lookups of a search; the site's user model says what a user is called."""
        return (f"verification__user__{get_user_model().USERNAME_FIELD}", "=verification__call_id")

    def get_urls(self) -> list[URLPattern]:
        """Add the page that lifts."""
        lift = self.admin_site.admin_view(self.lift_view)
        return [path("<path:object_id>/lift/", lift, name="voice2fa_stoppednumber_lift"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those put numbers on the list who have the permission to add them."""
        return bool(request.user.has_perm("voice2fa.add_stoppednumber"))

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Tell whether this member of staff may let a number be called again."""
        return bool(request.user.has_perm("voice2fa.change_stoppednumber"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the record: what is lifted stays as what it was."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the number, with the way to lift it for those who may."""
        context = {"may_lift": self.has_lift_permission(request), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Put a number on the list whose owner has asked staff."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = StopForm(request.POST or None)
        if form.is_valid() and (stopped := self._stop(request, form)):
            told = _("We do not call %(number)s any more.") % {"number": stopped}
            self.message_user(request, told, messages.SUCCESS)
            return redirect("admin:voice2fa_stoppednumber_changelist")
        return self._ask(request, form, title=_("Stop calls to a number"), button=_("Stop calls"))

    def lift_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a number be called again, for a reason."""
        stopped = self.get_object(request, unquote(object_id))
        if not self.has_lift_permission(request):
            raise PermissionDenied
        if stopped is None:
            raise Http404
        if stopped.lifted_at is not None:
            told = _("%(number)s was already let be called again.") % {"number": stopped}
            self.message_user(request, told, messages.WARNING)
            return redirect("admin:voice2fa_stoppednumber_change", stopped.pk)
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            self._lift(request, stopped, form.cleaned_data["reason"])
            return redirect("admin:voice2fa_stoppednumber_changelist")
        title = _("Let %(number)s be called again") % {"number": stopped}
        return self._ask(request, form, title=title, button=_("Let it be called"), stopped=stopped)

    @admin.display(description=_("asked in"))
    def asked_in(self, stopped: StoppedNumber) -> SafeString | str:
        """Return the way to the call in which it was asked, if there is one."""
        if stopped.verification is None:
            return "-"
        address = reverse("admin:voice2fa_phoneverification_change", args=[stopped.verification.pk])
        return format_html('<a href="{}">{}</a>', address, stopped.verification.get_purpose_display())

    def _stop(self, request: HttpRequest, form: StopForm) -> StoppedNumber | None:
        number, now = form.cleaned_data["number"].as_e164, timezone.now()
        try:
            stopped = stopping.stop_by_staff(number, staff=request.user, now=now)  # type: ignore[arg-type]
        except Refusal:
            form.add_error("number", str(_STOPPED_ALREADY))
            return None
        self.log_addition(request, stopped, form.cleaned_data["reason"])
        return stopped

    def _lift(self, request: HttpRequest, stopped: StoppedNumber, reason: str) -> None:
        if stopping.lift(stopped, staff=request.user, reason=reason, now=timezone.now()):  # type: ignore[arg-type]
            self.log_change(request, stopped, reason)
        told = _("%(number)s may be called again.") % {"number": stopped}
        self.message_user(request, told, messages.SUCCESS)

    def _ask(
        self, request: HttpRequest, form: forms.Form, *, stopped: StoppedNumber | None = None, **words: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "form": form,
            "stopped": stopped,
            **words,
        }
        return TemplateResponse(request, "admin/voice2fa/stoppednumber/ask.html", context)
