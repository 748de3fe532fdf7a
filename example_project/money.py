"""Sending money: the call says how much goes to whom; and a page that asks for the phone again."""

import re
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django_otp.decorators import otp_required

from voice2fa.core.errors import Refusal
from voice2fa.core.speakable import clean, is_visible
from voice2fa.sentences import explain_refusal
from voice2fa.web import transactions
from voice2fa.web.decorators import voice_required
from voice2fa.web.transactions import Money

OPENING_BALANCE = Decimal("6204.81")
MOST = Decimal(5000)
# Lazy, for the call speaks the language of the phone, whatever that of the page is.
MESSAGE = gettext_lazy("Send {amount} to {payee}, account ending in {ending}.")


def read_account(text):
    """Return an account number (IBAN) without its spaces; raises ``ValidationError`` for a slip."""
    account = re.sub(r"\s", "", text).upper()
    is_shaped = re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", account)
    # Letters count as 10 to 35, the first four characters go to the end, and 97 must leave 1 (ISO 13616).
    if not is_shaped or int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 != 1:
        raise ValidationError(_("That is no account number. Check its letters and digits."), code="account")
    return account


class MoneyForm(forms.Form):
    payee = forms.CharField(label=gettext_lazy("To whom"), max_length=60)
    account = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=44,
        help_text=gettext_lazy("An IBAN, such as NL91 ABNA 0417 1643 00."),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Dollars"),
        max_digits=8,
        decimal_places=2,
        localize=True,  # a German writes 99,95
        validators=[MinValueValidator(Decimal("0.01"))],
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args, balance, **kwargs):
        super().__init__(*args, **kwargs)
        self.balance = balance

    def clean_payee(self):
        payee = self.cleaned_data["payee"]
        # What the receipt shows is what the call has said.
        if not (is_visible(payee) and clean(payee)):
            raise ValidationError(_("Write a name that can be read, and read out."), code="unspeakable")
        return payee

    def clean_account(self):
        return read_account(self.cleaned_data["account"])

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount > min(MOST, self.balance):
            raise ValidationError(_("That is more than you can send at once."), code="too_much")
        return amount


def sent_by(request):
    """Return the transfers of this session, latest first: the bank has no books of its own."""
    return list(reversed(request.session.get("sent", [])))


def balance_of(request):
    """Return what is left after them."""
    return OPENING_BALANCE - sum(Decimal(transfer["amount"]) for transfer in sent_by(request))


def payload_of(transfer):
    """Return what the approval is bound to: the call says the payee, the amount, and how the account ends."""
    return {
        "payee": transfer["payee"],
        "amount": Money(Decimal(transfer["amount"]), "USD"),
        "account": transfer["account"],
        "ending": " ".join(transfer["account"][-4:]),
    }


@never_cache
@otp_required(if_configured=True)
def send_money(request):
    """Ask for payee and amount; the phone rings and says both."""
    draft = request.session.get("transfer")
    form = MoneyForm(request.POST or None, initial=draft, balance=balance_of(request))
    if form.is_valid():
        values = form.cleaned_data
        transfer = {**values, "amount": str(values["amount"])}
        try:
            response = transactions.ask(
                request,
                message=MESSAGE,
                payload=payload_of(transfer),
                finish_url=reverse("send_money_finish"),
                back_url=reverse("send_money"),
            )
        except Refusal as refusal:  # and the call under way, if there is one, is still about the draft
            form.add_error(None, explain_refusal(refusal))
        else:
            request.session["transfer"] = transfer
            return response
    context = {"form": form, "balance": balance_of(request), "sent": sent_by(request)[:1]}
    return render(request, "send_money.html", context)


@never_cache
@otp_required(if_configured=True)
def send_money_finish(request):
    """Send what was approved, once, and show the receipt."""
    if request.method != "POST":  # somebody who had to log in again meanwhile
        return redirect("send_money")
    transfer = request.session.get("transfer")
    if transfer is None:
        return redirect("receipt" if sent_by(request) else "send_money")
    try:
        phone = transactions.settle(request, payload=payload_of(transfer))
    except Refusal as refusal:
        messages.error(request, explain_refusal(refusal))
        return redirect("send_money")
    del request.session["transfer"]
    done = {**transfer, "phone": phone.name, "at": date_format(localtime(now()), "DATETIME_FORMAT")}
    request.session["sent"] = [*request.session.get("sent", []), done]
    return redirect("receipt")


@never_cache
@otp_required(if_configured=True)
def receipt(request):
    """Show the latest transfer."""
    transfers = sent_by(request)
    if not transfers:
        return redirect("send_money")
    account = transfers[0]["account"]
    context = {
        "transfer": transfers[0],
        "account": " ".join(account[start : start + 4] for start in range(0, len(account), 4)),
        "balance": balance_of(request),
    }
    return render(request, "receipt.html", context)


# Whoever finds this browser open sees the account, but not these numbers.
@never_cache
@voice_required
def account_numbers(request):
    """Show what only a person sees who confirmed by phone in the last five minutes."""
    return render(request, "account_numbers.html")
