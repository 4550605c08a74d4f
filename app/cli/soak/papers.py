"""The files of a story: evidence that is fetched, and photos that people add to their notes and send."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.cli.soak.carrier import SOUND, Carrier, Weather
from app.cli.soak.laptops import Laptop
from app.domain.acts import Act, AddNote
from app.domain.errors import KnownError
from app.sync.calls import Steps, T
from app.sync.receiving import Receiving
from app.sync.upload_worker import UploadWorker
from app.workspace.overlay import Picture


@dataclass(frozen=True, slots=True)
class _Carry:
    """Carries the conversations about files of one laptop, signed, through this weather."""

    carrier: Carrier
    laptop: Laptop
    weather: Weather

    def __call__(self, steps: Steps[T]) -> T:
        return self.carrier.run(self.laptop, self.laptop.access.signed(steps), self.weather)


@dataclass(frozen=True, slots=True)
class Papers:
    """The real code around files, one conversation at a time."""

    carrier: Carrier

    def fetch(self, laptop: Laptop, picture: Picture, weather: Weather) -> str:
        """Fetches the first piece of evidence that is not here; its name, or nothing if all are.

        Raises the ``KnownError`` that stopped it, and ``Killed``.
        """
        missing = [
            item for item in picture.evidence if item.sha256 and laptop.cache.file_key(item.sha256) is None
        ]
        if not missing:
            return ""
        self._receiving(laptop, weather).receive(missing[0], lambda _: None, lambda: False)
        return missing[0].name

    def photograph(self, laptop: Laptop, picture: Picture, content: bytes, words: str) -> Act:
        """A note with a photo taken just now: the photo is kept before the act that names it is recorded."""
        identifier = laptop.new_id()
        photo = self._worker(laptop, SOUND).add(
            content, "photo.jpg", "image/jpeg", picture.request.id, identifier
        )
        act = Act(
            id=identifier,
            device_id=laptop.profile.device_id,
            author_id=laptop.person.id,
            seen=laptop.cache.seen(),
            seen_tag=laptop.cache.seen_tag(),
            recorded_at=laptop.clock(),
            deed=AddNote(picture.request.id, "", words, (photo,)),
        )
        laptop.work.add(act)
        return act

    def after_round(self, laptop: Laptop, seen: int | None) -> None:
        """What follows each round: what left goes off the disk, and a complete round confirms what was sent before.

        seen: the feed number it reached, None if it did not come to its end.
        """
        self._receiving(laptop, SOUND).remove_left()
        if seen is not None:
            laptop.work.uploads.note_pulled(seen)

    def send(self, laptop: Laptop, weather: Weather) -> int:
        """Sends what is due of this laptop's own files; how many the service has whole now. Raises as ``fetch``."""
        if not laptop.work.uploads.any():
            return 0
        return self._worker(laptop, weather).send(lambda _: None, lambda: False).done

    def _receiving(self, laptop: Laptop, weather: Weather) -> Receiving:
        carry = _Carry(self.carrier, laptop, weather)
        return Receiving(laptop.cache, laptop.files, laptop.work.uploads, carry)

    def _worker(self, laptop: Laptop, weather: Weather) -> UploadWorker:
        carry = _Carry(self.carrier, laptop, weather)
        return UploadWorker(laptop.work.uploads, laptop.cache, laptop.files, carry)


def unreadable_files(laptop: Laptop) -> list[str]:
    """Every file that counts as here and is not what its name says, and every one on the disk that nothing names."""
    keys = {
        upload.sha256: upload.key for upload in laptop.work.uploads.all() if laptop.files.has(upload.sha256)
    }
    with laptop.cache._database.read() as connection:
        keys |= dict(connection.exec_driver_sql("SELECT sha256, key FROM files WHERE here").all())
        reserved = {row[0] for row in connection.exec_driver_sql("SELECT sha256 FROM files")}
        leaving = {row[0] for row in connection.exec_driver_sql("SELECT sha256 FROM removals")}
    found = []
    for sha256, key in sorted(keys.items()):
        try:
            with laptop.files.open(sha256, bytes(key)) as sealed:
                whole = b"".join(bytes(chunk) for chunk in sealed.chunks())
        except KnownError as error:
            found.append(f"{sha256[:8]} counts as here: {error.code}")
            continue
        if hashlib.sha256(whole).hexdigest() != sha256:
            found.append(f"{sha256[:8]} is readable and incomplete")
    known = {upload.sha256 for upload in laptop.work.uploads.all()} | reserved | leaving
    stray = {path.stem for path in laptop.files.folder.glob("*.sealed")} - known
    return [*found, *(f"{sha256[:8]} remains and nothing names it" for sha256 in sorted(stray))]
