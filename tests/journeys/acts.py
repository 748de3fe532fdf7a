"""An act that a call approves: five dollars to Bob."""

from decimal import Decimal

from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from voice2fa.web import transactions
from voice2fa.web.transactions import Money

MESSAGE = "Send {amount} to {payee}."
PAYLOAD = {"amount": Money(Decimal(5), "USD"), "payee": "Bob"}


@require_POST
@transaction.non_atomic_requests
def pay(request):
    return transactions.ask(
        request, message=MESSAGE, payload=PAYLOAD, finish_url="/paid/", back_url="/members/"
    )


@require_POST
def paid(request):
    transactions.settle(request, payload=PAYLOAD)
    return HttpResponse("<h1>Paid</h1>")
