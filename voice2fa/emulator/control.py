"""The control plane: the callee's thumbs, the clock, the faults and the options, as JSON under /_control/."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from voice2fa.emulator import arrivals, faults, numbers, options
from voice2fa.emulator.amd import VOICES
from voice2fa.emulator.calls import Call
from voice2fa.emulator.clock import to_iso
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.errors import ControlError
from voice2fa.emulator.oauth import Gatekeeper
from voice2fa.emulator.switchboard import Switchboard

KEYS = frozenset("0123456789*#ABCDabcd")
MOST_SHOWN = 500
Body = dict[str, Any]


def _reply(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})


def _require_state(call: Call, wanted: str, doing: str) -> None:
    if call.is_inbound and wanted == "ringing":
        raise ControlError(409, f"A call to us is the site's to answer: it cannot be {doing} by the caller.")
    states = {"ringing": call.ringing, "answered": call.state == "answered"}
    if not states[wanted]:
        now = "ringing" if call.ringing else call.state
        raise ControlError(409, f"A call that is {now} cannot be {doing}; it must be {wanted}.")


class Control:
    """Acts for the callee and for the tester; every refusal is a sentence."""

    def __init__(self, desk: Desk, switchboard: Switchboard, gatekeeper: Gatekeeper) -> None:
        self._desk, self._switchboard, self._gatekeeper = desk, switchboard, gatekeeper
        self._lines = switchboard.lines
        self._initial = desk.options
        self._actions: dict[str, Callable[[Call, Body], None]] = {
            "answer": self._answer,
            "machine": lambda call, body: self._answer(call, {"as": "machine"}),
            "press": self._press,
            "hangup": self._hang_up,
            "reject": lambda call, body: self._refuse(call, "rejected", "rejected"),
            "busy": lambda call, body: self._refuse(call, "busy", "found busy"),
        }

    def add_routes(self, app: web.Application) -> None:
        """Put the control plane under /_control/; the event stream and waiting are elsewhere."""
        routes: tuple[tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]], ...] = (
            ("GET", "/calls", self._get_calls),
            ("POST", "/calls", self._call_us),
            ("GET", "/calls/{call_id}", self._get_call),
            ("POST", "/calls/{call_id}/{action}", self._act),
            ("POST", "/reset", self._reset),
            ("GET", "/faults", self._get_faults),
            ("POST", "/faults", self._set_faults),
            ("DELETE", "/faults", self._clear_faults),
            ("GET", "/options", self._get_options),
            ("POST", "/options", self._set_options),
            ("GET", "/clock", self._get_clock),
            ("POST", "/clock", self._set_clock),
            ("POST", "/advance", self._advance),
            ("GET", "/numbers", self._get_numbers),
            ("GET", "/load", self._get_load),
            ("POST", "/revoke", self._revoke),
        )
        for method, path, handler in routes:
            app.router.add_route(method, "/_control" + path, handler)

    async def _get_calls(self, http: web.Request) -> web.Response:
        written = http.query.get("limit", str(MOST_SHOWN))
        if not (written.isascii() and written.isdigit() and int(written)):
            raise ControlError(400, "limit is a whole number above 0.")
        shown = list(self._switchboard.calls.values())[-int(written) :]
        return _reply([call.to_json() for call in shown])

    async def _call_us(self, http: web.Request) -> web.Response:
        call = self._switchboard.receive(arrivals.read(await read_object(http), self._desk.options))
        return _reply(call.to_json(), 201)

    async def _get_call(self, http: web.Request) -> web.Response:
        return _reply(self._find(http).to_json())

    async def _act(self, http: web.Request) -> web.Response:
        action = self._actions.get(http.match_info["action"])
        if action is None:
            raise ControlError(404, f"A call can {', '.join(self._actions)}.")
        call = self._find(http)
        action(call, await read_object(http))
        return _reply(call.to_json())

    def _find(self, http: web.Request) -> Call:
        call = self._switchboard.calls.get(http.match_info["call_id"])
        if call is None:
            raise ControlError(404, "There is no such call.")
        return call

    def _answer(self, call: Call, body: Body) -> None:
        voice = body.get("as", "human")
        if voice not in VOICES:
            raise ControlError(400, f"'as' is one of {', '.join(VOICES)}.")
        _require_state(call, "ringing", "answered")
        self._lines.answer(call, voice)

    def _press(self, call: Call, body: Body) -> None:
        digits = body.get("digits")
        if not isinstance(digits, str) or not digits or not set(digits) <= KEYS:
            raise ControlError(400, "'digits' is a string of the keys 0-9 * # A-D, at least one.")
        _require_state(call, "answered", "given keys")
        if not call.is_heard:
            raise ControlError(
                409, "A switchboard is on the line; keys can be pressed once an extension picks up."
            )
        self._lines.press(call, digits)

    def _hang_up(self, call: Call, body: Body) -> None:
        if call.is_unanswered_inbound and not call.is_over:
            self._lines.end(call, "cancel")
            return
        _require_state(call, "answered", "hung up by the callee")
        self._lines.end(call, "hangup")

    def _refuse(self, call: Call, cause: str, doing: str) -> None:
        _require_state(call, "ringing", doing)
        self._lines.end(call, cause)

    async def _reset(self, http: web.Request) -> web.Response:
        self._switchboard.reset()
        self._gatekeeper.revoke_all()
        self._desk.faults.clear()
        self._desk.set_options(self._initial)
        self._desk.stream.publish("reset", dict)
        return _reply({})

    async def _revoke(self, http: web.Request) -> web.Response:
        self._gatekeeper.revoke_all()
        return _reply({})

    async def _get_faults(self, http: web.Request) -> web.Response:
        return _reply({"faults": self._desk.faults.to_json()})

    async def _set_faults(self, http: web.Request) -> web.Response:
        """Add one fault (an object), or replace all (an object with a list `faults`, or a bare list)."""
        body = await _read_json(http)
        replaces = isinstance(body, list) or (isinstance(body, dict) and "faults" in body)
        wanted = body["faults"] if isinstance(body, dict) and replaces else body
        try:
            read = [faults.read(item) for item in (wanted if isinstance(wanted, list) else [wanted])]
        except ValueError as error:
            raise ControlError(400, str(error)) from None
        if replaces:
            self._desk.faults.clear()
        for fault in read:
            self._desk.faults.add(fault)
        return await self._get_faults(http)

    async def _clear_faults(self, http: web.Request) -> web.Response:
        self._desk.faults.clear()
        return await self._get_faults(http)

    async def _get_options(self, http: web.Request) -> web.Response:
        return _reply(options.to_json(self._desk.options))

    async def _set_options(self, http: web.Request) -> web.Response:
        self._change(await read_object(http))
        return await self._get_options(http)

    def _change(self, changes: Body) -> None:
        if fixed := {"host", "port", "base_url", "keep_exchanges"} & set(changes):
            raise ControlError(400, f"{', '.join(sorted(fixed))} cannot change while the emulator runs.")
        try:
            self._desk.set_options(options.change(self._desk.options, changes))
        except ValueError as error:
            raise ControlError(400, str(error)) from None

    async def _get_clock(self, http: web.Request) -> web.Response:
        return _reply({"now": to_iso(self._desk.clock.now()), "speed": self._desk.clock.speed})

    async def _set_clock(self, http: web.Request) -> web.Response:
        body = await read_object(http)
        if set(body) != {"speed"}:
            raise ControlError(400, "The clock has one dial: 'speed'.")
        self._change(body)
        return await self._get_clock(http)

    async def _advance(self, http: web.Request) -> web.Response:
        seconds = (await read_object(http)).get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= 1e7:
            raise ControlError(400, "'seconds' is a number, not negative.")
        await self._desk.clock.advance(seconds)
        return await self._get_clock(http)

    async def _get_load(self, http: web.Request) -> web.Response:
        return _reply({"queued": self._switchboard.queue_size, "inProgress": self._switchboard.in_progress})

    async def _get_numbers(self, http: web.Request) -> web.Response:
        return _reply(numbers.to_json())


async def _read_json(http: web.Request) -> Any:
    body = await http.read()
    if not body:
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ControlError(400, "The body is not JSON.") from None


async def read_object(http: web.Request) -> Body:
    """Return the JSON object of a request, empty when it has no body."""
    body = await _read_json(http)
    if not isinstance(body, dict):
        raise ControlError(400, "The body is not a JSON object.")
    return body
