import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests import stage
from voice2fa.models import PhoneVerification

NEW_NUMBER = "+12025550177"


class Api(Client):
    """A client that speaks JSON; what an endpoint defers is done before the next one is asked."""

    def __init__(self, carry_out, **defaults):
        self.carry_out = carry_out
        self.ticket = ""
        super().__init__(**defaults)

    def request(self, **request):
        with self.carry_out():
            return super().request(**request)

    def ask(self, name, *arguments, method="get", ticket=None, headers=None, **extra):
        """Send a request without a body, with the ticket at hand."""
        return self._send(method, name, arguments, None, ticket, headers, extra)

    def send(self, name, *arguments, body=None, method="post", ticket=None, headers=None, **extra):
        """Send a body as JSON, with the ticket at hand."""
        return self._send(method, name, arguments, body or {}, ticket, headers, extra)

    def _send(self, method, name, arguments, body, ticket, headers, extra):
        ticket = self.ticket if ticket is None else ticket
        sent = {"Voice-Auth-Ticket": ticket} if ticket else {}
        if body is not None:
            extra = {"data": json.dumps(body), "content_type": "application/json", **extra}
        path = reverse(f"voice2fa_api:{name}", args=arguments)
        response = getattr(self, method)(path, headers={**sent, **(headers or {})}, **extra)
        assert response.status_code < 500
        if response.status_code >= 400:
            assert {"code", "detail"} <= set(response.json()) <= {"code", "detail", "fields"}
        elif response.status_code == 201 and "ticket" in response.json():
            self.ticket = response.json()["ticket"]
        return response

    def log_in(self, username="anna", password=stage.PASSWORD):
        return self.send("login", body={"username": username, "password": password})

    @property
    def has_session(self):
        return "_auth_user_id" in self.session


@pytest.fixture(autouse=True)
def _fresh_throttles():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def new_api(db, carry_out):
    def make(**defaults):
        return Api(carry_out, **defaults)

    return make


@pytest.fixture
def api(new_api):
    return new_api()


@pytest.fixture
def approve(carrier):
    """Return a function that answers the newest call and does what the person is asked to."""

    def approve(api):
        call, verification = carrier.calls[-1], newest()
        call.answer()
        call.press(stage.right_keys(verification))
        if verification.method == "speak":
            api.send("code", body={"code": stage.code_of(verification)})
        return verification

    return approve


@pytest.fixture
def inside(phone, api, approve):
    """A client that has logged in by telephone."""
    api.log_in()
    approve(api)
    assert api.send("complete").status_code == 200
    return api


def newest():
    return PhoneVerification.objects.order_by("created_at").last()


def error_of(response):
    return response.status_code, response.json()["code"]
