"""A keyring in memory: the one part of a laptop that is faked besides its clock and its network."""

from __future__ import annotations


class MemoryKeys:
    """Secrets of one laptop. They are not on its disk: an old disk that is put back meets the keyring of today."""

    def __init__(self, kept: dict[tuple[str, str], str] | None = None) -> None:
        self.kept = dict(kept or {})

    def get(self, profile_id: str, name: str) -> str | None:
        return self.kept.get((profile_id, name))

    def put(self, profile_id: str, name: str, secret: str) -> None:
        self.kept[profile_id, name] = secret

    def forget(self, profile_id: str, name: str) -> None:
        self.kept.pop((profile_id, name), None)
