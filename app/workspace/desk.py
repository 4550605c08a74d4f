"""The desk of one signed-in person: the front through which every window and command works.

Thin: it gathers what `overlay`, `queries`, `deeds`, `files` and `exports` know, and tells what changed. Any thread
may call it; what takes long is called off the window's thread.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.acts import Act, Deed
from app.domain.attached import AttachedFile
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.moderation import Decision, current_judgements
from app.domain.people import Person
from app.domain.review_deeds import ReviewDeed
from app.workspace.adding import Adding, Watch
from app.workspace.conflicts import Conflicts
from app.workspace.deeds import Deeds
from app.workspace.drafts import Drafts, place_of
from app.workspace.evidence_desk import EvidenceDesk
from app.workspace.files import EvidenceFiles
from app.workspace.help import HelpTexts, help_texts
from app.workspace.note_files import NoteFiles
from app.workspace.outbox import OutboxDesk
from app.workspace.own_files import OwnFilesDesk
from app.workspace.pictures import Pictures
from app.workspace.queries import judgement_words, sheet_of
from app.workspace.recording import Recorder
from app.workspace.reports import Reports, write_file
from app.workspace.snapshots import (
    Changes,
    JudgementDraft,
    OutboxRow,
    ReportDesk,
    ReportDraft,
    RequestSheet,
    Status,
    WorkRow,
)
from app.workspace.standing import whose
from app.workspace.syncing import Syncing
from app.workspace.taking import Source, Taking
from app.workspace.travel import Travel
from app.workspace.visits.desk import VisitsDesk
from app.workspace.work_list import work_rows

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.profile import Profile
    from app.models.work import WorkStore
    from app.sync.upload_worker import OwnFiles
    from app.vault.lock import ProfileLock


class Desk:
    """Everything a person can see and do. Made by `entrance`; raises KnownError for what can go wrong in use.

    own_files: how the person's own files stand with the service, and how far they have come.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        work: WorkStore,
        cache: CacheStore,
        files: EvidenceFiles,
        syncing: Syncing,
        own_files: Callable[[], OwnFiles],
        lock: ProfileLock,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.profile = profile
        self.person: Person = profile.person
        self.demo: bool = profile.demo
        self.service_url: str = profile.service_url
        self._work = work
        self._cache = cache
        self._files = files
        self._syncing = syncing
        self._lock = lock
        self._clock = clock
        self._saved_at: datetime | None = None
        self._recovered: datetime | None = None
        recorder = Recorder(work, cache, self.person, profile.device_id, clock=clock, new_id=new_id)
        self._deeds = Deeds(work, recorder)
        self._taking = Taking(work, files, syncing)
        self._notes = NoteFiles(work, files, syncing, self._taking, self._deeds, self.person.id, new_id)
        self._pictures = Pictures(work, cache, self.person.name)
        self.evidence = EvidenceDesk(files, self._notes, self._pictures)
        self._drafts = Drafts(work, self._pictures)
        self._reports = Reports(work, self._drafts, files, syncing, self.person.name, clock)
        self.conflicts = Conflicts(
            work, cache, self._pictures, self._drafts, self._deeds, self.person.id, self._saving
        )
        self._outbox = OutboxDesk(work, self._pictures, self.conflicts)
        self.own_files = OwnFilesDesk(work, own_files)
        self.adding = Adding(work, self._pictures)
        self.travel = Travel(work, cache, files, syncing, profile.folder, sync=self.sync, clock=clock)
        self.visits = VisitsDesk(
            work,
            cache,
            files,
            syncing,
            self.adding,
            recorder,
            clock,
            self._saving,
            self.take_back,
            self._marked,
        )
        # Two windows' threads may record at once; acts are put together from what stands, one at a time.
        self._recording = threading.Lock()

    # -- reading ------------------------------------------------------------------------------------------------

    def today(self) -> date:
        """The calendar day in London by this computer's clock; rules of the service never depend on it."""
        return london_day(self._clock())

    def work(self) -> tuple[WorkRow, ...]:
        """All my requests, the most urgent first, with my pending acts counted in; marked where ``conflicts`` found
        something when it last looked.
        """
        attention, left = self._marked()
        return work_rows(self._cache, self._pictures, self.today(), attention=attention, sending=left)

    def request(self, request_id: str) -> RequestSheet:
        """One request with its samples. Raises KnownError ``not_here`` when it does not belong to me any more."""
        picture = self._pictures.of(request_id)
        return sheet_of(
            picture,
            today=self.today(),
            drafts=self._drafts.of_request(request_id),
            items=self._files.items(picture.evidence),
            aside=self._drafts.aside(request_id),
            note_files=self._notes.of_picture(picture),
            name=whose(self.person.id, self._pictures.recorded_here),
        )

    def status(self) -> Status:
        """What the status pill says."""
        counts = self._work.counts()
        status = self._syncing.status(
            queued=counts.waiting,
            attention=counts.attention + len(self.own_files.refused()),
            saved_at=self._saved_at,
            synced_at=self._cache.last_synced(),
        )
        return replace(status, files=self.own_files.under_way())

    def outbox(self) -> tuple[OutboxRow, ...]:
        """Everything that I recorded and that is not long settled, and every draft."""
        return self._outbox.rows(self.own_files.of_acts(), self.status().reach)

    def report_desk(self, request_id: str) -> ReportDesk:
        """What the report proposes, and what is still missing."""
        return self._reports.standing(self._pictures.of(request_id))

    # -- acts ---------------------------------------------------------------------------------------------------

    def record_judgement(
        self,
        request_id: str,
        sample_id: str,
        decision: Decision,
        rationale: str,
        actions: Sequence[str],
        seen: Sequence[str] | None = None,
    ) -> Changes:
        """Records a decision. Raises KnownError naming what is missing; the draft then stays as it is.

        seen: the judgements the person had before them (None: all that stand). One that came meanwhile is kept
        beside the new one, and both are to be compared.
        """
        with self._saving():
            picture = self._pictures.of(request_id)
            act = self._deeds.judge(picture, sample_id, decision, rationale, actions, seen=seen)
        return Changes.of(request_id, judgement_words(picture, act), act.id)

    def withdraw_judgement(self, request_id: str, sample_id: str, reason: str) -> Changes:
        """Takes back a judgement that was already sent, with a reason."""
        with self._saving():
            picture = self._pictures.of(request_id)
            mine = [
                judgement
                for judgement in current_judgements(picture.judgements_of(sample_id))
                if judgement.moderator_id == self.person.id
            ]
            judgement = mine[-1] if mine else None
            if judgement is None:
                raise KnownError("judgement_unknown", "There is no judgement to take back.")
            self._deeds.withdraw(picture, judgement, reason)
        return Changes.of(request_id, "Judgement taken back")

    def take_back(self, act_id: str) -> Changes:
        """Undoes an act that was not sent yet, or puts a refused one away; a judgement's text becomes a draft again.

        Raises KnownError ``already_sent``: then the judgement is withdrawn with a reason instead.
        """
        with self._saving():
            refused = self._work.entry(act_id).state in ("rejected", "conflict")
            act = self._work.take_back(act_id).act
            if not refused:  # what was refused became a draft when the answer came
                self._restore(act.deed)
        return Changes.of(act.root, "Taken back")

    def add_note(
        self, request_id: str, sample_id: str, text: str, files: Sequence[Source | AttachedFile] = ()
    ) -> Changes:
        """Writes a note on a sample or ("") on the whole request (M-53), also with files that ``attach`` took in."""
        picture = self._pictures.of(request_id)
        act_id, kept = self._notes.take_in(request_id, sample_id, text, files)
        with self._saving():
            act = self._deeds.note(picture, sample_id, text, kept, act_id=act_id)
        return Changes.of(request_id, "Note added", act.id)

    def attach(
        self,
        request_id: str,
        source: Source,
        already: Sequence[AttachedFile] = (),
        watch: Watch | None = None,
    ) -> AttachedFile:
        """Takes a file in for a note that is being written; it lies here as long as the note's draft names it."""
        return self._notes.attach(request_id, source, already, watch or Watch())

    def save_draft(self, request_id: str, sample_id: str, draft: JudgementDraft) -> None:
        """Keeps what is typed; an empty draft is removed."""
        with self._saving():
            self._drafts.keep(request_id, sample_id, draft)

    def draft(self, request_id: str, sample_id: str = "") -> JudgementDraft:
        """What is typed for a sample, or the unfinished note on the request as a whole."""
        return self._drafts.of_sample(request_id, sample_id)

    def save_report_draft(self, request_id: str, draft: ReportDraft) -> None:
        """Keeps the report's outcome and summary as they are being prepared."""
        with self._saving():
            self._drafts.keep_report(request_id, draft)

    def discard_draft(self, draft_key: str) -> Changes:
        """Throws a draft away for good, on the person's word; meant for one whose request is no longer theirs."""
        with self._saving():
            files = self._files_of_draft(draft_key)
            self._work.drop_draft(draft_key)
            self._taking.discard(files)
        return Changes.of(place_of(draft_key)[1], "Draft discarded")

    # -- report -------------------------------------------------------------------------------------------------

    def preview_report(self, request_id: str) -> bytes:
        """The report as it would be issued now, marked as a draft, as PDF bytes."""
        return self._reports.preview(self._pictures.of(request_id))

    def submit_report(self, request_id: str) -> Changes:
        """Signs the report off: its bytes are fixed now and never rendered again."""
        with self._saving():
            picture = self._pictures.of(request_id)
            act = self._deeds.submit(picture, self._reports.sign_off(picture))
        return Changes.of(request_id, "Report signed off; it waits in the outbox", act.id)

    def report_pdf(self, request_id: str) -> bytes | None:
        """The bytes of the newest report, as they were signed off; None while a report is being prepared.

        A report signed off on another computer is fetched once and kept; None as well when that cannot be done now.
        """
        return self._reports.issued(self._pictures.of(request_id))

    def export_report(self, request_id: str, path: Path) -> Path:
        """Writes the report as PDF (M-73, M-74): the signed bytes, or the preview, which says that it is a draft."""
        return write_file(path, self._reports.to_export(self._pictures.of(request_id)))

    # -- outbox -------------------------------------------------------------------------------------------------

    def retry(self, act_id: str) -> Changes:
        """Offers an act again that was blocked or got no answer, or the files of it that the service refused."""
        with self._saving():
            entry = self._work.entry(act_id)
            if not self.own_files.offer_again(act_id):
                entry = self._work.retry(act_id)
        return Changes.of(entry.act.root)

    def export_copy(self, identifier: str, path: Path) -> Path:
        """Writes an act's or a draft's text as a readable file, and beside it a draft's files: nobody else has them."""
        written = write_file(path, self._outbox.copy_of(identifier))
        self._taking.export(self._files_of_draft(identifier), path)
        return written

    def left_behind(self) -> frozenset[str]:
        """Keys of drafts that cannot be recorded any more: their requests are no longer mine."""
        return self._outbox.left_behind()

    def recorded_acts(self) -> tuple[Act, ...]:
        """Every act recorded on this computer whose words are still here and that was not taken back, in order."""
        entries = self._work.entries()
        return tuple(entry.act for entry in entries if entry.state != "taken_back" and not entry.forgotten)

    # -- talking to the service ---------------------------------------------------------------------------------

    def sync(self, on_changes: Callable[[Changes], None]) -> Changes:
        """Sends what waits and fetches what is new; ``on_changes`` is called as it goes, on this thread.

        Raises KnownError when the service cannot be reached or refuses; everything recorded stays.
        """

        def tell(told: Changes) -> None:
            # A request that has left leaves nothing readable behind, also while the desk stays open.
            self._files.purge_others(self._pictures.is_mine)
            on_changes(told)

        self._files.purge_others(self._pictures.is_mine)
        changes = self._syncing.run(tell)
        refused = self._outbox.newly_refused()
        # What the service refused comes back as text to be mended: one's own edit stays in sight.
        touched = frozenset(act.root for act in refused)
        for act in refused:
            self._restore(act.deed)
        return changes | Changes(touched, outbox=bool(touched), work=bool(touched))

    def sign_in_again(self, password: str) -> None:
        """New tokens for the same person; what waits in the outbox is untouched."""
        self._syncing.sign_in_again(password)

    def next_try_in(self, attempt: int) -> float:
        """Seconds until the next try after ``attempt`` failures in a row: full jitter, 1 s to 5 min."""
        return self._syncing.next_try_in(attempt)

    # -- the desk itself ----------------------------------------------------------------------------------------

    def setting(self, key: str, default: Any = None) -> Any:
        return self._work.get(key, default)

    def put_setting(self, key: str, value: Any) -> None:
        self._work.put(key, value)

    def recovered_at(self) -> datetime | None:
        """When the newest draft was saved, if the program was not closed properly the last time."""
        return self._recovered

    def note_opening(self) -> None:
        """Remembers that the desk is open, so that the next opening knows whether it was closed properly."""
        if self._work.get("open", False):
            saved = [draft.changed_at for draft in self._work.drafts()]
            self._recovered = max(saved, default=None)
        self._work.put("open", True)

    def help_contact(self) -> HelpTexts:
        """Guidance, the support contact, and where older reports are (M-76, M-09)."""
        return help_texts()

    def close(self) -> None:
        """Lets go of everything; what was handed over is purged. Harmless when called again."""
        # Whatever fails on the way out, the profile must be free for the next window.
        with contextlib.ExitStack() as parts:
            for part in (self._lock.release, self._cache.close, self._work.close, self._syncing.close):
                parts.callback(part)
            parts.callback(self._files.close)
            parts.callback(self._files.purge)
            with contextlib.suppress(KnownError):
                self._work.put("open", False)

    # -- inside -------------------------------------------------------------------------------------------------

    def _marked(self) -> tuple[frozenset[str], frozenset[str]]:
        """Requests and reviews in which something needs the person, and those whose files are still being sent."""
        files = self.own_files.of_acts().values()
        left = frozenset(upload.request_id for each in files for upload in each.left)
        refused = frozenset(upload.request_id for each in files for upload in each.refused)
        found = self._outbox.requests_needing_attention() | self.conflicts.open_requests() | refused
        return found, left

    def _restore(self, deed: Deed) -> None:
        """What does not stand any more becomes typed text again, unless newer text is there."""
        if isinstance(deed, ReviewDeed):
            self.visits.restore(deed)
        else:
            self._drafts.restore(deed)

    def _files_of_draft(self, key: str) -> tuple[AttachedFile, ...]:
        return (*self._drafts.files_of(key), *self.visits.files_of_draft(key))

    @contextlib.contextmanager
    def _saving(self) -> Iterator[None]:
        with self._recording:
            yield
            self._saved_at = datetime.now(UTC)
