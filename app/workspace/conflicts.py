"""Everything in which two versions met and a person decides; nothing waits for it, and nothing of it gets lost."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.errors import KnownError
from app.domain.merging import Fields, Value, blank, same
from app.domain.moderation import Decision, Outcome
from app.workspace import drafts
from app.workspace.comparing import Conflict, ConflictKind, words_of
from app.workspace.conflict_finder import Finder
from app.workspace.deeds import Deeds
from app.workspace.drafts import Drafts
from app.workspace.pictures import Pictures
from app.workspace.snapshots import Changes, DraftBase, JudgementDraft, ReportDraft
from app.workspace.standing import draft_from

if TYPE_CHECKING:
    from app.models.cache import CacheStore
    from app.models.work import SetAside, WorkStore

_NOT_CHOSEN = {
    ConflictKind.DRAFT: "From your draft; not chosen beside what {theirs} recorded.",
    ConflictKind.DISPUTED: "Not chosen when two judgements were compared: {mine}, and {theirs}.",
    ConflictKind.REPORT: "From your report, which was not taken.",
    ConflictKind.REPORT_DRAFT: "From your draft; {theirs} issued a report meanwhile.",
}
"""Why a text was set aside, as the history says it."""

_DECIDED_ELSEWHERE = "Written while two versions were compared; they were decided elsewhere meanwhile."

_WRITTEN = "written while comparing"
"""The setting under which lies what is written by hand on the Conflicts screen."""


class Conflicts:
    """Finds conflicts and carries out what the person decides. Any thread may call.

    saving: held while something is recorded. me: the person's id. known: what was found last.
    """

    def __init__(
        self,
        work: WorkStore,
        cache: CacheStore,
        pictures: Pictures,
        kept: Drafts,
        deeds: Deeds,
        me: str,
        saving: Callable[[], contextlib.AbstractContextManager[None]],
    ) -> None:
        self._work = work
        self._pictures = pictures
        self._deeds = deeds
        self._saving = saving
        self._drafts = kept
        self._finder = Finder(work, cache, pictures, me)
        self._looking = threading.Lock()
        self.known: tuple[Conflict, ...] = ()

    def all(self) -> tuple[Conflict, ...]:
        """Every conflict there is now, those that can be decided first; takes some milliseconds a conflict."""
        with self._looking:
            found = self._finder.find()
            self.known = tuple(sorted(found, key=lambda each: (bool(each.closed), each.where, each.key)))
            self._put_away_written()
            return self.known

    def one(self, key: str) -> Conflict | None:
        """A conflict as it stands now; None when it is decided, here or elsewhere."""
        return next((conflict for conflict in self.all() if conflict.key == key), None)

    def open_requests(self) -> frozenset[str]:
        """Requests with a conflict that can be decided, as they were found last."""
        return frozenset(conflict.request_id for conflict in self.known if not conflict.closed)

    # -- what is written while comparing ------------------------------------------------------------------------

    def keep_written(self, key: str, written: Fields) -> None:
        """Keeps what was written by hand for fields of a conflict, durable when this returns; nothing forgets it."""
        with self._saving(), self._looking:
            kept = self._written()
            if written:
                kept[key] = {
                    name: value if isinstance(value, str) else list(value) for name, value in written.items()
                }
            elif kept.pop(key, None) is None:
                return
            self._work.put(_WRITTEN, kept)

    def written(self, key: str) -> dict[str, Value]:
        """What was written by hand for fields of a conflict, by the field."""
        kept = self._written().get(key, {})
        return {name: value if isinstance(value, str) else tuple(value) for name, value in kept.items()}

    def _written(self) -> dict[str, dict[str, str | list[str]]]:
        found: dict[str, dict[str, str | list[str]]] = self._work.get(_WRITTEN, {})
        return found

    def _put_away_written(self) -> None:
        """Of a conflict that is no more, what was written for it goes to what was set aside, and not away."""
        from app.models.work import SetAside

        kept = self._written()
        gone = kept.keys() - {conflict.key for conflict in self.known}
        if not gone:
            return
        texts = []
        for key in sorted(gone):
            kind, request_id, rest = drafts.place_of(key)
            sample_id = "" if kind == "act" else rest
            for name, value in kept.pop(key).items():
                words = words_of(name, value if isinstance(value, str) else tuple(value))
                if words.strip() and self._pictures.is_mine(request_id):
                    texts.append(SetAside(request_id, sample_id, name, words, _DECIDED_ELSEWHERE))
        self._work.set_aside(texts)
        self._work.put(_WRITTEN, kept)

    # -- deciding -----------------------------------------------------------------------------------------------

    def decide(self, conflict: Conflict, chosen: Fields) -> Changes:
        """Carries out a decision. ``chosen``: what each field becomes. What loses is set aside, with why and when.

        Two judgements are followed by a new one that supersedes both. A draft, or a report's, is written on what
        stands now. Raises KnownError ``decided_already`` and ``changed_again`` when the conflict is another by now,
        ``not_now`` when it cannot be decided, and what recording a judgement refuses; all stays as it was then.
        """
        with self._saving():
            self._must_be_as_seen(conflict)
            match conflict.kind:
                case ConflictKind.DISPUTED:
                    changes = self._judge(conflict, chosen)
                case ConflictKind.DRAFT:
                    changes = self._redraft(conflict, chosen)
                case ConflictKind.REPORT | ConflictKind.REPORT_DRAFT:
                    changes = self._redraft_report(conflict, chosen)
            kept = self._written()
            if kept.pop(conflict.key, None) is not None:
                self._work.put(_WRITTEN, kept)
        return changes

    def _must_be_as_seen(self, conflict: Conflict) -> None:
        now = self.one(conflict.key)
        if now is None:
            raise KnownError(
                "decided_already",
                "This was decided meanwhile, or is not yours any more.",
                "Nothing was changed; there is nothing left to choose here.",
            )
        if (now.fields, now.stands) != (conflict.fields, conflict.stands):
            raise KnownError(
                "changed_again",
                "One of the two versions changed while you compared them.",
                "Look at it once more; nothing was changed yet.",
            )
        if now.closed:
            raise KnownError("not_now", now.closed)

    def _judge(self, conflict: Conflict, chosen: Fields) -> Changes:
        decision, rationale, actions = chosen["decision"], chosen["rationale"], chosen["actions"]
        assert isinstance(decision, str)
        assert isinstance(rationale, str)
        assert not isinstance(actions, str)
        if blank(decision):
            raise KnownError("no_decision", "Choose a decision first.")
        decided = Decision(decision)
        if decided is Decision.SUSPECTED_MALPRACTICE:
            raise KnownError(
                "suspicion_is_asked",
                "A suspicion holds the whole request, so it is raised on the bench, which asks for the reason.",
                "Open the sample and raise it there; that decides this conflict too.",
            )
        act = self._deeds.judge(
            self._pictures.of(conflict.request_id),
            conflict.sample_id,
            decided,
            rationale,
            actions,
            seen=conflict.stands,
            keep_draft=True,
        )
        with contextlib.suppress(KnownError):
            # Both judgements stay on record anyway: were this not written, nothing would be lost but the reason.
            self._work.set_aside(self._losing(conflict, chosen))
        return self._changed(conflict, decided.words, act.id)

    def _redraft(self, conflict: Conflict, chosen: Fields) -> Changes:
        """The draft on its new base; where nothing of mine is left in it, only its note stays."""
        key = drafts.sample_key(conflict.request_id, conflict.sample_id)
        mine = self._drafts.of_sample(conflict.request_id, conflict.sample_id)
        theirs = {field.name: field.theirs for field in conflict.fields}
        ground = draft_from(theirs, "", None)
        base = DraftBase(conflict.stands, ground.decision, ground.rationale, ground.actions)
        draft = draft_from(dict(chosen), mine.note, base)
        if all(same(chosen[name], value) for name, value in theirs.items()):
            draft = JudgementDraft(note=mine.note)
        draft = replace(draft, files=mine.files)
        body = None if draft.empty else drafts.body_of(draft)
        self._work.set_aside(self._losing(conflict, chosen), drafts={key: body})
        return self._changed(conflict, "draft brought up to date" if draft.judges else "draft set aside")

    def _redraft_report(self, conflict: Conflict, chosen: Fields) -> Changes:
        """A new draft of the report for what stands now, or none where nothing of mine was chosen."""
        picture = self._pictures.of(conflict.request_id)
        outcome, summary = chosen["outcome"], chosen["summary"]
        assert isinstance(outcome, str)
        assert isinstance(summary, str)
        mine = conflict.field("outcome").mine
        kept = not blank(summary) or (same(outcome, mine) and len(conflict.field("outcome").picks) > 1)
        since = picture.reports[-1].id if picture.reports else ""
        draft = ReportDraft(Outcome(outcome) if outcome else None, summary, since) if kept else None
        key = drafts.report_key(conflict.request_id)
        self._work.set_aside(
            self._losing(conflict, chosen), drafts={key: drafts.report_body_of(draft) if draft else None}
        )
        if conflict.act_id:
            self._work.take_back(conflict.act_id, "You prepared it anew." if kept else "You put it aside.")
        said = "report draft brought up to date; sign it off again" if kept else "report draft set aside"
        return self._changed(conflict, said)

    def _losing(self, conflict: Conflict, chosen: Fields) -> list[SetAside]:
        from app.models.work import SetAside

        why = _NOT_CHOSEN[conflict.kind].format(mine=conflict.mine.whose, theirs=conflict.theirs.whose)
        # Of a draft and its rival only mine is set aside: theirs stands, and stays on record.
        both = conflict.kind is ConflictKind.DISPUTED
        return [
            SetAside(conflict.request_id, conflict.sample_id, name, text, why)
            for name, text in conflict.losing(chosen, theirs=both)
        ]

    @staticmethod
    def _changed(conflict: Conflict, said: str, undo: str = "") -> Changes:
        place = conflict.where.partition(":")[0]
        return Changes(
            frozenset({conflict.request_id}), outbox=True, work=True, said=f"{place}: {said}", undo=undo
        )
