"""A disk that is full or fails at any call: the person is told in words, and nothing acknowledged is lost."""

from __future__ import annotations

import errno
import json
import random
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.proof.crash_facts import Laptop, faults_inside, standing
from tests.proof.crash_journeys import JOURNEYS
from tests.proof.crash_runs import Lived, Plan, Stage
from tests.proof.crash_told import told
from tests.proof.crash_tracing import GROUPS, Fault, Op, Run
from tests.proof.power_model import power_cut
from tests.proof.sizes import FAULTS
from tests.proof.test_crash_points import laptop_with, whole_run

EACH = -(-FAULTS // len(JOURNEYS))
TOLD_AS = {"disk_full", "disk_failing", "folder_not_writable", "profile_not_writable"}
"""Codes of what a person may be told: a call that fails looks like any of these to SQLite."""


def plans(run: Run, journey: str) -> list[Plan]:
    """Every nth call of each kind: a full disk until the person is told, and a single failure."""
    possible = []
    for group, whats in GROUPS.items():
        count = sum(op.what in whats for op in run.ops)
        for nth in range(1, count + 1):
            possible.append(Plan(Fault(group, nth, errno.ENOSPC, lasting=True)))
            possible.append(Plan(Fault(group, nth, errno.EIO)))
    chance = random.Random(journey)
    # Calls that make things last, and that name them, are few and tell more than one write among many.
    rare = [plan for plan in possible if plan.fault and plan.fault.group != "write"]
    rare = chance.sample(rare, min(len(rare), EACH * 2 // 3))
    often = [plan for plan in possible if plan not in rare]
    return rare + chance.sample(often, min(len(often), EACH - len(rare)))


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_failing_call_is_told_and_loses_nothing(stage: Stage, journey: str) -> None:
    run = whole_run(stage, journey).run
    for lived in stage.lived(journey, plans(run, journey)):
        where = f"{lived.plan.fault} at {[op for op in lived.run.ops if op.error][:1]}"[:400]
        assert lived.run.fired, where
        words = told(lived.run.trace)
        assert lived.run.code == 0, f"{where}\n{words[-1].get('defect', '')}"
        for refusal in (item for item in words if "refused" in item):
            assert refusal["refused"] in TOLD_AS, (where, refusal)
            assert refusal["says"].endswith("."), where
            assert refusal["do"], where
        assert not list(_kept_silent(lived.run)), where
        _nothing_is_half_done(words, where)
        laptop = Laptop(lived.base)
        acknowledged = [item["facts"] for item in words if "done" in item][-1]
        assert standing(laptop) == acknowledged, where
        assert faults_inside(laptop) == [], where
        if lived.plan.fault and lived.plan.fault.group == "sync":
            _survives_a_power_cut(stage, journey, lived)
        shutil.rmtree(lived.base)


def _nothing_is_half_done(words: list[dict[str, Any]], where: str) -> None:
    """What was refused did not happen at all, unless it was several things."""
    atomic, before = True, {}
    for item in words:
        if "begin" in item:
            atomic = item["atomic"]
        elif "done" in item:
            before = item["facts"]
        elif "refused" in item and atomic:
            assert item["facts"] == before, where


def _kept_silent(run: Run) -> Iterator[Op]:
    """Calls that failed within a step that was then acknowledged as if nothing had been."""
    failed: list[Op] = []
    step = ""
    for item in run.trace:
        if isinstance(item, Op):
            # A file that could not be removed is removed with the next sync.
            if item.error and step and not step.startswith("removed"):
                failed.append(item)
            continue
        words = json.loads(item.text)
        if "done" in words:
            yield from (op for op in failed if not _harmless(op))
        if "done" in words or "refused" in words:
            failed = []
        step = words.get("begin", "" if "done" in words else step)


def _harmless(op: Op) -> bool:
    """What may fail without a word: shared memory, the daily copy, the way of finished transactions from the log
    into the file (it is gone again later), a folder that is there, and SQLite's own care for the folder, which ours
    has covered before anything is acknowledged.
    """
    return (
        op.path.endswith(("-shm", ".db"))
        or "/backups" in op.path
        or op.what == "mkdir"
        or (op.what == "sync" and op.path == "profile")
        or op.what == "unlink"
    )


def _survives_a_power_cut(stage: Stage, journey: str, lived: Lived) -> None:
    """What a failed sync should have covered may be lost for good: no later sync brings it back."""
    base, _ = stage.prepared(journey)
    chance = random.Random(repr(lived.plan))
    first = next(place for place, item in enumerate(lived.run.trace) if isinstance(item, Op) and item.error)
    for place in {len(lived.run.trace), chance.randrange(first + 1, len(lived.run.trace) + 1)}:
        disk, progress = power_cut(base / "disk", lived.run, place, chance)
        laptop = laptop_with(stage, disk, Laptop(lived.base))
        assert not progress.wrong(standing(laptop)), (lived.plan, place)
        shutil.rmtree(laptop.base)
