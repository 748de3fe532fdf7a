"""The doors at which the carrier reports: one view for each kind of event."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, NotFound, ParseError, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from voice2fa.carrier import get_provider
from voice2fa.core.events import CallEvent, Kind
from voice2fa.core.script import HANG_UP, CallScript
from voice2fa.exceptions import RejectedCallback, UnknownCall
from voice2fa.flows.calls import receive
from voice2fa.flows.steering import reply_to
from voice2fa.flows.telephony.lines import open_line
from voice2fa.providers.base import BadEvent, Line, ScriptRefused

from .authentication import CallbackAuthentication
from .parsers import EventParser
from .renderers import ScriptRenderer

logger = logging.getLogger("voice2fa.callbacks")


class _SendScripts(BaseContentNegotiation):
    """Send what we have: a carrier does not negotiate."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


# Exempt from ATOMIC_REQUESTS: each step is a guarded update of its own, and a refusal's counters must be kept
# although the reply is an error. Exempt from CSRF checks: the carrier has credentials, not cookies.
@method_decorator([csrf_exempt, transaction.non_atomic_requests], name="dispatch")
class CallbackView(APIView):
    """Receive one event of a call; answer with a script, or with 204 where the carrier ignores the reply."""

    authentication_classes = [CallbackAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [EventParser]
    renderer_classes = [ScriptRenderer]
    throttle_classes = []
    content_negotiation_class = _SendScripts
    # What the site has chosen for its own API is not for the carrier.
    versioning_class = None
    schema = None
    http_method_names = ["post"]
    kind: Kind = Kind.UNKNOWN
    #: What the carrier calls it, where two of our doors take the same kind of event.
    reported_as: Kind | None = None

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hand the event to the flow; raises DRF's exceptions, each with a sentence."""
        event = self._read_event(cast(bytes, request.data))
        try:
            script = self.act_on(event, now=timezone.now())
        except UnknownCall as unknown:
            raise NotFound(str(unknown)) from unknown
        except RejectedCallback as rejected:
            raise ParseError(str(rejected)) from rejected
        return self._reply(script)

    @property
    def step(self) -> int:
        """The number in the address, 0 where it has none."""
        return int(self.kwargs.get("step", 0))

    @property
    def line(self) -> Line:
        """How the carrier reaches us about the call."""
        return open_line(self.kwargs["verification_id"])

    def act_on(self, event: CallEvent, *, now: datetime) -> CallScript:
        """Return what the call does next; raises ``RejectedCallback``."""
        return reply_to(receive(self.kwargs["verification_id"], event, step=self.step, now=now))

    def get_exception_handler(self) -> Any:
        """Return the framework's own: one that drops ``WWW-Authenticate`` would silence the carrier."""
        return exception_handler

    def handle_exception(self, exc: Exception) -> Response:
        """Log what was turned away: a wrong id, a replay and a forgery all look alike from inside."""
        response = super().handle_exception(exc)
        if isinstance(exc, APIException) and (
            self.request.headers.get("Authorization") or exc.status_code != 401
        ):
            logger.warning(
                "Callback %s of %s refused: %s",
                self.kind,
                self.kwargs.get("verification_id"),
                exc.get_codes(),
            )
        return response

    def _read_event(self, body: object) -> CallEvent:
        try:
            # Where there is no body REST framework does not ask the parser, and hands on an empty dict.
            event = get_provider().parse_event(body if isinstance(body, bytes) else b"")
        except BadEvent as bad:
            raise ParseError(str(bad)) from bad
        expected = self.reported_as or self.kind
        if event.kind not in {expected, Kind.UNKNOWN}:
            raise ValidationError({"detail": f"This address takes {expected} events."})
        return replace(event, kind=self.kind) if event.kind is expected else event

    def _reply(self, script: CallScript) -> Response:
        provider, line = get_provider(), self.line
        try:
            body = provider.render(script, line=line)
        except ScriptRefused as refused:
            # A template of the site's can outgrow the carrier's limits: better no call than a broken one.
            logger.error("The script for %s cannot be sent: %s", line.credentials.username, refused)
            body = provider.render(HANG_UP, line=line)
        return Response(body, content_type=provider.script_content_type)


class AnswerView(CallbackView):
    """The callee, or a machine, has picked up."""

    kind = Kind.ANSWER


class GatherView(CallbackView):
    """Keys were pressed, or none in time."""

    kind = Kind.GATHER


class RedirectView(CallbackView):
    """The call asks what comes next."""

    kind = Kind.REDIRECT


class ParkedView(CallbackView):
    """The call has waited for a script that nobody pushed."""

    kind = Kind.PARKED
    reported_as = Kind.REDIRECT

    def act_on(self, event: CallEvent, *, now: datetime) -> CallScript:
        """Return what the call should have been told; staff learn that nobody told it."""
        script = super().act_on(event, now=now)
        logger.warning(
            "No worker steered the call of %s in time; the reply to its callback does. Do workers run?",
            self.kwargs["verification_id"],
        )
        return script


class OverView(CallbackView):
    """The call has come to the end of the script that was pushed onto it."""

    kind = Kind.OVER
    reported_as = Kind.REDIRECT


class NoticeView(CallbackView):
    """A report whose reply the carrier ignores."""

    def _reply(self, script: CallScript) -> Response:
        return Response(status=204)


class DisconnectView(NoticeView):
    """The call is over, whatever the reason."""

    kind = Kind.DISCONNECT


class MachineView(NoticeView):
    """Machine detection has come to a result beside the call."""

    kind = Kind.MACHINE
