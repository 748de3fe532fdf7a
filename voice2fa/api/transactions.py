"""Have one act approved by phone, in the API views of a site's own: payments above all (R40).

What the call says, and what exactly is approved, comes from the site's code and never from the client. That
shows the call, asks ``status`` how far it has come, and sends the ticket to the view that does the act.
"""

from django.utils import timezone
from django.utils.functional import Promise
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from voice2fa.core.errors import Code, Refusal
from voice2fa.core.payloads import Money as Money
from voice2fa.core.payloads import Payload
from voice2fa.flows import confirmation
from voice2fa.flows.attempts.clients import client_of
from voice2fa.flows.attempts.tickets import find
from voice2fa.models import VoiceDevice

from .errors import reply_to
from .views.base import TICKET_HEADER
from .views.bodies import reply_started


def ask(request: Request, *, message: str | Promise, payload: Payload) -> Response:
    """Ring the person's phone, say the message, and return the reply that tells their client of the call.

    ``message`` is a template whose names come from the payload. Raises ``Refusal``.
    """
    if not request.user.is_authenticated:
        raise Refusal(Code.CONFIRMATION_REQUIRED)
    now = timezone.now()
    started = confirmation.begin(
        request.user, client=client_of(request._request), now=now, message=message, payload=payload
    )
    return reply_started(started, now=now)


def settle(request: Request, *, payload: Payload) -> VoiceDevice:
    """Use up the approval of exactly this payload, and return the phone that gave it; raises ``Refusal``.

    The request brings its ticket in the ``Voice-Auth-Ticket`` header. Call it where the act is done, in the
    same transaction: if that fails, the approval is still good.
    """
    if not request.user.is_authenticated:
        raise Refusal(Code.NOT_WAITING)
    verification = find(request.headers.get(TICKET_HEADER, ""))
    return confirmation.finish(verification, request.user, now=timezone.now(), payload=payload)


class RefusalsMixin:
    """Have a view of the site's own answer refusals as our endpoints do; name it first among the bases."""

    def handle_exception(self, exc: Exception) -> Response:
        """Reply with code and sentence to a refusal, and as the site does to everything else."""
        reply = reply_to(exc) if isinstance(exc, Refusal) else None
        if reply is None:
            response: Response = super().handle_exception(exc)  # type: ignore[misc]  # the view's
            return response
        set_rollback()
        return reply
