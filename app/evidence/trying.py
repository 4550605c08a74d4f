"""The child tries its own walls: by the system's own calls, past every check that Python makes, and tells what held.

What a program believes of its protection and what the kernel does are two things; ``touchstone status`` tells the
second. Nothing here does harm where a wall is missing: it connects to a place its parent listens at, opens a file for
writing that its parent made, starts something that ends at once, and asks for memory that it never uses.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import struct
import sys
from collections.abc import Callable

from app.evidence.confine import MEMORY

TRIED = ("network", "writing", "programs", "memory")
_TOO_MUCH_MEMORY = MEMORY + (512 << 20)


def try_walls(port: int, path: str) -> dict[str, bool]:
    """True for each of ``TRIED`` that the system refused this process.

    port: where the parent listens on 127.0.0.1. path: a file of the parent's that it may lose.
    """
    tries: dict[str, Callable[[], bool]] = {
        "network": lambda: not _connects(port),
        "writing": lambda: not _writes(path),
        "programs": lambda: not _starts_programs(),
        "memory": lambda: not _takes_memory(),
    }
    return {name: _holds(tries[name]) for name in TRIED}


def _holds(is_refused: Callable[[], bool]) -> bool:
    try:
        return is_refused()
    except (OSError, MemoryError):
        return True


if sys.platform == "win32":

    def _connects(port: int) -> bool:
        sockets = ctypes.WinDLL("ws2_32")
        sockets.socket.restype = ctypes.c_size_t
        sockets.connect.argtypes = (ctypes.c_size_t, ctypes.c_char_p, ctypes.c_int)
        sockets.WSAStartup(0x0202, ctypes.create_string_buffer(512))
        handle = sockets.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
        return bool(sockets.connect(handle, _address(port), 16) == 0)

    def _writes(path: str) -> bool:
        handle = ctypes.WinDLL("kernel32").CreateFileW(path, 0x40000000, 3, None, 3, 0, None)
        return handle not in (-1, 0xFFFFFFFF)

    def _starts_programs() -> bool:
        startup = ctypes.create_string_buffer(104)
        struct.pack_into("<I", startup, 0, 104)
        command = ctypes.create_unicode_buffer("cmd.exe /c exit")
        started = ctypes.WinDLL("kernel32").CreateProcessW(
            None, command, None, None, False, 0x08000000, None, None, startup, ctypes.create_string_buffer(24)
        )
        return bool(started)

    def _takes_memory() -> bool:
        kernel = ctypes.WinDLL("kernel32")
        kernel.VirtualAlloc.restype = ctypes.c_void_p
        kernel.VirtualAlloc.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32)
        # It goes with the process, which ends after this.
        return bool(kernel.VirtualAlloc(None, _TOO_MUCH_MEMORY, 0x3000, 4))

else:

    def _connects(port: int) -> bool:
        libc = ctypes.CDLL(None)
        handle = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
        # Without a socket of its own it tries with what it has: connecting is refused as well.
        return bool(libc.connect(max(handle, 0), _address(port), 16) == 0)

    def _writes(path: str) -> bool:
        return bool(ctypes.CDLL(None).open(os.fsencode(path), os.O_WRONLY) >= 0)

    def _starts_programs() -> bool:
        libc = ctypes.CDLL(None)
        child = libc.fork()
        if child == 0:
            libc._exit(0)
        if child > 0:
            libc.waitpid(child, None, 0)
        return bool(child > 0)

    def _takes_memory() -> bool:
        # Never written to, so that no machine has to have it.
        mmap.mmap(-1, _TOO_MUCH_MEMORY).close()
        return True


def _address(port: int) -> bytes:
    """127.0.0.1 in the form of the system's own calls."""
    plain = struct.pack(">H4s8x", port, b"\x7f\0\0\x01")
    # Systems that come from BSD put the length of an address before its family.
    return (b"\x10\x02" if sys.platform == "darwin" else struct.pack("=H", socket.AF_INET)) + plain
