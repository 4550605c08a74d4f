"""What the system itself keeps the child from, tried by the child: above all, any network."""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import system
from app.evidence import confine_windows
from app.evidence.cage_process import ChildProcess, child_command, child_environment
from app.evidence.confine import MEMORY
from app.evidence.confine_macos import PROFILE, confine_on_macos
from app.evidence.kinds import FileKind
from app.evidence.protections import Protection, known_protections, protections, question_before_opening
from app.evidence.trying import TRIED

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what Linux's kernel enforces")

# Everything by the C library, so that no check of Python's is in between. The first connection shows that the
# listener can be reached; then the walls go up; then the child tries with a socket made before and with a new one.
CONNECTS = """
import ctypes, errno, json, os, socket, struct, sys
from app.evidence import confine
port, wall = int(sys.argv[1]), sys.argv[2]
libc = ctypes.CDLL(None, use_errno=True)
address = struct.pack("=H", socket.AF_INET) + struct.pack(">H4s8x", port, bytes([127, 0, 0, 1]))

def connect(handle):
    ctypes.set_errno(0)
    done = libc.connect(handle, address, 16)
    return "connected" if done == 0 else errno.errorcode[ctypes.get_errno()]

before = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
told = {"before": connect(libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0))}
if wall == "namespace":
    # The wall of the network alone, as it stands where a kernel has no filter on system calls.
    stands = libc.unshare(confine._NEW_USER | confine._NEW_NETWORK) == 0
else:
    told["walls"] = confine.confine()
    stands = "system calls" in told["walls"]
told["stands"] = stands
ctypes.set_errno(0)
handle = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
told["socket"] = "made" if handle >= 0 else errno.errorcode[ctypes.get_errno()]
told["new"] = connect(handle) if handle >= 0 else "no socket"
told["old"] = connect(before)
os.write(1, json.dumps(told).encode())
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that anybody on this computer can connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def connections(listener: socket.socket) -> int:
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def told_by_a_child(listener: socket.socket, wall: str) -> dict[str, object]:
    command = child_command()
    start = [*command[: command.index("-m")], "-c", CONNECTS, str(listener.getsockname()[1]), wall]
    result = subprocess.run(
        start, env=child_environment(), cwd="/", capture_output=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    told: dict[str, object] = json.loads(result.stdout)
    return told


@ON_LINUX
def test_the_child_itself_calls_connect_and_the_kernel_refuses(listener: socket.socket) -> None:
    told = told_by_a_child(listener, "all")
    if not told["stands"]:
        pytest.skip("this kernel or machine has no filter on system calls")
    assert told["before"] == "connected"
    assert told["socket"] == "EPERM"
    assert told["new"] == "no socket"
    assert told["old"] == "EPERM"
    assert connections(listener) == 1


@ON_LINUX
def test_a_network_of_its_own_has_nobody_in_it(listener: socket.socket) -> None:
    told = told_by_a_child(listener, "namespace")
    if not told["stands"]:
        pytest.skip("this system forbids a user namespace of one's own")
    assert told["before"] == "connected"
    assert told["socket"] == "made"
    assert told["new"] == "ENETUNREACH"
    assert connections(listener) >= 1


@ON_LINUX
def test_the_running_child_tries_its_walls_and_all_hold(tmp_path: Path, listener: socket.socket) -> None:
    mark = tmp_path / "mark"
    mark.write_text("kept")
    child = ChildProcess()
    try:
        port = listener.getsockname()[1]
        held, _ = child.ask({"do": "try_walls", "port": port, "path": str(mark)}, None, 30)
    finally:
        child.end()
    assert held == dict.fromkeys(TRIED, True)
    assert connections(listener) == 0
    assert mark.read_text() == "kept"


def test_without_walls_the_same_tries_succeed(tmp_path: Path, listener: socket.socket) -> None:
    mark = tmp_path / "mark"
    mark.touch()
    code = (
        "import json, sys\n"
        "from app.evidence.trying import try_walls\n"
        "print(json.dumps(try_walls(int(sys.argv[1]), sys.argv[2])))"
    )
    port = str(listener.getsockname()[1])
    result = subprocess.run(
        [sys.executable, "-c", code, port, str(mark)], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(result.stdout) == dict.fromkeys(TRIED, False)
    assert connections(listener) == 1


@ON_LINUX
def test_every_protection_holds_on_this_machine() -> None:
    walls = protections()
    assert [wall.name for wall in walls] == list(TRIED)
    assert all(wall.holds for wall in walls)
    assert known_protections() is known_protections()


def test_where_nothing_holds_risky_kinds_ask_before_they_open() -> None:
    none = tuple(Protection(name, holds=False) for name in TRIED)
    for kind in (FileKind.PDF, FileKind.IMAGE):
        question = question_before_opening(kind, "essay.pdf", none)
        assert "“essay.pdf”" in question
        assert question.endswith("Open it?")
    assert question_before_opening(FileKind.TEXT, "notes.txt", none) == ""
    one = (*none[:-1], Protection("memory", holds=True))
    assert question_before_opening(FileKind.PDF, "essay.pdf", one) == ""


@ON_LINUX
def test_status_tells_which_protections_hold() -> None:
    assert system.protection_words() == (
        "The process that reads evidence has no network, cannot write files, cannot start programs "
        "and has a limit on memory."
    )
    assert system.protections_as_data() == dict.fromkeys(TRIED, True)


def test_status_tells_what_is_missing_and_what_nobody_has_tried() -> None:
    walls = tuple(Protection(name, holds=name != "network") for name in TRIED)
    words = system.words_of(walls, tried_before=False)
    assert "But it could reach the network." in words
    assert "its makers have never run" in words
    none = tuple(Protection(name, holds=False) for name in TRIED)
    assert system.words_of(none, tried_before=True) == (
        "Nothing on this computer confines the process that reads evidence: risky files ask first."
    )


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="sizes of a 64-bit system")
def test_the_windows_job_is_described_in_the_form_the_system_reads() -> None:
    limits = confine_windows.limits_of(MEMORY)
    assert ctypes.sizeof(confine_windows.BasicLimits) == 64
    assert ctypes.sizeof(confine_windows.ExtendedLimits) == 144
    assert ctypes.sizeof(confine_windows.Label) == 16
    assert limits.basic.active_processes == 1
    assert limits.basic.flags == 0x708
    assert limits.process_memory == MEMORY


def test_the_macos_profile_denies_and_is_left_out_where_there_is_none() -> None:
    assert PROFILE.count(b"(") == PROFILE.count(b")")
    for denied in (b"network*", b"file-write*", b"process-fork", b"process-exec*"):
        assert b"(deny " + denied in PROFILE
    if sys.platform != "darwin":
        assert confine_on_macos() == []
        assert confine_on_macos(ctypes.util.find_library("c") or os.devnull) == []
