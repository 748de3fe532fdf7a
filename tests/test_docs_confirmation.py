"""What the README says of asking again is run."""

import sys
import types
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.urls import include, path

from tests import stage
from tests.conftest import IMMEDIATE
from tests.test_docs import blocks
from voice2fa.models import PhoneVerification
from voice2fa.providers.memory import MemoryProvider

pytestmark = pytest.mark.django_db(transaction=True)


class Transfer:
    pk, amount, payee, iban = 1, Decimal("250.10"), "Maria Keller", "NL91ABNA0417164300"
    executed = 0

    def execute(self):
        self.executed += 1


@pytest.fixture
def transfer():
    return Transfer()


@pytest.fixture
def member(client, settings, transfer):
    """Somebody with a phone on a site made of the README's lines."""
    scope = {"__name__": "readme"}
    for name in ("# views.py", "# payments.py"):
        (code,) = (code for code in blocks("python", name) if "voice2fa.web" in code)
        exec(code, scope)
    urls = types.ModuleType("tests.urls_of_the_readme")
    urls.urlpatterns = [
        path("phone/", include("voice2fa.urls")),
        path("close/", scope["close_account"]),
        path("statement/", scope["Statement"].as_view()),
        path("transfers/1/", lambda request: HttpResponse("here")),
        path("transfers/1/send/", lambda request: scope["send"](request, transfer)),
        path("transfers/1/finish/", lambda request: scope["finish"](request, transfer)),
    ]
    sys.modules[urls.__name__] = urls
    settings.ROOT_URLCONF = urls.__name__
    settings.TASKS = IMMEDIATE
    settings.VOICE2FA = {**settings.VOICE2FA, "CALL_LIMITS": stage.NO_LIMITS}
    phone = stage.make_phone(stage.make_user())
    client.force_login(phone.user)
    yield client
    del sys.modules[urls.__name__]


def press(keys=None):
    (call,) = MemoryProvider.calls
    call.answer()
    call.press(keys or PhoneVerification.objects.get().approve_key)
    return call.said[0]


def test_the_guarded_views_ask_for_the_phone(member):
    assert member.get("/statement/")["Location"] == "/phone/confirm/?next=%2Fstatement%2F"
    assert member.get("/close/")["Location"] == "/phone/confirm/?next=%2Fclose%2F"
    member.post("/phone/confirm/", {"next": "/close/"})
    press()
    assert member.post("/phone/complete/")["Location"] == "/close/"
    assert member.post("/close/").content == b"closed"


def test_the_payment_is_executed_once_it_is_approved(member, transfer):
    assert member.post("/transfers/1/send/")["Location"] == "/phone/wait/"
    said = press()
    key = PhoneVerification.objects.get().approve_key
    assert said == (
        "This is Example Bank. Please confirm: Send two hundred and fifty euro, ten cents to Maria Keller. "
        f"To approve, press {key}. If this was not you, press 0. To repeat, press star."
    )
    for _ in range(2):
        assert member.post("/transfers/1/finish/")["Location"] == "/transfers/1/"
    assert transfer.executed == 1


@pytest.mark.parametrize("change", [{"amount": Decimal(9999)}, {"payee": "Eve"}, {"iban": "DE02"}])
def test_another_payment_is_not_executed(member, transfer, change):
    member.post("/transfers/1/send/")
    press()
    for name, value in change.items():
        setattr(transfer, name, value)
    member.post("/transfers/1/finish/")
    assert transfer.executed == 0


def test_a_denied_payment_is_not_executed(member, transfer):
    member.post("/transfers/1/send/")
    press("0")
    member.post("/transfers/1/finish/")
    assert transfer.executed == 0
