"""The ten invariants of the sync protocol, each in a function that carries its number."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from app.cli.soak.expectations import TAKEN, Expectations, Known
from app.cli.soak.laptops import Held, Laptop
from app.cli.soak.papers import unreadable_files
from app.cli.soak.service_side import ServiceSide
from app.domain.acts import AddNote, RecordJudgement, SubmitReport, WithdrawJudgement
from app.domain.dates import london_day
from app.domain.moderation import IssuedReport, Judgement, ModerationRequest, Note, current_judgements
from app.domain.people import Role
from app.models.entries import ATTENTION, WAITING, ActState, OutboxEntry
from app.sync.answers import message, page_lines
from app.sync.calls import HttpAnswer, HttpCall
from app.wire.codec import Codec, Record
from app.wire.messages import Push, PushAnswer, Tokens

_ANSWERED = (ActState.APPLIED, ActState.HELD, *ATTENTION)
_REFUSED = (ActState.REJECTED, ActState.CONFLICT, ActState.TAKEN_BACK)


@dataclass
class Auditor:
    """Asks the service what it says, over the same calls as a laptop, but with nothing remembered."""

    service: ServiceSide
    _tokens: dict[tuple[str, str], tuple[float, Tokens]]

    def answer_for(self, laptop: Laptop) -> Held:
        """Everything that the service has for this laptop's person and device, read from the beginning."""
        held: Held = {}
        cursor, more = "", True
        while more:
            path = f"/api/sync/pull?cursor={cursor}" if cursor else "/api/sync/pull"
            lines, end = page_lines(self._ask(laptop, HttpCall("GET", path)))
            held |= {
                (line.kind, line.id): (line.root, line.rev, bytes(line.body))
                for line in lines
                if line.op == "put"
            }
            cursor, more = end.cursor, end.more
        return held

    def asked_again(self, laptop: Laptop, act_ids: Sequence[str]) -> PushAnswer:
        """What the service answers when these acts of the laptop's outbox are offered once more."""
        acts = [laptop.work.entry(act_id).message() for act_id in act_ids]
        body = msgspec.json.encode(Push(device_id=laptop.profile.device_id, acts=acts))
        headers = {"Content-Type": "application/json"}
        return message(self._ask(laptop, HttpCall("POST", "/api/sync/push", headers, body)), PushAnswer)

    def file(self, laptop: Laptop, sha256: str) -> bytes | None:
        """A file as the service has it for this laptop's person, None if it has none."""
        answer = self._ask(laptop, HttpCall("GET", f"/api/blobs/{sha256}"))
        return answer.body if answer.status == 200 else None

    def _ask(self, laptop: Laptop, call: HttpCall) -> HttpAnswer:
        for _ in range(2):
            token = {**self._headers(laptop), "Accept-Encoding": "identity"}
            answer = self.service.answer(replace(call, headers={**call.headers, **token}))
            if answer.status != 401:
                break
            self.forget()
        return answer

    def _headers(self, laptop: Laptop) -> dict[str, str]:
        who = (laptop.person.email, laptop.profile.device_id)
        now = self.service.clock.ticks()
        since, tokens = self._tokens.get(who, (-1e9, None))
        if tokens is None or now - since > 1_200:
            tokens = self.service.admit(*who)
            self._tokens[who] = (now, tokens)
        return {"Authorization": f"Bearer {tokens.access}"}

    def forget(self) -> None:
        """The service revoked tokens, or was restored."""
        self._tokens.clear()


def auditor(service: ServiceSide) -> Auditor:
    return Auditor(service, {})


@dataclass
class Rest:
    """A world at rest: faults have stopped and every laptop synced its bounded number of rounds.

    answers: by laptop what the service has for it. records: everything in any of them, decoded.
    """

    laptops: Sequence[Laptop]
    expected: Expectations
    audit: Auditor
    answers: dict[str, Held]
    records: dict[tuple[str, str], Record]

    @staticmethod
    def of(laptops: Sequence[Laptop], expected: Expectations, audit: Auditor) -> Rest:
        answers = {laptop.name: audit.answer_for(laptop) for laptop in laptops}
        codec = Codec()
        records = {
            (kind, identifier): codec.record(kind, identifier, root, rev, body)
            for held in answers.values()
            for (kind, identifier), (root, rev, body) in held.items()
        }
        return Rest(laptops, expected, audit, answers, records)


def invariant_1_once_and_never_lost(rest: Rest) -> None:
    """An act takes effect at most once; an acknowledged act is never lost."""
    expected = rest.expected
    for act_id, known in expected.taken().items():
        if not _has_effect(rest, act_id, known):
            expected.violated(1, f"{known.name} was applied and its effect is missing")
    for laptop in rest.laptops:
        for entry in laptop.entries():
            if entry.state in (ActState.APPLIED, ActState.HELD) and entry.act_id in expected.acts:
                word = expected.at_service.get(entry.act_id)
                if word not in TAKEN:
                    known = expected.acts[entry.act_id]
                    expected.violated(
                        1, f"{laptop.name} believes {known.name} taken; the service says {word}"
                    )
            if entry.state is ActState.TAKEN_BACK and expected.undone_in_vain(entry.act_id):
                name = expected.name(entry.act_id)
                expected.violated(1, f"{laptop.name} was told that {name} was undone, and it took effect")
    taken = set(expected.taken())
    for (kind, identifier), record in rest.records.items():
        ours = isinstance(record, Judgement | Note | IssuedReport)
        if ours and identifier not in taken:
            expected.violated(1, f"{kind} {expected.name(identifier)} has an effect that it should not have")
    for request in (r for r in rest.records.values() if isinstance(r, ModerationRequest)):
        _check_judged(rest, request)


def _check_judged(rest: Rest, request: ModerationRequest) -> None:
    by_sample: dict[str, list[Judgement]] = {}
    for record in rest.records.values():
        if isinstance(record, Judgement) and record.request_id == request.id:
            by_sample.setdefault(record.sample_id, []).append(record)
    judged = sum(bool(current_judgements(theirs)) for theirs in by_sample.values())
    if judged != request.judged:
        rest.expected.violated(1, f"a request counts {request.judged} samples judged where {judged} are")


def _has_effect(rest: Rest, act_id: str, known: Known) -> bool:
    match known.act.deed:
        case RecordJudgement() as deed:
            found = rest.records.get(("judgement", act_id))
            return isinstance(found, Judgement) and (
                found.sample_id,
                found.decision,
                found.rationale,
                found.supersedes,
                found.actions,
            ) == (deed.sample_id, deed.decision, deed.rationale, deed.supersedes, deed.actions)
        case WithdrawJudgement() as deed:
            found = rest.records.get(("judgement", deed.judgement_id))
            return isinstance(found, Judgement) and bool(found.withdrawn)
        case AddNote() as deed:
            found = rest.records.get(("note", act_id))
            return isinstance(found, Note) and (found.text, found.sample_id, found.files) == (
                deed.text,
                deed.sample_id,
                deed.files,
            )
        case SubmitReport() as deed:
            found = rest.records.get(("report", act_id))
            return isinstance(found, IssuedReport) and found.pdf_sha256 == deed.pdf_sha256
    return True


def invariant_2_every_act_ends_visible(rest: Rest) -> None:
    """Every act ends visible as applied, conflict, rejected, held or blocked, its payload kept."""
    expected = rest.expected
    there: set[str] = set()
    for laptop in rest.laptops:
        for entry in laptop.entries():
            there.add(entry.act_id)
            known = expected.acts.get(entry.act_id)
            if known is None:
                expected.violated(2, f"{laptop.name} holds an act that nobody recorded")
            elif entry.forgotten:
                _check_forgotten(laptop, entry, expected)
            elif entry.payload != known.payload:
                expected.violated(2, f"{laptop.name} changed what {known.name} says")
            if entry.state not in (ActState.APPLIED, ActState.HELD, *ATTENTION, ActState.TAKEN_BACK):
                expected.violated(2, f"{laptop.name}: {expected.name(entry.act_id)} ended {entry.state}")
            if entry.state in _ANSWERED and not _was_said(entry, expected):
                name = expected.name(entry.act_id)
                expected.violated(2, f"{laptop.name}: {name} is {entry.state}, which the service never said")
            if entry.state in ATTENTION and not entry.says:
                expected.violated(
                    2, f"{laptop.name}: {expected.name(entry.act_id)} is {entry.state} without words"
                )
    for act_id, known in expected.acts.items():
        if act_id not in there and not known.resurrected:
            expected.violated(2, f"{known.name} is gone from {known.laptop}")


def _was_said(entry: OutboxEntry, expected: Expectations) -> bool:
    said = expected.said.get(entry.act_id, set())
    return entry.state.value in said or (entry.state is ActState.APPLIED and "already_applied" in said)


def _check_forgotten(laptop: Laptop, entry: OutboxEntry, expected: Expectations) -> None:
    """Only what is safe at the service, or was taken back, may be forgotten."""
    settled = entry.covered and entry.state in (ActState.APPLIED, ActState.HELD)
    if not settled and entry.state is not ActState.TAKEN_BACK:
        expected.violated(2, f"{laptop.name} forgot what {expected.name(entry.act_id)} says: {entry.state}")


def invariant_3_cache_is_the_answer(rest: Rest) -> None:
    """At rest the cache equals the service's answer for that person's scope; outside it nothing remains but acts that
    wait or are not covered yet.
    """
    for laptop in rest.laptops:
        answer = rest.answers[laptop.name]
        check_cache(laptop, answer, rest.expected, 3)
        here = {root for root, _, _ in answer.values()}
        for entry in laptop.entries():
            settled = entry.covered or entry.state is ActState.TAKEN_BACK
            if (
                settled
                and entry.state not in ATTENTION
                and entry.request_id not in here
                and not entry.forgotten
            ):
                rest.expected.violated(
                    3, f"{laptop.name} still knows what {rest.expected.name(entry.act_id)} says"
                )


def check_cache(laptop: Laptop, answer: Held, expected: Expectations, invariant: int) -> None:
    """Compares a cache with what the service says, to the byte."""
    held = laptop.held()
    missing, extra = answer.keys() - held.keys(), held.keys() - answer.keys()
    other = {key for key in held.keys() & answer.keys() if held[key] != answer[key]}
    for words, keys in (("lacks", missing), ("still holds", extra), ("has another", other)):
        if keys:
            kinds = ", ".join(sorted(f"{kind} {expected.name_of(i)}" for kind, i in keys))
            expected.violated(invariant, f"{laptop.name} {words}: {kinds}")


def invariant_4_no_change_is_skipped(laptop: Laptop, audit: Auditor, expected: Expectations) -> None:
    """The cursor never skips a committed change. To be asked right after a sync that went well."""
    check_cache(laptop, audit.answer_for(laptop), expected, 4)


def invariant_5_queue_runs_empty(rest: Rest) -> None:
    """The queue runs empty within a bounded number of rounds once faults stop."""
    for laptop in rest.laptops:
        waiting = laptop.entries(states=WAITING)
        if waiting:
            names = ", ".join(rest.expected.name(entry.act_id) for entry in waiting)
            rest.expected.violated(5, f"{laptop.name} still waits with {names}")
        for entry in laptop.entries(states=(ActState.BLOCKED,)):
            if not rest.expected.waits_for(entry):
                name = rest.expected.name(entry.act_id)
                rest.expected.violated(5, f"{laptop.name}: {name} is blocked and nothing is in its way")


def invariant_6_own_edit_is_seen(laptop: Laptop, expected: Expectations) -> None:
    """A person always sees their own latest edit: whatever was recorded here and not refused is in the picture."""
    mine: dict[str, list[OutboxEntry]] = {}
    for entry in laptop.entries():
        if entry.state not in _REFUSED and not entry.forgotten:
            mine.setdefault(entry.request_id, []).append(entry)
    for request_id, entries in mine.items():
        picture = laptop.picture(request_id)
        if picture is None:
            continue
        judgements = {judgement.id: judgement for judgement in picture.judgements}
        notes = {note.id for note in picture.notes}
        reports = {report.id for report in picture.reports} | {picture.submitted}
        for entry in entries:
            match entry.act.deed:
                case RecordJudgement():
                    seen = entry.act_id in judgements
                case WithdrawJudgement() as deed:
                    seen = deed.judgement_id not in judgements or bool(
                        judgements[deed.judgement_id].withdrawn
                    )
                case AddNote():
                    seen = entry.act_id in notes
                case SubmitReport():
                    seen = entry.act_id in reports or entry.state is ActState.HELD
                case _:
                    seen = True
            if not seen:
                name = expected.name(entry.act_id)
                expected.violated(6, f"{laptop.name} does not show {name}, which is {entry.state}")


def invariant_7_no_laptop_clock_counts(rest: Rest) -> None:
    """Nothing depends on the device's clock: what the service dates, it dates by its own."""
    expected = rest.expected
    arrived = [known.taken_at for known in expected.acts.values() if known.taken_at is not None]
    days = {london_day(moment) for moment in (*arrived, *expected.held_at)}
    for record in rest.records.values():
        if (
            isinstance(record, ModerationRequest)
            and record.held_on is not None
            and record.held_on not in days
        ):
            expected.violated(7, f"a request is held since a day on which nothing arrived: {record.held_on}")
    for act_id, known in expected.taken().items():
        report = rest.records.get(("report", act_id))
        if isinstance(report, IssuedReport) and report.issued_at != known.taken_at:
            expected.violated(7, f"the report {known.name} was not dated by the service")
        judgement = rest.records.get(("judgement", act_id))
        if isinstance(judgement, Judgement) and judgement.recorded_at != known.act.recorded_at:
            expected.violated(7, f"{known.name} no longer tells when it was recorded")


def invariant_8_files_are_whole(laptop: Laptop, expected: Expectations) -> None:
    """An incomplete file is never readable; a complete one has its hash. What nothing names is not on the disk."""
    for words in unreadable_files(laptop):
        expected.violated(8, f"{laptop.name}: {words}")


def invariant_8_files_at_rest(rest: Rest) -> None:
    """The same, and every file of a note that was taken is at the service, whole, or still kept to be sent."""
    for laptop in rest.laptops:
        invariant_8_files_are_whole(laptop, rest.expected)
        kept = {upload.sha256 for upload in laptop.work.uploads.all()}
        for entry in laptop.entries(states=(ActState.APPLIED,)):
            known = rest.expected.acts.get(entry.act_id)
            if known is None or known.resurrected or not isinstance(known.act.deed, AddNote):
                continue
            for file in known.act.deed.files:
                found = rest.audit.file(laptop, file.sha256)
                if found is None and file.sha256 not in kept:
                    rest.expected.violated(8, f"the photo of {known.name} is not at the service")
                elif found is not None and hashlib.sha256(found).hexdigest() != file.sha256:
                    rest.expected.violated(8, f"the photo of {known.name} is another one at the service")


def invariant_9_laptops_converge(rest: Rest) -> None:
    """After lost days and copied disks the laptops of a person agree, and so does the service on each of their acts."""
    expected = rest.expected
    for laptop in rest.laptops:
        known = [e for e in laptop.entries() if e.act_id in expected.at_service and not e.forgotten]
        for start in range(0, len(known), 200):
            part = known[start : start + 200]
            answer = rest.audit.asked_again(laptop, [entry.act_id for entry in part])
            for entry, outcome in zip(part, answer.outcomes, strict=True):
                word = outcome.outcome
                if word == "already_applied":
                    word = "held" if outcome.code == "on_hold" else "applied"
                # That a hold ended on a request which is no longer here, nobody tells this laptop.
                unheard = entry.state is ActState.HELD and laptop.picture(entry.request_id) is None
                if entry.state is not ActState.TAKEN_BACK and word != entry.state.value and not unheard:
                    name = expected.name(entry.act_id)
                    expected.violated(
                        9, f"{laptop.name} shows {name} as {entry.state}; the service says {word}"
                    )
    by_person: dict[str, Laptop] = {}
    for laptop in rest.laptops:
        if Role.SUPPORT in laptop.person.roles:
            continue  # what they opened is a matter of each laptop
        first = by_person.setdefault(laptop.person.id, laptop)
        if laptop.held() != first.held():
            expected.violated(9, f"{laptop.name} and {first.name} of the same person differ")


AT_REST: tuple[Callable[[Rest], None], ...] = (
    invariant_1_once_and_never_lost,
    invariant_2_every_act_ends_visible,
    invariant_3_cache_is_the_answer,
    invariant_5_queue_runs_empty,
    invariant_7_no_laptop_clock_counts,
    invariant_8_files_at_rest,
    invariant_9_laptops_converge,
)
