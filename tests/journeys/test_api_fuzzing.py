"""Schemathesis asks the running example site whatever its schema allows, and some things that it does not."""

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = pytest.mark.wide

CHECKS = [
    not_a_server_error,
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
# The same questions in every run; a few for each of the endpoints take half a minute.
FEW = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def bank(site_with):
    return site_with(settings="tests.journeys.api_settings", COOL_DOWN=0)


@pytest.fixture
def bank_schema(bank):
    schema = schemathesis.openapi.from_dict(
        bank.http.get(f"{bank.url}/api/schema/?format=json", timeout=20).json()
    )
    schema.config.update(base_url=bank.url)
    return schema


@pytest.fixture
def stranger(bank):
    """Somebody with a CSRF token, and nothing else."""
    with requests.Session() as session:
        session.trust_env = False
        session.get(f"{bank.url}/api/v1/session/", timeout=20)
        session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
        yield session


@pytest.fixture
def insider(bank, carrier, stranger):
    """Somebody who has logged in by telephone, and holds the ticket of a further call."""
    person = bank.welcome()
    known = {"username": person.username, "password": person.password}
    begun = stranger.post(f"{bank.url}/api/v1/login/", json=known, timeout=20).json()
    carrier.answer(person.number).press(begun["show"]["key"])
    done = stranger.post(
        f"{bank.url}/api/v1/complete/", headers={"Voice-Auth-Ticket": begun["ticket"]}, timeout=20
    )
    assert done.status_code == 200
    stranger.headers["X-CSRFToken"] = stranger.cookies["csrftoken"]  # a login makes another
    return stranger


def ask_anything(schema, ask):
    """Ask each endpoint a few questions; return how many were asked."""
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @FEW
        @given(case=operation.as_strategy())
        def ask_endpoint(case):
            asked.append(case.operation.label)
            ask(case)

        ask_endpoint()
    return asked


def test_a_stranger_asks_anything(bank_schema, stranger):
    asked = ask_anything(
        bank_schema, lambda case: case.call_and_validate(session=stranger, checks=CHECKS, timeout=20)
    )
    assert len(set(asked)) == 29


def test_somebody_inside_asks_anything(bank, bank_schema, insider):
    cookies = dict(insider.cookies)

    def ask(case):
        insider.cookies.update(cookies)  # a reply to made-up ones has us drop our own
        case.cookies = {}
        if "Voice-Auth-Ticket" in (case.headers or {}):
            begun = insider.post(f"{bank.url}/api/v1/confirmations/", json={}, timeout=20)
            case.headers["Voice-Auth-Ticket"] = begun.json().get("ticket", "")
        case.call_and_validate(session=insider, checks=CHECKS, timeout=20)

    stays = bank_schema.exclude(path_regex="/session/", method="DELETE")
    assert len(set(ask_anything(stays, ask))) == 28
    insider.cookies.update(cookies)
    assert insider.get(f"{bank.url}/api/v1/session/", timeout=20).json()["user"]
