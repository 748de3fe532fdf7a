"""A site on a real socket that answers callbacks as a test tells it to."""

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PARK = "<Response><Pause duration='3600'/></Response>"


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict
    authorization: str | None
    body: bytes

    @property
    def event(self):
        return (
            json.loads(self.body) if self.body else {name: values[0] for name, values in self.query.items()}
        )


@dataclass
class Answer:
    """One answer; `action` may be drop (no answer) or hang (none until released)."""

    body: str | bytes = ""
    status: int = 200
    content_type: str | None = "application/xml"
    headers: dict = field(default_factory=dict)
    action: str = ""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Say nothing: callers that give up are part of the tests."""


class Site:
    """Paths answer in the order they were scripted, the last one for ever; unscripted ones answer 204."""

    def __init__(self):
        self.seen = []
        self.released = threading.Event()
        self.credentials = {}
        self._answers = {}
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                site.handle(self)

            do_GET = do_POST  # noqa: N815 - the name is that of http.server

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def script(self, path, *answers, **single):
        made = [answer if isinstance(answer, Answer) else Answer(answer) for answer in answers]
        self._answers[path] = made or [Answer(**single)]

    def demand(self, path, username, password):
        pair = base64.b64encode(f"{username}:{password}".encode()).decode()
        self.credentials[path] = f"Basic {pair}"

    def at(self, path):
        return [seen for seen in self.seen if seen.path == path]

    def events(self, event_type):
        return [
            seen.event
            for seen in self.seen
            if (seen.body or seen.query) and seen.event.get("eventType") == event_type
        ]

    def handle(self, http):
        parts = urlsplit(http.path)
        body = http.rfile.read(int(http.headers.get("Content-Length") or 0))
        authorization = http.headers.get("Authorization")
        with self._lock:
            self.seen.append(Seen(http.command, parts.path, parse_qs(parts.query), authorization, body))
            answer = self._choose(parts.path, authorization)
        if answer.action == "hang":
            self.released.wait(30)
        if answer.action in ("drop", "hang"):
            http.close_connection = True
            return
        self._send(http, answer)

    def _choose(self, path, authorization):
        if path in self.credentials and authorization != self.credentials[path]:
            return Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="site"'})
        answers = self._answers.get(path)
        if not answers:
            return Answer(status=204)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _send(self, http, answer):
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        http.send_response(answer.status)
        if body and answer.content_type:
            http.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            http.send_header(name, value)
        if answer.status != 204:
            http.send_header("Content-Length", str(len(body)))
        http.end_headers()
        http.wfile.write(body)
