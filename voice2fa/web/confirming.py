"""The pages that ask for the phone again, and lead back to what the person was doing."""

from typing import Any
from urllib.parse import urlencode

import django_otp
from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import confirmation, enrolment
from voice2fa.flows.login import preferred_phone
from voice2fa.flows.other_ways import ways_of
from voice2fa.flows.presence.marks import note_confirmation
from voice2fa.models import PhoneVerification, VoiceDevice

from . import browsers, kept
from .starts import StartView


@method_decorator(login_required, name="dispatch")
class ConfirmView(StartView):
    """Say which phone will ring; the button has it ring."""

    form_class = Form
    template_name = "voice2fa/confirm.html"

    def start(self, form: Form) -> HttpResponse:
        """Ring the phone that was chosen among the person's own, or the preferred one."""
        if self.waits_already():
            return redirect("voice2fa:wait")
        chosen = self.request.POST.get("phone", "")
        phones = {str(phone.pk): phone for phone in enrolment.phones_of(self.request.user)}  # type: ignore[arg-type]
        return self.wait_for(
            confirmation.begin(
                self.request.user,  # type: ignore[arg-type]
                client=browsers.client_of(self.request),
                now=timezone.now(),
                phone=phones.get(chosen),
            )
        )

    def waits_already(self) -> bool:
        """Tell whether this browser has a live call for it: a second click rings no second time."""
        try:
            verification = browsers.awaited(self.request)
        except Refusal:
            return False
        is_this = verification.purpose == Purpose.CONFIRM and not verification.payload_digest
        is_own = verification.user_id == self.request.user.pk
        return is_this and is_own and verification.is_live and verification.deadline > timezone.now()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the phones, the preferred one first, and whether there is anything to confirm with."""
        user: Any = self.request.user
        phone = preferred_phone(user)
        others = [other for other in enrolment.phones_of(user) if other != phone]
        facts = {"phone": phone, "other_phones": others, "has_way": confirmation.is_possible(user)}
        return super().get_context_data(**kwargs) | facts | {"other_ways_url": self.other_ways_url()}

    def other_ways_url(self) -> str:
        """Return where the person may confirm with something else than a phone, or an empty text."""
        if not ways_of(self.request.user):  # type: ignore[arg-type]
            return ""
        query = urlencode({"next": browsers.safe_next(self.request)})
        return f"{reverse('voice2fa:other_ways')}?{query}"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Refuse, with the way to add a phone, where there is nothing to confirm with."""
        if not context["has_way"]:
            kwargs["status"] = 403
        return super().render_to_response(context, **kwargs)


@require_GET
@never_cache
@login_required
def send_again(request: HttpRequest) -> HttpResponse:
    """Show a button that sends what was kept; or lead back to the form, to fill it in once more."""
    found = kept.kept_for(request, now=timezone.now())
    if found is not None and found["fields"] is not None:
        return render(request, "voice2fa/send_again.html", {"path": found["path"], "fields": found["fields"]})
    messages.warning(request, _("You have confirmed. Please send the form again: we did not keep it."))
    return HttpResponseRedirect(found["form"] if found else resolve_url(django_settings.LOGIN_REDIRECT_URL))


def complete(request: HttpRequest, verification: PhoneVerification) -> str:
    """Use up the approved confirmation, mark the session as fresh, and return where to go on."""
    if not request.user.is_authenticated:
        raise Refusal(Code.NOT_WAITING)
    user: Any = request.user
    now = timezone.now()
    phone = confirmation.finish(verification, user, now=now)
    next_url = browsers.forget(request)
    kept.discard_stale(request, now=now)
    mark(request, phone)
    return next_url or resolve_url(django_settings.LOGIN_REDIRECT_URL)


def way_back(request: HttpRequest) -> str:
    """Return where the confirmation that this browser waits for is asked for again, or an empty text."""
    try:
        verification = browsers.awaited(request)
    except Refusal:
        return ""
    return start_of(verification, browsers.next_of(request))


def start_of(verification: PhoneVerification, next_url: str) -> str:
    """Return where a confirmation is asked for; for an act that is the site's page. Else an empty text."""
    if verification.purpose != Purpose.CONFIRM:
        return ""
    if verification.payload_digest and next_url:
        return next_url
    start = reverse("voice2fa:confirm")
    return f"{start}?{urlencode({'next': next_url})}" if next_url else start


def mark(request: HttpRequest, phone: VoiceDevice) -> None:
    """Note on the session, under a new key, that the person has just confirmed by the phone (R38)."""
    request.session.cycle_key()
    django_otp.login(request, phone)
    note_confirmation(request.session, request.user, phone, now=timezone.now())  # type: ignore[arg-type]
