"""The few pages that the bank has of its own."""

from decimal import Decimal

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from .money import balance_of, sent_by

MOVEMENTS = [
    ("Ferry pass, November", "-64.00"),
    ("Salary, Lighthouse Trust", "2,480.00"),
    ("Chandlery on Pier 4", "-118.35"),
    ("Harbour Café", "-9.20"),
]


def demonstration(request):
    """Tell every template whether this is the demonstration, and where the handset is."""
    return {"is_demo": settings.DEMO, "handset_url": f"{settings.EMULATOR_URL}/"}


def home(request):
    """Show the front page."""
    return render(request, "home.html")


@never_cache
@login_required
def account(request):
    """Show what members may see, a remembered browser's too; to send money takes more than that."""
    sent = [(transfer["payee"], f"-{Decimal(transfer['amount']):,.2f}") for transfer in sent_by(request)]
    context = {"movements": [*sent, *MOVEMENTS], "balance": f"{balance_of(request):,.2f}"}
    return render(request, "account.html", context)


def demo(request):
    """Show the site and the handset side by side."""
    return render(request, "demo.html")
