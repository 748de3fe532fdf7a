"""The pages that lead somebody without a phone to their first: after the password, before any session.

Whatever page is asked for out of order leads to the one that comes next (R19).
"""

from typing import Any

from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import FormView

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.proofs import mask_address
from voice2fa.flows import first_phone
from voice2fa.flows.attempts.requests import Started
from voice2fa.mails import address_of
from voice2fa.models import PhoneVerification
from voice2fa.sentences import explain_refusal

from . import browsers, passes, remembering
from .forms import PasswordForm, ProofForm
from .phone_forms import FirstPhoneForm
from .starts import StartView

# Counts must outlive the reply, and the mail is sent once its row can be seen.
_outside_transactions = transaction.non_atomic_requests


def complete(request: HttpRequest, verification: PhoneVerification) -> HttpResponse:
    """Confirm the first phone and open the session; raises ``Refusal``."""
    was_inside = request.user.is_authenticated
    user, phone = first_phone.finish(verification, now=timezone.now())
    passes.drop(request)
    fallback = reverse("voice2fa:phones") if was_inside else resolve_url(django_settings.LOGIN_REDIRECT_URL)
    target = browsers.forget(request) or fallback
    response = remembering.enter(request, user, target=target, device=phone)
    messages.success(
        request, _("%(name)s is confirmed. From now on we ring it when you log in.") % {"name": phone.name}
    )
    return response


class FirstPhoneView(StartView):
    """The number of the first phone, which rings; for a browser that has brought its proof."""

    form_class = FirstPhoneForm
    template_name = "voice2fa/first_phone.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, or lead to the page that comes before it."""
        return self.lead_elsewhere() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the form, or lead to the page that comes before it."""
        return self.lead_elsewhere() or super().post(request, *args, **kwargs)

    def lead_elsewhere(self) -> HttpResponse | None:
        """Return the way to the page that comes before this one, if one does."""
        try:
            user = passes.holder(self.request)
        except Refusal as refusal:
            return _turn_back(self.request, refusal)
        is_proved = first_phone.is_proved(user, passes.proof_of(self.request), now=timezone.now())
        if first_phone.asks_for_proof(user) and not is_proved:
            return redirect("voice2fa:first_phone_proof")
        return None

    def start(self, form: FirstPhoneForm) -> HttpResponse:
        """Ring the number."""
        started = first_phone.begin(
            passes.holder(self.request),
            proof=passes.proof_of(self.request),
            **form.dialled,
            language=form.language_chosen,
            name=_("My phone"),
            client=browsers.client_of(self.request),
            now=timezone.now(),
            consents=form.cleaned_data["consents"],
        )
        return self.wait_for(started)

    def wait_for(self, started: Started) -> HttpResponse:
        """Lead to the waiting page; where the person wants to go was kept when they gave the password."""
        browsers.remember(self.request, started.ticket)
        return redirect("voice2fa:wait")


@method_decorator(
    [sensitive_post_parameters(), csrf_protect, never_cache, _outside_transactions, login_required],
    name="dispatch",
)
class PasswordView(FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """The password again, of somebody who is logged in and has no phone: a session is not enough (R21)."""

    form_class = PasswordForm
    template_name = "voice2fa/first_phone_password.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form to whom it concerns."""
        return _lead_home(request) or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the form from whom it concerns."""
        return _lead_home(request) or super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form who asks, and so whose password to ask for."""
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        """Give the browser a pass."""
        browsers.remember_next(self.request)
        passes.give(self.request, self.request.user)  # type: ignore[arg-type]
        return redirect("voice2fa:first_phone")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@csrf_protect
@never_cache
@_outside_transactions
def proof(request: HttpRequest) -> HttpResponse:
    """Offer to mail a link, and take the code that was mailed or that staff gave."""
    try:
        user = passes.holder(request)
    except Refusal as refusal:
        return _turn_back(request, refusal)
    if not first_phone.asks_for_proof(user):
        return redirect("voice2fa:first_phone")
    form = ProofForm(request.POST or None)
    if form.is_valid():
        try:
            return _prove(request, user, form.cleaned_data["secret"])
        except Refusal as refusal:
            form.add_error("secret", explain_refusal(refusal))
    return render(request, "voice2fa/first_phone_proof.html", {"form": form, **_about_mail(user)})


@require_POST
@csrf_protect
@never_cache
@_outside_transactions
def mail(request: HttpRequest) -> HttpResponse:
    """Have the link mailed."""
    try:
        user = passes.holder(request)
    except Refusal as refusal:
        return _turn_back(request, refusal)
    try:
        first_phone.request_link(user, browsers.client_of(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, explain_refusal(refusal))
    return redirect("voice2fa:first_phone_proof")


@require_safe
@never_cache
@sensitive_variables("secret")
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Move the secret from the address into the session of a browser that holds a pass; use nothing up."""
    if passes.is_held(request):
        passes.keep_secret(request, secret)
    return redirect("voice2fa:first_phone_go_on")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@never_cache
@_outside_transactions
def go_on(request: HttpRequest) -> HttpResponse:
    """Have a person say that they opened the link: programs that look through mails open links too."""
    try:
        user = passes.holder(request)
    except Refusal:
        if request.user.is_authenticated and (home := _lead_home(request)):
            return home  # with a phone by now, so that no link is needed any more
        return render(request, "voice2fa/first_phone_link.html", {"is_held": False})
    if not passes.has_secret(request):
        return redirect("voice2fa:first_phone")
    if request.method != "POST":
        return render(request, "voice2fa/first_phone_link.html", {"is_held": True})
    try:
        return _prove(request, user, passes.take_secret(request))
    except Refusal as refusal:
        messages.error(request, explain_refusal(refusal))
        return redirect("voice2fa:first_phone_proof")


@sensitive_variables()
def _prove(request: HttpRequest, user: AbstractBaseUser, secret: str) -> HttpResponse:
    # With a new pass, so that there is time to name the phone.
    passes.give(request, user, proof=first_phone.prove(user, secret, now=timezone.now()))
    return redirect("voice2fa:first_phone")


def _about_mail(user: AbstractBaseUser) -> dict[str, Any]:
    address = address_of(user)
    return {
        "is_mailed": first_phone.mails_proofs(user),
        "address": mask_address(address) if address else "",
        "mailed_until": first_phone.mailed_until(user, now=timezone.now()),
        "no_address": explain_refusal(Refusal(Code.NO_EMAIL)),
    }


def _lead_home(request: HttpRequest) -> HttpResponse | None:
    is_due = first_phone.is_due(request.user)  # type: ignore[arg-type]
    return None if is_due else redirect("voice2fa:phones")


def _turn_back(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Lead to where a pass is to be had, or to where somebody with a phone belongs."""
    if not request.user.is_authenticated:
        messages.error(request, explain_refusal(refusal))
        return redirect("voice2fa:login")
    return _lead_home(request) or redirect("voice2fa:first_phone_password")
