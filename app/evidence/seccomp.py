"""Linux's own filter on system calls: no sockets, no new programs, no writing of files, whatever code is running.

The audit hook stops Python; this stops machine code too, should a hostile file ever take over a parser.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

_PR_SET_SECCOMP, _FILTER_MODE = 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_NOT_THERE = 0x00050000 | 38  # ENOSYS: the C library then falls back to calls that are filtered one by one
_KILL = 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE = 0, 4
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC if sys.platform != "win32" else 0
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000

# Numbers of the kernel's calls, which never change. Sockets, programs, other processes' memory, namespaces and
# mounts, keys, kernel interfaces with a record of holes, and everything that changes the file system.
_CALLS = {
    "x86_64": {
        "machine": 0xC000003E,
        "open": {2: 1, 257: 2},
        "clone": 56,
        "own_only": 302,
        "not_there": (435, 437),
        "refused": (
            41, 42, 43, 49, 50, 53, 288, 57, 58, 59, 322, 101, 310, 311, 438, 434, 424, 62, 200, 234, 272, 308, 165,
            166, 155, 161, 428, 429, 430, 432, 248, 249, 250, 425, 426, 427, 321, 323, 298, 85, 76, 82, 264, 316, 83,
            258, 84, 87, 263, 86, 265, 88, 266, 90, 268, 92, 94, 260, 133, 259, 188, 189, 285, 304, 160,
            452,
        ),
    },
    "aarch64": {
        "machine": 0xC00000B7,
        "open": {56: 2},
        "clone": 220,
        "own_only": 261,
        "not_there": (435, 437),
        "refused": (
            198, 199, 200, 201, 202, 203, 242, 221, 281, 117, 270, 271, 438, 434, 424, 129, 130, 131, 97, 268, 40,
            39, 41, 51, 428, 429, 430, 432, 217, 218, 219, 425, 426, 427, 280, 282, 241, 45, 38, 276, 34, 35, 36,
            37, 53, 54, 33, 5, 6, 47, 265, 164, 452,
        ),
    },
}  # fmt: skip


def filter_system_calls(libc: ctypes.CDLL) -> bool:
    """Puts the filter on this process and everything it may ever become; it cannot be taken off again.

    Needs "no new privileges" to be set before. Returns False where the kernel or the machine has no such filter.
    """
    known = _CALLS.get(platform.machine())
    if known is None or sys.maxsize < 1 << 32:
        return False
    program = _program(known)
    code = ctypes.create_string_buffer(b"".join(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    whole = Program(len(program), ctypes.addressof(code))
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(whole), 0, 0) == 0)


def _program(known: dict[str, object]) -> list[bytes]:
    """The filter's instructions, each (what, jump if true, jump if not, value)."""

    def step(what: int, value: int, if_true: int = 0, if_not: int = 0) -> bytes:
        return struct.pack("HBBI", what, if_true, if_not, value)

    def argument(index: int) -> int:
        return 16 + 8 * index

    opens, refused, not_there = known["open"], known["refused"], known["not_there"]
    assert isinstance(opens, dict)
    assert isinstance(refused, tuple)
    assert isinstance(not_there, tuple)
    steps = [
        step(_LOAD, _MACHINE),
        step(_EQUAL, _number(known["machine"]), 1, 0),
        step(_RETURN, _KILL),
        step(_LOAD, _NUMBER),
        step(_AT_LEAST, _X32, 0, 1),
        step(_RETURN, _REFUSE),
    ]
    for call in refused:
        steps += [step(_EQUAL, call, 0, 1), step(_RETURN, _REFUSE)]
    for call in not_there:
        steps += [step(_EQUAL, call, 0, 1), step(_RETURN, _NOT_THERE)]
    for call, flags in opens.items():
        # Each block ends in a verdict, so that the number need not be loaded again.
        steps += [
            step(_EQUAL, call, 0, 4),
            step(_LOAD, argument(flags)),
            step(_ANY_BIT, _WRITING, 0, 1),
            step(_RETURN, _REFUSE),
            step(_RETURN, _ALLOW),
        ]
    steps += [
        # Limits are set for oneself only.
        step(_EQUAL, _number(known["own_only"]), 0, 4),
        step(_LOAD, argument(0)),
        step(_EQUAL, 0, 1, 0),
        step(_RETURN, _REFUSE),
        step(_RETURN, _ALLOW),
        step(_EQUAL, _number(known["clone"]), 0, 3),
        step(_LOAD, argument(0)),
        step(_ANY_BIT, _CLONE_THREAD, 1, 0),
        step(_RETURN, _REFUSE),
        step(_RETURN, _ALLOW),
    ]
    return steps


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
