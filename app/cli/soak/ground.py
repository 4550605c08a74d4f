"""What every story begins with: one service with a few people and requests, and laptops signed in to it.

Made once in each process, then copied: making databases anew would cost more than the story itself.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.soak.keyring import MemoryKeys
from app.cli.soak.laptops import Laptop, Warm, warm
from app.cli.soak.service_side import ServiceSide
from app.cli.soak.sources import BEGIN, WorldClock, seeded
from app.domain.evidence import EvidenceKind
from app.domain.people import Grant, Person, Role
from app.models.profile import Profile, create_profile, open_stores
from app.sync.access import Access, SignedIn

if TYPE_CHECKING:
    from app.service.quick import Attachment

MORGAN, JULES, KIT = "morgan@soak.invalid", "jules@soak.invalid", "kit@soak.invalid"
"""Two moderators and one of the support team."""

LAPTOPS = {"morgan-1": MORGAN, "morgan-2": MORGAN, "jules-1": JULES, "jules-2": JULES, "kit-1": KIT}
"""Whose each laptop is."""

REQUESTS = {"R1": (MORGAN, 3), "R2": (MORGAN, 2), "R3": (JULES, 2), "R4": (JULES, 1)}
"""Each request with its first moderator and the number of its samples; one more learner-unit is claimed with it."""

_PASSWORD = "nobody signs in with this"
_UNITS = ("501", "502", "503")


@dataclass(frozen=True, slots=True)
class Root:
    """A request of the ground: its id, and its samples' ids in order."""

    id: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the originals lie, and what is in them. keys: each laptop's keyring. service: the one of the stories,
    which are played one after another.
    """

    folder: Path
    clock: WorldClock
    service: ServiceSide
    people: dict[str, Person]
    roots: dict[str, Root]
    profiles: dict[str, Profile]
    keys: dict[str, dict[tuple[str, str], str]]
    databases: dict[str, Warm]

    @property
    def stage(self) -> Path:
        """Where the laptops of the present story lie."""
        return self.folder / "stage"

    def laptop(self, name: str, new_id: Callable[[], str]) -> Laptop:
        """A laptop as it was in the beginning."""
        shutil.copytree(self.profiles[name].folder, self.stage / name)
        profile = replace(self.profiles[name], folder=self.stage / name)
        return Laptop(name, profile, MemoryKeys(self.keys[name]), self.clock, new_id, self.databases[name])

    def begin(self) -> None:
        """Everything is as it was in the beginning."""
        self.clock.now = BEGIN
        for work, cache in self.databases.values():
            work.close()
            cache.close()
        shutil.rmtree(self.stage, ignore_errors=True)
        self.stage.mkdir()
        self.service.reset(self.folder / "service")


@contextmanager
def ground(within: Path | None = None) -> Iterator[Ground]:
    """The ground, on a disk of memory where there is one; removed at the end of the block."""
    place = within or memory_folder()
    with _quiet(), tempfile.TemporaryDirectory(prefix="touchstone-soak-", dir=place) as name:
        clock, folder = WorldClock(), Path(name)
        with seeded("ground", clock):
            people, roots, profiles, keys = _lay(folder, clock)
        shutil.copytree(folder / "service", folder / "played")
        databases = {
            name: warm(replace(profile, folder=folder / "stage" / name), keys[name])
            for name, profile in profiles.items()
        }
        with ServiceSide(folder / "played", clock) as service:
            yield Ground(folder, clock, service, people, roots, profiles, keys, databases)


@contextmanager
def _quiet() -> Iterator[None]:
    """The service logs nothing meanwhile: it would be a line for each of its hundred thousand answers."""
    import structlog

    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def memory_folder() -> Path | None:
    """A folder that lies in memory, or None for the ordinary one."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and os.access(shared, os.W_OK) else None


def _lay(
    folder: Path, clock: WorldClock
) -> tuple[dict[str, Person], dict[str, Root], dict[str, Profile], dict[str, dict[tuple[str, str], str]]]:
    service_folder = folder / "service"
    _import_reference(service_folder)
    with ServiceSide(service_folder, clock) as service:
        people = _add_people(service)
        roots = {number: _open_request(service, number) for number in REQUESTS}
        profiles, keys = {}, {}
        for name, email in LAPTOPS.items():
            person = people[email]
            tokens = service.admit(email, name)
            kept = MemoryKeys()
            profile = create_profile(
                SignedIn("http://127.0.0.1:9", person, name, tokens), demo=False, folder=folder / name
            )
            Access(profile.id, kept).accept(tokens)
            open_stores(profile, kept, clock=clock).close()
            profiles[name], keys[name] = profile, kept.kept
    return people, roots, profiles, keys


def _import_reference(folder: Path) -> None:
    from app.service.database import migrate, open_engine
    from app.service.importer import import_folder

    folder.mkdir(parents=True)
    tables = folder / "reference"
    tables.mkdir()
    learners = range(1, sum(samples + 1 for _, samples in REQUESTS.values()) + 1)
    content = {
        "centres.csv": "number,name,nation,partner_type\nC1,Oakvale College,england,direct_delivery\n",
        "qualifications.csv": "code,title,awarding_body,level,credits_required\n"
        "Q5,Certificate in Managing,An Awarding Body,5,18\n",
        "units.csv": "qualification_code,code,title,credits\n"
        + "".join(f"Q5,{unit},Unit {unit},6\n" for unit in _UNITS),
        "learners.csv": "number,name,centre_number\n"
        + "".join(f"L{number},Learner {number},C1\n" for number in learners),
        "registrations.csv": "learner_number,qualification_code,registered_on\n"
        + "".join(f"L{number},Q5,2020-09-01\n" for number in learners),
    }
    for name, text in content.items():
        (tables / name).write_text(text, encoding="utf-8")
    engine = open_engine(f"sqlite:///{folder / 'service.db'}")
    migrate(engine)
    import_folder(engine, tables)
    engine.dispose()
    shutil.rmtree(tables)


def _add_people(service: ServiceSide) -> dict[str, Person]:
    from app.service.accounts import NewPerson, add_user

    roles = {MORGAN: Role.MODERATOR, JULES: Role.MODERATOR, KIT: Role.SUPPORT}
    return {
        email: add_user(
            service.engine,
            NewPerson(email, email.split("@")[0].title(), _PASSWORD, (Grant(role),)),
        )
        for email, role in roles.items()
    }


def _open_request(service: ServiceSide, number: str) -> Root:
    from app.service.assignments import assign_moderator
    from app.service.quick import (
        ClaimLine,
        NewRequest,
        attach_evidence,
        declare_evidence_complete,
        open_request,
    )

    moderator, sampled = REQUESTS[number]
    # Learners of its own: a learner-unit is claimed once.
    before = sum(samples + 1 for other, (_, samples) in REQUESTS.items() if other < number)
    lines = [
        ClaimLine(
            f"L{before + place}",
            _UNITS[place % 3],
            "An Assessor",
            "Met",
            "random" if place <= sampled else "",
        )
        for place in range(1, sampled + 2)
    ]
    open_request(service.engine, NewRequest("C1", "Q5", BEGIN.date(), tuple(lines), number=number))
    assign_moderator(service.engine, number, moderator)
    attach_evidence(service.engine, service.blobs, number, _evidence_of(number), BEGIN)
    declare_evidence_complete(service.engine, number, BEGIN)
    return service.root(number)


def _evidence_of(number: str) -> list[Attachment]:
    """Everything that must be there, each kind once for the whole request."""
    from app.domain.evidence import MAY_BE_NOT_APPLICABLE
    from app.service.quick import Attachment

    return [
        Attachment(kind, not_applicable="There was none.")
        if kind in MAY_BE_NOT_APPLICABLE
        else Attachment(kind, f"{kind.value}.txt", f"{kind.value} of {number}\n".encode() * 40)
        for kind in EvidenceKind
    ]
