"""A carrier that answers as it is told to, on a real socket, and remembers what it was asked."""

import json
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .samples import CALL_ID, bandwidth_options


@dataclass
class Asked:
    method: str
    path: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do(self):
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        sink = self.server.sink
        sink.asked.append(asked)
        answers = sink.tokens if self.path == "/token" else sink.answers
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        answer(self, sink)

    do_GET = do_POST = do_PUT = do  # noqa: N815 - the names that http.server calls

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    # Joined on close, so that no thread outlives its test.
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


class Sink:
    """Answers with ``answers``, one by one, the last one for ever; tokens have their own queue."""

    def __init__(self, *answers):
        self.answers = deque(answers or [created()])
        self.tokens = deque([token("token-1"), token("token-2"), token("token-3")])
        self.asked = []
        self.released = threading.Event()
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.sink = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def options(self):
        return bandwidth_options(BASE_URL=f"{self.url}/api/v2", TOKEN_URL=f"{self.url}/token")

    @property
    def orders(self):
        return [asked for asked in self.asked if asked.path != "/token"]

    @property
    def token_requests(self):
        return [asked for asked in self.asked if asked.path == "/token"]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def reply(status, body=b"", **headers):
    """Return an answer with this status and body; header names are written with underscores."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler, sink):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(content)))
        # Closed after every answer: the threads of the sink must end with the test.
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    return answer


def reply_in_chunks(status, *chunks):
    """Return an answer in transfer encoding chunked."""

    def answer(handler, sink):
        handler.send_response(status)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for chunk in (*chunks, b""):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        handler.close_connection = True

    return answer


def created():
    return reply(201, {"callId": CALL_ID})


def token(value, **content):
    return reply(200, {"access_token": value, "token_type": "Bearer", "expires_in": 3600, **content})


def refuse(status, description="", kind="validation", **headers):
    return reply(status, {"type": kind, "description": description, "id": None}, **headers)


def drop(handler, sink):
    """Take the request and hang up without a word."""
    handler.close_connection = True
    handler.connection.shutdown(2)


def keep_waiting(handler, sink):
    """Take the request and say nothing until the test is over."""
    sink.released.wait(10)
    handler.close_connection = True


def drip(handler, sink):
    """Begin an answer and send one byte after another, for ever."""
    handler.send_response(201)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not sink.released.wait(0.03):
        handler.wfile.write(b" ")


def babble(handler, sink):
    """Answer with something that is not HTTP."""
    handler.wfile.write(b"SSH-2.0-nonsense\r\n\r\n")
    handler.close_connection = True
