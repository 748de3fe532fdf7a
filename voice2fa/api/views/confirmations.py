"""Ask for the phone again, before a sensitive act."""

from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import CALL_REFUSALS, Doc
from voice2fa.api.examples import STARTED, VERIFICATION
from voice2fa.api.serializers import ConfirmSerializer, StartedSerializer
from voice2fa.core.errors import Code
from voice2fa.flows import confirmation, enrolment

from .base import AccountView
from .bodies import reply_started


class ConfirmationsView(AccountView):
    """A confirmation that it is really them.

    What a call is to say, and what exactly it approves, is for the site's own code: ``api.transactions``.
    """

    throttle_scope = "voice2fa_start"
    docs = {
        "post": Doc(
            summary="Begin a confirmation: a phone of the account rings",
            detail="Once approved, `complete` makes the session fresh, or gives a receipt beside a token.",
            takes=ConfirmSerializer,
            gives={201: StartedSerializer},
            refuses=(*CALL_REFUSALS, Code.NO_PHONE),
            sends={"phone": 17},
            says={201: STARTED | {"verification": VERIFICATION | {"purpose": "confirm"}}},
        )
    }

    @sensitive_variables("started")
    def post(self, request: Request) -> Response:
        """Ring the phone that was chosen among the person's own, or the preferred one."""
        wanted = self.read(ConfirmSerializer).get("phone")
        phones = {phone.pk: phone for phone in enrolment.phones_of(self.user)} if wanted else {}
        started = confirmation.begin(self.user, client=self.client, now=self.now, phone=phones.get(wanted))
        return reply_started(started, now=self.now)
