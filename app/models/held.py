"""What the cache hands out beside domain records: plain values, loaded without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.wire.codec import UpdateNeeded
from app.wire.messages import FeedLine, KindSum


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that this version does not understand. It is kept as it came, and stops nothing else."""

    kind: str
    id: str
    root: str
    error: UpdateNeeded


@dataclass(frozen=True, slots=True)
class Page:
    """One complete page of the feed. ``fresh``: the first of a re-reading of everything (after *resync*)."""

    lines: Sequence[FeedLine]
    cursor: str
    seen: int
    more: bool
    fresh: bool = False
    tag: str = ""


@dataclass(frozen=True, slots=True)
class AppliedPage:
    """What a page did: ids of the requests that changed, that came, and that left; ``records`` written.

    Thin rows of queues hang on no request and are told by ``queues`` alone.
    """

    changed: frozenset[str]
    entered: frozenset[str]
    left: frozenset[str]
    records: int
    queues: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """What is held here at ``cursor``, to be compared with the service: by kind, or by root as digests alone."""

    cursor: str
    kinds: Mapping[str, KindSum]
    roots: Mapping[str, str] | None = None
