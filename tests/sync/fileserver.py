"""One file behind real HTTP on loopback, from a server that does with ranges what a test tells it to."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Answers every GET with the file or a part of it.

    cut: bytes after which the next answers break off, in their order. ranges: whether it knows any. etag: what it
    says the file's is. asked: the ranges that were asked for; sent: bytes of bodies that went out. parallel: how
    many answers were under way at once, at most. together, gate: what each answer waits for; on_ask: told before.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.etag = f'"{self.sha256}"'
        self.ranges = True
        self.cut: list[int] = []
        self.asked: list[tuple[int, int]] = []
        self.sent = 0
        self.parallel = 0
        self.together: threading.Barrier | None = None
        self.gate: threading.Event | None = None
        self.on_ask: Callable[[], None] = lambda: None
        self.address = ""
        self._now = 0
        self._lock = threading.Lock()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        start, end, status = 0, len(self.data), 200
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers.get("Range", ""))
        if found and self.ranges and handler.headers.get("If-Range") in (None, self.etag):
            start, end, status = int(found[1]), int(found[2]) + 1, 206
        with self._lock:
            self.asked.append((start, end))
            cut = self.cut.pop(0) if self.cut else None
            self._now += 1
            self.parallel = max(self.parallel, self._now)
        self.on_ask()
        if self.together is not None:
            self.together.wait(30)
        if self.gate is not None:
            self.gate.wait(30)
        handler.send_response(status)
        handler.send_header("Content-Type", "application/octet-stream")
        handler.send_header("Content-Length", str(end - start))
        handler.send_header("ETag", self.etag)
        if status == 206:
            handler.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(self.data)}")
        handler.end_headers()
        body = self.data[start : end if cut is None else start + cut]
        with self._lock:
            # Before its last byte is out: whoever has it may ask for more at once.
            self.sent += len(body)
            self._now -= 1
        handler.wfile.write(body)
        if cut is not None:
            handler.wfile.flush()
            handler.close_connection = True
            handler.connection.shutdown(2)


@contextmanager
def serving_file(data: bytes) -> Iterator[FileServer]:
    """A server for this file, until the block ends."""
    made = FileServer(data)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
