"""Taking files in for something that is being written, and telling where each of them stands."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.models.kept_files import Upload, UploadStage
from app.workspace.adding import Watch, WatchedFile, must_fit, no_room_for, size_of
from app.workspace.files import EvidenceFiles

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.workspace.syncing import Syncing

Source = Path | tuple[str, bytes]
"""A file of this computer, or a name and the bytes themselves, such as of a picture from camera or clipboard."""

_STAGES = {
    UploadStage.WAITING: "Waits to be sent",
    UploadStage.SENDING: "Being sent",
    UploadStage.COMPLETE: "Sent",
    UploadStage.REFUSED: "Not taken by the service",
}


class Taking:
    """The files that one profile adds. What takes a file in may take a while."""

    def __init__(self, work: WorkStore, files: EvidenceFiles, syncing: Syncing) -> None:
        self._work = work
        self._files = files
        self._syncing = syncing

    def take_in(self, source: Source, root: str, act_id: str, watch: Watch) -> AttachedFile:
        """Seals a copy, kept for that act of a request or review. Raises KnownError as ``Sync.add_file``;
        ``disk_full`` naming the file and the sizes; ``adding_stopped``. Nothing of the file remains then.
        """
        named = as_named(source)
        if not isinstance(source, Path):
            return self._syncing.add_file(source[1], named.name, named.media_type, root, act_id)
        must_fit(source, self._files.folder)
        # It is opened and read, and that can be watched; nothing else is done with it as a path.
        watched = cast(Path, WatchedFile(source, watch))
        try:
            return self._syncing.add_file(watched, named.name, named.media_type, root, act_id)
        except BaseException as error:
            self._forget(act_id, source.name)
            if isinstance(error, KnownError) and error.code == "disk_full":
                raise no_room_for(source.name, size_of(source), self._files.room) from error
            raise

    def keep_on(self, file: AttachedFile, root: str, act_id: str) -> AttachedFile:
        """A file that a draft kept is kept for an act from now on. Raises KnownError ``file_missing``."""
        key = self._files.key_of(file.sha256)
        if key is None:
            raise KnownError(
                "file_missing",
                f"“{file.name}” is no longer on this computer.",
                "Remove it from the note, and attach it again.",
            )
        self._work.uploads.keep(file, key, request_id=root, act_id=act_id)
        return file

    def export(self, files: Sequence[AttachedFile], beside: Path) -> None:
        """Writes the files of a draft in the clear beside the copy of its words."""
        for file in files:
            self._files.write_copy(file, beside)

    def discard(self, files: Sequence[AttachedFile]) -> None:
        """The draft that named these is thrown away: what nothing else names goes with it, and its key."""
        wanted = {file.sha256 for file in files}
        drafted = [str(draft.body) for draft in self._work.drafts()]
        for upload in self._work.uploads.all():
            named = upload.act_state is not None or any(upload.sha256 in body for body in drafted)
            if upload.sha256 in wanted and not named and self._work.uploads.drop(upload):
                self._files.drop_own(upload.sha256)

    def _forget(self, act_id: str, name: str) -> None:
        """What was noted of a file before it could be taken in."""
        for upload in self._work.uploads.all():
            if (upload.act_id, upload.name) == (act_id, name) and self._files.key_of(upload.sha256) is None:
                self._work.uploads.drop(upload)


def as_named(source: Source) -> AttachedFile:
    """A file before its content is known: enough to say whether something can have it."""
    name = source.name if isinstance(source, Path) else source[0]
    return AttachedFile(name, "0" * 64, 0, mimetypes.guess_type(name)[0] or "")


def state_words(upload: Upload | None, *, here: bool, mine: bool, not_had: str = "") -> str:
    """Where a file stands, in words. upload: one's own that the service's backups may not hold; not_had: why it could
    not be fetched when that was last tried, or empty.
    """
    if upload is not None:
        stage = _STAGES[upload.stage]
        return f"{stage}: {upload.says}" if upload.says else stage
    if here:
        return "Sent" if mine else "On this computer"
    return not_had or "Not downloaded"
