"""The carrier's own Python SDK as a client that we did not write."""

import bandwidth
import pytest
from bandwidth import exceptions
from bandwidth.models import CallStateEnum, CreateCall, UpdateCall
from bandwidth.models.bxml import Bxml, Pause, SpeakSentence

from .laboratory import ACCOUNT, APPLICATION, FROM, TO
from .site import PARK


@pytest.fixture(params=["oauth", "basic"])
def credentials(request, lab):
    if request.param == "basic":
        return {"username": "emulator", "password": "emulator-secret"}
    return {
        "client_id": "emulator",
        "client_secret": "emulator-secret",
        "access_token_url": lab.emulator.token_url,
    }


def connect(lab, credentials):
    # Each operation of the SDK has a server of its own, which wins over the host unless told otherwise.
    configuration = bandwidth.Configuration(
        host=lab.emulator.base_url, ignore_operation_servers=True, retries=0, **credentials
    )
    return bandwidth.ApiClient(configuration)


@pytest.fixture
def client(lab, credentials):
    client = connect(lab, credentials)
    yield client
    client.rest_client.pool_manager.clear()


@pytest.fixture
def api(client):
    return bandwidth.CallsApi(client)


def order(lab, **more):
    fields = {
        "to": TO,
        "var_from": FROM,
        "application_id": APPLICATION,
        "answer_url": f"{lab.site.url}/answer",
    }
    return CreateCall(**{**fields, **more})


def place(lab, api):
    lab.site.script("/answer", PARK)
    call_id = api.create_call(ACCOUNT, order(lab)).call_id
    lab.advance(0)
    return call_id


def test_a_whole_life(lab, api):
    call_id = place(lab, api)
    assert api.get_call_state(ACCOUNT, call_id).state == "initiated"
    lab.act(call_id, "answer")
    lab.advance(0)
    api.update_call_bxml(ACCOUNT, call_id, Bxml([SpeakSentence("From the SDK."), Pause(60)]).to_bxml())
    assert lab.call(call_id)["transcript"] == ["From the SDK."]
    lab.site.script("/next", PARK)
    api.update_call(ACCOUNT, call_id, UpdateCall(redirect_url=f"{lab.site.url}/next"))
    lab.advance(0)
    assert len(lab.site.events("redirect")) == 1
    api.update_call(ACCOUNT, call_id, UpdateCall(state=CallStateEnum.COMPLETED))
    assert api.get_call_state(ACCOUNT, call_id).disconnect_cause == "hangup"
    assert [call.call_id for call in api.list_calls(ACCOUNT)] == [call_id]


def test_statistics(lab, client):
    statistics = bandwidth.StatisticsApi(client).get_statistics(ACCOUNT)
    assert (statistics.current_call_queue_size, statistics.max_call_queue_size) == (0, 1500)


def test_documented_errors_arrive_as_the_sdk_s_exceptions(lab, api):
    with pytest.raises(exceptions.BadRequestException) as refused:
        api.create_call(ACCOUNT, order(lab, to="invalid"))
    assert "must be an E164 telephone number" in refused.value.body
    with pytest.raises(exceptions.NotFoundException):
        api.get_call_state(ACCOUNT, "c-none")
    call_id = place(lab, api)
    with pytest.raises(exceptions.ConflictException):
        api.update_call_bxml(ACCOUNT, call_id, "<Bxml/>")
    with pytest.raises(exceptions.UnauthorizedException):
        api.get_call_state("1234567", call_id)
    lab.set(voice_permission=False)
    with pytest.raises(exceptions.ForbiddenException):
        api.get_call_state(ACCOUNT, call_id)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (402, "ApiException"),
        (415, "ApiException"),
        (429, "ApiException"),
        (500, "ServiceException"),
        (503, "ServiceException"),
    ],
)
def test_other_errors_keep_their_status(lab, api, status, kind):
    lab.fault(kind="error", operation="createCall", status=status, count=1)
    with pytest.raises(getattr(exceptions, kind)) as refused:
        api.create_call(ACCOUNT, order(lab))
    assert refused.value.status == status


def test_a_wrong_secret_yields_no_token(lab):
    wrong = {"client_id": "emulator", "client_secret": "wrong", "access_token_url": lab.emulator.token_url}
    with pytest.raises(KeyError):
        bandwidth.CallsApi(connect(lab, wrong)).get_call_state(ACCOUNT, "c-none")
