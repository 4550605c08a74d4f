"""What can be taken to a place without a network, and what came of taking it: plain, frozen pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import KnownError
from app.domain.evidence import Evidence
from app.domain.moderation import Sample

RESERVE = 200 << 20
"""Bytes of the disk that stay free whatever is taken along, for one's own work and for the system."""


@dataclass(frozen=True, slots=True)
class TravelFile:
    """One piece of evidence. ``here``: it lies on this computer, as far as was noted when it arrived."""

    evidence: Evidence
    here: bool

    @property
    def id(self) -> str:
        return self.evidence.id

    @property
    def can_come(self) -> bool:
        """False for a mere link: there is nothing to put on the disk."""
        return bool(self.evidence.sha256)

    @property
    def reason(self) -> str:
        """Why it cannot come along; empty when it can."""
        return "" if self.can_come else f"lies on the centre's own platform: {self.evidence.url}"


@dataclass(frozen=True, slots=True)
class TravelGroup:
    """The files of one sample, or (``sample`` None) those that count for the whole request.

    title: of a review, the measure or objective its files are for; empty for a request's.
    """

    request_id: str
    sample: Sample | None
    files: tuple[TravelFile, ...]
    title: str = ""

    @property
    def key(self) -> str:
        return f"{self.request_id}/{self.sample.id if self.sample is not None else self.title}"


@dataclass(frozen=True, slots=True)
class TravelRequest:
    """One request or review. ``due``: when it is due, in words. Groups without files are left out."""

    request_id: str
    number: str
    centre: str
    due: str
    groups: tuple[TravelGroup, ...]

    @property
    def files(self) -> tuple[TravelFile, ...]:
        return tuple(file for group in self.groups for file in group.files)


@dataclass(frozen=True, slots=True)
class TravelChoice:
    """What a person wants to take along.

    requests: whole ones, whatever evidence the centre adds to them later. evidence: single files besides, by id.
    """

    requests: frozenset[str] = frozenset()
    evidence: frozenset[str] = frozenset()

    def holds(self, file: TravelFile) -> bool:
        return file.evidence.request_id in self.requests or file.id in self.evidence

    def __bool__(self) -> bool:
        return bool(self.requests or self.evidence)


@dataclass(frozen=True, slots=True)
class TravelNeed:
    """What a choice costs. Sizes in bytes; a file that several samples share counts once.

    short_by: bytes that the disk lacks, ``RESERVE`` counted in; 0 when everything fits.
    """

    files: int
    size: int
    to_fetch: int
    size_to_fetch: int
    free: int
    short_by: int

    @property
    def fits(self) -> bool:
        return not self.short_by

    @property
    def less_helps(self) -> bool:
        """Whether anything at all could be fetched: not where the reserve alone is short."""
        return self.free > RESERVE


@dataclass(frozen=True, slots=True)
class TravelPlan:
    """Everything to choose from. ``free``: bytes free on the disk; ``as_at``: when it was last in step."""

    requests: tuple[TravelRequest, ...]
    free: int
    as_at: datetime | None

    def chosen(self, choice: TravelChoice) -> tuple[TravelFile, ...]:
        """The files of a choice that can come along, each content once, in the order of the plan."""
        found: dict[str, TravelFile] = {}
        for request in self.requests:
            if request.request_id in choice.requests or choice.evidence:
                for file in request.files:
                    if file.can_come and choice.holds(file):
                        found.setdefault(file.evidence.sha256, file)
        return tuple(found.values())

    def links(self, choice: TravelChoice) -> tuple[TravelFile, ...]:
        """What cannot come along of the requests of which something was chosen."""
        return tuple(
            file
            for request in self.requests
            if request.request_id in choice.requests or any(choice.holds(file) for file in request.files)
            for file in request.files
            if not file.can_come
        )

    def need(self, choice: TravelChoice) -> TravelNeed:
        files = self.chosen(choice)
        return need_of(files, self.free)

    def where(self, file: TravelFile) -> str:
        """Whose file it is: ``MR-2041, sample 3``, ``QR-0012, QO.3.4``."""
        for request in self.requests:
            for group in request.groups:
                if file in group.files:
                    if group.sample is None:
                        return f"{request.number}, {group.title}" if group.title else request.number
                    return f"{request.number}, sample {group.sample.position}"
        return ""


def need_of(files: Sequence[TravelFile], free: int) -> TravelNeed:
    """What these files cost on a disk with ``free`` bytes."""
    missing = [file.evidence.size for file in files if not file.here]
    wanted = sum(missing)
    return TravelNeed(
        files=len(files),
        size=sum(file.evidence.size for file in files),
        to_fetch=len(missing),
        size_to_fetch=wanted,
        free=free,
        # What is here already takes no more room: nothing to fetch always fits.
        short_by=max(0, wanted + RESERVE - free) if missing else 0,
    )


def grouped(
    request_id: str, samples: Sequence[Sample], evidence: Iterable[Evidence], here: frozenset[str]
) -> tuple[TravelGroup, ...]:
    """The evidence of a request: first what counts for the whole of it, then sample by sample.

    A kind that the centre declared not applicable is no file. ``here``: the hashes of files that lie here.
    """
    by_sample: dict[str, list[TravelFile]] = {}
    known = {sample.id for sample in samples}
    for item in evidence:
        if item.sha256 or item.link_only:
            place = item.sample_id if item.sample_id in known else ""
            by_sample.setdefault(place, []).append(TravelFile(item, item.sha256 in here))
    groups = [TravelGroup(request_id, None, tuple(by_sample.get("", ())))]
    groups += [TravelGroup(request_id, sample, tuple(by_sample.get(sample.id, ()))) for sample in samples]
    return tuple(group for group in groups if group.files)


class Stage(StrEnum):
    """What is being done."""

    SYNC = "sync"
    FETCH = "fetch"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class TravelProgress:
    """How far it is: files and bytes of the stage, and the names of the files under way."""

    stage: Stage
    names: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0


@dataclass(frozen=True, slots=True)
class TravelFailure:
    """A chosen file that is not here, or not whole: where it belongs, why, and what to do."""

    file: TravelFile
    where: str
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class TravelLink:
    """Something that cannot come along, and where it belongs."""

    file: TravelFile
    where: str


@dataclass(frozen=True, slots=True)
class TravelReport:
    """What came of one run.

    files: the chosen files that can come along, each content once; size: their bytes.
    agreed: how many of them were read whole in this run and had the size and SHA-256 that the service names.
    left: numbers of requests that were chosen and are no longer mine.
    short_by: bytes the disk lacked; less_helps: whether a smaller choice could have come along.
    refused: why the service could not be asked, or None. as_at: when all was last in step with it.
    stopped: the person paused or cancelled; nothing is said then about files that had not had their turn.
    """

    files: int
    size: int
    agreed: int
    failures: tuple[TravelFailure, ...]
    links: tuple[TravelLink, ...]
    left: tuple[str, ...]
    short_by: int
    refused: KnownError | None
    as_at: datetime | None
    ended_at: datetime
    stopped: bool = False
    less_helps: bool = True

    @property
    def whole(self) -> bool:
        """Every chosen file that can come along is here and agreed in this run."""
        return not self.stopped and self.files > 0 and self.agreed == self.files

    @property
    def ready(self) -> bool:
        """Whole, and in step with the service just now."""
        return self.whole and self.refused is None


@dataclass(frozen=True, slots=True)
class TravelMemory:
    """The choice as it was last made, also before a restart.

    numbers: of the requests concerned, by id. unfinished: it was begun and did not come to an end.
    ended_at: when it last did; ``ready``: what came of it then.
    """

    choice: TravelChoice
    numbers: dict[str, str]
    unfinished: bool
    ended_at: datetime | None
    ready: bool
