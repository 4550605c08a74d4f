"""A file that arrives in any order, from several transfers at once, and goes on after it was broken off.

What has arrived lies in ``<sha256>.part`` exactly as it will lie in the finished file: sealed chunks at their places.
A chunk whose tag agrees has arrived; that is all the note there is, and neither a kill nor a power cut can make it
wrong. Nothing is readable before the SHA-256 of the whole was found right.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path
from types import TracebackType

from app.domain.errors import KnownError
from app.vault.disk import disk_in_words, open_or_new, put_in_place, read_into, write_all
from app.vault.sealing import CHUNK, HEADER, OVERHEAD, Sealer, changed

_MISSING, _CLAIMED, _HERE = 0, 1, 2


class Resumable:
    """One file on its way in. A context manager: leaving it without ``complete`` keeps what has arrived whole.

    Any thread may claim stretches and fill them; one thread completes when all are done. Each stretch being filled
    holds at most one chunk of plaintext and one of ciphertext.
    """

    def __init__(self, part: Path, final: Path, sealer: Sealer) -> None:
        """Looks through what an earlier attempt left in ``part``; what does not agree with the key is missing."""
        self._part = part
        self._final = final
        self._sealer = sealer
        self._state = bytearray(sealer.count)
        self._lock = threading.Lock()
        self._hash = hashlib.sha256()
        # How many chunks from the beginning are in the hash; whoever holds the lock may go on with it.
        self._hashed = 0
        self._hashing = threading.Lock()
        # Whoever holds that lock reads back into these: a megabyte made anew for each chunk would cost more than AES.
        self._sealed_buffer = bytearray(CHUNK + OVERHEAD)
        self._plain_buffer = bytearray(CHUNK)
        self._fault: KnownError | None = None
        self._handle: int | None = open_or_new(part)
        try:
            with disk_in_words():
                self._look_through()
        except BaseException:
            self.discard()
            raise

    @property
    def here(self) -> int:
        """Bytes of plaintext that have arrived."""
        with self._lock:
            whole = self._state.count(_HERE) * CHUNK
            last = self._sealer.count - 1
            return whole - (CHUNK - self._sealer.plain_length(last) if self._state[last] == _HERE else 0)

    @property
    def size(self) -> int:
        """Bytes of plaintext of the whole file."""
        return self._sealer.size

    @property
    def sha256(self) -> str:
        """The SHA-256 of the plaintext."""
        return self._sealer.sha256

    def claim(self, most: int) -> Stretch | None:
        """The next run of missing chunks, of ``most`` bytes rounded up to chunks; None when nothing is unclaimed."""
        if not self._sealer.size:
            return None
        with self._lock:
            self._check_open()
            first = self._state.find(_MISSING)
            if first < 0:
                return None
            last = first
            most_chunks = max(1, -(-most // CHUNK))
            while last < self._sealer.count and self._state[last] == _MISSING and last - first < most_chunks:
                self._state[last] = _CLAIMED
                last += 1
        return Stretch(self, first, last)

    def restart(self) -> None:
        """Forgets what has arrived: it turned out to be of another file. No stretch is being filled."""
        with self._lock, self._hashing:
            self._state = bytearray(self._sealer.count)
            self._hash, self._hashed = hashlib.sha256(), 0
            os.ftruncate(self._check_open(), len(self._sealer.header))

    def complete(self) -> None:
        """Verifies the SHA-256 of the whole and makes the file durable under its name.

        Raises ``KnownError``: ``file_changed_on_the_way``, ``disk_full``; ``file_removed`` when somebody removed it
        from the disk meanwhile. Nothing remains then.
        """
        handle = self._check_open()
        try:
            if not self._sealer.size:
                self.keep(0, b"", bytearray(OVERHEAD))
            self.catch_up(wait=True)
            if self._hashed != self._sealer.count or self._hash.hexdigest() != self._sealer.sha256:
                raise changed(f"{self.here} of {self._sealer.size} bytes, {self._hash.hexdigest()}")
            with disk_in_words():
                os.fsync(handle)
                self._handle = None
                os.close(handle)
                put_in_place(self._part, self._final)
        except FileNotFoundError as error:
            raise KnownError(
                "file_removed",
                "This file was removed from this computer while it was arriving.",
                "Fetch it again if you still need it.",
                details=str(error),
            ) from error
        except BaseException:
            self.discard()
            raise

    def close(self) -> None:
        """Stops; what has arrived whole stays, for the next attempt. Harmless when called again."""
        with self._lock:
            handle, self._handle = self._handle, None
            if handle is None:
                return
            os.close(handle)
            if _HERE not in self._state:
                with contextlib.suppress(OSError):
                    self._part.unlink(missing_ok=True)

    def discard(self, fault: KnownError | None = None) -> None:
        """Throws away what has arrived. ``fault``: what others who still fill a stretch of it are told."""
        with self._lock:
            self._fault = self._fault or fault
            handle, self._handle = self._handle, None
            if handle is not None:
                os.close(handle)
                with contextlib.suppress(OSError):
                    self._part.unlink(missing_ok=True)

    # -- for the stretches --------------------------------------------------------------------------------------

    def plain_length(self, index: int) -> int:
        """Bytes of plaintext of one chunk."""
        return self._sealer.plain_length(index)

    def keep(self, index: int, plain: bytes | bytearray | memoryview, buffer: bytearray) -> None:
        """Seals a whole chunk at its place; ``buffer``: the caller's, for the ciphertext.

        Raises ``KnownError("disk_full")``; nothing remains then, so that at least what is typed can still be saved.
        """
        sealed = self._sealer.seal_into(index, plain, buffer)
        try:
            with self._lock, disk_in_words():
                handle = self._check_open()
                os.lseek(handle, self._sealer.place(index), os.SEEK_SET)
                write_all(handle, sealed)
                self._state[index] = _HERE
        except KnownError as error:
            self.discard(error)
            raise
        if index == self._hashed and self._hashing.acquire(blocking=False):
            try:
                if index == self._hashed:
                    self._hash.update(plain)
                    self._hashed += 1
            finally:
                self._hashing.release()

    def give_back(self, first: int, last: int) -> None:
        """Chunks ``first`` up to, not including, ``last`` did not come after all."""
        with self._lock:
            for index in range(first, last):
                self._state[index] = _MISSING

    def catch_up(self, *, wait: bool) -> None:
        """Takes into the hash what arrived out of order; ``wait``: also while another thread is at it."""
        if not self._hashing.acquire(blocking=wait):
            return
        try:
            while self._hashed < self._sealer.count and self._state[self._hashed] == _HERE:
                self._hash.update(self._plain_at(self._hashed))
                self._hashed += 1
        finally:
            self._hashing.release()

    # -- the disk -----------------------------------------------------------------------------------------------

    def _look_through(self) -> None:
        handle = self._check_open()
        length = os.fstat(handle).st_size
        if os.read(handle, HEADER.size) != self._sealer.header or length > self._sealer.length_on_disk:
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            write_all(handle, self._sealer.header)
            return
        for index in range(self._sealer.count):
            if self._sealer.place(index) >= length:
                return
            if self._is_hole(index):
                continue
            with contextlib.suppress(KnownError):
                plain = self._plain_at(index)
                self._state[index] = _HERE
                if index == self._hashed:
                    self._hash.update(plain)
                    self._hashed += 1

    def _is_hole(self, index: int) -> bool:
        """Whether nothing was ever written at this chunk's place; spares reading gaps of many gigabytes."""
        with self._lock:
            handle = self._check_open()
            os.lseek(handle, self._sealer.place(index), os.SEEK_SET)
            return not any(os.read(handle, OVERHEAD))

    def _plain_at(self, index: int) -> memoryview:
        """The plaintext of a chunk as it lies on the disk, in the shared buffer. Raises ``file_damaged``."""
        length, found = self._sealer.plain_length(index) + OVERHEAD, 0
        sealed = memoryview(self._sealed_buffer)
        with self._lock:
            handle = self._check_open()
            os.lseek(handle, self._sealer.place(index), os.SEEK_SET)
            while found < length and (more := read_into(handle, sealed[found:length])):
                found += more
        return self._sealer.unseal_into(index, sealed[:found], self._plain_buffer)

    def _check_open(self) -> int:
        if self._handle is None:
            raise self._fault or ValueError("this file is no longer being received")
        return self._handle

    def __enter__(self) -> Resumable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Stretch:
    """A run of chunks that one transfer fills in order. A context manager: leaving it gives back what did not come."""

    def __init__(self, owner: Resumable, first: int, last: int) -> None:
        self._owner = owner
        self._index = first
        self._last = last
        self._pending = bytearray()
        self._buffer = bytearray(CHUNK + OVERHEAD)
        self.start = first * CHUNK
        """The first byte."""
        self.end = min(last * CHUNK, owner.size)
        """The byte after the last one."""
        self._at = self.start

    @property
    def is_whole_file(self) -> bool:
        """Whether this is all there is to fetch."""
        return self.start == 0 and self.end == self._owner.size

    @property
    def is_full(self) -> bool:
        """Whether every byte has come."""
        return self._at == self.end

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Takes the next piece, of any length.

        Raises ``KnownError``: ``file_changed_on_the_way`` when more arrives than there is room for, ``disk_full``;
        nothing of the file remains then.
        """
        rest = memoryview(data).cast("B")
        if len(rest) > self.end - self._at:
            fault = changed(f"more than the {self.end - self.start} bytes from {self.start}")
            self._owner.discard(fault)
            raise fault
        self._at += len(rest)
        while rest:
            wanted = self._owner.plain_length(self._index) - len(self._pending)
            taken, rest = rest[:wanted], rest[wanted:]
            if len(taken) < wanted:
                self._pending += taken
            elif self._pending:
                self._pending += taken
                self._keep(self._pending)
                self._pending.clear()
            else:
                self._keep(taken)

    def close(self) -> None:
        """Gives back what did not come; harmless when called again."""
        self._owner.give_back(self._index, self._last)
        self._index = self._last
        self._owner.catch_up(wait=False)

    def _keep(self, plain: bytearray | memoryview) -> None:
        self._owner.keep(self._index, plain, self._buffer)
        self._index += 1

    def __enter__(self) -> Stretch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
