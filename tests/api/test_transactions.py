"""A site's own API views: one act approved by phone, and views that ask for a fresh confirmation."""

from decimal import Decimal

import pytest
from django.urls import include, path, reverse
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from tests import stage
from tests.urls import urlpatterns as pages
from voice2fa.api import transactions
from voice2fa.api.permissions import VoiceConfirmed
from voice2fa.api.transactions import Money

from .conftest import error_of, newest
from .test_accounts import make_stale

SENT = []


class TransferSerializer(serializers.Serializer):
    payee = serializers.CharField(max_length=60)
    amount = serializers.DecimalField(max_digits=10, decimal_places=2)

    @property
    def payload(self):
        values = self.validated_data
        return {"payee": values["payee"], "amount": Money(values["amount"], "USD")}


class TransferView(transactions.RefusalsMixin, APIView):
    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]

    def read(self, request):
        transfer = TransferSerializer(data=request.data)
        transfer.is_valid(raise_exception=True)
        return transfer.payload


class AskView(TransferView):
    def post(self, request):
        return transactions.ask(request, message="Send {amount} to {payee}.", payload=self.read(request))


class SendView(TransferView):
    def post(self, request):
        payload = self.read(request)
        transactions.settle(request, payload=payload)
        SENT.append(payload)
        return Response({"sent": True})


class SafeView(APIView):
    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated, VoiceConfirmed]

    def get(self, request):
        return Response({"is_open": True})


urlpatterns = [
    *pages,
    path(
        "bank/",
        include(
            (
                [
                    path("ask/", AskView.as_view(), name="ask"),
                    path("send/", SendView.as_view(), name="send"),
                    path("safe/", SafeView.as_view(), name="safe"),
                ],
                "bank",
            )
        ),
    ),
]
pytestmark = pytest.mark.urls("tests.api.test_transactions")
TRANSFER = {"payee": "Otto", "amount": "250.00"}


@pytest.fixture(autouse=True)
def _nothing_sent():
    SENT.clear()


@pytest.fixture
def bank(inside):
    """A client of the bank that can post to its views with the ticket at hand."""

    def send(name, body=TRANSFER):
        headers = {"Voice-Auth-Ticket": inside.ticket}
        response = inside.post(
            reverse(f"bank:{name}"), body, content_type="application/json", headers=headers
        )
        if response.status_code == 201:
            inside.ticket = response.json()["ticket"]
        return response

    return send


def test_the_call_says_what_is_approved_and_the_site_does_it(phone, inside, bank, approve, carrier):
    assert bank("ask").json()["verification"]["purpose"] == "confirm"
    carrier.calls[-1].answer()
    assert "Otto" in carrier.calls[-1].said[0]
    carrier.calls[-1].press(newest().approve_key)
    assert inside.ask("status").json()["is_approved"]
    assert bank("send").json() == {"sent": True}
    assert [{"payee": "Otto", "amount": Money(Decimal("250.00"), "USD")}] == SENT
    assert error_of(bank("send")) == (409, "already_used")
    assert len(SENT) == 1


@pytest.mark.parametrize("change", [{"payee": "Mallory"}, {"amount": "2500.00"}])
def test_another_act_is_not_done_on_this_approval(inside, bank, approve, change):  # R40
    bank("ask")
    approve(inside)
    assert error_of(bank("send", TRANSFER | change)) == (409, "payload_changed")
    assert SENT == []
    assert bank("send").status_code == 200


def test_the_api_itself_cannot_use_up_the_approval_of_an_act(inside, bank, approve):
    bank("ask")
    approve(inside)
    make_stale(inside)
    assert error_of(inside.send("complete")) == (409, "payload_changed")
    assert error_of(inside.send("recovery_codes")) == (403, "confirmation_required")
    assert bank("send").status_code == 200


def test_an_approval_in_general_does_no_act(inside, bank, approve):
    inside.send("confirmations")
    approve(inside)
    assert error_of(bank("send")) == (409, "payload_changed")
    assert SENT == []


def test_the_call_of_an_act_can_be_cancelled(inside, bank):
    bank("ask")
    assert inside.send("cancel").json()["state"] == "cancelled"
    assert error_of(bank("send")) == (409, "not_approved")


def test_no_other_way_stands_in_for_the_call_of_an_act(inside, bank):  # R40
    inside.send("recovery_codes")
    bank("ask")
    assert error_of(inside.ask("other_ways")) == (404, "not_waiting")


def test_the_sites_own_errors_stay_the_sites(inside, bank):
    response = bank("ask", {"payee": "Otto"})
    assert response.status_code == 400
    assert response.json() == {"amount": ["This field is required."]}


def test_a_view_may_ask_for_a_fresh_confirmation(phone, inside, approve):
    url = reverse("bank:safe")
    assert inside.get(url).status_code == 200
    make_stale(inside)
    assert error_of(inside.get(url)) == (403, "confirmation_required")
    inside.send("confirmations")
    approve(inside)
    inside.send("complete")
    assert inside.get(url).status_code == 200


def test_strangers_reach_none_of_it(phone, api):
    for name in ("ask", "send"):
        assert api.post(reverse(f"bank:{name}"), TRANSFER, content_type="application/json").status_code == 403
    assert stage.PhoneVerification.objects.count() == 0
