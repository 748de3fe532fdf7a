"""The pages of a person's phones: list, add, rename, choose a language or which is rung first, remove."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET
from django.views.generic import FormView

from voice2fa.conf import get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.flows import enrolment, first_phone, login
from voice2fa.flows import phones as changes
from voice2fa.flows.attempts.clients import client_of
from voice2fa.flows.presence.elsewhere import end_sessions
from voice2fa.flows.presence.marks import confirmed_at
from voice2fa.flows.telephony.languages import list_languages
from voice2fa.models import VoiceDevice
from voice2fa.sentences import explain_refusal

from . import browsers
from .decorators import voice_required
from .forms import EndOthersForm
from .phone_forms import LanguageForm, NameForm, PhoneForm
from .starts import StartView


@require_GET
@never_cache
@login_required
def phones(request: HttpRequest) -> HttpResponse:
    """List the person's confirmed phones."""
    devices = enrolment.phones_of(request.user)  # type: ignore[arg-type]
    context = {
        "devices": devices,
        "has_languages": len(list_languages()) > 1,
        "first": login.preferred_phone(request.user),  # type: ignore[arg-type]
        "may_add": len(devices) < get_settings().phones_per_user,
        "remembers_browsers": get_settings().remember_days > 0,
    }
    return render(request, "voice2fa/phones.html", context)


def _first_phones_elsewhere(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead whoever has nothing to confirm with yet to the pages of a first phone."""

    @wraps(view)
    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if first_phone.is_due(request.user):  # type: ignore[arg-type]
            return redirect("voice2fa:first_phone")
        return view(request, *args, **kwargs)

    return guard


@method_decorator([login_required, _first_phones_elsewhere, voice_required], name="dispatch")
class PhoneAddView(StartView):
    """A further phone: it rings, and counts once it is proved (R20)."""

    form_class = PhoneForm
    template_name = "voice2fa/phone_add.html"

    def start(self, form: PhoneForm) -> HttpResponse:
        """Ring the number that is to be added."""
        started = changes.add(
            self.request.user,  # type: ignore[arg-type]
            **form.dialled,
            language=form.language_chosen,
            name=form.cleaned_data["name"],
            client=client_of(self.request),
            confirmed_at=_confirmed_at(self.request),
            now=timezone.now(),
            consents=form.cleaned_data["consents"],
        )
        browsers.note_end_of_others(self.request, is_wished=form.ends_others)
        return self.wait_for(started)


@method_decorator([csrf_protect, never_cache, login_required, voice_required], name="dispatch")
class PhoneChangeView(FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """A change to one of the person's phones: shown first, done when it is sent."""

    form_class: type[forms.Form] = forms.Form

    def get_device(self) -> VoiceDevice:
        """Return the phone if it is this person's; somebody else's does not exist here."""
        return get_object_or_404(VoiceDevice, pk=self.kwargs["pk"], user=self.request.user, confirmed=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the phone."""
        return super().get_context_data(device=self.get_device(), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Do it, or say why not."""
        device = self.get_device()
        facts = {"client": client_of(self.request), "confirmed_at": _confirmed_at(self.request)}
        try:
            told = self.change(device, form, now=timezone.now(), **facts)
        except Refusal as refusal:
            form.add_error(None, explain_refusal(refusal))
            return self.form_invalid(form)
        messages.success(self.request, told)
        return redirect("voice2fa:phones")

    def change(self, device: VoiceDevice, form: Any, **facts: Any) -> str:
        """Make the change and return what the person is told; raises ``Refusal``."""
        raise NotImplementedError


class PhoneRenameView(PhoneChangeView):
    """Another name for a phone."""

    form_class = NameForm
    template_name = "voice2fa/phone_rename.html"

    def get_initial(self) -> dict[str, Any]:
        """Begin with the name that it has."""
        return {"name": self.get_device().name}

    def change(self, device: VoiceDevice, form: NameForm, **facts: Any) -> str:
        """Give the phone its new name."""
        changes.rename(device, form.cleaned_data["name"], **facts)
        return _("The phone is called %(name)s now.") % {"name": device.name}


class PhoneLanguageView(PhoneChangeView):
    """The language in which calls to a phone speak."""

    form_class = LanguageForm
    template_name = "voice2fa/phone_language.html"

    def get_device(self) -> VoiceDevice:
        """Return the phone, where there is anything to choose."""
        if len(list_languages()) < 2:
            raise Http404
        return super().get_device()

    def get_initial(self) -> dict[str, Any]:
        """Begin with the language that it has."""
        return {"language": self.get_device().language}

    def change(self, device: VoiceDevice, form: LanguageForm, **facts: Any) -> str:
        """Have calls to the phone speak the language from now on."""
        changes.choose_language(device, form.language_chosen or "", **facts)
        return _("The language of calls to %(name)s is changed.") % {"name": device.name}


class PhonePreferView(PhoneChangeView):
    """The phone that is rung first."""

    template_name = "voice2fa/phone_prefer.html"

    def change(self, device: VoiceDevice, form: forms.Form, **facts: Any) -> str:
        """Have the phone rung first."""
        changes.prefer(device, **facts)
        return _("From now on we ring %(name)s first.") % {"name": device.name}


class PhoneRemoveView(PhoneChangeView):
    """A phone to remove, once the person has said so twice."""

    form_class = EndOthersForm
    template_name = "voice2fa/phone_remove.html"

    def get_initial(self) -> dict[str, Any]:
        """Propose to end other sessions: whoever removes a phone may have lost it."""
        return {"end_others": True}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add why the phone has to stay, if it has to: better now than after a decision."""
        context = super().get_context_data(**kwargs)
        if changes.may_remove(context["device"]):
            return context
        return context | {"obstacle": explain_refusal(Refusal(Code.LAST_PHONE))}

    def change(self, device: VoiceDevice, form: EndOthersForm, **facts: Any) -> str:
        """Remove the phone, and end other sessions if that is wished for."""
        changes.remove(device, **facts)
        if form.ends_others:
            end_sessions(device.user, spared_key=self.request.session.session_key)
        return _("%(name)s was removed.") % {"name": device.name}


def _confirmed_at(request: HttpRequest) -> datetime | None:
    return confirmed_at(request.session, request.user)  # type: ignore[arg-type]
