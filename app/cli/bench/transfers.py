"""How long files take: one of 1 GiB fetched, sent, and gone on with after a kill, beside what bare programs need.

The floor of a download is ``curl -o`` from the same service followed by ``openssl dgst -sha256``: the same bytes on the
same disk, verified, in the clear. Ours are encrypted as well, and readable at any place.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.cli.bench import RUNS, Result, result
from app.cli.bench.ground import EMAIL, PASSWORD, House, house
from app.cli.bench.loopback import QuietHandler, serving
from app.domain.errors import KnownError

SIZE = 1 << 30
"""Bytes of the file that is fetched and sent."""

MOST_MEMORY = 150.0
"""MB that a desktop's process may take while a file travels, whatever its size: the measure beside what was taken."""

MOST_REPEATED = 8.0
"""MiB that may have to travel twice after a kill: the measure beside what did."""

_MIB = 1 << 20
_SAMPLES = 20


def download(size: int = SIZE, runs: int = RUNS) -> Iterator[Result]:
    """Seconds until a file lies here, encrypted, verified and readable; and the most memory that it took, in MB."""
    _require("curl", "openssl")
    with house(_SAMPLES) as ground:
        file = _place(ground, size)
        seconds, memory, floors = [], [], []
        for run in range(runs):
            floors.append(_curl_and_digest(ground, file))
            told = _child("fetch", ground, f"fetching-{run}", file.sha256)
            _forget(ground, f"fetching-{run}")
            seconds.append(told["seconds"])
            memory.append(told["memory"])
        yield result("download", size // _MIB, seconds, "s", floors)
        yield result("fetch-memory", size // _MIB, memory, "MB", [MOST_MEMORY])


def upload(size: int = SIZE, runs: int = RUNS) -> Iterator[Result]:
    """Seconds until the service has verified a file that was added here; and the most memory it took, in MB."""
    _require("curl", "openssl")
    with house(_SAMPLES) as ground:
        source = ground.folder / "mine.bin"
        seconds, memory, floors = [], [], []
        for run in range(runs):
            # Another file each time: of one that is there already nothing would be sent.
            _write_noise(source, size)
            floors.append(_curl_up_and_digest(source, ground.folder / "received.bin"))
            told = _child("send", ground, f"sending-{run}", str(source))
            _forget(ground, f"sending-{run}")
            seconds.append(told["seconds"])
            memory.append(told["memory"])
        yield result("upload", size // _MIB, seconds, "s", floors)
        yield result("send-memory", size // _MIB, memory, "MB", [MOST_MEMORY])


def resume(size: int = SIZE, runs: int = RUNS) -> Iterator[Result]:
    """Seconds for the rest of a file after the program was killed at half of it; and the MiB that came twice."""
    _require("curl", "openssl")
    with house(_SAMPLES) as ground:
        file = _place(ground, size)
        seconds, repeated, floors = [], [], []
        for run in range(runs):
            floors.append(_curl_and_digest(ground, file, begin=size // 2))
            laptop = f"resuming-{run}"
            arrived = _killed_at(size // 2, ground, laptop, file.sha256)
            told = _child("fetch", ground, laptop, file.sha256)
            _forget(ground, laptop)
            seconds.append(told["seconds"])
            repeated.append((arrived - told["here"]) / _MIB)
        yield result("resume", size // _MIB, seconds, "s", floors)
        yield result("repeated", size // _MIB, repeated, "MiB", [MOST_REPEATED])


# -- the ground -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Placed:
    """A file at the service that the moderator may read."""

    path: Path
    sha256: str


def _place(ground: House, size: int) -> _Placed:
    """Puts a file of random bytes into the service, as evidence of one of the moderator's requests."""
    from sqlalchemy import Connection, select

    from app.domain.evidence import Evidence, EvidenceKind
    from app.service import tables as t
    from app.service.accounts import new_id
    from app.service.blobs import BlobStore, record_blob
    from app.service.database import open_engine, transact
    from app.service.feed import Changes

    path, now = ground.folder / "evidence.bin", datetime.now(UTC)
    _write_noise(path, size)
    sha256, _ = BlobStore(ground.service.files_url).put_file(path)

    def attach(connection: Connection) -> None:
        request_id = connection.execute(select(t.requests.c.id).limit(1)).scalar_one()
        record_blob(connection, sha256, size, now)
        item = Evidence(new_id(), request_id, "", EvidenceKind.LEARNER_WORK, path.name, sha256, size)
        connection.execute(
            t.evidence.insert().values(
                id=item.id,
                request_id=request_id,
                kind=item.kind.value,
                name=item.name,
                sha256=sha256,
                size=size,
                added_at=now,
            )
        )
        changes = Changes()
        changes.put(item)
        changes.publish(connection)

    engine = open_engine(ground.service.database_url)
    try:
        transact(engine, attach)
    finally:
        engine.dispose()
    path.unlink()
    return _Placed(path, sha256)


def _write_noise(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for start in range(0, size, _MIB):
            file.write(os.urandom(min(_MIB, size - start)))


# -- ours -------------------------------------------------------------------------------------------------------


def _child(what: str, ground: House, laptop: str, about: str) -> dict[str, float]:
    """What a process of its own tells that fetches or sends on the laptop of that name."""
    told = subprocess.run(
        _command(what, ground, laptop, about), capture_output=True, text=True, check=False, timeout=3600
    )
    if told.returncode:
        raise RuntimeError(f"the {what} failed: {told.stdout}{told.stderr}")
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found


def _killed_at(arrived: int, ground: House, laptop: str, sha256: str) -> int:
    """Kills a fetching process once so many bytes have arrived; returns how many it had by then."""
    with subprocess.Popen(_command("fetch", ground, laptop, sha256), stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        count = 0
        for line in child.stdout:
            if line.startswith(b"arrived "):
                count = int(line.split()[1])
                if count >= arrived:
                    child.kill()
                    break
        for line in child.stdout:
            # What it still told before it died.
            if line.startswith(b"arrived ") and line.endswith(b"\n"):
                count = int(line.split()[1])
    return count


def _forget(ground: House, laptop: str) -> None:
    """Removes the laptop, as the floor removes its file: neither is to fill the disk's memory for the other."""
    shutil.rmtree(ground.use_laptop(laptop))


def _command(what: str, ground: House, laptop: str, about: str) -> list[str]:
    home = ground.use_laptop(laptop)
    if not any(home.iterdir()):
        with ground.desk(laptop) as desk:
            desk.sync(lambda _: None)
    return [sys.executable, "-m", "app.cli.bench.transfer_child", what, about]


# -- floors -----------------------------------------------------------------------------------------------------


def _require(*programs: str) -> None:
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise KnownError(
            "program_missing",
            f"This benchmark measures itself against {' and '.join(missing)}, which this computer lacks.",
            "Install it, or run the other benchmarks one by one with --only.",
        )


def _curl_and_digest(ground: House, file: _Placed, begin: int = 0) -> float:
    """Seconds for curl to fetch the file (from a byte on, the rest lying here), and for openssl to verify all of it."""
    import requests

    base, target = ground.service.url, ground.folder / "curled.bin"
    signed_in = requests.post(
        f"{base}/api/auth/sign-in",
        json={"email": EMAIL, "password": PASSWORD, "device_id": "bench-floor"},
        timeout=60,
    ).json()
    curl = ["curl", "--fail", "--silent", "--show-error", "-o", str(target)]
    curl += ["-H", f"Authorization: Bearer {signed_in['access']}", f"{base}/api/blobs/{file.sha256}"]
    target.unlink(missing_ok=True)
    if begin:
        subprocess.run([*curl, "-r", f"0-{begin - 1}"], check=True, timeout=3600)
    began = time.perf_counter()
    subprocess.run([*curl, *(["-C", str(begin)] if begin else [])], check=True, timeout=3600)
    found = _digest(target)
    taken = time.perf_counter() - began
    target.unlink()
    if found != file.sha256:
        raise RuntimeError("curl fetched another file")
    return taken


def _curl_up_and_digest(source: Path, target: Path) -> float:
    """Seconds for curl to send the file to a bare server that writes it down, and for openssl to verify that."""
    with _taking_server(target) as url:
        began = time.perf_counter()
        subprocess.run(
            ["curl", "--fail", "--silent", "--show-error", "-T", str(source), url], check=True, timeout=3600
        )
        _digest(target)
        taken = time.perf_counter() - began
    target.unlink()
    return taken


def _digest(path: Path) -> str:
    told = subprocess.run(
        ["openssl", "dgst", "-sha256", "-r", str(path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=3600,
    )
    return told.stdout.split()[0]


@contextmanager
def _taking_server(target: Path) -> Iterator[str]:
    """A server that writes the body of every PUT to a file, forced to the disk."""

    class Handler(QuietHandler):
        def do_PUT(self) -> None:
            left = int(self.headers["Content-Length"])
            if self.headers.get("Expect", "").lower() == "100-continue":
                self.send_response_only(100)
                self.end_headers()
            with target.open("wb") as file:
                while left and (piece := self.rfile.read(min(left, _MIB))):
                    file.write(piece)
                    left -= len(piece)
                file.flush()
                os.fsync(file.fileno())
            self.send_response(204)
            self.end_headers()

        def handle_expect_100(self) -> bool:
            return True

    with serving(Handler) as url:
        yield f"{url}file"
