"""The walls around the child: no network, no files, no programs, no secrets – for Python and for machine code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.evidence.cage_process import ChildProcess, child_command, child_environment
from app.evidence.sources import BytesSource
from tests.evidence.making import pdf, words

ATTEMPTS = """
import ctypes, json, os, sys
from app.evidence.confine import confine
walls = confine()
outcome = {}

def attempt(name, act):
    try:
        outcome[name] = repr(act())
    except BaseException as error:
        outcome[name] = type(error).__name__

def native(call):
    ctypes.set_errno(0)
    return (call(), ctypes.get_errno())

libc = ctypes.CDLL(None, use_errno=True) if sys.platform != "win32" else None
victim, parent, mark = sys.argv[1:4]
import socket, subprocess
attempt("socket", lambda: socket.socket())
attempt("look-up", lambda: socket.getaddrinfo("localhost", 80))
attempt("program", lambda: subprocess.run([sys.executable, "-c", ""]))
attempt("shell", lambda: os.system("true"))
attempt("fork", lambda: os.fork())
attempt("exec", lambda: os.execv(sys.executable, [sys.executable]))
attempt("write", lambda: open(mark, "w"))
attempt("append", lambda: open(victim, "a"))
attempt("low write", lambda: os.open(mark, os.O_WRONLY | os.O_CREAT))
attempt("remove", lambda: os.remove(victim))
attempt("rename", lambda: os.rename(victim, mark))
attempt("read", lambda: open(victim).read())
attempt("read through ..", lambda: open(sys.prefix + "/../../../../../../../../.." + victim).read())
attempt("environment", lambda: dict(os.environ))
attempt("own import", lambda: __import__("app.evidence.texts"))
attempt("picture import", lambda: __import__("PIL.Image"))
attempt("memory", lambda: len(bytearray(3 << 30)))
if sys.platform == "linux":
    attempt("native socket", lambda: native(lambda: libc.socket(2, 1, 0)))
    attempt("native unix socket", lambda: native(lambda: libc.socket(1, 1, 0)))
    attempt("native create", lambda: native(lambda: libc.open(mark.encode(), os.O_CREAT | os.O_WRONLY, 0o600)))
    attempt("native remove", lambda: native(lambda: libc.unlink(victim.encode())))
    attempt("native fork", lambda: native(lambda: libc.fork()))
    attempt("native exec", lambda: native(lambda: libc.execv(sys.executable.encode(), None)))
    attempt("native kill", lambda: native(lambda: libc.kill(int(parent), 0)))
    attempt("native spying", lambda: native(lambda: libc.open(f"/proc/{parent}/environ".encode(), os.O_RDONLY)))
os.write(1, json.dumps({"walls": walls, "outcome": outcome}).encode())
"""


@pytest.fixture
def attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What became of every attempt of a process with the child's own environment, command line and walls."""
    monkeypatch.setenv("TOUCHSTONE_SECRET", "the key to everything")
    victim = tmp_path / "victim.txt"
    victim.write_text("the person's own file")
    command = child_command()
    start = [
        *command[: command.index("-m")],
        "-c",
        ATTEMPTS,
        str(victim),
        str(os.getpid()),
        str(tmp_path / "mark"),
    ]
    result = subprocess.run(
        start, env=child_environment(), cwd="/", capture_output=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    assert victim.read_text() == "the person's own file"
    assert not (tmp_path / "mark").exists()
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_the_child_opens_no_socket_starts_no_program_and_touches_no_file(attempts: dict[str, Any]) -> None:
    refused = (
        "socket", "look-up", "program", "shell", "fork", "exec", "write", "append", "low write", "remove", "rename",
        "read", "read through ..",
    )  # fmt: skip
    assert {name: attempts["outcome"][name] for name in refused} == dict.fromkeys(refused, "PermissionError")


def test_the_child_sees_nothing_of_its_parents_environment(attempts: dict[str, Any]) -> None:
    assert "the key to everything" not in json.dumps(attempts)
    assert "PATH" not in attempts["outcome"]["environment"]
    assert "HOME" not in attempts["outcome"]["environment"]


def test_the_child_still_loads_its_own_parsers(attempts: dict[str, Any]) -> None:
    assert attempts["outcome"]["own import"].startswith("<module 'app'")
    assert attempts["outcome"]["picture import"].startswith("<module 'PIL'")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to this")
def test_the_child_cannot_take_all_memory(attempts: dict[str, Any]) -> None:
    assert attempts["outcome"]["memory"] == "MemoryError"


@pytest.mark.skipif(sys.platform != "linux", reason="the filter on system calls is Linux's")
def test_machine_code_in_the_child_meets_the_same_walls(attempts: dict[str, Any]) -> None:
    if "system calls" not in attempts["walls"]:
        pytest.skip("this kernel or machine has no filter on system calls")
    refused = [name for name in attempts["outcome"] if name.startswith("native") and name != "native spying"]
    assert len(refused) == 7
    assert {name: attempts["outcome"][name] for name in refused} == dict.fromkeys(refused, "(-1, 1)")
    if "network" in attempts["walls"]:
        # In a user space of its own it cannot even read what its parent was started with.
        assert attempts["outcome"]["native spying"] == "(-1, 13)"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_running_child_stands_behind_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_SECRET", "the key to everything")
    source = BytesSource(pdf([words("hello")]))
    child = ChildProcess()
    try:
        child.ask({"do": "open", "name": "a.pdf", "size": source.size}, source, 20)
        process = Path(f"/proc/{child.pid}")
        status = dict(
            line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line
        )
        assert status["NoNewPrivs"] == "1"
        assert status["CapEff"].strip("0") == ""
        assert status["Seccomp"] in ("0", "2")
        limits = psutil.Process(child.pid)
        assert limits.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
        assert limits.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        assert limits.rlimit(psutil.RLIMIT_NPROC) == (0, 0)
        assert 0 < limits.rlimit(psutil.RLIMIT_CPU)[0] < 120
        assert b"TOUCHSTONE_SECRET" not in (process / "environ").read_bytes()
        assert os.readlink(process / "cwd") == "/"  # noqa: PTH115 - a link of /proc
        opened = {os.readlink(handle) for handle in (process / "fd").iterdir()}  # noqa: PTH115
        assert {name.partition(":")[0] for name in opened} == {"/dev/null", "pipe"}
    finally:
        child.end()


def test_the_child_ends_when_its_parent_dies() -> None:
    script = (
        "import os\n"
        "from app.evidence.cage_process import ChildProcess\n"
        "from app.evidence.sources import BytesSource\n"
        "child = ChildProcess()\n"
        "child.ask({'do': 'open', 'name': 'a.txt', 'size': 5}, BytesSource(b'hello'), 20)\n"
        "print(child.pid, flush=True)\n"
        "os._exit(1)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    pid = int(result.stdout)
    if psutil.pid_exists(pid):
        psutil.Process(pid).wait(20)
    assert not psutil.pid_exists(pid)
