"""The voice API and the token endpoint over HTTP, with the misfortunes of the fault dial."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from voice2fa.emulator.calls import Call
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.errors import ApiError, call_conflict, call_not_found
from voice2fa.emulator.faults import Fault
from voice2fa.emulator.oauth import Gatekeeper, TokenError
from voice2fa.emulator.rest import ApiAnswer, ApiRequest, VoiceApi
from voice2fa.emulator.switchboard import Switchboard

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GARBAGE = "<html><head><title>502 Bad Gateway</title></head>"
NOTHING = ApiAnswer(status=0)
ROUTES = (
    ("POST", "/calls", "createCall"),
    ("GET", "/calls", "listCalls"),
    ("GET", "/calls/{call_id}", "getCallState"),
    ("POST", "/calls/{call_id}", "updateCall"),
    ("PUT", "/calls/{call_id}/bxml", "updateCallBxml"),
    ("GET", "/statistics", "getStatistics"),
)


def _serialise(answer: ApiAnswer) -> str:
    return "" if answer.body is None else json.dumps(answer.body)


def _refuse(error: ApiError) -> ApiAnswer:
    return ApiAnswer(status=error.status, body=error.to_json(), headers=error.headers)


def _to_error(fault: Fault, call_id: str) -> ApiError:
    documented = {404: call_not_found, 409: call_conflict}.get(fault.status) if call_id else None
    description = fault.description or (str(documented(call_id)) if documented else "")
    return ApiError(fault.status, description, {"Retry-After": fault.retryAfter} if fault.retryAfter else {})


@web.middleware
async def json_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the framework's own refusals (404, 405, 413) the carrier's error body."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if not request.path.startswith("/api/") or error.status < 400:
            raise
        allow = error.headers.get("Allow")
        refusal = _refuse(ApiError(error.status, headers={"Allow": allow} if allow else {}))
        return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)


class ApiServer:
    """Answers the carrier's own paths."""

    def __init__(self, desk: Desk, switchboard: Switchboard, gatekeeper: Gatekeeper) -> None:
        self._desk, self._switchboard, self._gatekeeper = desk, switchboard, gatekeeper
        self._api = VoiceApi(desk, switchboard)

    def add_routes(self, app: web.Application) -> None:
        """Put the operations at their documented paths."""
        app.router.add_post("/api/v1/oauth2/token", self._token)
        for method, path, operation in ROUTES:
            handler = partial(self._serve, operation)
            app.router.add_route(method, "/api/v2/accounts/{account_id}" + path, handler)

    async def _token(self, http: web.Request) -> web.StreamResponse:
        body = (await http.read()).decode("utf-8", "replace")
        struck = await self._strike("token")
        try:
            if "error" in struck:
                raise TokenError(struck["error"].status, struck["error"].description or "server_error")
            issued = self._gatekeeper.issue(http.headers.get("Authorization", ""), body)
            answer = ApiAnswer(status=200, body=issued, headers={"Cache-Control": "no-store"})
        except TokenError as error:
            answer = ApiAnswer(status=error.status, body={"error": error.code})
        return await self._reply(http, answer, struck)

    async def _serve(self, operation: str, http: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        request = ApiRequest(
            method=http.method,
            url=str(http.url),
            account_id=http.match_info["account_id"],
            call_id=http.match_info.get("call_id", ""),
            content_type=http.content_type if "Content-Type" in http.headers else "",
            authorization=http.headers.get("Authorization", ""),
            query=http.query,
            body=await http.read(),
        )
        struck = await self._strike(operation, request.call_id)
        # Cut before the work, lost after it: either way the client gets no answer.
        answer = NOTHING if "cut" in struck else self._perform(operation, request, struck.get("error"))
        call = answer.call or self._switchboard.calls.get(request.call_id)
        if call is not None:
            self._record(operation, request, answer, call, started, struck)
        return await self._reply(http, answer, struck)

    async def _strike(self, operation: str, call_id: str = "") -> dict[str, Fault]:
        call = self._switchboard.calls.get(call_id)
        to = call.order.to if call else ""
        struck = {fault.kind: fault for fault in self._desk.faults.strike_api(operation, call_id, to)}
        if "slow" in struck:
            # Real seconds: it is the client's timeout that is on trial.
            await asyncio.sleep(struck["slow"].seconds)
        return struck

    def _perform(self, operation: str, request: ApiRequest, fault: Fault | None) -> ApiAnswer:
        try:
            if fault is not None:
                raise _to_error(fault, request.call_id)
            self._gatekeeper.check(request.authorization, request.account_id)
            return self._api.operations[operation](request)
        except ApiError as error:
            return _refuse(error)

    def _record(
        self,
        operation: str,
        request: ApiRequest,
        answer: ApiAnswer,
        call: Call,
        started: float,
        struck: dict[str, Fault],
    ) -> None:
        body = request.body.decode("utf-8", "replace")
        record = self._desk.record_api(call, operation, request.method, request.url, body)
        note = "fault dial: " + ", ".join(struck) if struck else ""
        seconds = time.perf_counter() - started
        self._desk.close_exchange(
            call, record, status=answer.status or None, seconds=seconds, body=_serialise(answer), note=note
        )

    async def _reply(
        self, http: web.Request, answer: ApiAnswer, struck: dict[str, Fault]
    ) -> web.StreamResponse:
        text = _serialise(answer)
        if {"cut", "lost"} & set(struck) and http.transport is not None:
            http.transport.abort()
        if "garbage" in struck:
            text = struck["garbage"].body or GARBAGE
        content_type = {"Content-Type": "application/json"} if text else {}
        headers = {**content_type, **answer.headers}
        if "trickle" in struck:
            return await self._trickle(http, answer.status, headers, text.encode(), struck["trickle"].seconds)
        return web.Response(status=answer.status, body=text.encode(), headers=headers)

    async def _trickle(
        self, http: web.Request, status: int, headers: dict[str, str], body: bytes, seconds: float
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={**headers, "Content-Length": str(len(body))})
        await response.prepare(http)
        for index in range(len(body)):
            await asyncio.sleep(seconds / len(body))
            await response.write(body[index : index + 1])
        await response.write_eof()
        return response
