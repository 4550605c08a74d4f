"""Stopping a child process at each of its system calls that change files: ptrace and a seccomp filter, by ctypes.

Linux on x86-64 only; the numbers of the calls and the shape of the registers differ elsewhere.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable
from typing import Protocol

CALLS = {
    "write": 1, "mmap": 9, "pwrite64": 18, "writev": 20, "sendfile": 40, "fsync": 74, "fdatasync": 75,
    "truncate": 76, "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87,
    "symlink": 88, "mkdirat": 258, "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266,
    "sync_file_range": 277, "fallocate": 285, "pwritev": 296, "renameat2": 316, "copy_file_range": 326,
    "pwritev2": 328, "openat2": 437, "open": 2, "openat": 257,
}  # fmt: skip
NAMES = {number: name for name, number in CALLS.items()}
_FLAGS_OF = {"open": 1, "openat": 2, "mmap": 3}
"""Calls that matter only with some flags, and the argument these are in."""
_CREATE_OR_CUT, _SHARED = os.O_CREAT | os.O_TRUNC, 1

_TRACEME, _CONT, _GETREGS, _SETREGS, _SYSCALL, _SETOPTIONS = 0, 7, 12, 13, 24, 0x4200
_OPTIONS = (
    1 | 2 | 4 | 8 | 0x80 | 0x100000
)  # calls told apart, children too, seccomp, and no child outlives us
_SECCOMP_STOP, _ALL = 7, 0x40000000
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000

HERE = sys.platform == "linux" and platform.machine() == "x86_64"
WHY_NOT = "the tracer knows the system calls of Linux on x86-64 only"

Arguments = tuple[int, int, int, int, int]


class Registers(ctypes.Structure):
    """What the kernel hands out of a stopped thread."""

    _fields_ = [
        (name, ctypes.c_ulonglong)
        for name in str.split(
            "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
            "ds es fs gs"
        )
    ]

    def arguments(self) -> Arguments:
        return self.rdi, self.rsi, self.rdx, self.r10, self.r8


class Watcher(Protocol):
    """Decides about each call. ``entering`` returns None to let it pass unseen, a negative number to have the call
    fail with that error instead of being made, or 0 to be told its result by ``done``.
    """

    def entering(self, thread: int, name: str, arguments: Arguments) -> int | None: ...
    def done(self, thread: int, result: int) -> None: ...


class Killed(Exception):
    """Raised by a watcher to have the child killed where it stands."""


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    return libc


def watch(child: Callable[[], None], watcher: Watcher) -> int:
    """Runs ``child`` in a process of its own under the watcher's eyes; its exit code, negative for a signal.

    The calling process must have no other children.
    """
    libc = _libc()
    main = os.fork()
    if main == 0:
        try:
            libc.ptrace(_TRACEME, 0, None, None)
            os.kill(os.getpid(), signal.SIGSTOP)
            _filter(libc)
            child()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(70)
        os._exit(0)
    os.waitpid(main, 0)
    _ask(libc, _SETOPTIONS, main, _OPTIONS)
    _ask(libc, _CONT, main, 0)
    try:
        return _follow(libc, main, watcher)
    except Killed:
        os.kill(main, signal.SIGKILL)
        while True:
            pid, status = os.waitpid(-1, _ALL)
            if pid == main and (os.WIFEXITED(status) or os.WIFSIGNALED(status)):
                return os.waitstatus_to_exitcode(status)


def _follow(libc: ctypes.CDLL, main: int, watcher: Watcher) -> int:
    registers = Registers()
    while True:
        thread, status = os.waitpid(-1, _ALL)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            if thread == main:
                return os.waitstatus_to_exitcode(status)
            continue
        stop, event, go_on, pass_on = os.WSTOPSIG(status), status >> 16, _CONT, 0
        if event == _SECCOMP_STOP:
            _ask(libc, _GETREGS, thread, ctypes.byref(registers))
            wish = watcher.entering(thread, NAMES[registers.orig_rax], registers.arguments())
            if wish is not None and wish < 0:
                registers.orig_rax = 2**64 - 1
                registers.rax = 2**64 + wish
                _ask(libc, _SETREGS, thread, ctypes.byref(registers))
            elif wish == 0:
                go_on = _SYSCALL
        elif stop == signal.SIGTRAP | 0x80:
            _ask(libc, _GETREGS, thread, ctypes.byref(registers))
            watcher.done(thread, ctypes.c_longlong(registers.rax).value)
        elif not event and stop not in (signal.SIGSTOP, signal.SIGTRAP):
            pass_on = stop
        _ask(libc, go_on, thread, pass_on)


def _ask(libc: ctypes.CDLL, what: int, thread: int, data: object) -> None:
    if libc.ptrace(what, thread, None, data) < 0:
        error = ctypes.get_errno()
        if error != 3:  # no such thread: it was killed meanwhile
            raise OSError(error, os.strerror(error))


def _filter(libc: ctypes.CDLL) -> None:
    def step(what: int, value: int, if_true: int = 0, if_not: int = 0) -> bytes:
        return struct.pack("HBBI", what, if_true, if_not, value)

    steps = [step(_LOAD, 0)]
    for name, number in CALLS.items():
        if name in _FLAGS_OF:
            bits = _SHARED if name == "mmap" else _CREATE_OR_CUT
            steps += [
                step(_EQUAL, number, 0, 4),
                step(_LOAD, 16 + 8 * _FLAGS_OF[name]),
                step(_ANY_BIT, bits, 0, 1),
                step(_RETURN, _TRACE),
                step(_RETURN, _ALLOW),
            ]
        else:
            steps += [step(_EQUAL, number, 0, 1), step(_RETURN, _TRACE)]
    steps.append(step(_RETURN, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(steps))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    whole = Program(len(steps), ctypes.addressof(code))
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(whole), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")
