"""Ways in which a database file comes to harm."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

PAGE = 4096

Harm = Callable[[Path, random.Random], None]


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _change(path: Path, change: Callable[[bytearray], object]) -> None:
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def _flip(path: Path, chance: random.Random) -> None:
    def flip(content: bytearray) -> None:
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)

    _change(path, flip)


def flipped(path: Path, chance: random.Random) -> None:
    _flip(path, chance)


def flipped_log(path: Path, chance: random.Random) -> None:
    _flip(log_of(path), chance)


def truncated(path: Path, chance: random.Random) -> None:
    _change(path, lambda content: content.__delitem__(slice(chance.randrange(len(content)), None)))


def truncated_log(path: Path, chance: random.Random) -> None:
    truncated(log_of(path), chance)


def emptied(path: Path, chance: random.Random) -> None:
    path.write_bytes(b"")


def zeroed(path: Path, chance: random.Random) -> None:
    """As a file system may leave a place whose blocks were never written."""

    def zero(content: bytearray) -> None:
        place = chance.randrange(len(content))
        length = min(chance.choice([16, 512, PAGE, 10 * PAGE, len(content)]), len(content) - place)
        content[place : place + length] = bytes(length)

    _change(path, zero)


def garbage_at_the_start(path: Path, chance: random.Random) -> None:
    length = chance.choice([4, 16, 64, 100, PAGE])
    _change(path, lambda content: content.__setitem__(slice(0, length), chance.randbytes(length)))


def all_garbage(path: Path, chance: random.Random) -> None:
    _change(path, lambda content: content.__setitem__(slice(0, None), chance.randbytes(len(content))))


def swapped_pages(path: Path, chance: random.Random) -> None:
    def swap(content: bytearray) -> None:
        one, other = (PAGE * number for number in chance.sample(range(len(content) // PAGE), 2))
        content[one : one + PAGE], content[other : other + PAGE] = (
            content[other : other + PAGE],
            content[one : one + PAGE],
        )

    _change(path, swap)


def foreign_log(path: Path, chance: random.Random) -> None:
    """The log of another database, as a wrong restore leaves it."""
    log_of(path).write_bytes((path.parent.parent / "stranger" / log_of(path).name).read_bytes())


def under_another_key(path: Path, chance: random.Random) -> None:
    path.write_bytes((path.parent.parent / "stranger" / path.name).read_bytes())
    log_of(path).unlink(missing_ok=True)


HARMS: dict[str, Harm] = {
    harm.__name__: harm
    for harm in (
        flipped,
        flipped,
        flipped_log,
        truncated,
        truncated_log,
        emptied,
        zeroed,
        garbage_at_the_start,
        all_garbage,
        swapped_pages,
        foreign_log,
        under_another_key,
    )
}
