"""The four orders that Bandwidth's Voice API takes from us: call, look, hang up, replace the script."""

import json
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from voice2fa.providers.base import OutcomeUnknown
from voice2fa.providers.reports import CALL_ID

from .authorization import Authorization
from .errors import Answer, Operation, error_for
from .transport import Transport


class BandwidthClient:
    """Speaks HTTP and JSON with one account; every method raises ``ProviderError`` and nothing else."""

    def __init__(self, transport: Transport, authorization: Authorization, *, account_url: str) -> None:
        self._transport = transport
        self._authorization = authorization
        self._calls_url = f"{account_url}/calls"

    def create_call(self, order: Mapping[str, Any]) -> str:
        """Order a call, once, and return its id."""
        answer = self._send(Operation.CREATE, "POST", "", json=order)
        content = _read_object(answer)
        call_id = content.get("callId")
        if not isinstance(call_id, str) or not CALL_ID.fullmatch(call_id):
            raise OutcomeUnknown("createCall was accepted, but the answer holds no callId.")
        return call_id

    def get_call(self, call_id: str) -> Mapping[str, Any]:
        """Return the state of the call as the carrier writes it."""
        content = _read_object(self._send(Operation.READ, "GET", _path(call_id)))
        if not content:
            raise OutcomeUnknown("getCallState was answered with something else than a call.")
        return content

    def update_call(self, call_id: str, change: Mapping[str, Any]) -> None:
        """Change the state of the call."""
        self._send(Operation.UPDATE, "POST", _path(call_id), json=change)

    def replace_bxml(self, call_id: str, bxml: bytes, *, timeout: float) -> None:
        """Replace the document that the call runs; a token, if one is needed, is fetched in the same time."""
        deadline = time.monotonic() + timeout
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        self._send(
            *(Operation.REPLACE, "PUT", f"{_path(call_id)}/bxml"),
            deadline=deadline,
            data=bxml,
            headers=headers,
        )

    def _send(
        self, operation: Operation, method: str, path: str, *, deadline: float = math.inf, **content: Any
    ) -> Answer:
        url = self._calls_url + path

        def send(header: str) -> Answer:
            return self._transport.exchange(
                operation, method, url, authorization=header, deadline=deadline, **content
            )

        header = self._authorization.header(deadline=deadline)
        answer = send(header)
        # A 401 says that nothing was done, so that even a createCall may be sent again, once.
        if answer.status == 401 and self._authorization.renew(header):
            answer = send(self._authorization.header(deadline=deadline))
        if not 200 <= answer.status < 300:
            raise error_for(operation, answer, now=datetime.now(UTC))
        return answer


def _path(call_id: str) -> str:
    return "/" + quote(call_id, safe="")


def _read_object(answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object of an answer, also when it comes wrapped in an array, or an empty one."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    return content if isinstance(content, dict) else {}
