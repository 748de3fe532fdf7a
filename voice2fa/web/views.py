"""The pages of a call: wait, type the code, cancel, call again, go on, done."""

from collections.abc import Callable

from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.flows import enrolment, login
from voice2fa.flows import first_phone as first_phones
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts.requests import Started
from voice2fa.flows.presence.elsewhere import end_sessions
from voice2fa.flows.telephony.machines import is_void
from voice2fa.models import PhoneVerification
from voice2fa.sentences import explain_refusal

from . import browsers, confirming, first_phone, passes, remembering
from .forms import CodeForm
from .replies import LookAgain, News
from .waiting import WaitingPage

# A refusal's counters must outlive the reply, and calls beside this one must see the row that we write.
_outside_transactions = transaction.non_atomic_requests


@require_GET
@never_cache
@_outside_transactions
def wait(request: HttpRequest) -> HttpResponse:
    """Show how far the call has come, what to do on the phone, and how it ended."""
    try:
        verification = browsers.awaited(request)
    except Refusal as refusal:
        return _turn_back(request, refusal)
    verifications.refresh(verification, now=timezone.now())
    if verification.consumed_at is not None:
        # Another tab is completing it: this one leaves the session alone, and follows.
        return _go_to(browsers.next_of(request) or resolve_url(django_settings.LOGIN_REDIRECT_URL))
    return _show_waiting(request, verification)


@require_GET
@_outside_transactions
def status(request: HttpRequest) -> HttpResponseBase:
    """Tell a script how far the call has come; 304 while nothing has changed, 404 when there is no call."""
    try:
        verification = browsers.awaited(request)
    except Refusal as refusal:
        return News({"code": refusal.code, "detail": explain_refusal(refusal)}, status=404)
    now = timezone.now()
    verifications.refresh(verification, now=now)
    page = WaitingPage(verification, now=now)
    response = News(page.as_json(), headers={"ETag": page.etag})
    patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, etag=page.etag, response=response) or response


@require_POST
@csrf_protect
@never_cache
@_outside_transactions
def complete(request: HttpRequest) -> HttpResponse:
    """Use up the approved verification: open the session, or confirm the phone."""
    try:
        return _complete(request, browsers.awaited(request))
    except Refusal as refusal:
        return _turn_back(request, refusal)


@sensitive_post_parameters("code")
@require_POST
@csrf_protect
@never_cache
@_outside_transactions
def code(request: HttpRequest) -> HttpResponse:
    """Judge the code typed on the page; the right one completes at once."""
    form = CodeForm(request.POST)
    try:
        verification = browsers.awaited(request)
    except Refusal as refusal:
        return _turn_back(request, refusal)
    if not form.is_valid():
        return _show_waiting(request, verification, form)
    try:
        verifications.submit_code(verification, form.cleaned_data["code"], now=timezone.now())
        return _complete(request, verification)
    except Refusal as refusal:
        if not verification.is_live:
            return redirect("voice2fa:wait")
        form.add_error("code", explain_refusal(refusal))
        return _show_waiting(request, verification, form)


@require_POST
@csrf_protect
@never_cache
@_outside_transactions
def cancel(request: HttpRequest) -> HttpResponse:
    """Cancel the call; the phone stops ringing, or the call is hung up."""
    try:
        verifications.cancel(browsers.awaited(request), now=timezone.now())
    except Refusal as refusal:
        return _turn_back(request, refusal)
    return redirect("voice2fa:wait")


@require_POST
@csrf_protect
@never_cache
@_outside_transactions
def resend(request: HttpRequest) -> HttpResponse:
    """Call again, or another of the person's phones, with a new code; the old one is dead."""

    def call(verification: PhoneVerification) -> Started:
        # Only the person's own phones are on offer; anything else in the form means the same phone again.
        phones = {str(phone.pk): phone for phone in login.other_phones(verification)}
        return verifications.resend(
            verification,
            browsers.client_of(request),
            now=timezone.now(),
            phone=phones.get(request.POST.get("phone", "")),
        )

    return begin_again(request, call)


def begin_again(request: HttpRequest, begin: Callable[[PhoneVerification], Started]) -> HttpResponse:
    """Have something begin in place of what the browser waits for, and lead back to the waiting page."""
    try:
        started = begin(browsers.awaited(request))
    except Refusal as refusal:
        if refusal.code in {Code.NOT_WAITING, Code.START_OVER, Code.ACCOUNT_CHANGED}:
            return _turn_back(request, refusal)
        messages.error(request, explain_refusal(refusal))
    else:
        browsers.remember(request, started.ticket)
    return redirect("voice2fa:wait")


@require_GET
@never_cache
def done(request: HttpRequest) -> HttpResponse:
    """Tell the person that all is well, and where to go on."""
    context = {
        "heading": _("Your phone is confirmed"),
        "sentence": _("From now on we ring it whenever you log in."),
        "next_url": browsers.safe_next(request) or resolve_url(django_settings.LOGIN_REDIRECT_URL),
    }
    return render(request, "voice2fa/done.html", context)


def _complete(request: HttpRequest, verification: PhoneVerification) -> HttpResponse:
    if is_void(verification):
        return redirect("voice2fa:wait")  # which says who approved it, and leads on
    if verification.purpose == Purpose.ENROL:
        is_own = not request.user.is_authenticated or request.user.pk == verification.user_id
        if is_own and first_phones.is_first(verification, now=timezone.now()):
            return first_phone.complete(request, verification)
        if not request.user.is_authenticated or request.user.pk != verification.user_id:
            raise Refusal(Code.NOT_WAITING)
        phone = enrolment.finish(verification, now=timezone.now())
        if browsers.take_end_of_others(request):
            end_sessions(phone.user, spared_key=request.session.session_key)
        messages.success(
            request, _("%(name)s is confirmed. We can ring it from now on.") % {"name": phone.name}
        )
        return _arrive(request, browsers.forget(request) or reverse("voice2fa:phones"))
    if verification.payload_digest:
        return redirect("voice2fa:wait")  # for the site to finish, which knows what was approved
    if verification.purpose == Purpose.CONFIRM:
        return _arrive(request, confirming.complete(request, verification))
    # Django tells every listener what a failed login came with: a ticket that may yet be good stays here.
    verifications.check_usable(verification, now=timezone.now())
    user = authenticate(request, ticket=browsers.ticket_of(request))
    if user is None:
        # Django hides why a backend declines; ours leaves the reason on the request.
        raise getattr(request, "voice2fa_refusal", Refusal(Code.NOT_APPROVED))
    next_url = browsers.forget(request)
    if verification.purpose == Purpose.REGISTER and not next_url:
        return remembering.enter(request, user, target=reverse("voice2fa:done"))
    target = next_url or resolve_url(django_settings.LOGIN_REDIRECT_URL)
    return remembering.enter(request, user, target=target)


def _arrive(request: HttpRequest, target: str) -> HttpResponse:
    browsers.note_arrival(request, target)
    return _go_to(target)


def _go_to(url: str) -> HttpResponse:
    # Not redirect(): it takes a word without slash or dot for the name of a view, and fails.
    return HttpResponseRedirect(url)


def _show_waiting(
    request: HttpRequest, verification: PhoneVerification, code_form: CodeForm | None = None
) -> HttpResponse:
    page = WaitingPage(
        verification,
        now=timezone.now(),
        code_form=code_form,
        next_url=browsers.next_of(request),
        finish_url=browsers.finish_url_of(request),
    )
    return render(request, "voice2fa/wait.html", {"page": page})


def _turn_back(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say why it cannot go on from here, and lead to where it can."""
    if refusal.code is Code.ALREADY_USED or (request.method == "POST" and browsers.lost_session(request)):
        # Another tab was a moment faster: look again, with the session that it has got by now.
        return LookAgain(reverse("voice2fa:wait"))
    if refusal.code is Code.NOT_WAITING and browsers.arrival(request):
        # The call was approved, and another tab went on from it; or somebody goes back in the history.
        return _go_to(browsers.arrival(request))
    messages.error(request, explain_refusal(refusal))
    if refusal.code is Code.USERNAME_TAKEN:
        return redirect("voice2fa:register")
    if passes.is_held(request):
        return LookAgain(reverse("voice2fa:first_phone"))
    if not request.user.is_authenticated:
        return LookAgain(reverse("voice2fa:login"))
    return LookAgain(confirming.way_back(request) or reverse("voice2fa:phones"))
