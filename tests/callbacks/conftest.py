import pytest
from django.test import Client

from tests import stage
from tests.providers.samples import bandwidth_options
from voice2fa.core.methods import Method
from voice2fa.core.states import State
from voice2fa.flows import verification as verifications
from voice2fa.flows.telephony.challenges import code_of

from .bandwidth import CarrierSide


@pytest.fixture
def bandwidth(configure, hold_back):
    """Make Bandwidth the carrier; its callbacks come in over the test client, nothing goes out."""
    configure(
        PROVIDER={
            "BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider",
            "OPTIONS": bandwidth_options(BASE_URL="https://voice.invalid/api/v2"),
        },
        LIFETIME=600,
        CALL_LIMITS=stage.NO_LIMITS,
    )


@pytest.fixture
def calling(bandwidth, phone):
    """Return a function that brings a call of the person to a state, and gives the carrier's side of it."""

    def bring(state=State.DIALING, method=Method.APPROVE, user=None, number=stage.NUMBER):
        started = stage.begin(user or phone.user, method=method, number=number, now=stage.real_now())
        side = CarrierSide(started.verification, Client(enforce_csrf_checks=True))
        side.note_placed()
        if state != State.DIALING:
            assert side.answer().status_code == 200
        if state in {State.APPROVED, State.DENIED, State.REPORTED}:
            keys = {State.REPORTED: "0", State.DENIED: stage.wrong_key(side.verification)}
            assert side.gather(keys.get(state) or stage.right_keys(side.verification)).status_code == 200
            if method == Method.SPEAK:
                code = code_of(side.verification)
                verifications.submit_code(side.verification, code, now=stage.real_now())
        elif state == State.CANCELLED:
            verifications.cancel(side.verification, now=stage.real_now())
        side.verification.refresh_from_db()
        assert side.verification.state == state
        return side

    return bring
