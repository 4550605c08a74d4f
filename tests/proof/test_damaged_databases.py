"""Databases that came to harm: never a crash, never a silent empty start, and every readable act is still there."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proof.crash_facts import Laptop
from tests.proof.damaged_laptops import ACTS, COPIED, RECORDS, Seen, acts_that_sqlite_reads, fill, seen_on
from tests.proof.damaging import HARMS
from tests.proof.sizes import DAMAGED

EACH = -(-DAMAGED // (2 * len(HARMS)))
AT_LEAST = {"flipped": 30, "flipped_log": 50, "garbage_at_the_start": ACTS, "swapped_pages": 30}
"""Acts that come out at least, where so few pages are harmed that most are bound to be readable."""
MISSING = ("could not be read any more", "recorded last may be missing")
LAST_PAGE = RECORDS // 5
OF_WORK = {"work_damaged", "wrong_key", "work_missing"}


@pytest.fixture(scope="session")
def full() -> Iterator[Path]:
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="touchstone-harm-", dir=memory if memory.is_dir() else None))
    fill(folder)
    yield folder / "full"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def whole(full: Path) -> Seen:
    """What there is to be seen before any harm."""
    laptop = Laptop(Path(shutil.copytree(full, full.parent / "whole")))
    seen = seen_on(laptop)
    assert (len(seen.acts), len(seen.drafts), seen.samples) == (ACTS, 30, RECORDS)
    assert not seen.notices
    assert not seen.refusals
    return seen


def harmed(full: Path, name: str, number: int, harm: str) -> Laptop:
    # Every other one was closed properly, so that everything stands in the file and nothing in its log.
    like = full if number % 2 or harm in ("flipped_log", "truncated_log") else full.with_name("folded")
    laptop = Laptop(Path(shutil.copytree(like, full.parent / f"{name}-{harm}-{number}")))
    path = laptop.profile / f"{name}.db"
    if harm == "under_another_key" and number % 4 > 1:
        # A whole folder put back wrongly: no copies of one's own either.
        shutil.rmtree(laptop.profile / "backups")
    HARMS[harm](path, random.Random(f"{name} {harm} {number}"))
    return laptop


def parts_of(folder: Path, stem: str) -> set[bytes]:
    """What lies in the files of a database, without the shared memory."""
    return {
        path.read_bytes()
        for path in folder.glob(f"{stem}*")
        if not path.name.endswith("-shm") and path.is_file()
    }


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_cache_is_put_aside_and_told_and_no_work_is_lost(
    full: Path, whole: Seen, harm: str
) -> None:
    for number in range(EACH):
        laptop = harmed(full, "cache", number, harm)
        seen = seen_on(laptop)
        where = (harm, number, seen.refusals, seen.notices)
        assert seen.opened, where
        assert set(seen.refusals) <= {"cache_damaged"}, where
        assert (seen.acts, seen.drafts) == (whole.acts, whole.drafts), where
        if seen.samples == 0:
            assert any("copy of your requests" in notice for notice in seen.notices), where
        if harm == "flipped_log" and not seen.notices:
            # Only the very last page, at which a power cut looks the same, may be forgotten without a word.
            assert seen.samples >= RECORDS - LAST_PAGE, where
        put_aside = any(laptop.profile.glob("cache-set-aside-*.db"))
        assert put_aside == any("was put aside" in notice for notice in seen.notices), where
        shutil.rmtree(laptop.base)


@pytest.mark.parametrize("harm", HARMS)
def test_every_readable_act_comes_out_of_a_damaged_file_of_work(full: Path, whole: Seen, harm: str) -> None:
    for number in range(EACH):
        laptop = harmed(full, "work", number, harm)
        before = parts_of(laptop.profile, "work.db")
        copy = Laptop(Path(shutil.copytree(laptop.base, laptop.base.with_name("asked"))))
        readable = acts_that_sqlite_reads(copy)
        shutil.rmtree(copy.base)
        has_copy = any(laptop.profile.glob("backups/work-*.db"))
        seen = seen_on(laptop)
        where = (harm, number, seen.refusals, seen.notices, len(seen.acts), len(readable))
        assert set(seen.refusals) <= OF_WORK, where
        assert {key: value for key, value in seen.acts.items() if whole.acts[key][1] != value[1]} == {}, where
        if not seen.opened:
            # Nothing can be read of it, and there is no copy: everything stays as it was found.
            assert not readable, where
            assert not has_copy, where
            assert parts_of(laptop.profile, "work.db") == before, where
        else:
            assert readable <= set(seen.acts), where
            _nothing_is_missing_silently(seen, whole, laptop, harm, where)
        shutil.rmtree(laptop.base)


def _nothing_is_missing_silently(seen: Seen, whole: Seen, laptop: Laptop, harm: str, where: Any) -> None:
    salvaged = [notice for notice in seen.notices if "The file with your work" in notice]
    if salvaged:
        assert {f"act-{number}" for number in range(1, COPIED + 1)} <= set(seen.acts), where
        assert f"{len(seen.acts)} entries" in salvaged[0], where
        assert list(laptop.profile.glob("work-set-aside-1.db*")), where
        # An act that was sent is known as sent, unless only an older copy has it, or an older place in the log.
        if "from the copy" not in salvaged[0] and "log" not in harm:
            assert seen.acts == {key: whole.acts[key] for key in seen.acts}, where
        assert len(seen.acts) >= AT_LEAST.get(harm, COPIED), where
        assert len(seen.acts) == ACTS or harm != "foreign_log" or where[1] % 2, where
        assert len(seen.acts) == ACTS or any(words in salvaged[0] for words in MISSING), where
        return
    # A log that ends too early looks to everybody as if the computer had stopped there; what was recorded last is
    # gone, and what is there is whole.
    missing = [key for key in whole.acts if key not in seen.acts]
    if missing:
        assert harm == "truncated_log", where
        assert missing == list(whole.acts)[-len(missing) :], where
    if harm == "flipped_log":
        # Only the very last transaction, at which a power cut looks the same, may be forgotten without a word.
        changed = [key for key in whole.acts if seen.acts[key] != whole.acts[key]]
        assert changed in ([], ["act-1"]), where
        assert seen.drafts == whole.drafts, where
