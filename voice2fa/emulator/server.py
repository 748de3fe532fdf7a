"""Puts the parts together, and runs them: in the foreground, or in a thread beside a test."""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType

from aiohttp import web

from voice2fa.emulator import pages
from voice2fa.emulator.apiserver import ApiServer, json_errors
from voice2fa.emulator.control import Control
from voice2fa.emulator.desk import Desk
from voice2fa.emulator.guard import make_middleware
from voice2fa.emulator.oauth import Gatekeeper
from voice2fa.emulator.options import Options
from voice2fa.emulator.switchboard import Switchboard
from voice2fa.emulator.watching import Watching
from voice2fa.emulator.webhooks import Courier

LARGEST_REQUEST = 1024 * 1024


class Server:
    """One emulated carrier that listens."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._runner: web.AppRunner | None = None
        self._desk: Desk | None = None
        self._courier: Courier | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen; afterwards `url` is known."""
        desk = self._desk = Desk(self._options)
        courier = self._courier = Courier(desk)
        switchboard, gatekeeper = Switchboard(desk, courier), Gatekeeper(desk)
        app = web.Application(
            middlewares=[make_middleware(desk), json_errors], client_max_size=LARGEST_REQUEST
        )
        ApiServer(desk, switchboard, gatekeeper).add_routes(app)
        Control(desk, switchboard, gatekeeper).add_routes(app)
        Watching(desk, switchboard).add_routes(app)
        pages.add_routes(app)
        await courier.open()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._options.host, self._options.port, backlog=1024)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        self.url = f"http://{_show_host(self._options.host)}:{self._runner.addresses[0][1]}"
        desk.base_url = desk.base_url or self.url

    async def stop(self) -> None:
        """Stop listening, drop the calls, close all connections."""
        if self._desk is not None:
            await self._desk.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._courier is not None:
            await self._courier.close()


def _show_host(host: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  not bound here
    return f"[{host}]" if ":" in host else host


async def serve(options: Options, started: Callable[[str], None], stopping: asyncio.Event) -> None:
    """Run until `stopping` is set; `started` is told the address."""
    server = Server(options)
    await server.start()
    try:
        started(server.url)
        await stopping.wait()
    finally:
        await server.stop()


class Emulator:
    """The emulator in a thread of its own: `with Emulator(Options(speed=0)) as emulator: emulator.url`."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.url = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="voice2fa-emulator", daemon=True)

    @property
    def base_url(self) -> str:
        """The address of the Voice API, as clients configure it."""
        return f"{self.url}/api/v2"

    @property
    def token_url(self) -> str:
        """The address of the OAuth token endpoint."""
        return f"{self.url}/api/v1/oauth2/token"

    def start(self) -> "Emulator":
        """Start, and return when it listens; raise what kept it from listening."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        """Stop, and return when it has."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def __enter__(self) -> "Emulator":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._failure = error
        finally:
            self._loop = None
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await serve(self.options, self._announce, self._stopping)

    def _announce(self, url: str) -> None:
        self.url = url
        self._ready.set()
