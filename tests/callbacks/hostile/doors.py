"""The doors of the callbacks in such a site; run in a process of its own by test_sites.py."""

import pytest
from rest_framework.views import APIView

from tests.callbacks.bandwidth import EVENTS, SYNC
from tests.stage import row
from voice2fa.callbacks.views import CallbackView
from voice2fa.core.states import State

pytestmark = pytest.mark.django_db

# What no request of a carrier ever comes to.
UNUSED = {"metadata_class"}


@pytest.mark.parametrize("door", EVENTS)
@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/xml; version=v1"])
def test_the_carrier_is_challenged_and_then_heard(calling, door, accept):  # R45
    side = calling(State.ANSWERED)
    extra = {"HTTP_ACCEPT": accept} if accept else {}
    before = row(side.verification)
    challenge = side.post(side.url(door), side.event(door), credentials=None, **extra)
    assert challenge.status_code == 401
    assert challenge["WWW-Authenticate"].startswith("Basic realm=")
    assert row(side.verification) == before
    heard = side.post(side.url(door), side.event(door), **extra)
    assert heard.status_code == (200 if door in SYNC else 204)
    assert heard.content.startswith(b"<?xml") == (door in SYNC)


@pytest.mark.parametrize("door", EVENTS)
def test_wrong_credentials_are_challenged_too(calling, door):  # R45, A16
    response = calling(State.ANSWERED).send(door, credentials="Basic !!!")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic realm=")


def test_a_whole_call_is_led_to_its_approval(calling):
    side = calling()
    assert side.answer().status_code == 200
    assert side.gather(side.verification.approve_key).status_code == 200
    assert side.send("disconnect").status_code == 204
    assert side.verification.state == State.APPROVED


def test_errors_keep_their_sentence(calling):
    response = calling(State.ANSWERED).send("gather", callId="c-another")
    assert (response.status_code, response.content) == (400, b"The event names another call.\n")


def test_a_view_of_the_sites_own_has_these_settings(rf):
    assert APIView.versioning_class is not None
    assert APIView.as_view()(rf.post("/")).status_code == 418


@pytest.mark.parametrize(
    "name", sorted(name for name in vars(APIView) if name.endswith("_class") or name.endswith("_classes"))
)
def test_every_policy_of_the_site_is_replaced(name):
    if name not in UNUSED:
        assert name in vars(CallbackView)
