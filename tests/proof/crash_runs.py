"""The process that has everything imported: it forks the children, watches them and hands back what they did.

Preloaded by a fork server, so that one run costs what it does and not what importing costs.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

# Loaded here, so that no child spends time on it, and no child writes while it loads.
import alembic.command  # noqa: F401
import reportlab.pdfgen.canvas  # noqa: F401
import requests  # noqa: F401

import app.evidence.cage
import app.models.salvage
import app.reports.moderation
import app.sync
import app.workspace.help  # noqa: F401
from tests.proof.crash_facts import Facts, Laptop, standing
from tests.proof.crash_journeys import JOURNEYS, REFUSED, copy_of, live
from tests.proof.crash_tracing import Fault, Run, record
from tests.support.forking import processes


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of a journey: with a fault, or killed at a call, or neither; with less care for the disk than we take."""

    fault: Fault | None = None
    kill_at: int | None = None
    less_sync: bool = False


@dataclass(frozen=True, slots=True)
class Lived:
    """What a run left: its record, and the laptop it was on."""

    plan: Plan
    run: Run
    base: Path


def prepare(journey: str, prepared: str, out: str) -> None:
    """Makes the laptop on which a journey begins; notes what stands on it."""
    laptop = Laptop(Path(prepared))
    JOURNEYS[journey].prepare(laptop)
    # Opening changes a laptop, so that another one like it is opened.
    with tempfile.TemporaryDirectory() as folder:
        facts = standing(copy_of(laptop.base, Path(folder) / "like it"))
    Path(out).write_bytes(pickle.dumps(facts))


def run_plans(
    journey: str, prepared: str, before: Facts, plans: Sequence[Plan], folder: str, out: str
) -> None:
    """Runs each plan on a laptop of its own."""
    lived = []
    for number, plan in enumerate(plans):
        laptop = copy_of(Path(prepared), Path(folder) / str(number))
        child = partial(live, journey, laptop.base, before, less_sync=plan.less_sync)
        run = record(child, laptop.disk, fault=plan.fault, kill_at=plan.kill_at, heals=REFUSED)
        lived.append(Lived(plan, run, laptop.base))
    Path(out).write_bytes(pickle.dumps(lived))


class Stage:
    """Where journeys are run: laptops on a disk in memory, in processes forked from one that is ready."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes = processes()
        self._prepared: dict[str, tuple[Path, Facts]] = {}
        self._count = 0

    def prepared(self, journey: str) -> tuple[Path, Facts]:
        """The laptop on which a journey begins, and what stands on it."""
        if journey not in self._prepared:
            base = self._folder / journey.replace(" ", "-")
            before: Facts = self._call(prepare, journey, str(base))
            self._prepared[journey] = base, before
        return self._prepared[journey]

    def lived(self, journey: str, plans: Sequence[Plan]) -> list[Lived]:
        base, before = self.prepared(journey)
        with_plans = tempfile.mkdtemp(dir=self._folder)
        result: list[Lived] = self._call(run_plans, journey, str(base), before, plans, with_plans)
        return result

    def laptop(self) -> Path:
        """A place for one more laptop."""
        return Path(tempfile.mkdtemp(dir=self._folder))

    def _call(self, target: object, *arguments: object) -> object:
        self._count += 1
        out = self._folder / f"answer-{self._count}"
        process = self._processes.Process(target=target, args=(*arguments, str(out)))
        process.start()
        process.join(280)
        code = process.exitcode
        process.close()
        assert code == 0, f"{target} ended with {code}"
        answer = pickle.loads(out.read_bytes())
        out.unlink()
        return answer
