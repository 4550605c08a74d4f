"""Where conflicts are found: samples judged twice, drafts that were overtaken, reports that were not taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from app.domain.acts import RecordJudgement, SubmitReport
from app.domain.errors import KnownError
from app.domain.merging import merge
from app.domain.moderation import Judgement, current_judgements
from app.workspace import comparing, drafts
from app.workspace.comparing import Conflict, ConflictKind, Side
from app.workspace.disputes import Disputes
from app.workspace.overlay import Picture
from app.workspace.pictures import Pictures
from app.workspace.snapshots import JudgementDraft, ReportDraft
from app.workspace.standing import author_of, bring_up, fields_of, whose

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.work import OutboxEntry, WorkStore

OVERTAKEN = frozenset(
    {
        "request_moved",
        "report_outdated",
        "disputed",
        "not_judged",
        "not_in_moderation",
        "accepted_with_doubt",
        "no_action",
    }
)
"""Codes of reports that the service did not take because something changed after they were signed off."""

_PictureOf = Callable[[str], Picture | None]


class Finder:
    """Looks for conflicts of one person, whose id is ``me``. Not for two threads at once."""

    def __init__(self, work: WorkStore, cache: CacheStore, pictures: Pictures, me: str) -> None:
        self._work = work
        self._pictures = pictures
        self._me = me
        self._disputes = Disputes(cache)
        self._reports: dict[str, tuple[ReportDraft, tuple[str, ...]]] = {}

    def find(self) -> Iterator[Conflict]:
        """Every conflict there is now; a request is read only where there may be one."""
        pictures: dict[str, Picture | None] = {}

        def picture(request_id: str) -> Picture | None:
            if request_id not in pictures:
                try:
                    pictures[request_id] = self._pictures.of(request_id)
                except KnownError as error:
                    if error.code != "not_here":
                        raise
                    pictures[request_id] = None
            return pictures[request_id]

        yield from self._disputed(picture)
        not_taken = list(self._not_taken(picture))
        yield from not_taken
        yield from self._drafted(picture, {conflict.request_id for conflict in not_taken})

    def _disputed(self, picture_of: _PictureOf) -> Iterator[Conflict]:
        judging = {act.root for act in self._pictures.waiting() if isinstance(act.deed, RecordJudgement)}
        for request_id in sorted(self._disputes.requests() | judging):
            picture = picture_of(request_id)
            if picture is None:
                continue
            for sample in picture.samples:
                history = picture.judgements_of(sample.id)
                current = current_judgements(history)
                if len(current) > 1:
                    yield self._dispute(picture, sample.id, current)

    def _dispute(self, picture: Picture, sample_id: str, current: tuple[Judgement, ...]) -> Conflict:
        own = [judgement for judgement in current if judgement.moderator_id == self._me]
        here = [judgement for judgement in own if self._pictures.recorded_here(judgement.id)]
        mine = (here or own or list(current))[-1 if own else 0]
        theirs = next(judgement for judgement in current if judgement is not mine)
        history = picture.judgements_of(sample_id)
        before = comparing.common_ground(mine, theirs, history)
        sides = self._side(mine), self._side(theirs)
        sample = next(sample for sample in picture.samples if sample.id == sample_id)
        return Conflict(
            key=f"disputed/{picture.request.id}/{sample_id}",
            kind=ConflictKind.DISPUTED,
            request_id=picture.request.id,
            sample_id=sample_id,
            where=comparing.place_of(picture.request.number, sample),
            says=_met(sides[0].name, sides[1].name, len(current)),
            before=self._side(before) if before is not None else Side("Nothing was recorded"),
            mine=sides[0],
            theirs=sides[1],
            fields=comparing.disputed_fields(before, mine, theirs, sides[1]),
            mine_is_mine=bool(own),
            closed=comparing.why_closed(picture),
            stands=(mine.id, theirs.id),
        )

    def _drafted(self, picture_of: _PictureOf, not_taken: set[str]) -> Iterator[Conflict]:
        for kept in self._work.drafts():
            kind, request_id, sample_id = drafts.place_of(kept.key)
            picture = picture_of(request_id)
            if picture is None:
                continue
            if kind == "report" and request_id not in not_taken:
                yield from self._overtaken(picture, drafts.report_draft_of(kept.body))
            elif kind == "sample" and sample_id:
                yield from self._clashing(picture, sample_id, drafts.draft_of(kept.body))

    def _clashing(self, picture: Picture, sample_id: str, draft: JudgementDraft) -> Iterator[Conflict]:
        history = picture.judgements_of(sample_id)
        brought = bring_up(draft, history, whose(self._me, self._pictures.recorded_here))
        sample = next((sample for sample in picture.samples if sample.id == sample_id), None)
        if not brought.clashes or brought.theirs is None or sample is None:
            return
        theirs = self._side(brought.theirs)
        base = draft.base
        saw = next((j for j in history if base is not None and (j.id,) == base.stands), None)
        yield Conflict(
            key=f"draft/{picture.request.id}/{sample_id}",
            kind=ConflictKind.DRAFT,
            request_id=picture.request.id,
            sample_id=sample_id,
            where=comparing.place_of(picture.request.number, sample),
            says=f"{theirs.name} judged this sample while you had an unrecorded draft of it.",
            before=self._side(saw) if saw is not None else Side("Nothing was recorded"),
            mine=Side("Your draft"),
            theirs=theirs,
            fields=comparing.joinable(
                merge(fields_of(base), fields_of(draft), fields_of(brought.theirs)), theirs
            ),
            closed=comparing.why_closed(picture),
            stands=(brought.theirs.id,),
        )

    def _overtaken(self, picture: Picture, draft: ReportDraft) -> Iterator[Conflict]:
        issued = picture.reports[-1] if picture.reports else None
        if issued is None or draft.since is None or draft.since == issued.id or picture.submitted:
            return
        who = "You on another device" if issued.moderator_id == self._me else issued.moderator_name
        theirs = Side(who, issued.issued_at)
        fields = comparing.issued_fields(picture, draft, theirs)
        if comparing.nothing_to_lose(fields):
            return
        yield Conflict(
            key=f"report/{picture.request.id}",
            kind=ConflictKind.REPORT_DRAFT,
            request_id=picture.request.id,
            sample_id="",
            where=comparing.place_of(picture.request.number, None),
            says=f"{who} issued a report while you were preparing one.",
            before=Side("No report"),
            mine=Side("Your draft"),
            theirs=theirs,
            fields=fields,
        )

    def _not_taken(self, picture_of: _PictureOf) -> Iterator[Conflict]:
        for entry in self._work.entries(states=("conflict", "rejected")):
            picture = picture_of(entry.request_id)
            if picture is None:
                continue
            if entry.kind == SubmitReport.__name__ and (entry.state == "conflict" or entry.code in OVERTAKEN):
                yield self._report(picture, entry)

    def _report(self, picture: Picture, entry: OutboxEntry) -> Conflict:
        if entry.act_id not in self._reports:
            deed = entry.act.deed
            assert isinstance(deed, SubmitReport)
            # The bytes of a report weigh megabytes: its words are read once.
            self._reports[entry.act_id] = ReportDraft(deed.outcome, deed.summary), deed.judgement_ids
        sent, judgement_ids = self._reports[entry.act_id]
        kept = drafts.report_draft_of(self._work.draft(drafts.report_key(entry.request_id)) or {})
        # Its words became a draft again when the answer came; what was written in it since is newer.
        mine = kept if kept != ReportDraft() else sent
        theirs = Side("As it stands now")
        return Conflict(
            key=f"act/{entry.request_id}/{entry.act_id}",
            kind=ConflictKind.REPORT,
            request_id=picture.request.id,
            sample_id="",
            where=comparing.place_of(picture.request.number, None),
            says=f"Your report was not taken: {entry.says}",
            before=Side("When you signed it off", entry.recorded_at),
            mine=Side("Your report", entry.recorded_at),
            theirs=theirs,
            fields=comparing.report_fields(picture, mine, judgement_ids, theirs),
            act_id=entry.act_id,
        )

    def _side(self, judgement: Judgement) -> Side:
        return Side(author_of(judgement, self._me, self._pictures.recorded_here), judgement.recorded_at)


def _met(mine: str, theirs: str, standing: int) -> str:
    count = "Two" if standing == 2 else str(standing)
    names = f"{mine}, and {'you' + theirs[3:] if theirs.startswith('You') else theirs}"
    return (
        f"{count} judgements stand side by side, made without knowing of each other: {names}. "
        "The report waits until one is chosen."
    )
