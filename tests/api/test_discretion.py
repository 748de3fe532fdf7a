"""Before the first factor is right, nothing tells whether an account exists, or has a phone (R18)."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import stage

from .conftest import error_of

WORK = []


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed: that is what takes the time."""

    algorithm = "counting"

    def encode(self, password, salt):
        WORK.append("hash")
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def _people(settings, db):
    settings.PASSWORD_HASHERS = ["tests.api.test_discretion.CountingHasher"]
    stage.make_phone(stage.make_user("phone"))
    stage.make_user("no-phone")
    stage.make_user("inactive", is_active=False)
    two = stage.make_user("two-phones")
    stage.make_phone(two, stage.OTHER_NUMBER)
    stage.make_phone(two, "+12025550125", is_preferred=True)
    staff = stage.make_user("staff", is_staff=True)
    stage.make_phone(staff, "+12025550126")


PEOPLE = ["phone", "no-phone", "inactive", "two-phones", "staff", "nobody"]


def measure(api, username):
    """Return the reply to a wrong password, how often one was hashed, and what the database was asked."""
    WORK.clear()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = api.log_in(username, "wrong")
    asked = [query["sql"].split(" WHERE ")[0] for query in queries]
    # "Expires" is the time of day, to the second.
    headers = {name: value for name, value in response.headers.items() if name != "Expires"}
    return response.content, headers, len(WORK), asked


@pytest.mark.parametrize("username", PEOPLE)
@pytest.mark.parametrize("required_for", ["everyone", "with_phone", "staff"])
def test_a_wrong_password_is_answered_the_same_for_everyone(new_api, configure, username, required_for):
    configure(REQUIRED_FOR=required_for)
    assert measure(new_api(), username) == measure(new_api(), "phone")


@pytest.mark.parametrize("username", ["inactive", "nobody"])
def test_the_right_password_of_an_account_that_is_shut_tells_nothing(new_api, username):
    right = new_api().log_in(username)
    wrong = new_api().log_in("phone", "wrong")
    assert error_of(right) == error_of(wrong) == (400, "bad_credentials")
    assert right.content == wrong.content


def test_a_wrong_password_rings_nobody(api, carrier):
    for username in PEOPLE:
        api.log_in(username, "wrong")
    assert carrier.calls == []


def test_what_is_told_of_a_call_is_told_to_its_holder_alone(new_api):
    api = new_api()
    api.log_in("phone")
    for ticket in ("", "x" * 43, api.ticket[::-1]):
        assert error_of(new_api().ask("status", ticket=ticket)) == (404, "not_waiting")
