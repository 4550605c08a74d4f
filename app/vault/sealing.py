"""How one file lies on the disk encrypted: a header, then the chunks in order, each at a place of its own.

    header   8 bytes  magic ``TSTFILE`` and version 1
             8 bytes  size of the plaintext, big-endian
             4 bytes  size of a chunk, big-endian
    chunk    12 bytes random nonce, ciphertext, 16 bytes tag (AES-256-GCM)

Each chunk's associated data holds the whole header, the file's SHA-256, the chunk's index and the count of chunks,
so that no chunk can be cut off, moved, doubled or carried over from another file or length. Even an empty file
has one (empty) chunk, so that a wrong key is always noticed.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

from app.domain.errors import KnownError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK = 1 << 20
"""Bytes of plaintext in a chunk; only the last one may be shorter."""

HEADER = struct.Struct(">8sQI")
_MAGIC = b"TSTFILE\x01"
_PLACE = struct.Struct(">QQ")
_NONCE = 12
OVERHEAD = _NONCE + 16
"""Bytes by which a sealed chunk is longer than its plaintext."""


class Sealer:
    """Seals and opens the chunks of one file: its key, and what is fixed once name and size are known."""

    def __init__(self, sha256: str, size: int, key: bytes) -> None:
        """``size`` is the plaintext's length in bytes; ``key`` has 32 bytes."""
        if size < 0:
            raise ValueError("a size is not negative")
        self.sha256 = sha256
        self.size = size
        self.count = max(1, -(-size // CHUNK))
        self.header = HEADER.pack(_MAGIC, size, CHUNK)
        self._file = self.header + bytes.fromhex(sha256)
        self._cipher = _cipher(key)

    def plain_length(self, index: int) -> int:
        """Bytes of plaintext in this chunk."""
        return min(CHUNK, self.size - index * CHUNK)

    def place(self, index: int) -> int:
        """Where this chunk begins on the disk."""
        return len(self.header) + index * (CHUNK + OVERHEAD)

    @property
    def length_on_disk(self) -> int:
        """Bytes of the whole encrypted file."""
        return len(self.header) + self.size + self.count * OVERHEAD

    def seal(self, index: int, plain: bytes | bytearray | memoryview) -> bytes:
        """A chunk as it lies on the disk, with a nonce of its own each time."""
        return bytes(self.seal_into(index, plain, bytearray(len(plain) + OVERHEAD)))

    def seal_into(self, index: int, plain: bytes | bytearray | memoryview, buffer: bytearray) -> memoryview:
        """As ``seal``, into a buffer of at least a chunk and ``OVERHEAD``; returns the part of it that was written."""
        nonce = os.urandom(_NONCE)
        sealed = memoryview(buffer)[: len(plain) + OVERHEAD]
        sealed[:_NONCE] = nonce
        self._cipher.encrypt_into(nonce, plain, self._associated(index), sealed[_NONCE:])
        return sealed

    def unseal_into(self, index: int, sealed: memoryview, buffer: bytearray) -> memoryview:
        """As ``unseal``, into a buffer of at least a chunk; returns the part of it that was written."""
        from cryptography.exceptions import InvalidTag

        length = self.plain_length(index)
        if len(sealed) != length + OVERHEAD:
            raise damaged(f"chunk {index} of {self.sha256} is cut short")
        plain = memoryview(buffer)[:length]
        try:
            self._cipher.decrypt_into(sealed[:_NONCE], sealed[_NONCE:], self._associated(index), plain)
        except InvalidTag as error:
            raise damaged(f"chunk {index} of {self.sha256} does not agree with its tag") from error
        return plain

    def unseal(self, index: int, sealed: bytes) -> bytes:
        """The plaintext of a chunk. Raises ``KnownError("file_damaged")`` for anything but what was once sealed."""
        from cryptography.exceptions import InvalidTag

        if len(sealed) != self.plain_length(index) + OVERHEAD:
            raise damaged(f"chunk {index} of {self.sha256} is cut short")
        whole = memoryview(sealed)
        try:
            return self._cipher.decrypt(whole[:_NONCE], whole[_NONCE:], self._associated(index))
        except InvalidTag as error:
            raise damaged(f"chunk {index} of {self.sha256} does not agree with its tag") from error

    def _associated(self, index: int) -> bytes:
        return self._file + _PLACE.pack(index, self.count)


def size_in(header: bytes, sha256: str) -> int:
    """The size of the plaintext that a header tells. Raises ``KnownError("file_damaged")``."""
    if len(header) != HEADER.size:
        raise damaged(f"the header of {sha256} is cut short")
    magic, size, chunk = HEADER.unpack(header)
    if magic != _MAGIC or chunk != CHUNK:
        raise damaged(f"the header of {sha256} does not describe this file")
    return int(size)


def damaged(details: str) -> KnownError:
    """What to raise for a copy on this computer that is not what was once written."""
    return KnownError(
        "file_damaged",
        "The copy of this file on this computer is damaged and cannot be read.",
        "Take its request offline while you have a network: what is damaged is fetched again.",
        details=details,
    )


def changed(details: str) -> KnownError:
    return KnownError(
        "file_changed_on_the_way",
        "The file that arrived is not the file that was announced, so it was not kept.",
        "Fetch it again; if this happens more than once, tell the support contact.",
        details=details,
    )


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) != 32:
        raise ValueError("a file key is 32 bytes")
    return AESGCM(key)
