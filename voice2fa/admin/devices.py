"""The phones of each account: staff look at them, remove them, and choose the language of calls (A30)."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as ask_and_delete
from django.db import transaction
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from voice2fa.core.errors import Code, Refusal
from voice2fa.flows import phones
from voice2fa.flows.account.standing import is_above
from voice2fa.flows.attempts.clients import client_of
from voice2fa.flows.telephony.languages import list_languages
from voice2fa.models import VoiceDevice
from voice2fa.sentences import explain_refusal

from .searching import SearchByNumber
from .showing import ReadOnlyAdmin

# Said to staff; the sentence for other refusals speaks to the owner of the phone.
_LAST_PHONE = _(
    "%(phone)s was not removed: it is the only phone of %(user)s, who needs one to log in. "
    "Add another one first, or deactivate the account."
)
_ABOVE = _("%(phone)s was not removed: %(user)s is a superuser, and you are not.")


@admin.register(VoiceDevice)
class VoiceDeviceAdmin(SearchByNumber, ReadOnlyAdmin):
    """Phones, to look at and to remove by the same flow as their owners use; no number can be changed."""

    list_display = ("name", "masked", "user", "confirmed", "last_used_at")
    list_filter = ("confirmed", "created_at", "last_used_at")
    list_select_related = ("user",)
    ordering = ("-created_at",)
    further_search_fields = ("name",)
    search_help_text = _("Username, phone number or name of the phone")
    askable: ClassVar = frozenset({"confirmed", "created_at", "last_used_at", "user"})
    fields = (
        *("name", "masked", "language", "user", "confirmed", "is_preferred"),
        *("created_at", "consented_at", "last_used_at"),
    )
    readonly_fields = tuple(name for name in fields if name != "language")
    actions = ("delete_selected",)

    def has_change_permission(self, request: HttpRequest, obj: VoiceDevice | None = None) -> bool:
        """Let staff choose the language of a phone that is in use, unless its owner stands above them."""
        if obj is not None and (not obj.confirmed or is_above(obj.user, request.user)):
            return False
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def formfield_for_dbfield(
        self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Offer the languages that calls can speak."""
        if db_field.name != "language":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        offered = [(language.code, language.label) for language in list_languages()]
        choices = [("", _("The language of the page")), *offered]
        return forms.ChoiceField(label=db_field.verbose_name, choices=choices, required=False)

    def save_model(self, request: HttpRequest, obj: VoiceDevice, form: Any, change: bool) -> None:
        """Change the language by the flow, and nothing else; raises ``Refusal``."""
        phones.choose_language_by_staff(obj, form.cleaned_data["language"], now=timezone.now())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Change as Django does; a refusal takes back its log entry and becomes a message."""
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            self.message_user(request, explain_refusal(refusal), messages.ERROR)
            return redirect("admin:voice2fa_voicedevice_changelist")

    def delete_model(self, request: HttpRequest, obj: VoiceDevice) -> None:
        """Remove the phone by the flow, which ends its calls and tells the listeners; raises ``Refusal``."""
        phones.remove_by_staff(obj, client=client_of(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[VoiceDevice]) -> None:
        """Remove each of the phones by the flow; say of those that must stay why."""
        removed = [phone for phone in queryset.select_related("user") if self._remove(request, phone)]
        if removed:
            told = ngettext("%(count)d phone was removed.", "%(count)d phones were removed.", len(removed))
            self.message_user(request, told % {"count": len(removed)}, messages.SUCCESS)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete as Django does; a refusal takes back its log entry and becomes a message."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            self._explain(request, refusal, VoiceDevice.objects.get(pk=object_id))
            return redirect("admin:voice2fa_voicedevice_change", object_id)

    @admin.action(permissions=["delete"], description=_("Remove selected phones"))
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[VoiceDevice]) -> HttpResponse | None:
        """Ask first, as Django does; then log and count those alone that were removed."""
        if not request.POST.get("post"):
            return ask_and_delete(self, request, queryset)
        self.delete_queryset(request, queryset)
        return None

    def _remove(self, request: HttpRequest, phone: VoiceDevice) -> bool:
        if not self.has_delete_permission(request, phone):
            self.message_user(request, _ABOVE % {"phone": phone, "user": phone.user}, messages.ERROR)
            return False
        try:
            with transaction.atomic():
                self.log_deletions(request, [phone])  # type: ignore[arg-type]  # any iterable will do
                self.delete_model(request, phone)
        except Refusal as refusal:
            self._explain(request, refusal, phone)
            return False
        return True

    def _explain(self, request: HttpRequest, refusal: Refusal, phone: VoiceDevice) -> None:
        names = {"phone": phone, "user": phone.user}
        told = str(_LAST_PHONE) % names if refusal.code is Code.LAST_PHONE else explain_refusal(refusal)
        self.message_user(request, told, messages.ERROR)
