"""The operator's virus scanner, spoken to over real sockets by a small server that speaks clamd's protocol."""

from __future__ import annotations

import io
import os
import socket
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.evidence.clamd import VARIABLE, scan, scanner_url
from app.evidence.findings import NOTHING_OFF, Verdict

# Two halves, so that no scanner takes this file for the sample.
SAMPLE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Answering = Callable[[bytes], bytes]


class Scanner:
    """Takes one stream a connection, as clamd does, and answers by ``answer``; hangs up after ``most`` bytes."""

    def __init__(self, listening: socket.socket, answer: Answering, most: int) -> None:
        self.received: list[bytes] = []
        self.pieces: list[int] = []
        self._listening = listening
        self._answer = answer
        self._most = most
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            with connection:
                if not self._one(connection):
                    return

    def _one(self, connection: socket.socket) -> bool:
        with connection.makefile("rb") as incoming:
            if incoming.read(10) != b"zINSTREAM\0":
                return False
            data = b""
            while True:
                length = struct.unpack(">I", incoming.read(4))[0]
                if length == 0:
                    break
                data += incoming.read(length)
                self.pieces.append(length)
                if len(data) > self._most:
                    connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return True
            self.received.append(data)
            connection.sendall(self._answer(data))
            return True

    def close(self) -> None:
        family, place = self._listening.family, self._listening.getsockname()
        with socket.socket(family, socket.SOCK_STREAM) as last:
            last.connect(place)
            last.sendall(b"zEND\0\0\0\0\0\0")
        self._thread.join()
        self._listening.close()


def as_clamd(data: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if SAMPLE in data else b"stream: OK\0"


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[Scanner, str]]]:
    """Starts a scanner on TCP, or on a socket of the file system."""
    scanners: list[Scanner] = []
    # The system allows about a hundred letters for such a place, fewer than pytest's own folders have.
    with tempfile.TemporaryDirectory(prefix="scan") as folder:

        def start(
            answer: Answering = as_clamd, *, most: int = 1 << 30, unix: bool = False
        ) -> tuple[Scanner, str]:
            if unix:
                place = str(Path(folder) / "clamd socket")
                listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                listening.bind(place)
                listening.listen()
                url = f"unix://{place.replace(' ', '%20')}"
            else:
                listening = socket.create_server(("127.0.0.1", 0))
                url = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
            scanners.append(Scanner(listening, answer, most))
            return scanners[-1], url

        yield start
        for scanner in scanners:
            scanner.close()


Start = Callable[..., tuple[Scanner, str]]


@pytest.mark.parametrize("unix", [False, True])
def test_a_clean_file_has_nothing_off_and_arrives_whole(started: Start, unix: bool) -> None:
    if unix and not hasattr(socket, "AF_UNIX"):
        pytest.skip("this system has no such sockets")
    scanner, url = started(unix=unix)
    data = os.urandom(3 << 20) + b"end"
    assert scan(io.BytesIO(data), url) == NOTHING_OFF
    assert scanner.received == [data]
    assert max(scanner.pieces) <= 1 << 20


def test_pieces_are_scanned_like_a_file_and_nothing_is_lost_between_them(started: Start) -> None:
    scanner, url = started()
    pieces = [b"a", b"", SAMPLE[:30], SAMPLE[30:], b"b" * (2 << 20)]
    assert scan(iter(pieces), url).verdict is Verdict.HOSTILE
    assert scanner.received == [b"".join(pieces)]
    assert scan([], url) == NOTHING_OFF


def test_what_the_scanner_finds_is_hostile_and_named(started: Start) -> None:
    _, url = started()
    found = scan(io.BytesIO(b"work" + SAMPLE), url)
    assert found.verdict is Verdict.HOSTILE
    assert found.says == "The virus scanner found “Eicar-Test-Signature” in this file."


def test_a_name_out_of_form_cannot_write_on_the_screen(started: Start) -> None:
    _, url = started(lambda _: b"stream: \x1b[2J\xe2\x80\xaeevil FOUND\0")
    found = scan(io.BytesIO(b"x"), url)
    assert found.verdict is Verdict.HOSTILE
    assert "\x1b" not in found.says
    assert "\u202e" not in found.says


def test_M48_a_file_larger_than_the_scanner_takes_is_accepted_and_said_to_be_unscanned(
    started: Start,
) -> None:
    _, url = started(most=2 << 20)
    found = scan((b"x" * (1 << 20) for _ in range(64)), url)
    assert found.verdict is Verdict.UNKNOWN
    assert "larger than the virus scanner" in found.says


@pytest.mark.parametrize(
    "answer", [b"", b"stream: what? ERROR\0", b"\0", b"OK\0", b"stream: OKAY\0", b"FOUND\0", b"x" * 10_000]
)
def test_an_answer_out_of_form_is_never_taken_for_clean(started: Start, answer: bytes) -> None:
    _, url = started(lambda _: answer)
    with pytest.raises(KnownError) as refusal:
        scan(io.BytesIO(b"x"), url)
    assert refusal.value.code == "scanner_unavailable"
    assert refusal.value.do


def test_a_scanner_that_cannot_be_reached_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
    for place in (url, "unix:///nowhere/at/all"):
        with pytest.raises(KnownError) as refusal:
            scan(io.BytesIO(b"x"), place)
        assert refusal.value.code == "scanner_unavailable"


def test_a_scanner_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, pytest.raises(KnownError) as refusal:
        scan(io.BytesIO(b"x"), f"tcp://127.0.0.1:{listening.getsockname()[1]}", seconds=0.2)
    assert refusal.value.code == "scanner_unavailable"


@pytest.mark.parametrize(
    "url", ["", "clamd", "http://127.0.0.1:3310", "tcp://", "unix://", "tcp://host:port"]
)
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(KnownError) as refusal:
        scan(io.BytesIO(b"x"), url)
    assert refusal.value.code == "scanner_url_wrong"
    assert VARIABLE in refusal.value.do


def test_the_operator_names_the_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert scanner_url() == ""
    monkeypatch.setenv(VARIABLE, " tcp://127.0.0.1:3310 ")
    assert scanner_url() == "tcp://127.0.0.1:3310"
