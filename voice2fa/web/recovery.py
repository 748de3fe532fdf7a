"""The page of a person's recovery codes: how many are left, and new ones, shown once."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView

from voice2fa.conf import get_settings
from voice2fa.core.errors import Refusal
from voice2fa.flows import recovery
from voice2fa.flows.attempts.clients import client_of

from .decorators import voice_required


@method_decorator([csrf_protect, never_cache, login_required], name="dispatch")
class RecoveryCodesView(TemplateView):
    """Whoever has just confirmed may have new codes; they stand in that one reply and nowhere else."""

    template_name = "voice2fa/recovery_codes.html"

    @method_decorator(voice_required)
    @method_decorator(sensitive_variables())
    def post(self, request: HttpRequest) -> HttpResponse:
        """Make new codes and show them, unless the page was sent before: a reload must not replace them."""
        user: Any = request.user
        try:
            codes = recovery.make(
                user,
                timezone.now(),
                instead_of=request.POST.get("edition", ""),
                client=client_of(request),
            )
        except Refusal:
            messages.warning(
                request,
                _(
                    "Your codes were made a moment ago, and are shown once. "
                    "If you have not kept them, make new ones."
                ),
            )
            return redirect("voice2fa:recovery_codes")
        title = _write_title(user)
        file_url = _as_data_url(_write_file(title, codes))
        return self.render_to_response(self.get_context_data(codes=codes, title=title, file_url=file_url))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the set that there is, and its edition, by which a page that is sent twice is known."""
        found = recovery.codes_of(self.request.user)  # type: ignore[arg-type]
        return super().get_context_data(found=found, edition=recovery.edition_of(found), **kwargs)


def _write_title(user: AbstractBaseUser) -> str:
    """Return whose codes they are, for a paper that is found years later."""
    return _("For %(name)s at %(site)s, made %(day)s") % {
        "name": user.get_username(),
        "site": get_settings().caller_name,
        "day": date_format(timezone.localdate()),
    }


@sensitive_variables()
def _write_file(title: str, codes: list[str]) -> str:
    advice = _("Each of them works once. Keep them where nobody else looks.")
    return "\n".join((_("Recovery codes"), title, "", *codes, "", advice, ""))


@sensitive_variables()
def _as_data_url(text: str) -> str:
    """Return an address that holds the text itself: to save it asks nothing of site or script."""
    return f"data:text/plain;charset=utf-8,{quote(text)}"
