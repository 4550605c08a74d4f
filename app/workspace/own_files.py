"""Where the person's own files stand, seen from what names them: an act is not all sent while a file of it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.models.entries import ATTENTION, ActState
from app.models.kept_files import Upload, UploadStage
from app.workspace.snapshots import Changes, FilesUnderWay

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.sync.upload_worker import OwnFiles


@dataclass(frozen=True, slots=True)
class FilesOfAct:
    """The files of one recorded act that the service does not have: still to be sent, or refused."""

    left: tuple[Upload, ...] = ()
    refused: tuple[Upload, ...] = ()


class OwnFilesDesk:
    """``told`` says how far the file that is being sent now has come. Any thread may ask."""

    def __init__(self, work: WorkStore, told: Callable[[], OwnFiles]) -> None:
        self._work = work
        self._told = told
        self._lock = threading.Lock()
        self._stood: frozenset[tuple[str, str, str, str]] | None = None

    def of_acts(self) -> Mapping[str, FilesOfAct]:
        """By act id, for every act that goes to the service without one of its files being there whole."""
        found: dict[str, FilesOfAct] = {}
        for upload in self._work.uploads.all():
            if upload.act_state is None or upload.act_state in (*ATTENTION, ActState.TAKEN_BACK):
                continue
            so_far = found.get(upload.act_id, FilesOfAct())
            if upload.stage is UploadStage.REFUSED:
                found[upload.act_id] = FilesOfAct(so_far.left, (*so_far.refused, upload))
            elif upload.stage is not UploadStage.COMPLETE:
                found[upload.act_id] = FilesOfAct((*so_far.left, upload), so_far.refused)
        return found

    def refused(self) -> Mapping[str, str]:
        """Acts, with their requests, of which the service does not take a file."""
        every = self.of_acts().values()
        return {files.refused[0].act_id: files.refused[0].request_id for files in every if files.refused}

    def under_way(self) -> FilesUnderWay:
        """How many files are on their way, each content once, and how far they have come."""
        left = {upload.sha256: upload.size for files in self.of_acts().values() for upload in files.left}
        if not left:
            return FilesUnderWay()
        sent = {file.sha256: file.sent for file in self._told().files if file.sha256 in left}
        return FilesUnderWay(len(left), sum(sent.values()), sum(left.values()))

    def moved(self) -> Changes:
        """What changed by files going on, or not going on, since this was last asked; nothing the first time."""
        now = frozenset(
            (upload.request_id, upload.act_id, upload.sha256, f"{upload.stage} {upload.says}")
            for upload in self._work.uploads.all()
        )
        with self._lock:
            before, self._stood = self._stood, now
        moved = frozenset(request_id for request_id, *_ in now ^ (now if before is None else before))
        return Changes(moved, outbox=bool(moved), work=bool(moved))

    def held_up(self) -> bool:
        """Whether a file was begun and does not go on just now."""
        every = (upload for files in self.of_acts().values() for upload in files.left)
        return any(upload.stage is UploadStage.SENDING and upload.says for upload in every)

    def offer_again(self, act_id: str) -> bool:
        """Offers files that the service refused once more, if one of this act is among them; True when it is."""
        if act_id not in self.refused():
            return False
        self._work.uploads.retry()
        return True


def files_state(files: FilesOfAct, what: str = "the note") -> str:
    """What to say of an act that the service has, and of files of it that it has not. what: the act in words."""
    if files.refused:
        told = " ".join(f"“{upload.name}”: {upload.says}" for upload in files.refused)
        return f"The service has {what}, but not all of its files. {told}"
    count = len(files.left)
    which = "1 file is" if count == 1 else f"{count} files are"
    says = next((upload.says for upload in files.left if upload.says), "")
    return f"The service has {what}; {which} still being sent. {says}".strip()
