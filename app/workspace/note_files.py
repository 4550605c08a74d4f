"""The files that people add to their notes: taken in before the note is recorded, and told where each stands."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, Fetch
from app.domain.moderation import Note
from app.models.kept_files import Upload, UploadStage
from app.workspace.adding import Watch, WatchedFile, must_fit, no_room_for, size_of
from app.workspace.files import EvidenceFiles, of_note
from app.workspace.overlay import Picture
from app.workspace.snapshots import NoteFile

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.workspace.deeds import Deeds
    from app.workspace.syncing import Syncing

Source = Path | tuple[str, bytes]
"""A file of this computer, or a name and the bytes themselves, such as of a picture from the clipboard."""

_STAGES = {
    UploadStage.WAITING: "Waits to be sent",
    UploadStage.SENDING: "Being sent",
    UploadStage.COMPLETE: "Sent",
    UploadStage.REFUSED: "Not taken by the service",
}


class NoteFiles:
    """The files of one profile's notes. What takes a file in or fetches it may take a while."""

    def __init__(
        self,
        work: WorkStore,
        files: EvidenceFiles,
        syncing: Syncing,
        deeds: Deeds,
        person_id: str,
        new_id: Callable[[], str],
    ) -> None:
        self._work = work
        self._files = files
        self._syncing = syncing
        self._deeds = deeds
        self._person_id = person_id
        self._new_id = new_id
        # By hash, why a file could not be fetched when that was last tried.
        self._not_had: Mapping[str, str] = {}

    # -- adding -------------------------------------------------------------------------------------------------

    def attach(
        self, request_id: str, source: Source, already: Sequence[AttachedFile], watch: Watch
    ) -> AttachedFile:
        """Takes a file in for a note that is still being written; the draft that names it keeps it.

        already: the files that the note has. Raises KnownError as ``Deeds.check_note`` and ``Sync.add_file``;
        ``disk_full`` naming the file and the sizes; ``adding_stopped``. Nothing of the file remains then.
        """
        # Its words may come later: what is checked now is whether the note can have one more file.
        self._deeds.check_note(request_id, "", "A file is added.", (*already, _named(source)))
        return self._take_in(source, request_id, self._new_id(), watch)

    def take_in(
        self, request_id: str, sample_id: str, text: str, sources: Sequence[Source | AttachedFile]
    ) -> tuple[str, tuple[AttachedFile, ...]]:
        """The id for the act of a note, and its files, each content once: sealed, and kept for that act.

        An ``AttachedFile`` was taken in before. Raises KnownError before anything is written where the note is not
        as it must be; what fails later leaves files of no act behind, which are swept.
        """
        told = tuple(one if isinstance(one, AttachedFile) else _named(one) for one in sources)
        self._deeds.check_note(request_id, sample_id, text, told)
        act_id = self._new_id()
        found: dict[str, AttachedFile] = {}
        for source in sources:
            if isinstance(source, AttachedFile):
                file = self._keep_on(source, request_id, act_id)
            else:
                file = self._take_in(source, request_id, act_id, Watch())
            found.setdefault(file.sha256, file)
        return act_id, tuple(found.values())

    def _take_in(self, source: Source, request_id: str, act_id: str, watch: Watch) -> AttachedFile:
        named = _named(source)
        if not isinstance(source, Path):
            return self._syncing.add_file(source[1], named.name, named.media_type, request_id, act_id)
        must_fit(source, self._files.folder)
        # It is opened and read, and that can be watched; nothing else is done with it as a path.
        watched = cast(Path, WatchedFile(source, watch))
        try:
            return self._syncing.add_file(watched, named.name, named.media_type, request_id, act_id)
        except BaseException as error:
            self._forget(act_id, source.name)
            if isinstance(error, KnownError) and error.code == "disk_full":
                raise no_room_for(source.name, size_of(source), self._files.room) from error
            raise

    def _forget(self, act_id: str, name: str) -> None:
        """What was noted of a file before it could be taken in."""
        for upload in self._work.uploads.all():
            if (upload.act_id, upload.name) == (act_id, name) and self._files.key_of(upload.sha256) is None:
                self._work.uploads.drop(upload)

    def _keep_on(self, file: AttachedFile, request_id: str, act_id: str) -> AttachedFile:
        """A file that a draft kept is kept for an act from now on."""
        key = self._files.key_of(file.sha256)
        if key is None:
            raise KnownError(
                "file_missing",
                f"“{file.name}” is no longer on this computer.",
                "Remove it from the note, and attach it again.",
            )
        self._work.uploads.keep(file, key, request_id=request_id, act_id=act_id)
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

    # -- reading ------------------------------------------------------------------------------------------------

    def of_picture(self, picture: Picture) -> Mapping[str, tuple[NoteFile, ...]]:
        """By note id: its files, whether each lies here, and where it stands in words."""
        notes = [note for note in picture.notes if note.files]
        if not notes:
            return {}
        own = {(upload.act_id, upload.sha256): upload for upload in self._work.uploads.all()}
        items = self._files.items([of_note(note, file) for note in notes for file in note.files])
        found = {}
        for note in notes:
            told = []
            for file in note.files:
                item = items[of_note(note, file).id]
                told.append(
                    NoteFile(item, self._state(note, file, item.here, own.get((note.id, file.sha256))))
                )
            found[note.id] = tuple(told)
        return found

    def _state(self, note: Note, file: AttachedFile, here: bool, upload: Upload | None) -> str:
        if upload is not None:
            stage = _STAGES[upload.stage]
            return f"{stage}: {upload.says}" if upload.says else stage
        if here:
            return "Sent" if note.author_id == self._person_id else "On this computer"
        return self._not_had.get(file.sha256, "Not downloaded")

    def evidence(self, picture: Picture, evidence_id: str) -> Evidence:
        """A file of the request, or of one of its notes by the id that ``of_picture`` gave it. Raises KnownError
        ``evidence_gone``.
        """
        of_notes = (of_note(note, file) for note in picture.notes for file in note.files)
        found = next((one for one in (*picture.evidence, *of_notes) if one.id == evidence_id), None)
        if found is None:
            raise KnownError("evidence_gone", "This file no longer belongs to the request.")
        return found

    # -- fetching -----------------------------------------------------------------------------------------------

    def fetch(
        self, picture: Picture, on_progress: Callable[[Fetch], None], cancelled: Callable[[], bool]
    ) -> Fetch:
        """Fetches the evidence of a request and the files of its notes, as far as they are not here."""
        named = [of_note(note, file) for note in picture.notes for file in note.files]
        missing = [item for item in named if self._files.key_of(item.sha256) is None]
        done = self._syncing.fetch((*picture.evidence, *missing), on_progress, cancelled)
        tried = {item.sha256 for item in missing}
        others = {sha256: says for sha256, says in self._not_had.items() if sha256 not in tried}
        self._not_had = others | {
            sha256: failed.says for sha256, failed in done.failed.items() if sha256 in tried
        }
        return done


def _named(source: Source) -> AttachedFile:
    """A file before its content is known: enough to say whether a note can have it."""
    name = source.name if isinstance(source, Path) else source[0]
    return AttachedFile(name, "0" * 64, 0, mimetypes.guess_type(name)[0] or "")
