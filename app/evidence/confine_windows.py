"""The walls of Windows: a job object that the child puts itself into, and a lower level of integrity.

The job limits memory and forbids further processes, windows' clipboards and shutting down; at low integrity nothing
of the person's can be written. Neither keeps a process from the network: that would take an AppContainer, which only
whoever starts a process can give it. Written from Microsoft's documentation and never run by its makers, for want of
such a computer: what it really keeps out is found out on the spot by ``app.evidence.trying``.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_EXTENDED_LIMITS, _UI_LIMITS = 9, 4
_ACTIVE_PROCESSES, _DIE_ON_FAULT, _PROCESS_MEMORY, _ALL_MEMORY = 0x8, 0x400, 0x100, 0x200
_EVERY_UI_LIMIT = 0xFF
_TOKEN_ADJUST, _TOKEN_QUERY, _TOKEN_INTEGRITY = 0x80, 0x8, 25
_LOW = "S-1-16-4096"
_AS_INTEGRITY = 0x20


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = [
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    ]


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION: the basic limits, six counters of input and output, four sizes."""

    _fields_ = [
        ("basic", BasicLimits),
        ("counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    ]


class Label(ctypes.Structure):
    """TOKEN_MANDATORY_LABEL."""

    _fields_ = [("sid", ctypes.c_void_p), ("attributes", ctypes.c_uint32)]


def limits_of(memory: int) -> ExtendedLimits:
    """One process, ``memory`` bytes for it and for all of them, and no window that asks about a crash."""
    limits = ExtendedLimits()
    limits.basic.flags = _ACTIVE_PROCESSES | _DIE_ON_FAULT | _PROCESS_MEMORY | _ALL_MEMORY
    limits.basic.active_processes = 1
    limits.process_memory = limits.job_memory = memory
    return limits


if sys.platform == "win32":

    def confine_on_windows(memory: int) -> list[str]:
        """Puts up both walls for good; returns the names of those that stand. ``memory`` in bytes."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        _declare(kernel)
        walls = ["job"] if _enter_job(kernel, memory) else []
        return [*walls, "low integrity"] if _lower(kernel) else walls

    def _enter_job(kernel: Any, memory: int) -> bool:
        job = kernel.CreateJobObjectW(None, None)
        if not job:
            return False
        limits = limits_of(memory)
        on_windows = ctypes.c_uint32(_EVERY_UI_LIMIT)
        stands = (
            kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
            and kernel.SetInformationJobObject(job, _UI_LIMITS, ctypes.byref(on_windows), 4)
            and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
        )
        # The job lasts as long as the process; without its handle nobody can lift the limits again.
        kernel.CloseHandle(job)
        return bool(stands)

    def _lower(kernel: Any) -> bool:
        security = ctypes.WinDLL("advapi32", use_last_error=True)
        token, sid = ctypes.c_void_p(), ctypes.c_void_p()
        security.OpenProcessToken.argtypes = (ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)
        security.SetTokenInformation.argtypes = (
            ctypes.c_void_p,
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_uint32,
        )
        if not security.ConvertStringSidToSidW(ctypes.c_wchar_p(_LOW), ctypes.byref(sid)):
            return False
        wanted = _TOKEN_ADJUST | _TOKEN_QUERY
        if not security.OpenProcessToken(kernel.GetCurrentProcess(), wanted, ctypes.byref(token)):
            return False
        label = Label(sid, _AS_INTEGRITY)
        done = security.SetTokenInformation(
            token, _TOKEN_INTEGRITY, ctypes.byref(label), ctypes.sizeof(label)
        )
        kernel.CloseHandle(token)
        return bool(done)

    def _declare(kernel: Any) -> None:
        # Handles are as wide as pointers; without this they would be cut to 32 bits.
        kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        kernel.SetInformationJobObject.argtypes = (
            ctypes.c_void_p,
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_uint32,
        )
        kernel.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
        kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
