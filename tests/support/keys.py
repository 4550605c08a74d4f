"""A keyring for tests: the one part of the vault that is faked, at the edge."""

from __future__ import annotations

import json
from pathlib import Path


class FileKeys:
    """Secrets in a JSON file, so that a test's child processes find them too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, profile_id: str, name: str) -> str | None:
        return self._all().get(f"{profile_id}:{name}")

    def put(self, profile_id: str, name: str, secret: str) -> None:
        self._write(self._all() | {f"{profile_id}:{name}": secret})

    def forget(self, profile_id: str, name: str) -> None:
        kept = self._all()
        kept.pop(f"{profile_id}:{name}", None)
        self._write(kept)

    def _all(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        found: dict[str, str] = json.loads(self._path.read_text())
        return found

    def _write(self, secrets: dict[str, str]) -> None:
        self._path.write_text(json.dumps(secrets))
