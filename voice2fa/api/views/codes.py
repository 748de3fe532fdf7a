"""Recovery codes: how many are left, and new ones."""

from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from voice2fa.api.describing import Doc
from voice2fa.api.examples import CODES, NEW_CODES
from voice2fa.api.serializers import CodesSerializer, NewCodesSerializer
from voice2fa.core.errors import Code, Refusal
from voice2fa.flows import recovery
from voice2fa.flows.presence.marks import is_recent

from .base import RECEIPT, AccountView


class RecoveryCodesView(AccountView):
    """The recovery codes of the account."""

    docs = {
        "get": Doc(summary="How many are left", gives={200: CodesSerializer}, says={200: CODES}),
        "post": Doc(
            summary="Make ten new ones, told this once",
            detail="Those of before are void. Asks for a confirmation no older than five minutes.",
            gives={201: NewCodesSerializer},
            headers=RECEIPT,
            refuses=(Code.CONFIRMATION_REQUIRED,),
            says={201: NEW_CODES},
        ),
    }

    def get(self, request: Request) -> Response:
        """Count them; nobody can show them again."""
        codes = recovery.codes_of(self.user)
        told = {"remaining": codes.remaining, "created_at": codes.created_at} if codes else _NONE
        return Response(dict(CodesSerializer(told).data))

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Make new ones."""
        if not is_recent(self.confirmed_at, now=self.now):
            raise Refusal(Code.CONFIRMATION_REQUIRED)
        return Response(
            dict(NewCodesSerializer({"codes": recovery.make(self.user, self.now, client=self.client)}).data),
            status=201,
        )


_NONE = {"remaining": 0, "created_at": None}
