"""The page on which people confirm by something else than a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings as django_settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic import FormView
from django_otp.models import Device

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import other_ways
from voice2fa.flows.other_ways import Claim
from voice2fa.flows.presence import marks
from voice2fa.models import PhoneVerification, RecoveryCodes
from voice2fa.sentences import explain_refusal

from . import browsers, confirming, remembering
from .forms import TokenForm
from .replies import LookAgain

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """What a way is called, what its field is, and where the token comes from."""

    title: Text
    field: Text = _("Code")
    hint: Text = ""
    is_number: bool = True


_RECOVERY = Wording(
    title=_("Recovery code"),
    field=_("One of your recovery codes"),
    hint=_("Each of them works once. Capitals, spaces and dashes do not matter."),
    is_number=False,
)
_PASSKEY = Wording(
    title=_("Passkey"), hint=_("Your browser asks you for it: a fingerprint, a PIN, or a key.")
)
_WORDINGS: Mapping[str, Wording] = {
    "voice2fa.recoverycodes": _RECOVERY,
    "otp_static.staticdevice": Wording(title=_("Backup code"), field=_("One of your codes"), is_number=False),
    "otp_totp.totpdevice": Wording(
        title=_("Authenticator app"),
        field=_("Code from the app"),
        hint=_("Open the app and type the code that it shows now."),
    ),
    "otp_hotp.hotpdevice": Wording(title=_("Code device"), field=_("Code from the device")),
    "otp_email.emaildevice": Wording(
        title=_("E-mail"), field=_("Code from the e-mail"), hint=_("First have us send you a code.")
    ),
}


class Way:
    """A device as the page shows it."""

    def __init__(self, device: Device) -> None:
        self.id = device.persistent_id
        self.is_passkey = other_ways.is_passkey(device)
        self.is_sent = device.is_interactive()
        known = _PASSKEY if self.is_passkey else _WORDINGS.get(device.model_label())
        self.wording = known or Wording(title=device.name)
        #: What its owner calls it, where that tells more than its title.
        self.name = device.name if known not in {None, _RECOVERY} else ""

    @property
    def title(self) -> Text:
        """What it is called."""
        return self.wording.title


def claim_of(request: HttpRequest) -> Claim:
    """Return who may confirm another way in this browser; raises ``Refusal``.

    That is who has just given the right first factor, or who is logged in and is asked once more.
    """
    call = _call_of(request)
    given_pass = browsers.pass_of(request)
    now = timezone.now()
    if given_pass or not request.user.is_authenticated or (call and call.purpose == Purpose.LOGIN):
        return other_ways.claim_of(ticket=browsers.ticket_of(request), given_pass=given_pass, now=now)
    user: Any = request.user
    is_own = call is not None and call.user_id == user.pk and other_ways.may_spare(call, now=now)
    return Claim(user=user, call=call if is_own else None)


def go_on(request: HttpRequest, claim: Claim, device: Device) -> HttpResponse:
    """Open the session of a person whom the device has verified, or mark theirs, and lead on."""
    wanted = browsers.safe_next(request) or browsers.next_of(request)
    target = wanted or resolve_url(django_settings.LOGIN_REDIRECT_URL)
    if is_step_up(request, claim):
        if claim.call is not None:
            browsers.forget(request)
        confirming.mark(request, device)
        return HttpResponseRedirect(target)
    browsers.forget(request)
    return remembering.enter(request, claim.user, target=target, device=device)


def is_step_up(request: HttpRequest, claim: Claim) -> bool:
    """Tell whether the person is logged in, and only confirms once more."""
    is_login = bool(browsers.pass_of(request)) or (
        claim.call is not None and claim.call.purpose == Purpose.LOGIN
    )
    return not is_login


# The count of a wrong token must outlive the reply.
@method_decorator(
    [sensitive_post_parameters("token"), csrf_protect, never_cache, transaction.non_atomic_requests],
    name="dispatch",
)
class OtherWaysView(FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """One of the person's other ways, with links to the others."""

    form_class = TokenForm
    template_name = "voice2fa/other_ways.html"
    claim: Claim
    devices: list[Device]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Serve whoever may confirm another way and has one; say to others why it goes no further."""
        try:
            self.claim = claim_of(request)
        except Refusal as refusal:
            return _turn_back(request, refusal)
        self.devices = other_ways.ways_of(self.claim.user)
        if not self.devices:
            return redirect("voice2fa:wait" if self.claim.call else "voice2fa:phones")
        if self.has_arrived():
            return HttpResponseRedirect(browsers.arrival(request))
        return super().dispatch(request, *args, **kwargs)

    def has_arrived(self) -> bool:
        """Tell whether a login has just gone through here, and somebody looks again or goes back to it."""
        is_asked = self.claim.call is not None or browsers.safe_next(self.request)
        if is_asked or not is_step_up(self.request, self.claim) or not browsers.arrival(self.request):
            return False
        return marks.is_fresh(self.request.session, self.claim.user, now=timezone.now())

    @property
    def device(self) -> Device:
        """The device chosen, or the first."""
        wanted = self.request.POST.get("way", self.request.GET.get("way", ""))
        return next((device for device in self.devices if device.persistent_id == wanted), self.devices[0])

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form what it asks for."""
        return super().get_form_kwargs() | {"wording": Way(self.device).wording}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Have a token sent, or judge the one that was typed."""
        if self.device.persistent_id != request.POST.get("way"):
            return HttpResponseRedirect(self.address_of(self.device))  # used up or taken away meanwhile
        if "send" in request.POST:
            return self.send()
        return super().post(request, *args, **kwargs)

    def send(self) -> HttpResponse:
        """Have the device send its token, and say so."""
        device = self.device
        try:
            other_ways.challenge(self.claim, device.persistent_id, now=timezone.now())
        except Refusal as refusal:
            messages.error(self.request, explain_refusal(refusal))
        else:
            messages.success(self.request, _("The code is on its way. Type it here when you have it."))
        return HttpResponseRedirect(self.address_of(device))

    @method_decorator(sensitive_variables("token"))
    def form_valid(self, form: TokenForm) -> HttpResponse:
        """Go on if the token is right, or say why it is not taken."""
        token = form.cleaned_data["token"]
        try:
            device = other_ways.finish(
                self.request, self.claim, self.device.persistent_id, token, now=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("token", explain_refusal(refusal))
            return self.form_invalid(form)
        response = go_on(self.request, self.claim, device)
        if isinstance(device, RecoveryCodes):
            messages.warning(self.request, _tell_left(device.remaining))
        return response

    def address_of(self, device: Device) -> str:
        """Return this page's address with the device chosen."""
        query = {"way": device.persistent_id}
        if next_url := browsers.safe_next(self.request):
            query["next"] = next_url
        return f"{reverse('voice2fa:other_ways')}?{urlencode(query)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way shown, the others with their addresses, and the way back to the call."""
        shown = self.device
        others = [(Way(device), self.address_of(device)) for device in self.devices if device != shown]
        facts: dict[str, Any] = {
            "way": Way(shown),
            "others": others,
            "next": browsers.safe_next(self.request),
            "is_step_up": is_step_up(self.request, self.claim),
            "has_call": self.claim.call is not None,
        }
        if other_ways.is_passkey(shown):
            facts["passkey_configuration"] = _configure_passkey(self.request)
        return super().get_context_data(**kwargs) | facts


def _configure_passkey(request: HttpRequest) -> dict[str, Any]:
    """Return what the script of django-otp-webauthn reads from the page."""
    return {
        "autocompleteLoginFieldSelector": None,
        "nextFieldSelector": "[data-voice2fa-passkey] input[name='next']",
        "csrfToken": get_token(request),
        "beginAuthenticationUrl": reverse("voice2fa:passkey_begin"),
        "completeAuthenticationUrl": reverse("voice2fa:passkey_complete"),
    }


def _tell_left(codes: int) -> str:
    if not codes:
        return gettext("That was your last recovery code. Make new ones now.")
    told = ngettext(
        "That recovery code is used up. You have %(n)d left.",
        "That recovery code is used up. You have %(n)d left.",
        codes,
    )
    return told % {"n": codes}


def _call_of(request: HttpRequest) -> PhoneVerification | None:
    try:
        return browsers.awaited(request)
    except Refusal:
        return None


def _turn_back(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Lead to the call, which says how it ended, or back to the password."""
    if request.method == "POST" and browsers.lost_session(request):
        # Another click was a moment faster: look again, with the session that it has got by now.
        return LookAgain(reverse("voice2fa:other_ways"))
    if refusal.code is Code.START_OVER and not browsers.pass_of(request):
        return redirect("voice2fa:wait")
    browsers.forget(request)
    messages.error(request, explain_refusal(refusal))
    return redirect("voice2fa:login")
