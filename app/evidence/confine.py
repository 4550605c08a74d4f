"""The walls around the evidence child process, put up from inside before it reads the first byte of a file.

What holds where:

- everywhere: an audit hook stops Python code from opening sockets, starting programs, and opening any file for
  writing or outside the program's own folders; the parent process limits the time and hands over no keys, no
  environment and no file name;
- Linux and macOS: no core dumps, no file of more than 0 bytes, no further processes (the super-user excepted), a
  limit on processor time; on Linux also on memory (macOS does not enforce that one);
- Linux, where the kernel allows: a network of its own with nothing in it, a user of its own without privileges (so
  that not even the parent's environment can be read), no new privileges, and a filter on system calls;
- macOS: a sandbox profile (``confine_macos``); Windows: a job object and low integrity (``confine_windows``), which
  leave the network to the audit hook alone. Neither has ever been run by its makers.

``app.evidence.trying`` finds out what really holds.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.evidence.seccomp import filter_system_calls

MEMORY = 1_536 << 20
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVILEGES = 38
_CAPABILITY_VERSION = 0x20080522

_NEVER = (
    "socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.system", "os.startfile",
    "os.kill", "pty.", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.", "tempfile.", "webbrowser.",
    "urllib.", "http.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "nntplib.", "telnetlib.", "sqlite3.",
    "winreg.", "signal.pthread", "syslog.", "sys.addaudithook",
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def confine() -> list[str]:
    """Puts up every wall this platform has, for good; returns the names of those that stand."""
    walls = []
    if sys.platform != "win32":
        walls += _limit()
    if sys.platform == "linux":
        walls += _cut_off()
    if sys.platform == "darwin":
        from app.evidence.confine_macos import confine_on_macos

        walls += confine_on_macos()
    if sys.platform == "win32":
        from app.evidence.confine_windows import confine_on_windows

        walls += confine_on_windows(MEMORY)
    sys.addaudithook(_watch(_program_folders()))
    return [*walls, "audit"]


def renew_time(seconds: float) -> None:
    """Allows the process this much more time on a processor: what outlives its parent in a loop ends by itself."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(time.process_time() + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if sys.platform != "win32":
    import resource

    def _limit() -> list[str]:
        wanted = (
            ("memory", resource.RLIMIT_AS, MEMORY),
            # The same once more: py7zr asks for this one and would else look for the machine's memory in /proc.
            ("data", resource.RLIMIT_DATA, MEMORY),
            ("file size", resource.RLIMIT_FSIZE, 0),
            ("core", resource.RLIMIT_CORE, 0),
            ("processes", resource.RLIMIT_NPROC, 0),
        )
        walls = []
        for name, limit, value in wanted:
            try:
                resource.setrlimit(limit, (value, value))
            except (OSError, ValueError):
                # Not every system has every limit; the others stand all the same.
                continue
            walls.append(name)
        return walls


def _cut_off() -> list[str]:
    libc = ctypes.CDLL(None, use_errno=True)
    walls = []
    if libc.prctl(_PR_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
        walls.append("no new privileges")
    # Some distributions forbid users of one's own; the filter below then still stops every socket.
    if libc.unshare(_NEW_USER | _NEW_NETWORK) == 0:
        walls.append("network")
    if _drop_privileges(libc):
        walls.append("privileges")
    if filter_system_calls(libc):
        walls.append("system calls")
    return walls


def _drop_privileges(libc: ctypes.CDLL) -> bool:
    who = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    return bool(libc.capset(who, none) == 0)


def _program_folders() -> tuple[str, ...]:
    """Where the program itself lies: the only folders anything is read from, for parsers are loaded when needed."""
    folders = {sys.prefix, sys.base_prefix, *(path for path in sys.path if path)}
    folders.add(str(Path(__file__).resolve().parent.parent))
    folders.add(getattr(sys, "_MEIPASS", sys.prefix))
    return tuple(sorted({os.path.join(os.path.realpath(folder), "") for folder in folders}))  # noqa: PTH118


def _watch(folders: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int):
                return
            if isinstance(flags, int) and flags & _WRITING:
                raise PermissionError("the evidence process writes no files")
            where = os.path.realpath(os.fsdecode(path))
            if not where.startswith(folders):
                raise PermissionError("the evidence process reads no files but its own")
        elif event.startswith(_NEVER):
            raise PermissionError(f"the evidence process does not do this: {event}")

    return refuse
