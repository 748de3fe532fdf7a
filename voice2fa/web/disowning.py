"""The pages behind the link of an e-mail about a change: that was not me."""

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from voice2fa.core.errors import Refusal
from voice2fa.flows import disowning
from voice2fa.flows.account import notices
from voice2fa.flows.attempts.clients import client_of
from voice2fa.flows.presence.elsewhere import may_end_sessions

_GONE = 410


@require_http_methods(["GET", "POST"])
@csrf_protect
@never_cache
@transaction.non_atomic_requests
@sensitive_variables("token")
def disown(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is about; do it when it is sent. It works in any browser, logged in or not."""
    now = timezone.now()
    try:
        record = notices.record_of(token, now=now)
        if request.method == "POST":
            disowning.disown(record, client=client_of(request), now=now)
            if request.user.pk == record.user_id:
                logout(request)  # now, and whatever keeps the sessions
            return redirect("voice2fa:disowned")
    except Refusal:
        context = {"is_void": True, "reset_url": _reset_url()}
        return render(request, "voice2fa/disown.html", context, status=_GONE)
    context = {
        "record": record,
        "headline": notices.headline(record),
        "removes_phone": disowning.removes_phone(record),
        "ends_sessions": may_end_sessions(),
    }
    return render(request, "voice2fa/disown.html", context)


@require_GET
@never_cache
def disowned(request: HttpRequest) -> HttpResponse:
    """Tell the person what was done, and what is left for them to do."""
    context = {"reset_url": _reset_url(), "ends_sessions": may_end_sessions()}
    return render(request, "voice2fa/disowned.html", context)


def _reset_url() -> str:
    """Return where a site that has Django's pages for it lets people choose a new password."""
    try:
        return reverse("password_reset")
    except NoReverseMatch:
        return ""
