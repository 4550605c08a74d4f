"""Files at rest, encrypted, content-addressed, and readable at any place without a decrypted byte on the disk.

One file on the disk: a header, then the chunks in order.

    header   8 bytes  magic ``TSTFILE`` and version 1
             8 bytes  size of the plaintext, big-endian
             4 bytes  size of a chunk, big-endian
    chunk    12 bytes random nonce, ciphertext, 16 bytes tag (AES-256-GCM)

Each chunk's associated data holds the whole header, the file's SHA-256, the chunk's index and the count of chunks,
so that no chunk can be cut off, moved, doubled or carried over from another file or length. Even an empty file
has one (empty) chunk, so that a wrong key is always noticed.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from app.domain.errors import KnownError
from app.vault.disk import full_disk_in_words, open_new, private_folder, put_in_place, sync_folder, write_all
from app.vault.handed import HandedOver
from app.vault.keys import new_file_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["CHUNK", "FileStore", "HandedOver", "Incoming", "SealedFile"]

CHUNK = 1 << 20
_MAGIC = b"TSTFILE\x01"
_HEADER = struct.Struct(">8sQI")
_PLACE = struct.Struct(">QQ")
_NONCE = 12
_OVERHEAD = _NONCE + 16
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CACHED_CHUNKS = 2


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) != 32:
        raise ValueError("a file key is 32 bytes")
    return AESGCM(key)


def _chunk_count(size: int) -> int:
    return max(1, -(-size // CHUNK))


class _Shape:
    """What is fixed once name and size are known: the header, and the associated data of every chunk."""

    def __init__(self, sha256: str, size: int) -> None:
        self.size = size
        self.count = _chunk_count(size)
        self.header = _HEADER.pack(_MAGIC, size, CHUNK)
        self._file = self.header + bytes.fromhex(sha256)

    def associated(self, index: int) -> bytes:
        return self._file + _PLACE.pack(index, self.count)

    def plain_length(self, index: int) -> int:
        return min(CHUNK, self.size - index * CHUNK)

    def place(self, index: int) -> int:
        return len(self.header) + index * (CHUNK + _OVERHEAD)

    @property
    def length_on_disk(self) -> int:
        return len(self.header) + self.size + self.count * _OVERHEAD


class FileStore:
    """A private folder of encrypted files, each named by the SHA-256 of its plaintext (64 small hex digits)."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder, readable by its owner only, if it is not there yet."""
        private_folder(folder)
        self.folder = folder

    def receive(self, sha256: str, size: int, key: bytes | None = None) -> Incoming:
        """A file to be written piece by piece; ``size`` is the plaintext's length in bytes.

        ``key`` is the key the database already holds for this very file, if it does: the new copy is sealed with
        it, so that a crash before the database commits leaves no file whose key is unknown. Without it a new
        random key is made.
        """
        return Incoming(self._path(sha256), sha256, size, new_file_key() if key is None else key)

    def add(self, data: bytes, key: bytes | None = None) -> tuple[str, bytes]:
        """Keeps a file that is in memory already; returns its SHA-256 and its key. Raises as ``Incoming`` does."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self.receive(sha256, len(data), key) as incoming:
            incoming.write(data)
            return sha256, incoming.complete()

    def open(self, sha256: str, key: bytes) -> SealedFile:
        """Opens a complete file for reading.

        Raises ``KnownError``: ``file_missing``, ``file_damaged`` (also for a wrong key, seen at the first read).
        """
        return SealedFile(self._path(sha256), sha256, key)

    def has(self, sha256: str) -> bool:
        """True when the file is here and complete."""
        return self._path(sha256).is_file()

    def remove(self, sha256: str) -> None:
        """Removes a file; it is no error when it is not there."""
        self._path(sha256).unlink(missing_ok=True)
        sync_folder(self.folder)

    def sweep_parts(self) -> int:
        """Removes what interrupted transfers left behind; returns how many. Only while nothing is being received."""
        parts = list(self.folder.glob("*.part"))
        for part in parts:
            part.unlink(missing_ok=True)
        return len(parts)

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in small hexadecimal digits: {sha256!r}")
        return self.folder / f"{sha256}.sealed"


class Incoming:
    """One file on its way in: nothing of it can be read before ``complete``, and nothing remains if that fails.

    A context manager; leaving it without ``complete`` throws the part away. One thread at a time. Holds at most
    one chunk of plaintext and one of ciphertext.
    """

    def __init__(self, final: Path, sha256: str, size: int, key: bytes) -> None:
        if size < 0:
            raise ValueError("a size is not negative")
        self._final = final
        self._sha256 = sha256
        self._key = key
        self._cipher = _cipher(key)
        self._shape = _Shape(sha256, size)
        self._hash = hashlib.sha256()
        self._pending = bytearray()
        self._index = 0
        self.received = 0
        """Bytes of plaintext taken so far: where a broken transfer goes on from."""
        self._part = final.with_name(f"{sha256}.{os.urandom(8).hex()}.part")
        with full_disk_in_words():
            self._handle: int | None = open_new(self._part)
            try:
                write_all(self._handle, self._shape.header)
            except BaseException:
                self.discard()
                raise

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Takes the next piece, of any length.

        Raises ``KnownError``: ``file_changed_on_the_way`` when more arrives than was announced, ``disk_full``.
        """
        self._check_open()
        rest = memoryview(data).cast("B")
        if self.received + len(rest) > self._shape.size:
            self.discard()
            raise _changed(f"more than the {self._shape.size} bytes announced")
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
        if self.received != self._shape.size or self._hash.hexdigest() != self._sha256:
            self.discard()
            raise _changed(f"{self.received} of {self._shape.size} bytes, {self._hash.hexdigest()}")
        try:
            if self._index < self._shape.count:
                self._seal()
            with full_disk_in_words():
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
        self._part.unlink(missing_ok=True)

    def _seal(self) -> None:
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, self._pending, self._shape.associated(self._index))
        self._pending.clear()
        self._index += 1
        try:
            with full_disk_in_words():
                handle = self._check_open()
                write_all(handle, nonce)
                write_all(handle, sealed)
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


class SealedFile:
    """A complete encrypted file, read at any place. Any thread may read; keeps the last two chunks decrypted."""

    def __init__(self, path: Path, sha256: str, key: bytes) -> None:
        self._cipher = _cipher(key)
        try:
            self._file: BinaryIO = path.open("rb", buffering=0)
        except FileNotFoundError as error:
            raise KnownError(
                "file_missing",
                "This file is not on this computer.",
                "Connect to the service and fetch it again.",
                details=sha256,
            ) from error
        try:
            self._shape = self._read_shape(sha256)
        except BaseException:
            self._file.close()
            raise
        self._sha256 = sha256
        self._lock = threading.Lock()
        self._recent: OrderedDict[int, bytes] = OrderedDict()

    @property
    def size(self) -> int:
        """Length of the plaintext in bytes."""
        return self._shape.size

    @property
    def sha256(self) -> str:
        """The SHA-256 of the plaintext, which is also the file's name in the store."""
        return self._sha256

    def read_at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of plaintext from ``offset``; fewer, or none, past the end.

        Raises ``KnownError("file_damaged")`` when a chunk is not what was once written, or the key is wrong.
        """
        if offset < 0 or length < 0:
            raise ValueError("offset and length are not negative")
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        pieces = []
        for index in range(offset // CHUNK, (end - 1) // CHUNK + 1):
            start = index * CHUNK
            pieces.append(self._chunk(index)[max(0, offset - start) : end - start])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def chunks(self) -> Iterator[bytes]:
        """The whole plaintext in order, a chunk (1 MiB) at a time; even an empty file is checked against its key."""
        for index in range(self._shape.count):
            yield self._chunk(index)

    def close(self) -> None:
        """Closes the file and forgets what was decrypted; harmless when called again."""
        with self._lock:
            self._recent.clear()
            self._file.close()

    def _chunk(self, index: int) -> bytes:
        with self._lock:
            known = self._recent.get(index)
            if known is not None:
                self._recent.move_to_end(index)
                return known
            plain = self._decrypt(index)
            self._recent[index] = plain
            while len(self._recent) > _CACHED_CHUNKS:
                self._recent.popitem(last=False)
            return plain

    def _decrypt(self, index: int) -> bytes:
        from cryptography.exceptions import InvalidTag

        length = self._shape.plain_length(index) + _OVERHEAD
        self._file.seek(self._shape.place(index))
        sealed = memoryview(_read_fully(self._file, length))
        if len(sealed) != length:
            raise _damaged(f"chunk {index} of {self._sha256} is cut short")
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._shape.associated(index))
        except InvalidTag as error:
            raise _damaged(f"chunk {index} of {self._sha256} does not agree with its tag") from error

    def _read_shape(self, sha256: str) -> _Shape:
        header = _read_fully(self._file, _HEADER.size)
        if len(header) != _HEADER.size:
            raise _damaged(f"the header of {sha256} is cut short")
        magic, size, chunk = _HEADER.unpack(header)
        shape = _Shape(sha256, size)
        if magic != _MAGIC or chunk != CHUNK or os.fstat(self._file.fileno()).st_size != shape.length_on_disk:
            raise _damaged(f"the header of {sha256} does not describe this file")
        return shape

    def __enter__(self) -> SealedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read_fully(file: BinaryIO, length: int) -> bytes:
    pieces = []
    while length > 0:
        piece = file.read(length)
        if not piece:
            break
        pieces.append(piece)
        length -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _damaged(details: str) -> KnownError:
    return KnownError(
        "file_damaged",
        "The copy of this file on this computer is damaged and cannot be read.",
        "Remove the copy and fetch the file again from the service.",
        details=details,
    )


def _changed(details: str) -> KnownError:
    return KnownError(
        "file_changed_on_the_way",
        "The file that arrived is not the file that was announced, so it was not kept.",
        "Fetch it again; if this happens more than once, tell the support contact.",
        details=details,
    )
