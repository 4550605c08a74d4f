"""The command itself: many stories on every core, their faults counted, and what was violated told with its seed."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.cli.soak.faults import Counts, Fault
from app.cli.soak.ground import Ground, ground, memory_folder
from app.cli.soak.story import Story, run_story

REPLAY_EVERY = 50
"""Every so many seeds a story is played twice: the same seed must give the same trace (invariant 10)."""

_AT_ONCE = 5
_SHOWN = 10


@dataclass
class Tally:
    """Some stories summed up. failed: by seed what was violated."""

    seeds: int = 0
    steps: int = 0
    faults: Counts = field(default_factory=Counts)
    failed: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def violations(self) -> int:
        return sum(len(found) for found in self.failed.values())

    def take(self, story: Story) -> None:
        self.seeds += 1
        self.steps += story.steps
        self.faults.update(story.counts)
        if story.violations:
            self.failed[story.seed] = story.violations

    def join(self, other: Tally) -> None:
        self.seeds += other.seeds
        self.steps += other.steps
        self.faults.update(other.faults)
        self.failed |= other.failed

    def as_json(self) -> str:
        faults = {fault.value: self.faults[fault] for fault in Fault}
        body = {"seeds": self.seeds, "steps": self.steps, "faults": faults, "violations": self.violations}
        return json.dumps(body, indent=2) + "\n"


def run(seeds: int, steps: int, first: int, jobs: int, target: Path | None) -> int:
    """Plays the stories ``first`` … ``first + seeds - 1``; prints a table and, if asked, writes JSON.

    Returns 1 when an invariant was violated. Ctrl+C stops after the stories that are being played, and prints what
    they came to.
    """
    if target is not None:
        target.touch()  # a place that cannot be written is said before an hour of playing, not after
    total = Tally()
    try:
        with _stopped_as_by_hand():
            for part in _parts(first, seeds, steps, jobs):
                total.join(part)
                if total.seeds // 500 > (total.seeds - part.seeds) // 500:
                    print(f"{total.seeds:,} stories, {total.violations} violations", flush=True)
    finally:
        # Also of a run that was stopped: what it found counts.
        _print_table(total)
    if target is not None:
        target.write_text(total.as_json(), encoding="utf-8")
        print(f"Written to {target}")
    if total.failed:
        _print_failures(total, steps)
    return 1 if total.failed else 0


def play(seed: int, steps: int, on: Ground) -> Story:
    """One story; some are played again to see whether they replay."""
    story = run_story(seed, steps, on)
    if seed % REPLAY_EVERY == 0:
        again = run_story(seed, steps, on)
        if again.trace != story.trace:
            words = f"invariant 10: seed {seed} does not replay"
            return Story(seed, steps, story.trace, story.counts, (*story.violations, words))
    return story


@contextmanager
def _stopped_as_by_hand() -> Iterator[None]:
    """Being terminated is the same as Ctrl+C: the other processes end, and no folder is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parts(first: int, seeds: int, steps: int, jobs: int) -> Iterator[Tally]:
    parts = [(start, min(_AT_ONCE, first + seeds - start)) for start in range(first, first + seeds, _AT_ONCE)]
    if jobs <= 1:
        with ground() as on:
            for start, count in parts:
                yield _played(start, count, steps, on, lambda: False)
        return
    with tempfile.TemporaryDirectory(prefix="touchstone-soak-", dir=memory_folder()) as name:
        # Started afresh: a fork would inherit threads and open databases.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(jobs, context, _prepare, (name,))
        waiting: set[Future[Tally]] = {pool.submit(_play_part, start, count, steps) for start, count in parts}
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _played(start: int, count: int, steps: int, on: Ground, stopped: Callable[[], bool]) -> Tally:
    tally = Tally()
    for seed in range(start, start + count):
        if not stopped():
            tally.take(play(seed, steps, on))
    return tally


class _Worker:
    """What one process of the pool keeps from part to part; the folder is removed by whoever started it."""

    on: Ground
    held = contextlib.ExitStack()
    stopped = False


def _prepare(within: str) -> None:
    def stop(_signal: int, _frame: object) -> None:
        _Worker.stopped = True

    signal.signal(signal.SIGINT, stop)
    _Worker.on = _Worker.held.enter_context(ground(Path(within)))


def _play_part(start: int, count: int, steps: int) -> Tally:
    return _played(start, count, steps, _Worker.on, _is_over)


def _is_over() -> bool:
    """Whether nobody waits for this process any more."""
    parent = multiprocessing.parent_process()
    return _Worker.stopped or (parent is not None and not parent.is_alive())


def _print_table(total: Tally) -> None:
    print(f"{'fault':<26} {'fired':>9}")
    for fault in Fault:
        print(f"{fault.value:<26} {total.faults[fault]:>9,}")
    print(f"{total.seeds:,} stories, {total.steps:,} steps, {total.violations} violations", flush=True)


def _print_failures(total: Tally, steps: int) -> None:
    for seed in sorted(total.failed)[:_SHOWN]:
        for words in total.failed[seed]:
            print(f"seed {seed}: {words}", file=sys.stderr)
    if len(total.failed) > _SHOWN:
        print(f"… and {len(total.failed) - _SHOWN} more seeds", file=sys.stderr)
    seed = min(total.failed)
    with ground() as on:
        story = run_story(seed, steps, on)
    print("\n".join((f"The story of seed {seed}:", *story.trace)), file=sys.stderr)
    print(f"Play it again with: touchstone soak --first {seed} --seeds 1 --steps {steps}", file=sys.stderr)
