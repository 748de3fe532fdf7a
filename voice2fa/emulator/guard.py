"""Keeps other web pages away from the control plane: DNS rebinding and cross-site requests."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from voice2fa.emulator.desk import Desk
from voice2fa.emulator.errors import ControlError
from voice2fa.emulator.fields import LOOPBACK

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GUARDED = ("/_control", "/handset")


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def check_source(http: web.Request, desk: Desk) -> None:
    """Raise ControlError unless the request is addressed to us and comes from our own page or no page."""
    options = desk.options
    if options.allow_any_host:
        return
    if _host_name(http.host) not in (*LOOPBACK, options.host.lower(), *map(str.lower, options.allowed_hosts)):
        raise ControlError(403, f"Host {http.host!r} is not served; --allowed-hosts adds it.")
    origin = http.headers.get("Origin")
    if http.method not in ("GET", "HEAD") and origin is not None and urlsplit(origin).netloc != http.host:
        raise ControlError(403, "Requests from other sites are refused.")


def make_middleware(desk: Desk) -> Middleware:
    """Return the middleware that guards the control plane and turns its refusals into JSON."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.path == "/" or request.path.startswith(GUARDED):
                check_source(request, desk)
            return await handler(request)
        except ControlError as error:
            return web.json_response({"error": str(error)}, status=error.status)

    return guard
