"""Files by their SHA-256, kept in a folder or in any object store by its URL; the database only names them."""

from __future__ import annotations

import hashlib
import ipaddress
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import obstore
from obstore.store import LocalStore, ObjectStore, from_url
from sqlalchemy import Connection, select

from app.domain.errors import KnownError
from app.service import tables
from app.service.database import upsert

PIECE = 1024 * 1024
"""Bytes held in memory at once while a file is read or sent."""

ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""Where an S3 store other than Amazon's answers, in the order in which they count."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file that came in parts: an object named by its own SHA-256. ``size`` in bytes."""

    sha256: str
    size: int


class BlobStore:
    """Content-addressed files. Putting the same bytes twice is one file; a stored file is complete and durable."""

    def __init__(self, files_url: str) -> None:
        """``files_url``: a folder's path, or the URL of an object store such as ``s3://bucket/folder``.

        Raises KnownError ``files_url_wrong``, also for a store that would be spoken to in the clear.
        """
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
            self._store = _object_store(files_url, parsed.scheme)

    def put_bytes(self, content: bytes) -> str:
        """Stores the bytes and returns their SHA-256 in hex."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._put(_key(sha256), content)
        return sha256

    def put_part(self, sha256: str, content: bytes | bytearray) -> None:
        """Stores a part whose hash the caller has verified; it is durable when this returns."""
        self._put(_part_key(sha256), content)

    def put_file(self, path: Path) -> tuple[str, int]:
        """Stores a file of any size, held in memory piece by piece. Returns its SHA-256 in hex and its bytes."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                size += len(piece)
        sha256 = digest.hexdigest()
        self._put(_key(sha256), path)
        return sha256, size

    def get_bytes(self, sha256: str) -> bytes:
        """A whole file stored at once; for what is known to be small."""
        return bytes(obstore.get(self._store, _key(sha256)).bytes())

    def part_pieces(self, part: Part) -> Iterator[bytes]:
        """The bytes of a part, a piece at a time. Raises FileNotFoundError if the store has lost it."""
        for start in range(0, part.size, PIECE):
            end = min(part.size, start + PIECE)
            yield bytes(obstore.get_range(self._store, _part_key(part.sha256), start=start, end=end))

    async def stream(
        self, sha256: str, start: int, end: int, parts: Sequence[Part] = ()
    ) -> AsyncIterator[bytes]:
        """Bytes ``start`` up to, not including, ``end`` in pieces. ``parts``: what the file consists of, if it came
        in parts.
        """
        whole = [(_key(sha256), end)]
        at = 0
        for key, size in [(_part_key(part.sha256), part.size) for part in parts] or whole:
            inside, last = max(start - at, 0), min(end - at, size)
            while inside < last:
                piece = await obstore.get_range_async(
                    self._store, key, start=inside, end=min(last, inside + PIECE)
                )
                yield bytes(piece)
                inside += len(piece)
            at += size

    def parts_before(self, moment: datetime) -> Iterator[list[str]]:
        """The names of all parts that were last stored before a moment by the store's clock, some at a time."""
        for found in obstore.list(self._store, prefix="parts"):
            names = [meta["path"].rpartition("/")[2] for meta in found if meta["last_modified"] < moment]
            if names:
                yield names

    def drop_part(self, sha256: str, moment: datetime) -> bool:
        """Removes a part unless it was stored again since ``moment``. Returns whether it did."""
        try:
            if obstore.head(self._store, _part_key(sha256))["last_modified"] >= moment:
                return False
            obstore.delete(self._store, _part_key(sha256))
        except FileNotFoundError:
            return False
        return True

    def _put(self, key: str, content: bytes | bytearray | Path) -> None:
        # Written even if it is there: one that a power cut left behind may have its size and not its bytes.
        obstore.put(self._store, key, content, use_multipart=None if isinstance(content, Path) else False)
        if self._folder is not None:
            _make_durable(self._folder, self._folder / key)


def _object_store(files_url: str, scheme: str) -> ObjectStore:
    endpoint = next((os.environ[name] for name in ENDPOINT_VARIABLES if os.environ.get(name)), "")
    try:
        if scheme not in ("s3", "s3a") or not endpoint:
            return from_url(files_url)
        plain = urlparse(endpoint)
        if plain.scheme != "https" and not _on_this_computer(plain.hostname or ""):
            raise ValueError("an object store is spoken to over https, unless it runs on this computer")
        return from_url(files_url, endpoint=endpoint, client_options={"allow_http": plain.scheme == "http"})
    except Exception as error:
        raise KnownError(
            "files_url_wrong",
            "The address of the file store cannot be used.",
            "Name a folder, or an address such as s3://bucket/folder.",
            details=str(error),
        ) from error


def _on_this_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _make_durable(top: Path, path: Path) -> None:
    """A folder gives back what it was given only after the file and every folder above were forced to the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
    if os.name == "nt":  # There a folder cannot be opened, and needs no forcing.
        return
    folder = path
    while folder != top:
        folder = folder.parent
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def record_blob(connection: Connection, sha256: str, size: int, now: datetime) -> bool:
    """Notes in the database that the store has this file; returns whether that was new."""
    insert = upsert(connection, tables.blobs).values(sha256=sha256, size=size, stored_at=now)
    new = connection.scalar(insert.on_conflict_do_nothing().returning(tables.blobs.c.sha256))
    return new is not None


def parts_of(connection: Connection, sha256: str) -> tuple[Part, ...]:
    """What a file consists of, in order; nothing for one that is a single object."""
    table = tables.blob_parts
    query = select(table.c.part_sha256, table.c.size).where(table.c.sha256 == sha256).order_by(table.c.part)
    return tuple(Part(row.part_sha256, row.size) for row in connection.execute(query))


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _part_key(sha256: str) -> str:
    return f"parts/{_key(sha256)}"
