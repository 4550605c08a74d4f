"""The files that people add to their notes: taken in before the note is recorded, and told where each stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, Fetch
from app.workspace.adding import Watch
from app.workspace.files import EvidenceFiles, of_note
from app.workspace.overlay import Picture
from app.workspace.snapshots import NoteFile
from app.workspace.taking import Source, Taking, as_named, state_words

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.workspace.deeds import Deeds
    from app.workspace.syncing import Syncing


class NoteFiles:
    """The files of one profile's notes. What takes a file in or fetches it may take a while."""

    def __init__(
        self,
        work: WorkStore,
        files: EvidenceFiles,
        syncing: Syncing,
        taking: Taking,
        deeds: Deeds,
        person_id: str,
        new_id: Callable[[], str],
    ) -> None:
        self._work = work
        self._files = files
        self._syncing = syncing
        self._taking = taking
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
        self._deeds.check_note(request_id, "", "A file is added.", (*already, as_named(source)))
        return self._taking.take_in(source, request_id, self._new_id(), watch)

    def take_in(
        self, request_id: str, sample_id: str, text: str, sources: Sequence[Source | AttachedFile]
    ) -> tuple[str, tuple[AttachedFile, ...]]:
        """The id for the act of a note, and its files, each content once: sealed, and kept for that act.

        An ``AttachedFile`` was taken in before. Raises KnownError before anything is written where the note is not
        as it must be; what fails later leaves files of no act behind, which are swept.
        """
        told = tuple(one if isinstance(one, AttachedFile) else as_named(one) for one in sources)
        self._deeds.check_note(request_id, sample_id, text, told)
        act_id = self._new_id()
        found: dict[str, AttachedFile] = {}
        for source in sources:
            if isinstance(source, AttachedFile):
                file = self._taking.keep_on(source, request_id, act_id)
            else:
                file = self._taking.take_in(source, request_id, act_id, Watch())
            found.setdefault(file.sha256, file)
        return act_id, tuple(found.values())

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
                state = state_words(
                    own.get((note.id, file.sha256)),
                    here=item.here,
                    mine=note.author_id == self._person_id,
                    not_had=self._not_had.get(file.sha256, ""),
                )
                told.append(NoteFile(item, state))
            found[note.id] = tuple(told)
        return found

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
