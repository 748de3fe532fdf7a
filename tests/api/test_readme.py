"""What the README says of the API is so."""

import sys
from decimal import Decimal
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

import pytest
from django.urls import path
from django.utils.module_loading import import_string

from tests.test_docs import README, blocks, read_table
from tests.urls import urlpatterns as pages
from voice2fa.api.issuers import Issuer
from voice2fa.api.throttles import RATES
from voice2fa.api.urls import _v1

from .conftest import error_of


def test_the_readme_names_every_endpoint_and_its_methods_in_order():
    told = [(row[0], set(row[1].replace("`", "").split())) for row in read_table("Path")]
    methods = ("get", "post", "patch", "delete")
    assert told == [
        (
            f"v1/{pattern.pattern}",
            {method.upper() for method in methods if hasattr(pattern.callback.cls, method)},
        )
        for pattern in _v1
    ]


@pytest.mark.parametrize("row", read_table("Issuer"), ids=lambda row: row[0].rpartition(".")[2])
def test_an_issuer_is_there(row):
    assert issubclass(import_string(row[0]), Issuer)


def test_the_rates_are_as_the_readme_says():
    for scope, rate in RATES.items():
        assert f"`{scope}` ({rate}" in README


def test_the_schema_is_part_of_the_extra():
    assert find_spec("drf_spectacular")
    assert "django-voice2fa[api]" in README


@pytest.fixture
def transfer():
    done = []
    facts = {"amount": Decimal("250.10"), "payee": "Maria Keller", "iban": "DE02 1203", "done": done}
    return SimpleNamespace(**facts, execute=lambda: done.append(True))


@pytest.fixture
def bank(settings, transfer):
    """The site with the views of the README's example."""
    (code,) = blocks("python", containing="# api_payments.py")
    views = ModuleType("api_payments")
    exec(code, views.__dict__)
    urls = ModuleType("tests.api.readme_urls")
    urls.urlpatterns = [
        *pages,
        path("transfer/", views.TransferView.as_view(), {"transfer": transfer}),
        path("transfer/finish/", views.TransferFinishView.as_view(), {"transfer": transfer}),
    ]
    sys.modules[urls.__name__] = urls
    settings.ROOT_URLCONF = urls.__name__
    yield
    del sys.modules[urls.__name__]


def test_a_payment_is_approved_and_done(phone, inside, bank, approve, carrier, transfer):
    begun = inside.post("/transfer/", {}, content_type="application/json")
    assert begun.status_code == 201
    ticket = {"Voice-Auth-Ticket": begun.json()["ticket"]}
    early = inside.post("/transfer/finish/", {}, content_type="application/json", headers=ticket)
    assert error_of(early) == (409, "not_approved")
    approve(inside)
    assert "to Maria Keller" in carrier.calls[-1].said[0]
    done = inside.post("/transfer/finish/", {}, content_type="application/json", headers=ticket)
    assert done.json() == {"sent": True}
    assert transfer.done == [True]
