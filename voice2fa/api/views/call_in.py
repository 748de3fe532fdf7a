"""The person calls us in place of being called."""

from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import CALL_REFUSALS, Doc
from voice2fa.api.examples import CALL_IN
from voice2fa.api.serializers import StartedSerializer
from voice2fa.core.errors import Code
from voice2fa.flows.call_in import begin

from .base import TICKET_HEADER, VoiceView
from .bodies import reply_started


class CallInView(VoiceView):
    """A number to call and a code to key in, with a new ticket."""

    throttle_scope = "voice2fa_start"
    docs = {
        "post": Doc(
            summary="Have the person call us in place of being called",
            detail="Where `may_call_in` says so: show `caller`, which is the number to call, `code`, and "
            "`number`, from which the call must come. Gives a new ticket; the old one and its call are dead.",
            gives={201: StartedSerializer},
            headers=(TICKET_HEADER,),
            refuses=(
                *CALL_REFUSALS,
                Code.ACCOUNT_CHANGED,
                Code.CALL_IN_OFF,
                Code.NOT_WAITING,
                Code.START_OVER,
            ),
            says={201: CALL_IN},
        )
    }

    @sensitive_variables("started")
    def post(self, request: Request) -> Response:
        """Wait for the person's call."""
        return reply_started(begin(self.awaited(), self.client, now=self.now), now=self.now)
