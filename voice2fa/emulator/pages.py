"""Serves the handset page's files."""

import re
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "handset"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*\.(html|css|js|svg|png|ico|mp3|wav|woff2)")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def add_routes(app: web.Application) -> None:
    """Put the page at / and its files at /handset/."""
    app.router.add_get("/", _index)
    app.router.add_get("/handset/{name}", _file)


async def _index(http: web.Request) -> web.StreamResponse:
    return _serve("index.html")


async def _file(http: web.Request) -> web.StreamResponse:
    return _serve(http.match_info["name"])


def _serve(name: str) -> web.StreamResponse:
    path = FOLDER / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=HEADERS)
