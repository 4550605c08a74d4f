"""What a child did to the files of one folder, call by call; with faults of the disk on demand."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.proof.crash_ptrace import Arguments, Killed, watch

TOLD = 200
"""The file descriptor through which a child tells what it has done; it writes nothing anywhere."""

_FOLDER_CALLS = {"rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"}
_OPENING = {"open", "openat", "creat", "openat2"}
_UNKNOWN = {
    "writev",
    "pwritev",
    "pwritev2",
    "sendfile",
    "copy_file_range",
    "fallocate",
    "symlink",
    "symlinkat",
}
_SHARED_MEMORY = "-shm"


@dataclass(frozen=True, slots=True)
class Op:
    """One call that changed the folder, or tried to. ``error``: the error it got instead of being made.

    what: write, truncate, sync, create, unlink, rename, link, mkdir, rmdir. Paths are relative to the folder.
    """

    what: str
    path: str
    data: bytes = b""
    place: int = 0
    to: str = ""
    error: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What the child told at this place, as it wrote it."""

    text: str


Trace = list[Op | Told]


@dataclass(frozen=True, slots=True)
class Fault:
    """A disk that fails. group: one of ``GROUPS``. nth: at which of its calls, from 1. lasting: until it is told."""

    group: str
    nth: int
    error: int
    lasting: bool = False


GROUPS = {
    "write": ("write", "truncate"),
    "sync": ("sync",),
    "name": ("create", "rename", "link", "mkdir", "unlink"),
}


@dataclass
class Run:
    """A finished run. code: how the child ended. fired: how often the fault struck."""

    trace: Trace = field(default_factory=list)
    code: int = 0
    fired: int = 0

    @property
    def ops(self) -> list[Op]:
        return [item for item in self.trace if isinstance(item, Op)]


class _Recorder:
    def __init__(self, folder: Path, fault: Fault | None, kill_at: int | None, heals: str) -> None:
        self.run = Run()
        self._folder = str(folder)
        self._fault, self._kill_at, self._heals = fault, kill_at, heals
        self._made = 0
        self._of_group = 0
        self._healed = False
        self._open: dict[int, Op] = {}

    def entering(self, thread: int, name: str, arguments: Arguments) -> int | None:
        if name == "write" and arguments[0] == TOLD:
            text = _memory(thread, arguments[1], arguments[2]).decode()
            self.run.trace.append(Told(text))
            self._healed = self._healed or (bool(self._heals) and self._heals in text)
            return None
        op = self._op(thread, name, arguments)
        if op is None:
            return None
        if self._made == self._kill_at:
            raise Killed
        error = self._strike(op)
        if error:
            self.run.trace.append(replace(op, error=error))
            return -error
        self._open[thread] = op
        return 0

    def done(self, thread: int, result: int) -> None:
        op = self._open.pop(thread)
        if op.what == "write" and result > 0:
            op = replace(op, data=op.data[:result])
        if result < 0:
            return
        self._made += 1
        self.run.trace.append(op)

    def _strike(self, op: Op) -> int:
        fault = self._fault
        if fault is None or op.what not in GROUPS[fault.group] or self._healed:
            return 0
        self._of_group += 1
        if self._of_group < fault.nth or (self._of_group > fault.nth and not fault.lasting):
            return 0
        self.run.fired += 1
        return fault.error

    def _op(self, thread: int, name: str, arguments: Arguments) -> Op | None:
        first, second, third, fourth, fifth = arguments
        if name in ("unlink", "rmdir", "mkdir", "creat", "open", "truncate"):
            path = self._named(thread, None, first)
            flags = second if name == "open" else 0
        elif name in ("unlinkat", "mkdirat", "openat", "openat2"):
            path = self._named(thread, first, second)
            flags = third
        elif name in _FOLDER_CALLS:
            return self._two_names(thread, name, arguments)
        elif name == "mmap":
            path = self._file(thread, fifth)
        else:
            path = self._file(thread, first)
        if path is None:
            return None
        if name in _UNKNOWN or (name == "mmap" and not path.endswith(_SHARED_MEMORY)):
            raise AssertionError(f"{name} on {path}: the model of the disk does not know this call")
        if name in _OPENING:
            there = os.path.exists(os.path.join(self._folder, path))  # noqa: PTH110, PTH118
            if there and not flags & os.O_TRUNC:
                return None
            return Op("truncate" if there else "create", path)
        match name:
            case "write" | "pwrite64":
                place = fourth if name == "pwrite64" else _position(thread, first)
                return Op("write", path, _memory(thread, second, third), place)
            case "ftruncate" | "truncate":
                return Op("truncate", path, place=second)
            case "fsync" | "fdatasync" | "sync_file_range":
                return Op("sync", path)
            case "unlink" | "rmdir" | "mkdir":
                return Op(name, path)
            case "unlinkat":
                return Op("rmdir" if flags & 0x200 else "unlink", path)
            case "mkdirat":
                return Op("mkdir", path)
        return None

    def _two_names(self, thread: int, name: str, arguments: Arguments) -> Op | None:
        first, second, third, fourth, _ = arguments
        at = name.endswith(("at", "at2"))
        old = self._named(thread, first, second) if at else self._named(thread, None, first)
        new = self._named(thread, third, fourth) if at else self._named(thread, None, second)
        if old is None and new is None:
            return None
        if old is None or new is None or name in _UNKNOWN:
            raise AssertionError(f"{name} from {old} to {new}: the model of the disk does not know this")
        return Op("link" if name.startswith("link") else "rename", old, to=new)

    def _file(self, thread: int, descriptor: int) -> str | None:
        try:
            path = os.readlink(f"/proc/{thread}/fd/{descriptor}")  # noqa: PTH115
        except OSError:
            return None
        return self._inside(path)

    def _named(self, thread: int, folder: int | None, address: int) -> str | None:
        path = _text(thread, address)
        if not path.startswith("/"):
            if folder is None or folder == 2**32 - 100 or folder == 2**64 - 100:
                base = os.readlink(f"/proc/{thread}/cwd")  # noqa: PTH115
            else:
                base = os.readlink(f"/proc/{thread}/fd/{folder}")  # noqa: PTH115
            path = f"{base}/{path}"
        return self._inside(os.path.normpath(path))

    def _inside(self, path: str) -> str | None:
        if path == self._folder:
            return "."
        if not path.startswith(self._folder + "/") or path.endswith(" (deleted)"):
            return None
        return path[len(self._folder) + 1 :]


def record(
    child: Callable[[], None],
    folder: Path,
    *,
    fault: Fault | None = None,
    kill_at: int | None = None,
    heals: str = "",
) -> Run:
    """Runs ``child`` and records what it did under ``folder``.

    kill_at: SIGKILL instead of the call after so many. heals: a lasting fault ends when the child tells this.
    """
    recorder = _Recorder(folder.resolve(), fault, kill_at, heals)
    recorder.run.code = watch(child, recorder)
    return recorder.run


def _memory(thread: int, address: int, length: int) -> bytes:
    handle = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
    try:
        return os.pread(handle, length, address)
    finally:
        os.close(handle)


def _text(thread: int, address: int) -> str:
    # A name ends at its zero byte, and a page at the end of memory may not be followed by another.
    room = 4096 - address % 4096
    found = _memory(thread, address, room)
    if b"\0" not in found:
        found += _memory(thread, address + room, 4096)
    return os.fsdecode(found.split(b"\0", 1)[0])


def _position(thread: int, descriptor: int) -> int:
    lines = Path(f"/proc/{thread}/fdinfo/{descriptor}").read_text().splitlines()
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    if int(told["flags"], 8) & os.O_APPEND:
        return Path(f"/proc/{thread}/fd/{descriptor}").stat().st_size
    return int(told["pos"])
