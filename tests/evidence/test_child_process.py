"""The parent trusts nothing the child says: silence, nonsense and lies cost a message."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable

import pytest

from app.domain.errors import KnownError
from app.evidence.cage import Cage
from app.evidence.cage_process import ChildProcess
from app.evidence.findings import Verdict
from app.evidence.sources import BytesSource

LIAR = """
import os, sys, struct
lengths = struct.Struct(">II")
def take(length):
    data = b""
    while len(data) < length:
        data += os.read(0, length - len(data)) or os._exit(3)
    return data
for frame in {frames!r}:
    text, data = lengths.unpack(take(8))
    take(text + data)
    os.write(1, frame)
os._exit(7)
"""


def frame(words: object, data: bytes = b"") -> bytes:
    text = json.dumps(words).encode()
    return struct.pack(">II", len(text), len(data)) + text + data


def liar(*frames: bytes) -> Callable[[], ChildProcess]:
    return lambda: ChildProcess([sys.executable, "-I", "-c", LIAR.format(frames=list(frames))])


PAGES = frame({"done": {"kind": "pages", "sizes": [[200, 100]], "remark": ""}})
TEXT = BytesSource(b"hello")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff" * 8,
        struct.pack(">II", 10, 0) + b"not json!!",
        frame([1, 2]),
        frame({"done": "yes"}),
        frame({"done": {}}),
        frame({"done": {"kind": "trap", "sizes": [], "remark": ""}}),
        frame({"done": {"kind": "pages", "sizes": [[1]], "remark": ""}}),
        frame({"done": {"kind": "pages", "sizes": [[1e300, "x"]], "remark": ""}}),
        frame({"done": {"kind": "pages", "sizes": [[float("nan"), 1]], "remark": ""}}),
        frame({"bytes": [-1, 10]}),
        frame({"bytes": [0, 1 << 40]}),
        frame({"bytes": "all of it"}),
    ],
)
def test_an_opening_answer_out_of_form_is_refused(answer: bytes) -> None:
    with Cage(start=liar(answer)) as cage, pytest.raises(KnownError) as refusal:
        cage.open(TEXT, "a.txt")
    assert refusal.value.code == "evidence_unreadable"


@pytest.mark.parametrize(
    "answer",
    [
        frame({"done": {"width": 10, "height": 10, "scale": 1.0}}, bytes(399)),
        frame({"done": {"width": -1, "height": -1, "scale": 1.0}}, bytes(4)),
        frame({"done": {"width": 1e3, "height": 1, "scale": 1.0}}, bytes(4_000)),
        frame({"done": {"width": 1, "height": 1, "scale": "x"}}, bytes(4)),
        frame({"done": {}}),
    ],
)
def test_a_bitmap_out_of_form_is_refused(answer: bytes) -> None:
    with Cage(start=liar(PAGES, answer)) as cage, cage.open(TEXT, "a.txt") as document:
        with pytest.raises(KnownError) as refusal:
            document.render(0, 1.0)
        assert refusal.value.code == "evidence_unreadable"


@pytest.mark.parametrize(
    "hits", [7, [[0]], [[5, []]], [[0, [[1, 2, 3]]]], [["x", []]], [[0, [[1, 2, 3, "x"]]]]]
)
def test_hits_out_of_form_are_refused(hits: object) -> None:
    answer = frame({"done": {"hits": hits}})
    with Cage(start=liar(PAGES, answer)) as cage, cage.open(TEXT, "a.txt") as document:
        with pytest.raises(KnownError) as refusal:
            document.find("x")
        assert refusal.value.code == "evidence_unreadable"


def test_a_refusal_in_unknown_words_becomes_one_of_ours() -> None:
    answer = frame({"failed": "send_money", "details": "to this account"})
    with Cage(start=liar(answer)) as cage, pytest.raises(KnownError) as refusal:
        cage.open(TEXT, "a.txt")
    assert refusal.value.code == "evidence_unreadable"
    assert "money" not in refusal.value.says + refusal.value.do


def test_a_look_that_the_child_dies_of_is_reported_as_a_finding() -> None:
    with Cage(start=liar(b"\xff" * 8)) as cage:
        found = cage.inspect(TEXT, "a.txt")
    assert found.verdict is Verdict.HOSTILE
    assert found.says


@pytest.mark.parametrize(
    "done",
    [
        {},
        {"kind": "text", "verdict": "fine"},
        {"kind": "trap", "verdict": "ok"},
        {"kind": "text", "verdict": "ok", "entries": 7},
        {"kind": "text", "verdict": "ok", "entries": ["a.txt"]},
        {"kind": "text", "verdict": "ok", "entries": [{"name": "a", "size": -1}]},
        {"kind": "text", "verdict": "ok", "entries": [{"name": "a", "size": 1 << 70}]},
    ],
)
def test_a_verdict_out_of_form_is_none(done: dict[str, object]) -> None:
    with Cage(start=liar(frame({"done": done}))) as cage:
        assert cage.inspect(TEXT, "a.txt").verdict is Verdict.HOSTILE


def test_a_verdict_longer_than_anybody_reads_is_cut() -> None:
    entries = [{"name": "n" * 5_000, "size": 1}, *[{"name": "n", "size": 1}] * 1_100]
    done = {
        "kind": "text",
        "media_type": "text/plain",
        "verdict": "ok",
        "says": "s" * 5_000,
        "entries": entries,
    }
    with Cage(start=liar(frame({"done": done}))) as cage:
        found = cage.inspect(TEXT, "a.txt")
    assert len(found.says) == len(found.entries[0].name) == 500
    assert len(found.entries) == 1_000


def test_a_look_that_takes_too_long_is_no_fault_of_the_file() -> None:
    silent = [sys.executable, "-I", "-c", "import sys; sys.stdin.buffer.read()"]
    with Cage(seconds=0.5, start=lambda: ChildProcess(silent)) as cage:
        found = cage.inspect(TEXT, "a.txt")
    assert found.verdict is Verdict.UNKNOWN
    assert "too long" in found.says


def test_a_silent_child_is_stopped_in_time() -> None:
    silent = [sys.executable, "-I", "-c", "import sys; sys.stdin.buffer.read()"]
    with Cage(seconds=0.5, start=lambda: ChildProcess(silent)) as cage, pytest.raises(KnownError) as refusal:
        cage.open(TEXT, "a.txt")
    assert refusal.value.code == "evidence_too_slow"


def test_a_child_that_cannot_be_started_is_said_in_words() -> None:
    with pytest.raises(KnownError) as refusal:
        ChildProcess(["/nowhere/at/all"])
    assert "could not be started" in refusal.value.says
