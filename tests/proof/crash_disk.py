"""A folder in memory, and what each recorded call makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.proof.crash_tracing import Op, Told

SHARED_MEMORY = "-shm"
"""SQLite's index of its log lies in shared memory that nobody reads after everybody has died: it is made anew."""


class Disk:
    """Files by name, and folders, of one folder; names are relative to it."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.folders: set[str] = set()

    @staticmethod
    def of(folder: Path) -> Disk:
        """What lies there now."""
        disk = Disk()
        for path in folder.rglob("*"):
            name = path.relative_to(folder).as_posix()
            if path.is_dir():
                disk.folders.add(name)
            else:
                disk.files[name] = bytearray(path.read_bytes())
        return disk

    def apply(self, items: Iterable[Op | Told]) -> Disk:
        """Makes each call that succeeded happen here; returns itself."""
        for op in items:
            if isinstance(op, Op) and not op.error:
                self._do(op)
        return self

    def _do(self, op: Op) -> None:
        match op.what:
            case "create":
                self.files[op.path] = bytearray()
            case "write":
                overwrite(self.files[op.path], op.place, op.data)
            case "truncate":
                cut(self.files[op.path], op.place)
            case "rename":
                self.files[op.to] = self.files.pop(op.path)
            case "link":
                self.files[op.to] = self.files[op.path]
            case "unlink":
                del self.files[op.path]
            case "mkdir":
                self.folders.add(op.path)
            case "rmdir":
                self.folders.discard(op.path)

    def put(self, folder: Path) -> None:
        """Writes everything into an empty folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(self.folders):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        for name, content in self.files.items():
            if not name.endswith(SHARED_MEMORY):
                (folder / name).write_bytes(content)

    def lasting(self) -> dict[str, bytes]:
        """Every file that means something after a restart."""
        return {
            name: bytes(content) for name, content in self.files.items() if not name.endswith(SHARED_MEMORY)
        }


def overwrite(content: bytearray, place: int, data: bytes) -> None:
    """As a write does: a gap before it is filled with zeros."""
    if len(content) < place:
        content.extend(bytes(place - len(content)))
    content[place : place + len(data)] = data


def cut(content: bytearray, length: int) -> None:
    """As ftruncate does: longer as well as shorter."""
    if length <= len(content):
        del content[length:]
    else:
        content.extend(bytes(length - len(content)))
