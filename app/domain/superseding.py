"""Records that replace one another: judgements, meetings. All stay on record; this tells which of them stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Superseding(Protocol):
    """A record with an id, the ids of those it replaces, and why it was taken back (empty while it stands)."""

    @property
    def id(self) -> str: ...
    @property
    def supersedes(self) -> tuple[str, ...]: ...
    @property
    def withdrawn(self) -> str: ...


Item = TypeVar("Item", bound=Superseding)


def current(items: Iterable[Item]) -> tuple[Item, ...]:
    """Those records of one thing that stand, in their order: neither withdrawn nor replaced by a later one.

    Withdrawing a record does not bring back the one that it replaced. More than one stands: they are in dispute.
    """
    everything = list(items)
    replaced = {identifier for item in everything for identifier in item.supersedes}
    return tuple(item for item in everything if not item.withdrawn and item.id not in replaced)
