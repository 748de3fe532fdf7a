"""First-phone codes: staff give one to somebody whom they know, and see which were given, sent and used."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from voice2fa.core.errors import Refusal
from voice2fa.core.proofs import ProofKind
from voice2fa.flows import first_phone
from voice2fa.flows.account.proofs import newest
from voice2fa.models import PhoneProof
from voice2fa.sentences import explain_no_code

from .showing import ReadOnlyAdmin


class WhoForm(forms.Form):
    """Whose first phone it is about."""

    username = forms.CharField(label=_("What the user logs in by"), max_length=254)

    def clean_username(self) -> AbstractBaseUser:
        """Return the user of that name."""
        model = get_user_model()
        name = {model.USERNAME_FIELD: self.cleaned_data["username"]}
        user: AbstractBaseUser | None = model._default_manager.filter(**name).first()
        if user is None:
            raise forms.ValidationError(_("There is no such user."), code="unknown")
        return user


@admin.register(PhoneProof)
class PhoneProofAdmin(ReadOnlyAdmin):
    """First-phone codes, to look at and to give; the codes themselves are kept nowhere."""

    list_display = ("created_at", "user", "kind", "issued_by", "expires_at", "proved_at", "used_at")
    list_filter = ("kind", "created_at")
    list_select_related = ("user", "issued_by")
    ordering = ("-created_at",)
    askable: ClassVar = frozenset({"kind", "created_at", "user"})
    fields = (
        *("user", "kind", "issued_by", "client_address", "tries", "device"),
        *("created_at", "expires_at", "proved_at", "used_at"),
    )

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the lookup of a search; the site's user model says what a user is called."""
        return (f"user__{get_user_model().USERNAME_FIELD}",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let those give codes who have the permission to add them."""
        return bool(request.user.has_perm("voice2fa.add_phoneproof"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep the record, on which the limits of mails count, until the account itself is deleted."""
        page = request.resolver_match.url_name if request.resolver_match else None
        is_for_account = page is not None and not page.startswith("voice2fa_phoneproof")
        return is_for_account and super().has_delete_permission(request, obj)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for whom, and show the code: once, for it is stored nowhere."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WhoForm(request.POST or None)
        told = self._issue(request, form) if form.is_valid() else {}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Give a code for a first phone"),
            "form": form,
            **told,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/voice2fa/phoneproof/give.html", context)

    @sensitive_variables()
    def _issue(self, request: HttpRequest, form: WhoForm) -> dict[str, Any]:
        user, now = form.cleaned_data["username"], timezone.now()
        try:
            code = first_phone.issue_code(user, request.user, now=now)  # type: ignore[arg-type]
        except Refusal as refusal:
            form.add_error("username", explain_no_code(refusal))
            return {}
        given = newest(user, ProofKind.STAFF)
        assert given is not None
        self.log_addition(request, given, str(_("Given to %(user)s") % {"user": user}))
        return {"code": code, "user_of_code": user, "good_until": given.expires_at}
