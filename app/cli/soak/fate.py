"""What happens in a story, step by step: mostly work and syncing, and now and then something dreadful."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.cli.soak.carrier import Weather
from app.cli.soak.faults import OF_THE_NETWORK, Fault
from app.cli.soak.ground import JULES, MORGAN
from app.cli.soak.laptops import Laptop
from app.cli.soak.world import World
from app.domain.acts import RecordJudgement
from app.domain.errors import KnownError
from app.domain.people import Role
from app.models.entries import WAITING, OutboxEntry

_MOST_LAPTOPS = 5
_MONTH = 30 * 24 * 3600.0
_SPOILS = [fault for fault in OF_THE_NETWORK if fault not in (Fault.ONE_WAY_PARTITION, Fault.OLDER_CLIENT)]
_WEIGHTS = [1 if fault is Fault.SERVICE_RESTORED else 4 for fault in _SPOILS]
"""A service loses a day seldom; the rest of the conversation then meets another past."""


class Fate:
    """Draws what happens next. A fault that finds nothing to spoil does nothing and is not counted."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance
        self._old_disks: dict[str, tuple[Path, bool]] = {}
        happenings: list[tuple[float, Callable[[], None]]] = [
            (34, self._somebody_works),
            (26, self._sync_in_bad_weather),
            (7, self._sync_in_good_weather),
            (5, self._somebody_fetches),
            (4, self._somebody_sends_files),
            (3, self._somebody_undoes),
            (1, self._somebody_retries),
            (1, self._somebody_trespasses),
            (1, self._somebody_restarts),
            (1, self._somebody_is_signed_out),
            (4, self._an_old_request_arrives),
            (3, self._the_service_is_backed_up),
            (1.5, self._the_service_loses_a_day),
            (3, self._a_disk_is_copied),
            (2, self._an_old_disk_is_put_back),
            (1, self._a_disk_is_cloned),
            (5, self._a_request_is_reassigned),
            (2, self._a_hold_comes_while_offline),
            (2, self._something_is_deleted_while_it_is_judged),
            (0.7, self._a_month_passes),
            (2, self._a_clock_goes_wrong),
            (3, self._a_disk_is_full),
            (1, self._a_hold_ends),
            (2, self._the_support_team_opens_a_request),
            (2, self._a_cache_is_damaged),
        ]
        self._weights = [weight for weight, _ in happenings]
        self._happenings = [happening for _, happening in happenings]

    def step(self) -> None:
        """One thing happens."""
        self._chance.choices(self._happenings, self._weights)[0]()

    # -- ordinary days -------------------------------------------------------------------------------------------

    def _somebody_works(self) -> None:
        laptop = self._any_laptop()
        for _ in range(self._chance.choice((1, 1, 2, 4))):
            self._world.people.work(laptop)
        if self._chance.random() < 0.3:
            self._sync(laptop)

    def _somebody_undoes(self) -> None:
        self._world.people.take_back(self._any_laptop())

    def _somebody_retries(self) -> None:
        self._world.people.retry(self._any_laptop())

    def _somebody_restarts(self) -> None:
        laptop = self._any_laptop()
        laptop.close()
        laptop.open()
        self._world.say(f"{laptop.name} restarts")

    def _somebody_trespasses(self) -> None:
        """On a request that their person never held."""
        laptop = self._moderators()[self._chance.randrange(len(self._moderators()))]
        for root, people in self._world.expected.assigned.items():
            if laptop.person.id not in people:
                self._world.people.trespass(laptop, root)
                return

    def _sync_in_good_weather(self) -> None:
        self._world.sync(self._any_laptop())

    def _sync_in_bad_weather(self) -> None:
        self._sync(self._any_laptop())

    def _somebody_fetches(self) -> None:
        self._world.fetch(self._any_laptop(), self._weather())

    def _somebody_sends_files(self) -> None:
        self._world.send_files(self._any_laptop(), self._weather())

    def _sync(self, laptop: Laptop) -> None:
        if not self._world.sync(laptop, self._weather()) and self._chance.random() < 0.3:
            # Whoever believes that nothing was sent may want to undo it.
            self._world.people.take_back(laptop)

    def _weather(self) -> Weather:
        kind = self._chance.random()
        if kind < 0.06:
            return Weather({}, {}, partition=True)
        if kind < 0.12:
            return Weather({}, {}, older=True)
        faults = self._chance.choices(_SPOILS, _WEIGHTS, k=self._chance.choice((0, 1, 1, 2)))
        if faults and self._chance.random() < 0.5:
            return Weather({}, {self._chance.choice(("/api/sync/push", "/api/sync/pull")): faults[0]})
        return Weather({self._chance.randrange(6): fault for fault in faults}, {})

    # -- the service ---------------------------------------------------------------------------------------------

    def _an_old_request_arrives(self) -> None:
        self._world.carrier.deliver_late()

    def _somebody_is_signed_out(self) -> None:
        email = self._chance.choice((MORGAN, JULES))
        self._world.service.revoke(email)
        self._world.audit.forget()
        self._world.say(f"{email} is signed out everywhere")

    def _the_service_is_backed_up(self) -> None:
        self._world.back_up()

    def _the_service_loses_a_day(self) -> None:
        self._world.lose_a_day()
        self._world.counts[Fault.SERVICE_RESTORED] += 1

    def _a_request_is_reassigned(self) -> None:
        """Preferably one somebody has unsent work in, who then learns of it too late."""
        laptop, entry = self._somebody_with_unsent_work()
        world = self._world
        root = entry.request_id if entry else self._chance.choice(list(world.numbers))
        jules = world.on.people[JULES].id
        email = MORGAN if world.expected.holder[root] == jules else JULES
        world.service.assign(world.numbers[root], email)
        world.expected.assigned_to(root, world.on.people[email].id, world.clock())
        world.say(f"{world.numbers[root]} is given to {email}")
        if laptop is not None and laptop.person.email != email:
            self._count(Fault.REASSIGNED_OFFLINE, f"while {laptop.name} has unsent work in it")

    def _a_hold_comes_while_offline(self) -> None:
        """The person suspects malpractice on one laptop while the other has unsent work in the same request."""
        laptop, entry = self._somebody_with_unsent_work()
        if laptop is None or entry is None:
            return
        if self._chance.random() < 0.5:
            if self._world.service.place_hold(self._world.numbers[entry.request_id]):
                self._world.expected.held_at.append(self._world.clock())
                self._count(Fault.HOLD_WHILE_OFFLINE, f"while {laptop.name} has unsent work in it")
            return
        others = [o for o in self._moderators() if o.person.id == laptop.person.id and o is not laptop]
        if not others:
            return
        other = self._chance.choice(others)
        if self._world.people.suspect(other, entry.request_id) and self._world.sync(other):
            self._count(Fault.HOLD_WHILE_OFFLINE, f"while {laptop.name} has unsent work in it")

    def _the_support_team_opens_a_request(self) -> None:
        """From the queues, onto the laptop it is opened on, for thirty days."""
        others = [laptop for laptop in self._world.laptops if Role.SUPPORT in laptop.person.roles]
        if others:
            self._world.open_root(self._chance.choice(others), self._chance.choice(list(self._world.numbers)))

    def _a_hold_ends(self) -> None:
        """The quality manager ends a hold, and what waited behind it takes effect."""
        for number in self._world.numbers.values():
            outcomes = self._world.service.end_hold(number)
            if outcomes is not None:
                self._world.say(f"the hold of {number} ends")
                self._world.expected.hold_ended(outcomes, self._world.clock())
                return

    def _something_is_deleted_while_it_is_judged(self) -> None:
        """The centre takes back a sample, or some evidence, that somebody is just judging."""
        world = self._world
        laptop, entry = self._somebody_with_unsent_work()
        if laptop is None or entry is None:
            return
        if self._chance.random() < 0.7 and isinstance(entry.act.deed, RecordJudgement):
            done = world.service.drop_sample(entry.act.deed.sample_id)
        else:
            done = world.service.drop_evidence(world.numbers[entry.request_id])
        if done:
            number = world.numbers[entry.request_id]
            self._count(
                Fault.DELETE_AGAINST_EDIT, f"something of {number} is deleted while {laptop.name} works"
            )

    # -- disks, clocks and years ---------------------------------------------------------------------------------

    def _a_disk_is_copied(self) -> None:
        laptop = self._any_laptop()
        disk = self._world.on.stage / f"old {laptop.name}"
        laptop.copy_disk(disk)
        self._old_disks[laptop.name] = (disk, laptop.damaged)
        self._world.say(f"the disk of {laptop.name} is copied")

    def _an_old_disk_is_put_back(self) -> None:
        candidates = [laptop for laptop in self._world.laptops if laptop.name in self._old_disks]
        if not candidates:
            return
        laptop = self._chance.choice(candidates)
        before = [entry.act_id for entry in laptop.entries()]
        disk, damaged = self._old_disks[laptop.name]
        laptop.put_disk(disk)
        laptop.damaged = damaged
        self._world.expected.disk_changed([*before, *(entry.act_id for entry in laptop.entries())])
        self._count(Fault.OLD_DISK_RESTORED, f"{laptop.name} has its old disk back")

    def _a_disk_is_cloned(self) -> None:
        laptops = self._world.laptops
        if len(laptops) >= _MOST_LAPTOPS:
            return
        laptop = self._any_laptop()
        name = f"{laptop.name}-twin-{len(laptops)}"
        twin = laptop.clone(name, self._world.on.stage / name)
        laptops.append(twin)
        self._world.expected.disk_changed(entry.act_id for entry in twin.entries())
        self._count(Fault.CLONED_DISK, f"{laptop.name} has a twin")

    def _a_month_passes(self) -> None:
        self._world.clock.go_on(_MONTH)
        self._count(Fault.DELAY_30_DAYS, "a month passes")

    def _a_clock_goes_wrong(self) -> None:
        laptop = self._any_laptop()
        days = self._chance.uniform(-2, 2)
        laptop.skew(days)
        self._count(Fault.CLOCK_SKEW, f"the clock of {laptop.name} is wrong by {days:.3f} days")

    def _a_disk_is_full(self) -> None:
        """The person works and syncs on a full disk; what was called saved stays saved."""
        laptop = self._any_laptop()
        with laptop.full_disk():
            try:
                for _ in range(4):
                    self._world.people.work(laptop)
            except KnownError as error:
                self._count(Fault.DISK_FULL, f"{laptop.name} could not save: {error.code}")
            self._sync(laptop)

    def _a_cache_is_damaged(self) -> None:
        """A record is lost or altered on a disk; the next comparison with the service mends it."""
        laptop = self._any_laptop()
        words = laptop.damage(self._chance)
        if words:
            self._count(Fault.DAMAGED_CACHE, f"{laptop.name}: {words}")

    # -- inside --------------------------------------------------------------------------------------------------

    def _count(self, fault: Fault, words: str) -> None:
        self._world.counts[fault] += 1
        self._world.say(f"{fault}: {words}")

    def _any_laptop(self) -> Laptop:
        return self._chance.choice(self._world.laptops)

    def _moderators(self) -> list[Laptop]:
        return [laptop for laptop in self._world.laptops if Role.MODERATOR in laptop.person.roles]

    def _somebody_with_unsent_work(self) -> tuple[Laptop | None, OutboxEntry | None]:
        """A moderator's laptop and one of its waiting acts; somebody works if nobody has any."""
        found = self._unsent()
        if not found:
            self._world.people.work(self._chance.choice(self._moderators()))
            found = self._unsent()
        return self._chance.choice(found) if found else (None, None)

    def _unsent(self) -> list[tuple[Laptop, OutboxEntry]]:
        return [(laptop, entry) for laptop in self._moderators() for entry in laptop.entries(states=WAITING)]
