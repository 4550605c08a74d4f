"""The files of a review: photos taken in without their place, what the centre uploaded, and where each stands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, EvidenceKind, Fetch
from app.domain.reviews import CedFile, VisitEvidence, VisitReport
from app.models.kept_files import Upload
from app.workspace.adding import Watch, size_of
from app.workspace.files import OF_VISIT, EvidenceFiles
from app.workspace.taking import Source, Taking, as_named, state_words
from app.workspace.visits.overlay import VisitPicture
from app.workspace.visits.photos import (
    HEAD,
    KEPT,
    PHOTO_LIMIT,
    cleaner_of,
    may_tell_place,
    without_place,
)
from app.workspace.visits.snapshots import AttachedPhoto, FileHere

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.workspace.syncing import Syncing


class VisitFiles:
    """The files of one profile's reviews. What takes a file in or fetches it may take a while."""

    def __init__(
        self,
        work: WorkStore,
        files: EvidenceFiles,
        syncing: Syncing,
        person_id: str,
        new_id: Callable[[], str],
    ) -> None:
        self._work = work
        self._files = files
        self._syncing = syncing
        self._taking = Taking(work, files, syncing)
        self._person_id = person_id
        self._new_id = new_id
        # By hash, why a file could not be fetched when that was last tried.
        self._not_had: Mapping[str, str] = {}

    # -- adding -------------------------------------------------------------------------------------------------

    def attach(self, review_id: str, source: Source, watch: Watch) -> AttachedPhoto:
        """Takes a photo or file in for evidence that is being noted; the draft that names it keeps it."""
        return self._take_in(source, review_id, self._new_id(), watch)

    def take_in(
        self, review_id: str, act_id: str, sources: Sequence[AttachedPhoto | Source]
    ) -> tuple[AttachedPhoto, ...]:
        """The files for the act that will name them, each content once: sealed, and kept for that act."""
        found: dict[str, AttachedPhoto] = {}
        for source in sources:
            if isinstance(source, AttachedPhoto):
                self._taking.keep_on(source.file, review_id, act_id)
                photo = source
            else:
                photo = self._take_in(source, review_id, act_id, Watch())
            found.setdefault(photo.file.sha256, photo)
        return tuple(found.values())

    def _take_in(self, source: Source, review_id: str, act_id: str, watch: Watch) -> AttachedPhoto:
        """A picture whose place can be taken out goes through memory; anything else is sealed as it comes."""
        head = _head_of(source)
        if cleaner_of(head) is not None and _size_of(source) <= PHOTO_LIMIT:
            data = _read(source)
            cleaned = without_place(data)
            named = as_named(source)
            file = self._taking.take_in((named.name, cleaned.data), review_id, act_id, watch)
            return AttachedPhoto(file, hashlib.sha256(data).hexdigest(), cleaned.says)
        file = self._taking.take_in(source, review_id, act_id, watch)
        return AttachedPhoto(file, file.sha256, KEPT if may_tell_place(head) else "")

    # -- reading ------------------------------------------------------------------------------------------------

    def of_picture(self, picture: VisitPicture) -> Mapping[str, tuple[FileHere, ...]]:
        """By id of noted evidence, or of a file of the Engagement Document: its files, and where each stands."""
        own: dict[tuple[str, str], Upload] = {}
        if any(item.files for item in picture.evidence):
            own = {(upload.act_id, upload.sha256): upload for upload in self._work.uploads.all()}
        items = self._files.items(every_file(picture))
        found: dict[str, tuple[FileHere, ...]] = {}
        for file in picture.ced_files:
            item = items[file.id]
            not_had = self._not_had.get(file.sha256, "")
            found[file.id] = (FileHere(item, state_words(None, here=item.here, mine=False, not_had=not_had)),)
        for noted in picture.evidence:
            told = []
            for attached in noted.files:
                item = items[of_noted(noted, attached).id]
                state = state_words(
                    own.get((noted.id, attached.sha256)),
                    here=item.here,
                    mine=noted.author_id == self._person_id,
                    not_had=self._not_had.get(attached.sha256, ""),
                )
                told.append(FileHere(item, state))
            found[noted.id] = tuple(told)
        return found

    def named(self, picture: VisitPicture, file_id: str) -> Evidence:
        """A file of the review by the id that ``of_picture`` gave it. Raises KnownError ``evidence_gone``."""
        found = next((one for one in every_file(picture) if one.id == file_id), None)
        if found is None:
            raise KnownError("evidence_gone", "This file no longer belongs to the review.")
        return found

    # -- fetching -----------------------------------------------------------------------------------------------

    def fetch(
        self, picture: VisitPicture, on_progress: Callable[[Fetch], None], cancelled: Callable[[], bool]
    ) -> Fetch:
        """Fetches the files of a review, as far as they are not here."""
        missing = [item for item in every_file(picture) if self._files.key_of(item.sha256) is None]
        done = self._syncing.fetch(missing, on_progress, cancelled)
        tried = {item.sha256 for item in missing}
        others = {sha256: says for sha256, says in self._not_had.items() if sha256 not in tried}
        self._not_had = others | {sha256: failed.says for sha256, failed in done.failed.items()}
        return done


def every_file(picture: VisitPicture) -> tuple[Evidence, ...]:
    """All files of a review, save its report: those of the Engagement Document, and those of noted evidence."""
    noted = (of_noted(item, file) for item in picture.evidence for file in item.files)
    return (*map(of_ced_file, picture.ced_files), *noted)


def of_ced_file(file: CedFile) -> Evidence:
    """A file of the Engagement Document as something to be fetched and opened like any other. Its kind says nothing."""
    return Evidence(
        id=file.id,
        request_id=file.review_id,
        sample_id=file.code,
        kind=EvidenceKind.LEARNER_WORK,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
    )


def of_noted(item: VisitEvidence, file: AttachedFile) -> Evidence:
    """A file of noted evidence as something to be fetched and opened like any other. Its kind says nothing."""
    return Evidence(
        id=f"{OF_VISIT}{item.id}/{file.sha256}",
        request_id=item.review_id,
        sample_id=item.code,
        kind=EvidenceKind.LEARNER_WORK,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
    )


def of_report(report: VisitReport) -> Evidence:
    """An issued report as something to be fetched like any other file."""
    return Evidence(
        id=report.id,
        request_id=report.review_id,
        sample_id="",
        kind=EvidenceKind.IQA_RECORD,
        name=f"review-report-{report.version}.pdf",
        sha256=report.pdf_sha256,
        size=report.pdf_size,
    )


def _head_of(source: Source) -> bytes:
    if not isinstance(source, Path):
        return source[1][:HEAD]
    try:
        with source.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""  # taking it in says what is wrong


def _size_of(source: Source) -> int:
    return size_of(source) if isinstance(source, Path) else len(source[1])


def _read(source: Source) -> bytes:
    if not isinstance(source, Path):
        return source[1]
    try:
        return source.read_bytes()
    except OSError as error:
        raise KnownError(
            "file_unreadable",
            f"“{source.name}” could not be read.",
            "Check that it is still there and may be read, and attach it again.",
            details=str(error),
        ) from error
