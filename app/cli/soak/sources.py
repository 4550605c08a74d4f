"""Where a story's time and chance come from: everything that is random in either half is drawn from its seed."""

from __future__ import annotations

import hashlib
import random
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uuid_utils

BEGIN = datetime(2021, 3, 9, 9, 0, tzinfo=UTC)
"""When every story begins, by the service's clock: a Tuesday, long before today, so that no file is from its future."""


@dataclass(slots=True)
class WorldClock:
    """The service's clock. It moves only when the story moves it."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def ticks(self) -> float:
        """Seconds since the story began, for what measures how old something is."""
        return (self.now - BEGIN).total_seconds()


@dataclass(slots=True)
class LaptopClock:
    """A laptop's clock, wrong by ``skew``. It is never asked twice for the same moment."""

    world: WorldClock
    skew: timedelta = field(default_factory=timedelta)
    asked: int = 0

    def __call__(self) -> datetime:
        self.asked += 1
        return self.world.now + self.skew + timedelta(microseconds=self.asked % 100_000)


class Ids:
    """UUIDv7 texts drawn from a seed; each sorts after the one before, as those of one machine do."""

    def __init__(self, seed: str, clock: WorldClock) -> None:
        self._random = random.Random(seed)
        self._clock = clock
        self._count = 0

    def __call__(self) -> str:
        self._count += 1
        moment = int(self._clock.now.timestamp() * 1000)
        high = moment << 16 | 0x7000 | self._count >> 20 & 0xFFF
        low = 0b10 << 62 | (self._count & 0xFFFFF) << 42 | self._random.getrandbits(42)
        return str(uuid.UUID(int=high << 64 | low))


@contextmanager
def seeded(seed: str, clock: WorldClock) -> Iterator[Ids]:
    """Until the end of the block the service's ids, tags and tokens come from the seed.

    Passwords' salts, file keys and nonces stay truly random: nothing that can be seen follows from them.
    """
    chance = random.Random(f"tokens {seed}")
    ids = Ids(f"ids {seed}", clock)

    def token_hex(length: int | None = None) -> str:
        return chance.randbytes(length or 32).hex()

    def token_urlsafe(length: int | None = None) -> str:
        return token_hex(length)

    def drawn_uuid(*_: Any, **__: Any) -> uuid.UUID:
        return uuid.UUID(ids())

    drawn = ((secrets, "token_hex", token_hex), (secrets, "token_urlsafe", token_urlsafe))
    sources = [*drawn, (uuid_utils, "uuid7", drawn_uuid)]
    before = [(module, name, getattr(module, name)) for module, name, _ in sources]
    try:
        for module, name, source in sources:
            setattr(module, name, source)
        yield ids
    finally:
        for module, name, source in before:
            setattr(module, name, source)


def short(content: bytes) -> str:
    """A few digits that tell two contents apart in a trace."""
    return hashlib.sha256(content).hexdigest()[:8]
