"""The person's own files: taken in, sent beside the rounds so that records never wait for them, and told about."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.models.kept_files import Upload, UploadStage
from app.sync.receiving import Carry
from app.sync.transfer import Cancelled, lies_here
from app.sync.uploading import Sending, send_files, settle_files, sweep_leftovers
from app.vault.keys import new_file_key

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.uploads import Uploads
    from app.vault.files import FileStore

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One file that the person added, and where it stands. ``says``: why it does not go on, in words, or empty.

    sent: bytes that the service has of it, as far as is known: of one that is being sent now, or is complete.
    """

    name: str
    sha256: str
    size: int
    request_id: str
    act_id: str
    stage: UploadStage
    says: str
    sent: int = 0


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """The person's files that are kept until the service's backups hold them, in the order in which they were added."""

    files: tuple[OwnFile, ...]

    def count(self, stage: UploadStage) -> int:
        """How many stand there."""
        return sum(file.stage is stage for file in self.files)


class UploadWorker:
    """Keeps and sends the files of one profile. Any thread may call; one at a time sends."""

    def __init__(self, uploads: Uploads, cache: CacheStore, store: FileStore, carry: Carry) -> None:
        self._uploads = uploads
        self._cache = cache
        self._store = store
        self._carry = carry
        self._sending = threading.Lock()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._rounds = 0
        # Rounds begun when somebody sent last: only a later one pulled what came after the files were complete.
        self._rounds_before = 0
        self._first = True
        # The file that is being sent now, and how many bytes of it the service has.
        self._now = ("", 0)

    # -- taking in ----------------------------------------------------------------------------------------------

    def add(
        self, source: Path | bytes, name: str, media_type: str, request_id: str, act_id: str
    ) -> AttachedFile:
        """As ``Sync.add_file``."""
        sha256, size = _measured(source)
        file = AttachedFile(name=name, sha256=sha256, size=size, media_type=media_type)
        # One file has one key, wherever it is wanted: the cache may have reserved one to fetch it.
        key = self._uploads.key(sha256) or self._cache.reserve_file(sha256, size, new_file_key())
        key = self._uploads.keep(file, key or new_file_key(), request_id=request_id, act_id=act_id)
        if not lies_here(self._store, sha256, key):
            self._seal(source, sha256, size, key)
        return file

    def own_files(self) -> OwnFiles:
        """As ``Sync.uploads``."""
        current, sent = self._now
        return OwnFiles(
            tuple(_told(upload, sent if upload.sha256 == current else 0) for upload in self._uploads.all())
        )

    # -- sending ------------------------------------------------------------------------------------------------

    def round_begins(self) -> int:
        """To be called before a round asks anything; the answer goes to ``round_ended``."""
        with self._lock:
            self._rounds += 1
            return self._rounds

    def round_ended(self, number: int, seen: int) -> None:
        """A round pulled everything up to ``seen``: goes on sending on a thread of its own, if there is anything."""
        with contextlib.suppress(KnownError), self._lock:
            busy = self._thread is not None and self._thread.is_alive()
            if busy or self._closed.is_set() or not self._uploads.any():
                return
            if self._sending.acquire(blocking=False):
                try:
                    if number > self._rounds_before:
                        self._uploads.note_pulled(seen)
                finally:
                    self._sending.release()
            self._thread = threading.Thread(target=self._run, name="uploads", daemon=True)
            self._thread.start()

    def send(self, on_progress: Callable[[Sending], None], cancelled: Callable[[], bool]) -> Sending:
        """As ``Sync.upload``."""

        def tell(sending: Sending) -> None:
            self._now = (sending.current, sending.current_bytes)
            on_progress(sending)

        with self._sending:
            try:
                if self._first:
                    self._first = False
                    self._uploads.retry()
                    sweep_leftovers(self._uploads, self._cache, self._store)
                done = self._carry(
                    send_files(self._uploads, self._store, on_progress=tell, cancelled=cancelled)
                )
                self._carry(settle_files(self._uploads, self._cache, self._store))
                return done
            finally:
                self._now = ("", 0)
                with self._lock:
                    self._rounds_before = self._rounds

    def close(self) -> None:
        """Stops after the part that is under way."""
        self._closed.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            self.send(lambda sending: None, self._closed.is_set)
        except (KnownError, Cancelled):
            # What keeps a file here stands beside it; a round never fails over a file.
            return

    # -- the disk -----------------------------------------------------------------------------------------------

    def _seal(self, source: Path | bytes, sha256: str, size: int, key: bytes) -> None:
        with self._store.receive(sha256, size, key) as incoming:
            if isinstance(source, bytes):
                incoming.write(source)
            else:
                with source.open("rb") as file:
                    while piece := file.read(_PIECE):
                        incoming.write(piece)
            incoming.complete()


def _measured(source: Path | bytes) -> tuple[str, int]:
    """SHA-256 in hex and bytes."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest(), len(source)
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise KnownError(
            "file_unreadable",
            f"“{source.name}” cannot be read.",
            "See that it is still where it was and that you may open it, then add it again.",
            details=str(error),
        ) from error
    return digest.hexdigest(), size


def _told(upload: Upload, sent: int) -> OwnFile:
    if upload.stage is UploadStage.COMPLETE:
        sent = upload.size
    return OwnFile(
        upload.name,
        upload.sha256,
        upload.size,
        upload.request_id,
        upload.act_id,
        upload.stage,
        upload.says,
        min(sent, upload.size),
    )
