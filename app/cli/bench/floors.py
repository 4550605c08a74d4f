"""Floors of the sync benchmarks: the same bytes over a bare HTTP server, stdlib ``json``, and plain SQLite."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.cli.bench.loopback import QuietHandler, serving

_RECORDS = "CREATE TABLE records (kind TEXT, id TEXT, root TEXT, rev INTEGER, body TEXT)"
_ACTS = (
    "CREATE TABLE received (act_id TEXT PRIMARY KEY, outcome TEXT)",
    "CREATE TABLE notes (id TEXT PRIMARY KEY, root TEXT, body TEXT)",
    "CREATE TABLE feed (n INTEGER PRIMARY KEY, kind TEXT, id TEXT, root TEXT, line TEXT)",
)


@contextmanager
def bare_server(body: bytes = b"{}", database: Path | None = None) -> Iterator[str]:
    """A server that answers every GET with the same gzipped bytes. A POST is a JSON list of acts, which it applies
    in one transaction to a plain SQLite file ``database``; it answers with one outcome for each.
    """
    packed = gzip.compress(body, compresslevel=1)

    class Handler(QuietHandler):
        # Without this the floor would be the forty milliseconds for which a reader holds back its answer.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._say(packed, "gzip")

        def do_POST(self) -> None:
            assert database is not None
            acts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._say(json.dumps(_apply(acts, database)).encode())

        def _say(self, data: bytes, encoding: str = "identity") -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with serving(Handler) as url:
        yield url


def _apply(acts: list[dict[str, Any]], path: Path) -> list[dict[str, Any]]:
    """Applies acts as plainly as exactly-once allows: known already? a note, a line of the feed, the outcome."""
    connection = plain_database(path, *(() if path.exists() else _ACTS))
    connection.execute("BEGIN IMMEDIATE")
    (n,) = connection.execute("SELECT coalesce(max(n), 0) FROM feed").fetchone()
    told = []
    for act in acts:
        known = connection.execute(
            "SELECT outcome FROM received WHERE act_id = ?", (act["act_id"],)
        ).fetchone()
        if known is None:
            n += 1
            body = json.dumps(act["payload"])
            connection.execute("INSERT INTO notes VALUES (?, ?, ?)", (act["act_id"], act["request_id"], body))
            line = json.dumps({"kind": "note", "id": act["act_id"], "rev": n, "body": act["payload"]})
            connection.execute(
                "INSERT INTO feed VALUES (?, 'note', ?, ?, ?)", (n, act["act_id"], act["request_id"], line)
            )
            connection.execute("INSERT INTO received VALUES (?, 'applied')", (act["act_id"],))
        told.append({"act_id": act["act_id"], "outcome": "applied", "n": n})
    connection.execute("COMMIT")
    connection.close()
    return told


def plain_database(path: Path, *statements: str) -> Any:
    """A plain SQLite file as durable as ours, with these tables; transactions are begun by hand."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for statement in statements:
        connection.execute(statement)
    return connection


def get_and_insert(session: Any, url: str, database: Path) -> float:
    """Seconds for one GET of NDJSON, ``json.loads`` of each line, and one ``executemany`` into a new SQLite file."""
    database.unlink(missing_ok=True)
    connection = plain_database(database, _RECORDS)
    began = time.perf_counter()
    lines = session.get(url, timeout=60).content.splitlines()
    rows = [
        (line["kind"], line["id"], line["root"], line["rev"], json.dumps(line["body"]))
        for line in map(json.loads, lines)
        if "body" in line
    ]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    taken = time.perf_counter() - began
    connection.close()
    return taken


def post_and_insert(session: Any, url: str, acts: list[dict[str, Any]], database: Path) -> float:
    """Seconds for one POST of so many acts, the answer, and noting the outcomes in one transaction of its own."""
    database.unlink(missing_ok=True)
    connection = plain_database(
        database, "CREATE TABLE acts (act_id TEXT PRIMARY KEY, state TEXT, n INTEGER)"
    )
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO acts VALUES (?, 'queued', 0)", [(act["act_id"],) for act in acts])
    connection.execute("COMMIT")
    began = time.perf_counter()
    told = session.post(url, data=json.dumps(acts).encode(), timeout=60).json()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "UPDATE acts SET state = ?, n = ? WHERE act_id = ?",
        [(one["outcome"], one["n"], one["act_id"]) for one in told],
    )
    connection.execute("COMMIT")
    taken = time.perf_counter() - began
    connection.close()
    return taken
