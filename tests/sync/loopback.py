"""Real HTTP on this computer's loopback: for the model of the service, and for strangers who only pretend."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from app.sync.calls import HttpAnswer, HttpCall
from tests.sync.simulated import SimulatedService

Respond = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def listening(respond: Respond, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server on a free port that answers every request with ``respond``; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            respond(self, body)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes = b"",
    kind: str = "application/json",
    **headers: str,
) -> None:
    """One plain answer. Header names are given with underscores."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    if "Content_Length" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(service: SimulatedService) -> Iterator[str]:
    """The simulated service behind real HTTP, one request at a time."""
    lock = threading.Lock()

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        call = HttpCall(handler.command, handler.path, dict(handler.headers.items()), body)
        with lock:
            answer: HttpAnswer = service.answer(call)
            body = answer.body if answer.chunks is None else b"".join(answer.chunks)
        kind = answer.headers.get("content-type", "application/json")
        say(handler, answer.status, body, kind, Connection="close")

    with listening(respond) as address:
        yield address
