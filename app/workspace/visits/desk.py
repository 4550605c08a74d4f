"""The desk of quality reviews: what a reviewer or quality manager sees and does in them, with or without a network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.dates import london_day
from app.domain.engagement import proposal_warning
from app.domain.evidence import Fetch
from app.domain.review_deeds import ReviewDeed
from app.domain.reviewing import Missing
from app.domain.superseding import current
from app.workspace.adding import Adding, Watch
from app.workspace.files import EvidenceFiles
from app.workspace.pictures import Pictures
from app.workspace.recording import Recorder
from app.workspace.reports import write_file
from app.workspace.snapshots import AsideText, Changes, HandedOver
from app.workspace.syncing import Syncing
from app.workspace.taking import Source, as_named
from app.workspace.visits.acting import Saving, VisitActs
from app.workspace.visits.deeds import VisitDeeds
from app.workspace.visits.drafts import VisitDrafts
from app.workspace.visits.files import VisitFiles
from app.workspace.visits.pictures import VisitPictures
from app.workspace.visits.reports import VisitReports
from app.workspace.visits.rows import visit_rows
from app.workspace.visits.sheets import Surroundings, missing_of, sheet_of
from app.workspace.visits.snapshots import AttachedPhoto, VisitDraft, VisitRow, VisitSheet

if TYPE_CHECKING:
    from app.evidence.cage import Document
    from app.models.cache import CacheStore
    from app.models.work import WorkStore

FileSource = Source
"""A file of this computer, or a name and the bytes themselves, such as of a picture from camera or clipboard."""

Marked = Callable[[], tuple[Collection[str], Collection[str]]]
"""Ids of requests and reviews in which something needs the person, and of those whose files are still being sent."""

_PUT_ASIDE = "From your draft; you put it aside."


class VisitsDesk(VisitActs):
    """Reached as ``desk.visits``. Everything recorded is durable when its call returns; raises KnownError with what
    is missing, and what is typed then stays. Any thread may call; what opens, fetches, renders or takes in files may
    take a while.

    take_back: undoes an act, of whatever kind. marked: what is to be marked in a list.
    """

    def __init__(
        self,
        work: WorkStore,
        cache: CacheStore,
        files: EvidenceFiles,
        syncing: Syncing,
        adding: Adding,
        recorder: Recorder,
        clock: Callable[[], datetime],
        saving: Saving,
        take_back: Callable[[str], Changes],
        marked: Marked,
    ) -> None:
        person = recorder.person
        pictures = Pictures(work, cache, person.name)
        self._person = person
        self._work = work
        self._cache = cache
        self._all = pictures
        self._evidence = files
        self._syncing = syncing
        self._adding = adding
        self._clock = clock
        self._take_back = take_back
        self._marked = marked
        self.drafts = VisitDrafts(work, pictures)
        self._reports = VisitReports(work, files, syncing, person.name, clock)
        super().__init__(
            VisitDeeds(work, recorder),
            VisitPictures(cache, pictures, person.name),
            VisitFiles(work, files, syncing, person.id, recorder.new_id),
            recorder.new_id,
            saving,
        )

    # -- reading ------------------------------------------------------------------------------------------------

    def rows(self) -> tuple[VisitRow, ...]:
        """All reviews I know of, those with something to do first."""
        attention, sending = self._marked()
        return visit_rows(
            self._cache, self._all, self._pictures, self._today(), attention=attention, sending=sending
        )

    def sheet(self, review_id: str) -> VisitSheet:
        """One review with all that hangs on it. Raises KnownError ``not_here`` when it is no longer mine (or, for a
        quality manager, not opened yet), ``framework_unknown`` when this Touchstone does not know its framework.
        """
        picture = self._pictures.of(review_id)
        around = Surroundings(
            person=self._person,
            today=self._today(),
            here=self._all.recorded_here,
            drafts=self.drafts.of_review(review_id),
            files=self._files.of_picture(picture),
            aside=self._aside(review_id),
            forms=self.drafts.forms_of(review_id),
            report_form=self.drafts.form(review_id, "report"),
        )
        return sheet_of(picture, around)

    def missing(self, review_id: str) -> tuple[Missing, ...]:
        """Everything that keeps the report from being signed off, each with its code and field."""
        return missing_of(self._pictures.of(review_id))

    def date_warning(self, review_id: str, on: date) -> str:
        """What to warn of when this day is proposed or agreed (Q-10): its Engagement Document would be due in the
        past; empty when all is well.
        """
        picture = self._pictures.of(review_id)
        return proposal_warning(picture.framework, picture.review, on, self._today())

    def open_whole(self, review_id: str, on_changes: Callable[[Changes], None]) -> None:
        """Fetches a review that is known here by its row alone (a quality manager's). Raises KnownError when the
        service cannot be reached or refuses.
        """
        self._syncing.open_root(review_id, on_changes)

    # -- what is typed ------------------------------------------------------------------------------------------

    def draft(self, review_id: str, code: str) -> VisitDraft:
        """What is typed for a measure or objective; an empty one when nothing is."""
        return self.drafts.of(review_id, code)

    def save_draft(self, review_id: str, code: str, draft: VisitDraft) -> None:
        """Keeps what is typed; an empty draft is removed. Also of a review that has left: nothing typed is lost."""
        with self._saving():
            stands: tuple[str, ...] = ()
            if draft.base is None and draft.judges and self._all.is_mine(review_id):
                standing = current(self._pictures.of(review_id).judgements_of(code))
                stands = tuple(judgement.id for judgement in standing)
            self.drafts.keep(review_id, code, draft, stands)

    def put_draft_aside(self, review_id: str, code: str) -> Changes:
        """What is typed of a judgement goes aside, where it can still be read; an unfinished note stays typed."""
        from app.models.work import SetAside

        with self._saving():
            draft = self.drafts.of(review_id, code)
            texts = (draft.commentary, draft.reason, *(action.text for action in draft.actions))
            fields = ("commentary", "reason", *("actions" for _ in draft.actions))
            self._work.set_aside(
                [
                    SetAside(review_id, code, field, text, _PUT_ASIDE)
                    for field, text in zip(fields, texts, strict=True)
                    if text.strip()
                ]
            )
            self.drafts.keep(review_id, code, VisitDraft(note=draft.note, files=draft.files), ())
        return Changes.of(review_id, f"{code}: draft put aside")

    def form(self, review_id: str, name: str) -> Mapping[str, str]:
        """What is typed in a form of the review as a whole, by field: ``meeting``, ``contact``, ``consortium``,
        ``date``, ``scope``, ``block``, ``report`` (fields ``summary`` and ``changes``), ``action/<id>``.

        A deed that is taken back becomes its form again; ``drafts.form_of`` names the fields (moments as ``to_text``
        writes them, days in ISO 8601, ``yes`` or nothing).
        """
        return self.drafts.form(review_id, name)

    def save_form(self, review_id: str, name: str, fields: Mapping[str, str]) -> None:
        """Keeps a form as it is typed; one whose fields are all blank is removed."""
        with self._saving():
            self.drafts.keep_form(review_id, name, fields)

    def restore(self, deed: ReviewDeed) -> None:
        """What does not stand any more becomes typed text again, unless newer text is there."""
        self.drafts.restore(deed)

    def take_back(self, act_id: str) -> Changes:
        """Undoes an act that was not sent yet, or puts a refused one away; its words become a draft again.

        Raises KnownError ``already_sent``, and ``rested_on`` when something recorded later needs it.
        """
        return self._take_back(act_id)

    # -- photos and files ---------------------------------------------------------------------------------------

    def attach(
        self,
        review_id: str,
        source: FileSource,
        already: Sequence[AttachedPhoto] = (),
        watch: Watch | None = None,
    ) -> AttachedPhoto:
        """Takes a photo or file in for evidence that is being noted: sealed, without the place where it was taken.
        It lies here as long as a draft or a recorded act names it. already: what the note has.
        """
        named = as_named(source)
        self._deeds.check_files((*(photo.file for photo in already), named))
        begun = self._adding.begin(review_id, "", named.name)
        try:
            return self._files.attach(review_id, source, watch or Watch())
        finally:
            # Only a program that dies meanwhile leaves it begun: then the next start says so.
            self._adding.end(begun)

    def open_file(self, review_id: str, file_id: str, *, agreed: bool = False) -> Document:
        """A file of the review, by the id that the sheet gives it, as the evidence cage shows it. As
        ``desk.evidence.open``.
        """
        item = self._files.named(self._pictures.of(review_id), file_id)
        if agreed:
            self._evidence.trust(item)
        return self._evidence.open(item)

    def hand_over(self, review_id: str, file_id: str) -> HandedOver:
        """A decrypted copy for the system's own program; ask the person first."""
        return self._evidence.hand_over(self._files.named(self._pictures.of(review_id), file_id))

    def fetch(
        self, review_id: str, on_progress: Callable[[Fetch], None], cancelled: Callable[[], bool]
    ) -> Fetch:
        """Fetches the files of a review that are not on this computer."""
        return self._files.fetch(self._pictures.of(review_id), on_progress, cancelled)

    def files_of_draft(self, key: str) -> tuple[AttachedFile, ...]:
        """What was attached in a draft, by the draft's key."""
        return self.drafts.files_of(key)

    # -- report -------------------------------------------------------------------------------------------------

    def preview_report(self, review_id: str) -> bytes:
        """The report as it would be issued now, marked as a draft, as PDF bytes."""
        return self._reports.preview(self._pictures.of(review_id), *self._typed_report(review_id))

    def submit_report(self, review_id: str, summary: str, changes: str = "") -> Changes:
        """Signs a version of the report off: its bytes are fixed now and never rendered again. A later version must
        say what it changes.
        """
        with self._saving():
            picture = self._pictures.of(review_id)
            act = self._deeds.submit(picture, self._reports.sign_off(picture, summary, changes))
        return Changes.of(review_id, "Report signed off; it waits in the outbox", act.id)

    def report_pdf(self, review_id: str) -> bytes | None:
        """The bytes of the newest version as signed off, fetched once if need be; None while there is none, or when
        it cannot be had now.
        """
        return self._reports.issued(self._pictures.of(review_id))

    def export_report(self, review_id: str, path: Path) -> Path:
        """Writes the report as PDF: the signed bytes, or the preview, which says that it is a draft."""
        picture = self._pictures.of(review_id)
        return write_file(path, self._reports.to_export(picture, *self._typed_report(review_id)))

    # -- inside -------------------------------------------------------------------------------------------------

    def _typed_report(self, review_id: str) -> tuple[str, str]:
        typed = self.drafts.form(review_id, "report")
        return typed.get("summary", ""), typed.get("changes", "")

    def _aside(self, review_id: str) -> dict[str, tuple[AsideText, ...]]:
        found: dict[str, tuple[AsideText, ...]] = {}
        for kept in self._work.aside(review_id):
            if kept.at is not None:
                text = AsideText(kept.field.capitalize(), kept.text, kept.why, kept.at)
                found[kept.sample_id] = (*found.get(kept.sample_id, ()), text)
        return found

    def _today(self) -> date:
        """The calendar day in London by this computer's clock; rules of the service never depend on it."""
        return london_day(self._clock())
