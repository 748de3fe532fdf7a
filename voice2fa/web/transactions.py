"""Have one act approved by phone, and nothing else by that approval: payments above all (R40)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.payloads import Money as Money
from voice2fa.core.payloads import Payload
from voice2fa.flows import confirmation
from voice2fa.models import VoiceDevice

from . import browsers


def ask(
    request: HttpRequest, *, message: str | Promise, payload: Payload, finish_url: str, back_url: str
) -> HttpResponse:
    """Ring the person's phone, say the message, and lead to the waiting page; raises ``Refusal``.

    Once the call is approved the waiting page posts to ``finish_url``, where the site calls ``settle``.
    ``back_url`` is where people go who do not approve. Both are paths on this site. With ATOMIC_REQUESTS the
    view that calls this wants ``transaction.non_atomic_requests``: limits count what others have committed.
    """
    for url in (finish_url, back_url):
        if not url.startswith("/") or not url_has_allowed_host_and_scheme(url, allowed_hosts=None):
            raise ValueError(f"{url!r} is not a path on this site.")
    if not request.user.is_authenticated:
        raise Refusal(Code.CONFIRMATION_REQUIRED)
    started = confirmation.begin(
        request.user,
        client=browsers.client_of(request),
        now=timezone.now(),
        message=message,
        payload=payload,
    )
    browsers.remember(request, started.ticket)
    browsers.remember_act(request, finish_url=finish_url, back_url=back_url)
    return redirect("voice2fa:wait")


def settle(request: HttpRequest, *, payload: Payload) -> VoiceDevice:
    """Use up the approval of exactly this payload, and return the phone that gave it; raises ``Refusal``.

    Call it where the act is done, in the same transaction: if that fails, the approval is still good.
    """
    if not request.user.is_authenticated:
        raise Refusal(Code.NOT_WAITING)
    verification = browsers.awaited(request)
    phone = confirmation.finish(verification, request.user, now=timezone.now(), payload=payload)
    browsers.note_arrival(request, browsers.forget(request))
    return phone
