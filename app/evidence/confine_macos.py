"""The walls of macOS: a sandbox profile that the child puts on itself before it reads the first byte of a file.

Written from Apple's documentation and never run by its makers, for want of such a computer: what it really keeps out
is found out on the spot by ``app.evidence.trying``, and ``touchstone status`` tells only that.
"""

from __future__ import annotations

import ctypes

# Everything a parser needs stays allowed: its own libraries are loaded when they are first used.
PROFILE = (
    b"(version 1)(allow default)(deny network*)(deny file-write*)(deny process-fork)(deny process-exec*)"
    b"(deny signal (target others))(deny mach-register)"
)
_LIBRARY = "/usr/lib/libSystem.B.dylib"


def confine_on_macos(library: str = _LIBRARY) -> list[str]:
    """Puts up the sandbox for good; returns the walls it names, none where the system has no such thing."""
    try:
        sandbox_init = ctypes.CDLL(library).sandbox_init
    except (OSError, AttributeError):
        return []
    sandbox_init.argtypes = (ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_char_p))
    fault = ctypes.c_char_p()
    return ["sandbox"] if sandbox_init(PROFILE, 0, ctypes.byref(fault)) == 0 else []
