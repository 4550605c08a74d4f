"""A small model of what must be true, kept from what people did and what was said on the wire, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.cli.soak.laptops import Laptop
from app.domain.acts import Act
from app.models.entries import OutboxEntry
from app.wire.messages import OutcomeMessage, Push, PushAnswer

TAKEN = ("applied", "held")
"""Answers that say: this is kept, and nobody has to do it again."""

_LATE = timedelta(days=60)
"""So long after a request was taken away, work from before one knew of it still counts."""


@dataclass
class Known:
    """One act that somebody recorded. taken_at: the service's time when it was last taken."""

    name: str
    act: Act
    payload: bytes
    laptop: str
    mine_at_the_time: bool
    taken_at: datetime | None = None
    resurrected: bool = False
    """Its laptop's disk was put back or copied: it may be sent although it was taken back, or be gone."""


@dataclass
class Expectations:
    """acts: by id. at_service: by id the word that the service must answer when asked again.

    assigned: by request id everybody who ever held it. said: by act id every word the service ever answered it with.
    violations: what was found untrue so far.
    """

    assigned: dict[str, set[str]]
    holder: dict[str, str]
    moderators: set[str]
    acts: dict[str, Known] = field(default_factory=dict)
    at_service: dict[str, str] = field(default_factory=dict)
    said: dict[str, set[str]] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    restored: bool = False
    left: dict[tuple[str, str], datetime] = field(default_factory=dict)
    held_at: list[datetime] = field(default_factory=list)
    """When the quality manager held some request."""
    _backup: tuple[dict[str, str], dict[str, str]] = field(default_factory=lambda: ({}, {}))

    def __post_init__(self) -> None:
        self._backup = ({}, dict(self.holder))

    def name(self, act_id: str) -> str:
        known = self.acts.get(act_id)
        return known.name if known else "an act that nobody recorded"

    def name_of(self, identifier: str) -> str:
        """How the trace calls a record: by the act that made it, else by its id."""
        known = self.acts.get(identifier)
        return known.name if known else identifier

    def violated(self, invariant: int, words: str) -> None:
        self.violations.append(f"invariant {invariant}: {words}")

    # -- what people and operators do ---------------------------------------------------------------------------

    def recorded(self, laptop: Laptop, act: Act, payload: bytes) -> Known:
        """An act was called saved on a laptop."""
        mine = laptop.cache.record("request", act.root) is not None
        known = Known(f"a{len(self.acts) + 1}", act, payload, laptop.name, mine)
        self.acts[act.id] = known
        return known

    def assigned_to(self, request_id: str, person_id: str, now: datetime) -> None:
        """The request is given to this person, and taken from whoever had it."""
        self.left[request_id, self.holder[request_id]] = now
        self.assigned[request_id].add(person_id)
        self.holder[request_id] = person_id

    def backed_up(self) -> None:
        self._backup = (dict(self.at_service), dict(self.holder))

    def service_restored(self) -> None:
        self.restored = True
        self.at_service, self.holder = dict(self._backup[0]), dict(self._backup[1])

    def disk_changed(self, act_ids: Iterable[str]) -> None:
        """A disk that held these acts was put back or copied."""
        for act_id in act_ids:
            if act_id in self.acts:
                self.acts[act_id].resurrected = True

    # -- what the service says ----------------------------------------------------------------------------------

    def answered(self, push: Push, answer: PushAnswer, now: datetime) -> None:
        """The service answered a push, whether or not the answer arrives (invariants 1 and 2)."""
        sent = [act.act_id for act in push.acts]
        if [outcome.act_id for outcome in answer.outcomes] != sent:
            self.violated(2, "a push was not answered act by act, in order")
        for outcome in answer.outcomes:
            self._answered(outcome, now)

    def hold_ended(self, outcomes: Iterable[OutcomeMessage], now: datetime) -> None:
        """What the hold had stopped was done, or refused, when it ended."""
        for outcome in outcomes:
            if self.at_service.get(outcome.act_id) != "held":
                self.violated(1, f"{self.name(outcome.act_id)} was not held and was taken when a hold ended")
            self.at_service[outcome.act_id] = outcome.outcome
            self.said.setdefault(outcome.act_id, set()).add(outcome.outcome)
            if outcome.outcome in TAKEN and outcome.act_id in self.acts:
                self.acts[outcome.act_id].taken_at = now

    def _answered(self, outcome: OutcomeMessage, now: datetime) -> None:
        known = self.acts.get(outcome.act_id)
        if known is None:
            self.violated(1, "the service was offered an act that nobody recorded")
            return
        before, word = self.at_service.get(outcome.act_id), outcome.outcome
        self.said.setdefault(outcome.act_id, set()).add(word)
        if before in TAKEN:
            if word != "already_applied":
                self.violated(1, f"{known.name} was {before} and is now answered {word} {outcome.code}")
            elif (before == "held") != (outcome.code == "on_hold"):
                self.violated(2, f"{known.name} was {before} and is now told as “{outcome.code}”")
            return
        if before is not None and before != "blocked" and word != before:
            self.violated(2, f"{known.name} was {before} and is now answered {word}")
        if word == "already_applied":
            self.violated(1, f"{known.name} was never taken and is answered already_applied")
        if outcome.code == "service_fault":
            self.violated(2, f"the service failed at {known.name}")
        if outcome.code in ("act_changed", "payload_damaged", "act_malformed"):
            self.violated(2, f"{known.name} was refused as {outcome.code}")
        self._judge_access(known, outcome, now)
        untaken = [other for other in known.act.rests_on if self.at_service.get(other) not in TAKEN]
        if word in TAKEN and untaken:
            self.violated(2, f"{known.name} was {word} although it rests on {self.name(untaken[0])}")
        self.at_service[outcome.act_id] = word
        if word in TAKEN:
            known.taken_at = now

    def _judge_access(self, known: Known, outcome: OutcomeMessage, now: datetime) -> None:
        author, root = known.act.author_id, known.act.root
        stranger = author in self.moderators and author not in self.assigned[root]
        if outcome.outcome in TAKEN and stranger:
            self.violated(1, f"{known.name} of somebody who never held its request was {outcome.outcome}")
        if outcome.code == "not_assigned" and known.mine_at_the_time and not self.restored:
            left = self.left.get((root, author))
            if left is None or now - left <= _LATE:
                self.violated(1, f"{known.name} was recorded while its request was mine, and is not assigned")

    # -- what follows -------------------------------------------------------------------------------------------

    def undone_in_vain(self, act_id: str) -> bool:
        """Whether an act that its person undid took effect all the same. On a copied disk nobody can know; and what
        was once blocked may have been sent a second time before it was undone.
        """
        known = self.acts.get(act_id)
        if known is None or known.resurrected or "blocked" in self.said.get(act_id, ()):
            return False
        return self.at_service.get(act_id) in TAKEN

    def waits_for(self, entry: OutboxEntry) -> bool:
        """Whether there is anything that a blocked act can still wait for."""
        if self.at_service.get(entry.after, "") in ("", "blocked") and entry.after:
            return True
        return any(self.at_service.get(other) not in TAKEN for other in entry.rests_on)

    def taken(self, word: str = "applied") -> dict[str, Known]:
        """The acts that the service must have as this, in the order of recording."""
        return {key: known for key, known in self.acts.items() if self.at_service.get(key) == word}
