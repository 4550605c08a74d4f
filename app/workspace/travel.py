"""Take offline: what a reviewer does the evening before a day without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.dates import from_text, london_day, to_text
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, Fetch
from app.domain.moderation import ModerationRequest, Sample
from app.domain.reviews import Review
from app.wire.codec import Record
from app.workspace.files import EvidenceFiles
from app.workspace.queries import in_order, work_row
from app.workspace.snapshots import Changes, Group, SyncMark
from app.workspace.syncing import OFFLINE_CODES, Syncing
from app.workspace.travel_plan import (
    Stage,
    TravelChoice,
    TravelFailure,
    TravelFile,
    TravelLink,
    TravelMemory,
    TravelPlan,
    TravelProgress,
    TravelReport,
    TravelRequest,
    grouped,
    need_of,
)
from app.workspace.visits.travelling import review_of, travel_reviews

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.held import Unreadable
    from app.models.work import WorkStore

_SETTING = "travel"

AT_ONCE = 4
"""How many files travel side by side, and so are named as under way."""

_CONNECT = "Connect and press Try again; without a network these cannot be opened."

_NO_WAY = frozenset({"service_unreachable", "sign_in_again", "service_address_refused"})
"""Where the round of sync failed with one of these, no file could be fetched either."""

_TELL = "Tell the support contact, and take the rest."

OnProgress = Callable[[TravelProgress], None]
Stopped = Callable[[], bool]


class Travel:
    """Evidence for the road, of one profile. Everything here may take a while; call it off the window's thread.

    sync: one round with the service; it raises the KnownError that ended it. folder: whose disk fills up.
    """

    def __init__(
        self,
        work: WorkStore,
        cache: CacheStore,
        files: EvidenceFiles,
        syncing: Syncing,
        folder: Path,
        *,
        sync: Callable[[Callable[[Changes], None]], Changes],
        clock: Callable[[], datetime],
    ) -> None:
        self._work = work
        self._cache = cache
        self._files = files
        self._syncing = syncing
        self._folder = folder
        self._sync = sync
        self._clock = clock

    # -- choosing -----------------------------------------------------------------------------------------------

    def plan(
        self, request_ids: Collection[str] | None = None, *, also: Collection[str] = frozenset()
    ) -> TravelPlan:
        """What can be taken along, the most urgent request first, then reviews.

        request_ids: exactly these requests and reviews, as far as they are mine. Without them, every one that is not
        done with, and those in ``also`` in any case.
        """
        requests = {
            record.id: record for record in self._cache.requests() if isinstance(record, ModerationRequest)
        }
        today = london_day(self._clock())
        rows = in_order(
            work_row(request, today=today, files=(0, 0), mark=SyncMark.SYNCED, submitted=False)
            for request in requests.values()
        )
        if request_ids is None:
            wanted = [row for row in rows if row.group is not Group.DONE or row.request_id in also]
        else:
            wanted = [row for row in rows if row.request_id in request_ids]
        pictures = [(row, *self._evidence_of(row.request_id)) for row in wanted]
        hashes = {item.sha256 for _, _, evidence in pictures for item in evidence if item.sha256}
        here = frozenset(self._cache.file_keys(hashes))
        moderated = (
            TravelRequest(
                row.request_id,
                row.number,
                row.centre,
                row.clock.words,
                grouped(row.request_id, samples, evidence, here),
            )
            for row, samples, evidence in pictures
        )
        reviewed = travel_reviews(self._cache, self._files, today, request_ids, also)
        return TravelPlan(
            (*moderated, *reviewed),
            free=shutil.disk_usage(self._folder).free,
            as_at=self._cache.last_synced(),
        )

    def remembered(self) -> TravelMemory | None:
        """The choice as it was last made on this computer; None before the first."""
        kept = self._work.get(_SETTING)
        if not isinstance(kept, dict):
            return None
        choice = TravelChoice(frozenset(kept.get("requests", ())), frozenset(kept.get("evidence", ())))
        ended = kept.get("ended_at", "")
        return TravelMemory(
            choice,
            dict(kept.get("numbers", {})),
            unfinished=bool(kept.get("unfinished")),
            ended_at=from_text(ended) if ended else None,
            ready=bool(kept.get("ready")),
        )

    def give_up(self) -> None:
        """A run that was begun is not to be gone on with. What arrived stays, and so does the choice."""
        known = self.remembered()
        if known is not None and known.unfinished:
            self._keep(replace(known, unfinished=False))

    # -- taking -------------------------------------------------------------------------------------------------

    def take(
        self,
        choice: TravelChoice,
        on_progress: OnProgress,
        stopped: Stopped,
        on_changes: Callable[[Changes], None] = lambda changes: None,
    ) -> TravelReport:
        """Refreshes, fetches what is missing, and reads every chosen file whole to see that it agrees (M-48).

        stopped: asked between two pieces; what has arrived stays, and the same call again goes on from there.
        Never raises for what the service or the network does: the report names it. Raises KnownError when this
        computer's own databases cannot be read or written. ``on_changes`` comes on the calling thread.
        """
        memory = self._begin(choice)
        on_progress(TravelProgress(Stage.SYNC))
        refused = self._refresh(on_changes)
        plan = self.plan(memory.numbers)
        run = _Run(self._files, self._syncing, plan, plan.chosen(choice), on_progress, stopped)
        run.fetch(refused)
        came = Changes(frozenset(memory.numbers), work=True)
        on_changes(came)
        run.check(refused)
        on_changes(came)
        left = {identifier for identifier in memory.numbers if not self._is_mine(identifier)}
        report = TravelReport(
            files=len(run.files),
            size=sum(file.evidence.size for file in run.files),
            agreed=len(run.agreed),
            failures=run.failures(),
            links=tuple(TravelLink(file, plan.where(file)) for file in plan.links(choice)),
            left=tuple(sorted(filter(None, (memory.numbers[identifier] for identifier in left)))),
            short_by=run.short_by,
            refused=refused,
            as_at=self._cache.last_synced(),
            ended_at=self._clock(),
            stopped=run.stopped,
            less_helps=run.less_helps,
        )
        if not report.stopped:
            self._end(memory, left, plan, report)
        return report

    def _begin(self, choice: TravelChoice) -> TravelMemory:
        """Remembers the choice before anything else is done, so that a restart can go on with it."""
        known = self.remembered()
        # A request may have left since the choice was made: its number is then known from before alone.
        former = known.numbers if known is not None and known.choice == choice else {}
        numbers = {identifier: former.get(identifier, "") for identifier in {*former, *choice.requests}}
        for identifier in choice.evidence:
            item = self._cache.record("evidence", identifier)
            root = item.request_id if isinstance(item, Evidence) else review_of(self._cache, identifier)
            if root:
                numbers.setdefault(root, "")
        for identifier in numbers:
            root_record = self._root(identifier)
            if isinstance(root_record, ModerationRequest | Review):
                numbers[identifier] = root_record.number
        memory = TravelMemory(
            choice,
            numbers,
            unfinished=True,
            ended_at=known.ended_at if known is not None else None,
            ready=False,
        )
        self._keep(memory)
        return memory

    def _refresh(self, on_changes: Callable[[Changes], None]) -> KnownError | None:
        try:
            on_changes(self._sync(on_changes))
        except KnownError as error:
            return error
        return None

    def _end(self, memory: TravelMemory, left: set[str], plan: TravelPlan, report: TravelReport) -> None:
        """What is no longer mine goes out of the choice: it was named in the report and need not be again."""
        still = {file.id for request in plan.requests for file in request.files}
        self._keep(
            TravelMemory(
                TravelChoice(memory.choice.requests - left, memory.choice.evidence & still),
                {
                    identifier: number
                    for identifier, number in memory.numbers.items()
                    if identifier not in left
                },
                unfinished=False,
                ended_at=report.ended_at,
                ready=report.ready,
            )
        )

    def _keep(self, memory: TravelMemory) -> None:
        kept: dict[str, Any] = {
            "requests": sorted(memory.choice.requests),
            "evidence": sorted(memory.choice.evidence),
            "numbers": memory.numbers,
            "unfinished": memory.unfinished,
            "ended_at": to_text(memory.ended_at) if memory.ended_at is not None else "",
            "ready": memory.ready,
        }
        self._work.put(_SETTING, kept)

    # -- reading ------------------------------------------------------------------------------------------------

    def _evidence_of(self, request_id: str) -> tuple[list[Sample], list[Evidence]]:
        records = self._cache.root(request_id)
        samples = [record for record in records if isinstance(record, Sample)]
        evidence = [record for record in records if isinstance(record, Evidence)]
        samples.sort(key=lambda sample: (sample.position, sample.id))
        evidence.sort(key=lambda item: (item.kind, item.name, item.id))
        return samples, evidence

    def _is_mine(self, root: str) -> bool:
        return self._root(root) is not None

    def _root(self, root: str) -> Record | Unreadable | None:
        return self._cache.record("request", root) or self._cache.record("review", root)


class _Run:
    """One run over the chosen files: what is missing is fetched, then every one is read whole."""

    def __init__(
        self,
        store: EvidenceFiles,
        syncing: Syncing,
        plan: TravelPlan,
        files: Sequence[TravelFile],
        on_progress: OnProgress,
        stopped: Stopped,
    ) -> None:
        self._store = store
        self._syncing = syncing
        self._plan = plan
        self.files = files
        self._on_progress = on_progress
        self._stopped = stopped
        self._trouble: dict[str, tuple[str, str]] = {}
        self.agreed: set[str] = set()
        self.short_by = 0
        self.less_helps = True
        self.stopped = False

    def failures(self) -> tuple[TravelFailure, ...]:
        """The files that did not agree, each with its words. None are named before they had their turn."""
        return tuple(
            TravelFailure(file, self._plan.where(file), *self._trouble[file.id])
            for file in self.files
            if file.id in self._trouble and file.id not in self.agreed
        )

    def fetch(self, refused: KnownError | None) -> None:
        """Brings what is missing, unless it would not fit or the way is known to be shut."""
        missing = [file for file in self.files if not file.here]
        if not missing:
            return
        need = need_of(self.files, self._plan.free)
        if not need.fits:
            self.short_by = need.short_by
            self.less_helps = need.less_helps
            do = "Make room, or choose less." if need.less_helps else "Make room."
            self._blame(missing, "There is not enough room on this computer.", do)
        else:
            self._bring(missing, refused)

    def check(self, refused: KnownError | None) -> None:
        """Reads every file that should be here; one that is damaged is fetched once more and read again."""
        damaged = self._read([file for file in self.files if file.id not in self._trouble])
        for file in damaged:
            self._store.mark_lost(file.evidence)
        if not damaged or self._enough():
            return
        self._bring(damaged, refused)
        self._read([file for file in damaged if file.id not in self._trouble], last=True)
        for file in damaged:
            if file.id in self._trouble:
                says, do = self._trouble[file.id]
                self._trouble[file.id] = (f"The copy on this computer was damaged. {says}", do)

    def _bring(self, missing: Sequence[TravelFile], refused: KnownError | None) -> None:
        if self._enough():
            return
        if refused is not None and refused.code in _NO_WAY:
            self._blame(missing, refused.says, _CONNECT if refused.code in OFFLINE_CODES else refused.do)
            return
        waiting = list(missing)
        marks = (-1, -1)

        def told(fetch: Fetch) -> None:
            nonlocal waiting, marks
            now = (fetch.done, len(fetch.failed))
            if now != marks:
                marks = now
                here = self._store.which_here(file.evidence for file in waiting)
                waiting = [file for file in waiting if file.evidence.sha256 not in {*here, *fetch.failed}]
            # They set out in order, four at a time: the first of those that wait are under way.
            names = tuple(file.evidence.name for file in waiting[:AT_ONCE])
            self._on_progress(
                TravelProgress(
                    Stage.FETCH, names, fetch.done, fetch.total, fetch.bytes_done, fetch.bytes_total
                )
            )

        fetch = self._syncing.fetch([file.evidence for file in missing], told, self._stopped)
        here = self._store.which_here(file.evidence for file in missing)
        absent = [file for file in missing if file.evidence.sha256 not in here]
        if absent and self._enough():
            return
        for file in absent:
            failed = fetch.failed.get(file.evidence.sha256)
            says = failed.says if failed is not None else "It could not be fetched."
            self._blame([file], says, "Try again; if it stays so, tell the support contact.")

    def _read(self, files: Sequence[TravelFile], *, last: bool = False) -> list[TravelFile]:
        """Reads these files whole and notes which agree; returns those that do not.

        last: there is no other try, so that those are failures.
        """
        damaged = []
        begun = TravelProgress(
            Stage.CHECK, total=len(files), bytes_total=sum(file.evidence.size for file in files)
        )
        for file in files:
            if self._enough():
                break
            begun = replace(begun, names=(file.evidence.name,))
            try:
                self._verify(file, begun)
            except KnownError:
                damaged.append(file)
                if last:
                    self._blame([file], "It was fetched once more and still does not agree.", _TELL)
            begun = replace(begun, done=begun.done + 1, bytes_done=begun.bytes_done + file.evidence.size)
        return damaged

    def _verify(self, file: TravelFile, begun: TravelProgress) -> None:
        def told(read: int) -> None:
            self._on_progress(replace(begun, bytes_done=begun.bytes_done + read))

        if self._store.verify(file.evidence, told, self._stopped):
            self.agreed.add(file.id)
        else:
            self.stopped = True

    def _enough(self) -> bool:
        self.stopped = self.stopped or self._stopped()
        return self.stopped

    def _blame(self, files: Iterable[TravelFile], says: str, do: str) -> None:
        for file in files:
            self._trouble[file.id] = (says, do)
