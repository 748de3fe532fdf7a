"""The pages that make a phone ring: log in, and register."""

from typing import Any

from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth import login as start_session
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import first_phone, login, other_ways, registration
from voice2fa.flows.attempts.requests import Started
from voice2fa.flows.presence.passes import issue_pass
from voice2fa.flows.requirement import is_required, may_wait
from voice2fa.sentences import explain_refusal

from . import browsers, grace, passes, remembering
from .forms import LoginForm
from .phone_forms import RegistrationForm

_ABOUT = {
    **dict.fromkeys([Code.NUMBER_INVALID, Code.NUMBER_KIND, Code.NUMBER_REGION], "number"),
    **dict.fromkeys([Code.NUMBER_SHARED, Code.NUMBER_STOPPED, Code.PHONE_EXISTS], "number"),
    **dict.fromkeys([Code.EXTENSION_INVALID, Code.EXTENSION_TOO_LONG, Code.EXTENSION_TWICE], "extension"),
    Code.LANGUAGE_UNSPOKEN: "language",
}


# A refusal's counters must outlive the reply, and calls beside this one must see the row that we write.
@method_decorator(
    [sensitive_post_parameters(), csrf_protect, never_cache, transaction.non_atomic_requests], name="dispatch"
)
class StartView(FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """A form whose success has a phone ring, and leads to the waiting page."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Start the verification, or show the form again with the sentence of the refusal."""
        try:
            return self.start(form)
        except Refusal as refusal:
            form.add_error(self.field_to_blame(refusal, form), explain_refusal(refusal))
            return self.form_invalid(form)

    def start(self, form: Any) -> HttpResponse:
        """Begin what the form asks for; raises ``Refusal``."""
        raise NotImplementedError

    def field_to_blame(self, refusal: Refusal, form: Form) -> str | None:
        """Return the field that the refusal is about, if the form has it."""
        field = _ABOUT.get(refusal.code)
        return field if field in form.fields else None

    def wait_for(self, started: Started) -> HttpResponse:
        """Lead the browser to the waiting page, with the ticket in its session."""
        browsers.remember(self.request, started.ticket)
        browsers.remember_next(self.request)
        return redirect("voice2fa:wait")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where the person wants to go."""
        return super().get_context_data(next=browsers.safe_next(self.request), **kwargs)


class LoginView(StartView):
    """The right password, then the saved phone rings."""

    form_class = LoginForm
    template_name = "voice2fa/login.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form; or lead on, without a second password, whom a page sends back to confirm."""
        return remembering.lead_to_confirmation(request) or super().get(request, *args, **kwargs)

    def start(self, form: LoginForm) -> HttpResponse:
        """Ring the phone; or open the session at once for a user from whom no call is required."""
        now = timezone.now()
        user = login.identify(self.request, form.credentials)
        passes.drop(self.request)  # somebody else's, perhaps
        browsers.drop_pass(self.request)
        if not is_required(user):
            return self.let_in(form)
        remembered = remembering.enter_remembered(self.request, user, target=self.target)
        if remembered is not None:
            return remembered
        remembering.note_wish(self.request, user, is_wished=form.is_to_be_remembered)
        if self.waits_already(user):
            return redirect("voice2fa:wait")
        if first_phone.is_due(user):
            return self.let_in_for_now(form) if may_wait(user, now=now) else self.lead_to_first_phone(user)
        return self.ring(user)

    def ring(self, user: AbstractBaseUser) -> HttpResponse:
        """Ring the phone; where that cannot be, lead to the other ways of a user who has any (R17)."""
        try:
            return self.wait_for(login.begin(user, browsers.client_of(self.request), now=timezone.now()))
        except Refusal as refusal:
            if not other_ways.ways_of(user):
                raise
            if refusal.code is not Code.NO_PHONE:
                messages.warning(self.request, explain_refusal(refusal))
        browsers.remember_pass(self.request, issue_pass(user))
        browsers.remember_next(self.request)
        return redirect("voice2fa:other_ways")

    def waits_already(self, user: Any) -> bool:
        """Tell whether this browser has a live call for this login: a second click rings no second time."""
        try:
            verification = browsers.awaited(self.request)
        except Refusal:
            return False
        is_this_login = verification.purpose == Purpose.LOGIN and verification.user_id == user.pk
        return is_this_login and verification.is_live and verification.deadline > timezone.now()

    def let_in(self, form: LoginForm) -> HttpResponse:
        """Open the session by the front door: Django notes which backend let the user in."""
        user = authenticate(self.request, **form.credentials)
        if user is None:
            raise Refusal(Code.BAD_CREDENTIALS)
        start_session(self.request, user)
        # Not redirect(): it takes a word without slash or dot for the name of a view, and fails.
        return HttpResponseRedirect(self.target)

    def let_in_for_now(self, form: LoginForm) -> HttpResponse:
        """Open the session at once, and say from which day on that will not do."""
        response = self.let_in(form)
        grace.remind(self.request)
        return response

    def lead_to_first_phone(self, user: AbstractBaseUser) -> HttpResponse:
        """Have a user without a phone prove one, before any session (R21)."""
        passes.give(self.request, user)
        browsers.remember_next(self.request)
        return redirect("voice2fa:first_phone")

    @property
    def target(self) -> str:
        """Where the person wants to go."""
        return browsers.safe_next(self.request) or resolve_url(django_settings.LOGIN_REDIRECT_URL)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way to registration, and the day from which on a phone is needed."""
        added = {"register_url": reverse("voice2fa:register"), "phone_day": grace.phone_day_of_all()}
        return super().get_context_data(**kwargs) | added


class RegisterView(StartView):
    """A new account, which comes into being when the call has proved its phone."""

    form_class = RegistrationForm
    template_name = "voice2fa/register.html"

    def start(self, form: RegistrationForm) -> HttpResponse:
        """Ring the number of the applicant."""
        started = registration.begin(
            form.applicant(),
            **form.dialled,
            client=browsers.client_of(self.request),
            now=timezone.now(),
            consents=form.cleaned_data["consents"],
        )
        return self.wait_for(started)
