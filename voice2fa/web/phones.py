"""The pages of a person's phones: list, add, remove."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET
from django.views.generic import FormView

from voice2fa.conf import get_settings
from voice2fa.core.errors import Refusal
from voice2fa.flows import enrolment
from voice2fa.models import VoiceDevice
from voice2fa.sentences import explain_refusal

from . import browsers
from .forms import PasswordForm, PhoneForm
from .starts import StartView


@require_GET
@never_cache
@login_required
def phones(request: HttpRequest) -> HttpResponse:
    """List the person's confirmed phones."""
    devices = enrolment.phones_of(request.user)  # type: ignore[arg-type]
    context = {
        "devices": devices,
        "may_add": len(devices) < get_settings().phones_per_user,
        "remembers_browsers": get_settings().remember_days > 0,
    }
    return render(request, "voice2fa/phones.html", context)


@method_decorator(login_required, name="dispatch")
class PhoneAddView(StartView):
    """A phone to add: it rings, and counts once it is proved (R20)."""

    form_class = PhoneForm
    template_name = "voice2fa/phone_add.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form who asks, and so whose password to ask for."""
        return super().get_form_kwargs() | {"request": self.request}

    def start(self, form: PhoneForm) -> HttpResponse:
        """Ring the number that is to be added."""
        started = enrolment.begin(
            self.request.user,  # type: ignore[arg-type]
            number=form.cleaned_data["number"].as_e164,
            name=form.cleaned_data["name"],
            client=browsers.client_of(self.request),
            now=timezone.now(),
            consents=form.cleaned_data["consents"],
        )
        return self.wait_for(started)


@method_decorator([sensitive_post_parameters(), csrf_protect, never_cache, login_required], name="dispatch")
class PhoneRemoveView(FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """A phone to remove, once the person has said so twice."""

    form_class = PasswordForm
    template_name = "voice2fa/phone_remove.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form who asks, and so whose password to ask for."""
        return super().get_form_kwargs() | {"request": self.request}

    def get_device(self) -> VoiceDevice:
        """Return the phone if it is this person's; somebody else's does not exist here."""
        return get_object_or_404(VoiceDevice, pk=self.kwargs["pk"], user=self.request.user, confirmed=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the phone."""
        return super().get_context_data(device=self.get_device(), **kwargs)

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        """Remove the phone, or say why it must stay."""
        device = self.get_device()
        try:
            enrolment.remove(device, now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, explain_refusal(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("%(name)s was removed.") % {"name": device.name})
        return redirect("voice2fa:phones")
