"""An emulator with a site beside it, and its handset page in a browser."""

import json
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from voice2fa.emulator import Emulator, Options

from .handset import ARGUMENTS, Handset, Site
from .laboratory import Laboratory


@pytest.fixture
def make_lab():
    labs = []

    def make(**options):
        labs.append(Laboratory(**options))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(make_lab):
    return make_lab()


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.events.append(event)
            body = known.replies.get(event["eventType"], "").encode()
            self.send_response(200 if body else 204)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Site(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(Options(speech_wpm=0)) as running:
        yield running


# Not the session: while Playwright's event loop is alive in this thread, Django's ORM refuses to work in it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_handset(browser: Browser, emulator: Emulator, site: Site) -> Iterator[Any]:
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(width: int = 1280, height: int = 860, scheme: Any = "light", script: str = "") -> Handset:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if script:
            page.add_init_script(script)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return Handset(page, emulator, site, complaints).open()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def handset(open_handset: Any) -> Iterator[Handset]:
    opened = open_handset()
    yield opened
    assert opened.complaints == []
