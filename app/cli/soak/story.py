"""One story, played from a seed: work and faults in random order, then rest, then the judgement of the invariants."""

from __future__ import annotations

import gc
import traceback
from dataclasses import dataclass

from app.cli.soak.fate import Fate
from app.cli.soak.faults import Counts
from app.cli.soak.ground import Ground, ground
from app.cli.soak.invariants import (
    AT_REST,
    Rest,
    invariant_6_own_edit_is_seen,
)
from app.cli.soak.sources import seeded
from app.cli.soak.world import World

ROUNDS = 5
"""Once faults stop so many rounds of every laptop are enough: one to learn of a loss, one to give back what was lost,
one to free what waited for that, one to learn of what the others gave back, and a spare one."""

_BACKED_UP = 0.5
"""How often the rest begins with a backup, after which laptops need not keep what it covers."""

_A_WHILE, _BETWEEN_ROUNDS, _A_DAY = 300.0, 1000.0, 25 * 3600.0


@dataclass(frozen=True, slots=True)
class Story:
    """What happened. trace: everything said and done, in order. counts: how often each fault fired."""

    seed: int
    steps: int
    trace: tuple[str, ...]
    counts: Counts
    violations: tuple[str, ...]


def run_story(seed: int, steps: int = 60, on: Ground | None = None) -> Story:
    """Plays one story on the ground given, or on one of its own."""
    if on is None:
        with ground() as own:
            return run_story(seed, steps, own)
    with seeded(f"story {seed}", on.clock) as ids:
        on.begin()
        world = World(on, seed, ids)
        # What a story makes in circles is collected after it: looking for them all the time takes a sixth of it.
        gc.disable()
        try:
            _play(world, Fate(world), steps)
        finally:
            gc.enable()
            world.close()
    return Story(seed, steps, tuple(world.trace), world.counts, tuple(world.expected.violations))


def _play(world: World, fate: Fate, steps: int) -> None:
    """All steps, the rest, and the judgement. A defect of either half ends the story as a violation."""
    try:
        for number in range(steps):
            world.say(f"-- {number}")
            world.clock.go_on(world.chance.uniform(1, _A_WHILE))
            fate.step()
        _come_to_rest(world)
    except Exception as defect:
        world.expected.violated(2, f"a defect came through: {type(defect).__name__}: {defect}")
        world.say("".join(traceback.format_exception(defect)))
    for words in world.expected.violations:
        world.say(f"VIOLATED {words}")


def _come_to_rest(world: World) -> None:
    """No more faults; every laptop syncs so many rounds, and then everything must be as it should."""
    world.say("-- at rest")
    if world.chance.random() < _BACKED_UP:
        world.back_up()
    # A day and more, so that each laptop compares its cache with the service once.
    world.clock.go_on(_A_DAY)
    for _ in range(ROUNDS):
        # So long that the service is asked anew what its backups cover.
        world.clock.go_on(_BETWEEN_ROUNDS)
        busy = [world.sync_soundly(laptop) for laptop in world.laptops]
        if not any(busy):
            break
    rest = Rest.of(world.laptops, world.expected, world.audit)
    for invariant in AT_REST:
        invariant(rest)
    for laptop in world.laptops:
        invariant_6_own_edit_is_seen(laptop, world.expected)
