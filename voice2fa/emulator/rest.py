"""The Voice API's operations: create, list, read and change calls, and the account's statistics."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voice2fa.emulator import bxml, validation
from voice2fa.emulator.attributes import BxmlError
from voice2fa.emulator.calls import Call
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.errors import ApiError, call_conflict
from voice2fa.emulator.listing import list_calls
from voice2fa.emulator.switchboard import Switchboard

JSON_TYPES = ("application/json",)
XML_TYPES = ("application/xml", "text/xml")


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiRequest:
    """One request to the voice API, free of the web framework."""

    method: str
    url: str
    account_id: str = ""
    call_id: str = ""
    content_type: str = ""
    authorization: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiAnswer:
    """What to answer; `body` None means an empty one, `call` is whose history it belongs to."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    call: Call | None = None


Operation = Callable[[ApiRequest], ApiAnswer]


def _require_type(request: ApiRequest, types: tuple[str, ...]) -> None:
    if request.content_type not in types:
        raise ApiError(415, f"Content type '{request.content_type}' not supported")


def _read_json(request: ApiRequest) -> Any:
    _require_type(request, JSON_TYPES)
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise ApiError(400, "There is something wrong with the request") from None


class VoiceApi:
    """The operations by name; each raises ApiError to refuse."""

    def __init__(self, desk: Desk, switchboard: Switchboard) -> None:
        self._desk, self._switchboard = desk, switchboard
        self.operations: dict[str, Operation] = {
            "createCall": self._create_call,
            "listCalls": self._list_calls,
            "getCallState": self._get_call_state,
            "updateCall": self._update_call,
            "updateCallBxml": self._update_call_bxml,
            "getStatistics": self._get_statistics,
        }

    def _create_call(self, request: ApiRequest) -> ApiAnswer:
        options = self._desk.options
        if options.out_of_credit:
            raise ApiError(402)
        call = self._switchboard.place(validation.read_create(_read_json(request), options))
        return ApiAnswer(status=201, body=call.to_created(), headers={"Location": call.url}, call=call)

    def _list_calls(self, request: ApiRequest) -> ApiAnswer:
        visible = filter(self._switchboard.is_visible, self._switchboard.calls.values())
        page, link = list_calls(visible, request.query, request.url.partition("?")[0])
        return ApiAnswer(status=200, body=page, headers={"Link": link} if link else {})

    def _get_call_state(self, request: ApiRequest) -> ApiAnswer:
        call = self._switchboard.find(request.call_id)
        state = call.to_state()
        # Both shapes have been seen in the wild.
        body = [state] if self._desk.options.state_shape == "array" else state
        return ApiAnswer(status=200, body=body, call=call)

    def _update_call(self, request: ApiRequest) -> ApiAnswer:
        order = validation.read_update(_read_json(request), self._desk.options)
        call = self._switchboard.find_to_change(request.call_id)
        if order.redirect is not None:
            self._require_announced(call)
        self._switchboard.lines.update(call, order)
        return ApiAnswer(status=200, call=call)

    def _update_call_bxml(self, request: ApiRequest) -> ApiAnswer:
        _require_type(request, XML_TYPES)
        try:
            document = bxml.parse(request.body, self._desk.options, root="Bxml")
        except BxmlError as error:
            raise ApiError(400, f"Invalid BXML: {error}") from None
        call = self._switchboard.find_to_change(request.call_id)
        self._require_announced(call)
        self._switchboard.lines.replace(call, document)
        return ApiAnswer(status=204, call=call)

    def _get_statistics(self, request: ApiRequest) -> ApiAnswer:
        sizes = {
            "currentCallQueueSize": self._switchboard.queue_size,
            "maxCallQueueSize": self._switchboard.longest_queue,
        }
        return ApiAnswer(status=200, body=sizes)

    def _require_announced(self, call: Call) -> None:
        """Before the answer callback goes out, only ending the call is allowed."""
        if not call.is_announced:
            raise call_conflict(call.call_id)
