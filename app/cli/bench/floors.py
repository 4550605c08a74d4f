"""Floors of the sync benchmarks: the same bytes over a bare HTTP server, and plain SQLite."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from app.wire.messages import FeedLine


@contextmanager
def bare_server(body: bytes) -> Iterator[str]:
    """A server that answers every GET with the same gzipped bytes, and every POST with two of them."""
    packed = gzip.compress(body, compresslevel=1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without this the floor would be the forty milliseconds for which a reader holds back its answer.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            """Silence: this is a measurement."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def get_and_insert(url: str, database: Path) -> float:
    """Seconds for one GET of NDJSON, decoding it, and one plain ``executemany`` into a new SQLite file."""
    import requests
    from sqlcipher3 import dbapi2

    database.unlink(missing_ok=True)
    connection = dbapi2.connect(str(database))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE records (kind TEXT, id TEXT, root TEXT, rev INTEGER, body BLOB)")
    decoder = msgspec.json.Decoder(FeedLine)
    with requests.Session() as session:
        began = time.perf_counter()
        lines = session.get(url, timeout=60).content.splitlines()
        rows = [
            (line.kind, line.id, line.root, line.rev, bytes(line.body)) for line in map(decoder.decode, lines)
        ]
        connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", rows)
        connection.commit()
        taken = time.perf_counter() - began
    connection.close()
    return taken


def post_and_insert(url: str, payloads: list[bytes], database: Path) -> float:
    """Seconds for one POST of so many payloads and one plain ``executemany`` of them."""
    import requests
    from sqlcipher3 import dbapi2

    database.unlink(missing_ok=True)
    connection = dbapi2.connect(str(database))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE acts (id INTEGER PRIMARY KEY, body BLOB)")
    with requests.Session() as session:
        began = time.perf_counter()
        session.post(url, data=b"\n".join(payloads), timeout=60).raise_for_status()
        connection.executemany("INSERT INTO acts (body) VALUES (?)", [(payload,) for payload in payloads])
        connection.commit()
        taken = time.perf_counter() - began
    connection.close()
    return taken
