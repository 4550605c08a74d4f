"""Files by their SHA-256, kept in a folder or in any object store by its URL; the database only names them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import obstore
from obstore.store import LocalStore, ObjectStore, from_url
from sqlalchemy import Connection

from app.domain.errors import KnownError
from app.service import tables
from app.service.database import upsert

PIECE = 1024 * 1024
"""Bytes held in memory at once while a file is read or sent."""


class BlobStore:
    """Content-addressed files. Putting the same bytes twice is one file; a stored file is complete and durable."""

    def __init__(self, files_url: str) -> None:
        self._folder: Path | None = None
        self._store: ObjectStore
        parsed = urlparse(files_url)
        if parsed.scheme == "file":
            self._folder = Path(url2pathname(parsed.path))
        elif "://" not in files_url:
            self._folder = Path(files_url)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(self._folder)
        else:
            try:
                self._store = from_url(files_url)
            except Exception as error:
                raise KnownError(
                    "files_url_wrong",
                    "The address of the file store cannot be used.",
                    "Name a folder, or an address such as s3://bucket/folder.",
                    details=str(error),
                ) from error

    def put_bytes(self, content: bytes) -> str:
        """Stores the bytes and returns their SHA-256 in hex."""
        sha256 = hashlib.sha256(content).hexdigest()
        key = _key(sha256)
        if not self._has(key, len(content)):
            obstore.put(self._store, key, content)
            self._make_durable(key)
        return sha256

    def put_file(self, path: Path) -> tuple[str, int]:
        """Stores a file of any size, held in memory piece by piece. Returns its SHA-256 in hex and its bytes."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                size += len(piece)
        sha256 = digest.hexdigest()
        key = _key(sha256)
        if not self._has(key, size):
            obstore.put(self._store, key, path)
            self._make_durable(key)
        return sha256, size

    def get_bytes(self, sha256: str) -> bytes:
        """A whole stored file; for what is known to be small."""
        return bytes(obstore.get(self._store, _key(sha256)).bytes())

    async def stream(self, sha256: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes ``start`` up to, not including, ``end`` in pieces."""
        at = start
        while at < end:
            piece = await obstore.get_range_async(
                self._store, _key(sha256), start=at, end=min(end, at + PIECE)
            )
            yield bytes(piece)
            at += len(piece)

    def _has(self, key: str, size: int) -> bool:
        try:
            return obstore.head(self._store, key)["size"] == size
        except FileNotFoundError:
            return False

    def _make_durable(self, key: str) -> None:
        """A folder gives back what it was given only after both file and folders were forced to the disk."""
        if self._folder is None:
            return
        path = self._folder / key
        with path.open("r+b") as file:
            os.fsync(file.fileno())
        if os.name == "nt":  # There a folder cannot be opened, and needs no forcing.
            return
        for folder in (path.parent, path.parent.parent, self._folder):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def record_blob(connection: Connection, sha256: str, size: int, now: datetime) -> None:
    """Notes in the database that the store has this file."""
    insert = upsert(connection, tables.blobs).values(sha256=sha256, size=size, stored_at=now)
    connection.execute(insert.on_conflict_do_nothing())


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
