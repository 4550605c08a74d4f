"""What a power cut may leave: anything that no sync has covered is there, or not, or torn between two sectors."""

from __future__ import annotations

import random
from pathlib import Path, PurePosixPath

from tests.proof.crash_disk import Disk, cut, overwrite
from tests.proof.crash_told import Progress
from tests.proof.crash_tracing import Op, Run

SECTORS = (512, 4096)


class _File:
    """A file apart from its names: what no power cut takes, and the writes that no sync has covered yet."""

    def __init__(self, content: bytes = b"") -> None:
        self.lasting = bytearray(content)
        self.waiting: list[Op] = []

    def sync(self) -> None:
        for op in self.waiting:
            _change(self.lasting, op)
        self.waiting = []

    def after(self, chance: random.Random) -> bytearray:
        """What may be found in it: any of the waiting writes, in whole or in part."""
        content = bytearray(self.lasting)
        for op in self.waiting:
            fate = chance.random()
            if fate < 0.4:
                _change(content, op)
            elif fate < 0.7 and op.what == "write":
                _torn(content, op, chance)
        return content


class Power:
    """The disk of a laptop, and beside it what of it would survive."""

    def __init__(self, disk: Disk) -> None:
        self.lasting = {name: _File(bytes(content)) for name, content in disk.files.items()}
        self.lasting_folders = set(disk.folders)
        self.now = dict(self.lasting)
        self.waiting: list[tuple[Op, _File | None]] = []
        """Changes of names that no sync of their folder has covered."""

    def do(self, op: Op) -> None:
        if op.error:
            if op.what == "sync" and op.path in self.now:
                # The system forgets what it could not write, and a later sync succeeds without it.
                self.now[op.path].waiting = []
            return
        file = self.now.get(op.path)
        match op.what:
            case "write" | "truncate":
                assert file is not None
                file.waiting.append(op)
                return
            case "sync" if file is not None:
                file.sync()
                return
            case "sync":
                self._sync_folder(op.path)
                return
            case "create":
                file = self.now[op.path] = _File()
            case "rename":
                file = self.now[op.to] = self.now.pop(op.path)
            case "link":
                file = self.now[op.to] = self.now[op.path]
            case "unlink":
                file = self.now.pop(op.path)
        self.waiting.append((op, file))

    def _sync_folder(self, folder: str) -> None:
        kept = []
        for op, file in self.waiting:
            if folder in (_folder_of(op.path), _folder_of(op.to or op.path)):
                _rename(self.lasting, self.lasting_folders, op, file)
            else:
                kept.append((op, file))
        self.waiting = kept

    def cut(self, chance: random.Random) -> Disk:
        """One of the states in which the disk may be found."""
        names, folders = dict(self.lasting), set(self.lasting_folders)
        for op, file in self.waiting:
            if chance.random() < 0.5:
                _rename(names, folders, op, file)
        left = Disk()
        left.folders = {name for name in folders if _reachable(name, folders)}
        contents: dict[_File, bytearray] = {}
        for name, file in names.items():
            if _reachable(name, folders):
                left.files[name] = contents.setdefault(file, file.after(chance))
        return left


def power_cut(folder: Path, run: Run, place: int, chance: random.Random) -> tuple[Disk, Progress]:
    """What a power cut at this place of the record may leave of the folder, and what was acknowledged by then."""
    power = Power(Disk.of(folder))
    for item in run.trace[:place]:
        if isinstance(item, Op):
            power.do(item)
    return power.cut(chance), Progress.at(run, place)


def _change(content: bytearray, op: Op) -> None:
    if op.what == "write":
        overwrite(content, op.place, op.data)
    else:
        cut(content, op.place)


def _torn(content: bytearray, op: Op, chance: random.Random) -> None:
    """Some of the sectors that the write touches, each old or new as a whole."""
    size = chance.choice(SECTORS)
    place, end = op.place, op.place + len(op.data)
    while place < end:
        border = min(end, (place // size + 1) * size)
        if chance.random() < 0.5:
            overwrite(content, place, op.data[place - op.place : border - op.place])
        place = border


def _rename(names: dict[str, _File], folders: set[str], op: Op, file: _File | None) -> None:
    match op.what:
        case "mkdir":
            folders.add(op.path)
        case "rmdir":
            folders.discard(op.path)
        case "unlink":
            # Another file may have taken the name since.
            if names.get(op.path) is file:
                del names[op.path]
        case "rename" if file is not None:
            names.pop(op.path, None)
            names[op.to] = file
        case _ if file is not None:
            names[op.to or op.path] = file


def _folder_of(name: str) -> str:
    return str(PurePosixPath(name).parent)


def _reachable(name: str, folders: set[str]) -> bool:
    return all(str(above) in folders for above in PurePosixPath(name).parents if str(above) != ".")
