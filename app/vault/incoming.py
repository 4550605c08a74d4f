"""A file on its way in, written in order: nothing of it can be read before it is whole, nothing remains if it fails."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from types import TracebackType

from app.vault.disk import disk_in_words, open_new, put_in_place, write_all
from app.vault.sealing import CHUNK, Sealer, changed


class Incoming:
    """One file on its way in: nothing of it can be read before ``complete``, and nothing remains if that fails.

    A context manager; leaving it without ``complete`` throws the part away. One thread at a time. Holds at most
    one chunk of plaintext and one of ciphertext.
    """

    def __init__(self, final: Path, sha256: str, size: int, key: bytes) -> None:
        self._final = final
        self._key = key
        self._sealer = Sealer(sha256, size, key)
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self._index = 0
        self.received = 0
        """Bytes of plaintext taken so far."""
        self._part = final.with_name(f"{sha256}.{os.urandom(8).hex()}.part")
        with disk_in_words():
            self._handle: int | None = open_new(self._part)
            try:
                write_all(self._handle, self._sealer.header)
            except BaseException:
                self.discard()
                raise

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Takes the next piece, of any length.

        Raises ``KnownError``: ``file_changed_on_the_way`` when more arrives than was announced, ``disk_full``.
        """
        self._check_open()
        rest = memoryview(data).cast("B")
        if self.received + len(rest) > self._sealer.size:
            self.discard()
            raise changed(f"more than the {self._sealer.size} bytes announced")
        self._hash.update(rest)
        self.received += len(rest)
        while rest:
            taken = rest[: CHUNK - len(self._pending)]
            self._pending += taken
            rest = rest[len(taken) :]
            if len(self._pending) == CHUNK:
                self._seal()

    def complete(self) -> bytes:
        """Verifies size and SHA-256, makes the file durable under its name and returns its 32-byte key.

        Raises ``KnownError``: ``file_changed_on_the_way``, ``disk_full``.
        """
        handle = self._check_open()
        if self.received != self._sealer.size or self._hash.hexdigest() != self._sealer.sha256:
            self.discard()
            raise changed(f"{self.received} of {self._sealer.size} bytes, {self._hash.hexdigest()}")
        try:
            if self._index < self._sealer.count:
                self._seal()
            with disk_in_words():
                os.fsync(handle)
                self._handle = None
                os.close(handle)
                put_in_place(self._part, self._final)
        except BaseException:
            self.discard()
            raise
        return self._key

    def discard(self) -> None:
        """Throws the part away; harmless after ``complete`` and when called again."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
        # On a disk that fails the first trouble is the one to tell; a part that stays is swept at the next start.
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _seal(self) -> None:
        sealed = self._sealer.seal(self._index, self._pending)
        self._pending.clear()
        self._index += 1
        try:
            with disk_in_words():
                write_all(self._check_open(), sealed)
        except BaseException:
            self.discard()
            raise

    def _check_open(self) -> int:
        if self._handle is None:
            raise ValueError("this file is no longer being received")
        return self._handle

    def __enter__(self) -> Incoming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()
