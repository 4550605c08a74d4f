"""One world of a story: the service, the laptops, the network between them, and what is expected of it all."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

from app.cli.soak.carrier import SOUND, Carrier, Killed, Weather
from app.cli.soak.expectations import Expectations
from app.cli.soak.faults import Counts, Fault
from app.cli.soak.ground import LAPTOPS, REQUESTS, Ground
from app.cli.soak.invariants import (
    auditor,
    invariant_4_no_change_is_skipped,
    invariant_6_own_edit_is_seen,
    invariant_8_files_are_whole,
)
from app.cli.soak.laptops import Laptop
from app.cli.soak.papers import Papers
from app.cli.soak.people import People
from app.domain.errors import KnownError
from app.domain.people import Role
from app.sync.calls import T
from app.sync.engine import SyncReport
from app.wire.messages import Push, PushAnswer

_IN_ORDER = frozenset(
    {
        "service_unreachable",
        "not_the_service",
        "answer_incomplete",
        "sign_in_again",
        "service_failed",
        "service_busy",
        "service_refused",
        "service_newer",
        "fault",
        "file_changed_on_the_way",
        "evidence_gone",
        "not_found",
    }
)
"""What a spoiled conversation may end with. Anything else is told as a violation."""

_LOOK = 0.5
"""How often a cache is compared with the service's whole answer after a sync that went well."""


class World:
    """numbers: the number of each request by its id."""

    def __init__(self, on: Ground, seed: int, new_id: Callable[[], str]) -> None:
        self.on = on
        self.new_id = new_id
        self.chance = random.Random(f"story {seed}")
        self.service, self.clock = on.service, on.clock
        self.trace: list[str] = []
        self.counts: Counts = Counts()
        self.numbers = {root.id: number for number, root in on.roots.items()}
        holders = {on.roots[number].id: on.people[email].id for number, (email, _) in REQUESTS.items()}
        moderators = {person.id for person in on.people.values() if Role.MODERATOR in person.roles}
        assigned = {root: {person} for root, person in holders.items()}
        self.expected = Expectations(assigned, holders, moderators)
        self.audit = auditor(self.service)
        self.carrier = Carrier(self.service, self.chance, self.say, self.counts, self._hear, self.lose_a_day)
        self.papers = Papers(self.carrier)
        self.people = People(self.chance, self.expected, self.say, self.numbers, self.papers)
        # Three to five laptops; two of them are always one person's.
        names = [*list(LAPTOPS)[:3], *self.chance.sample(list(LAPTOPS)[3:], self.chance.choice((0, 1, 1, 2)))]
        self.laptops = [on.laptop(name, new_id) for name in names]

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.close()

    def say(self, words: str) -> None:
        """One more line of the trace."""
        self.trace.append(words)

    # -- syncing -------------------------------------------------------------------------------------------------

    def sync(self, laptop: Laptop, weather: Weather = SOUND) -> bool:
        """One round in this weather; whether it went well. What the running invariants ask is asked after it."""
        days_lost = self.counts[Fault.SERVICE_RESTORED]
        report = self._round(laptop, weather)
        # What was lost after the last page came is learned with the next round.
        same_past = self.counts[Fault.SERVICE_RESTORED] == days_lost
        if report is not None and same_past and self.chance.random() < _LOOK and not laptop.damaged:
            invariant_4_no_change_is_skipped(laptop, self.audit, self.expected)
        if not laptop.damaged:
            invariant_6_own_edit_is_seen(laptop, self.expected)
        return report is not None

    def sync_soundly(self, laptop: Laptop) -> bool:
        """One round without any fault, after signing in again where that is needed; it must go well.

        Returns whether it brought anything, or left something that still waits.
        """
        report = self._round(laptop, SOUND)
        if report is None:
            self.sign_in(laptop)
            report = self._round(laptop, SOUND)
        if report is None:
            self.expected.violated(5, f"{laptop.name} cannot sync although nothing is wrong")
            return True
        self.send_files(laptop, SOUND)
        return bool(report.pushed or report.pulled or laptop.work.counts().waiting)

    def fetch(self, laptop: Laptop, weather: Weather) -> None:
        """The person takes one more piece of evidence along."""
        picture = self.people.some_picture(laptop)
        if picture is not None:
            name = self._carried(laptop, lambda: self.papers.fetch(laptop, picture, weather))
            self.say(f"{laptop.name} fetched {name or 'nothing'}")
            invariant_8_files_are_whole(laptop, self.expected)

    def send_files(self, laptop: Laptop, weather: Weather) -> None:
        """The laptop's own files go on their way."""
        sent = self._carried(laptop, lambda: self.papers.send(laptop, weather))
        if sent:
            self.say(f"{laptop.name} sent {sent} files")
            invariant_8_files_are_whole(laptop, self.expected)

    def _round(self, laptop: Laptop, weather: Weather) -> SyncReport | None:
        """What the round did, or None if it did not come to its end."""
        if weather.older:
            self.counts[Fault.OLDER_CLIENT] += 1
        report = self._carried(laptop, lambda: self.carrier.run(laptop, laptop.sync(), weather))
        with contextlib.suppress(KnownError):  # a full disk: what left goes off it another time
            self.papers.after_round(laptop, report.seen if report is not None else None)
        if report is not None:
            self.say(
                f"{laptop.name} synced: {report.pushed} answered, {report.pulled} records, seen {report.seen}"
            )
            laptop.damaged = laptop.damaged and not report.mended
        return report

    def _carried(self, laptop: Laptop, talk: Callable[[], T]) -> T | None:
        """What a conversation came to; None if it was broken off, by a fault or by the end of the program."""
        try:
            return talk()
        except Killed:
            self.say(f"{laptop.name} is killed")
            disk = self.on.stage / "killed"
            laptop.copy_disk(disk)
            laptop.put_disk(disk)
        except KnownError as error:
            self._end_badly(laptop, error)
        return None

    def sign_in(self, laptop: Laptop) -> None:
        """The person types the right password."""
        laptop.access.accept(self.service.admit(laptop.person.email, laptop.profile.device_id))
        self.say(f"{laptop.name} is signed in again")

    def open_root(self, laptop: Laptop, request_id: str) -> None:
        """The person opens a request that their queues show; it comes whole to this laptop."""
        try:
            self.carrier.run(laptop, laptop.access.signed(laptop.engine.open_root(request_id)))
        except KnownError as error:
            self._end_badly(laptop, error)
        else:
            self.say(f"{laptop.name} opened {self.numbers[request_id]}")
            if laptop.picture(request_id) is None and not laptop.damaged:
                self.expected.violated(
                    4, f"{laptop.name} opened {self.numbers[request_id]} and it is not here"
                )

    def back_up(self) -> None:
        """The service is backed up."""
        head = self.service.back_up()
        self.expected.backed_up()
        self.say(f"the service is backed up to {head}")

    def lose_a_day(self) -> None:
        """The service is put back to its last backup."""
        self.service.restore()
        self.expected.service_restored()
        self.audit.forget()
        self.say("the service is back to its last backup")

    def _end_badly(self, laptop: Laptop, error: KnownError) -> None:
        self.say(f"{laptop.name} could not sync: {error.code}")
        if error.code == "disk_full":
            self.counts[Fault.DISK_FULL] += 1
        elif error.code == "sign_in_again":
            if self.chance.random() < 0.7:
                self.sign_in(laptop)
        elif error.code not in _IN_ORDER:
            self.expected.violated(5, f"{laptop.name} ended a sync with {error.code}: {error.details}")

    def _hear(self, push: Push, answer: PushAnswer) -> None:
        self.expected.answered(push, answer, self.clock())
        for outcome in answer.outcomes:
            name = self.expected.name(outcome.act_id)
            self.say(f"    {name} is {outcome.outcome} {outcome.code}".rstrip())
