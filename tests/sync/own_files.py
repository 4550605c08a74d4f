"""A laptop with files of its own beside models of the service: one takes records, one takes files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.domain.attached import AttachedFile
from app.models.kept_files import Upload
from app.models.uploads import Uploads
from app.sync.upload_worker import UploadWorker
from app.sync.uploading import Sending
from app.vault.files import FileStore
from tests.sync.device import Device
from tests.sync.filedesk import PART, FileDesk
from tests.sync.simulated import SimulatedService

PHOTO = hashlib.shake_256(b"photo").digest(3 * PART + 123)
SHA = hashlib.sha256(PHOTO).hexdigest()


class Own:
    """A laptop with files of its own, the service that takes records, and the one that takes files."""

    def __init__(self, device: Device, service: SimulatedService, folder: Path) -> None:
        self.device = device
        self.service = service
        self.desk = FileDesk()
        self.store = FileStore(folder)
        self.open()

    def open(self) -> None:
        """The program begins, and remembers nothing."""
        self.worker = UploadWorker(self.uploads, self.device.cache, self.store, self.desk.run)

    def restart(self) -> None:
        self.device.restart()
        self.open()

    @property
    def uploads(self) -> Uploads:
        return self.device.work.uploads

    def add(self, data: bytes = PHOTO, act_id: str = "") -> AttachedFile:
        """A file, and the note that names it."""
        act = act_id or self.device.note("request-1", "See the photo.")
        return self.worker.add(data, "photo.jpg", "image/jpeg", "request-1", act)

    def send(self) -> Sending:
        return self.worker.send(lambda sending: None, lambda: False)

    def round(self) -> None:
        """A round for records, with what it tells the files; nothing is sent beside it."""
        number = self.worker.round_begins()
        report = self.device.sync()
        with self.worker._lock:
            if number > self.worker._rounds_before:
                self.uploads.note_pulled(report.seen)

    def only(self) -> Upload:
        (upload,) = self.uploads.all()
        return upload

    def content(self, key: bytes) -> bytes:
        with self.store.open(SHA, key) as sealed:
            return b"".join(sealed.chunks())

    def back_up(self) -> None:
        """And time goes by, so that the laptop asks how far the backups reach."""
        self.device.tick += 10_000
        self.service.back_up()
        self.desk.back_up()
        self.desk.durable_seq = self.service.durable_seq

    def restore(self) -> None:
        self.service.restore()
        self.desk.restore()
