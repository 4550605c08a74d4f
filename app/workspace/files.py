"""Evidence on this laptop: fetched, kept encrypted, shown in the cage, or handed to the system's own program."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, EvidenceKind
from app.domain.moderation import IssuedReport, Note
from app.domain.reviews import VisitReport
from app.vault.handed import safe_name
from app.vault.sealing import damaged
from app.workspace.snapshots import EvidenceItem, HandedOver

if TYPE_CHECKING:
    from app.evidence.cage import Cage, Document
    from app.evidence.kinds import FileKind
    from app.models.cache import CacheStore
    from app.vault.files import FileStore, SealedFile
    from app.vault.handed import HandedOver as Lent

_OF_NOTE = "note/"
OF_VISIT = "visit/"
"""How the ids of files begin that a reviewer noted as evidence."""


class EvidenceFiles:
    """The evidence of one profile. Everything here may take a while; call it off the window's thread.

    own: the key of a file that the person added here and the service may not have yet, or None.
    asks: what to ask before a file of that kind and name is opened here, empty where nothing; None: as this computer
    protects (``question_before_opening``).
    """

    def __init__(
        self,
        cache: CacheStore,
        store: FileStore,
        lent: Lent,
        cage: Cage,
        own: Callable[[str], bytes | None],
        asks: Callable[[FileKind, str], str] | None = None,
    ) -> None:
        self._cache = cache
        self._own = own
        self._store = store
        self._lent = lent
        self._cage = cage
        self._asks = asks
        # By content: what a person agreed to open here, for as long as the desk is open.
        self._trusted: set[str] = set()

    @property
    def folder(self) -> Path:
        """Where files lie sealed."""
        return self._store.folder

    @property
    def room(self) -> int:
        """Bytes that are free there."""
        return shutil.disk_usage(self._store.folder).free

    def items(self, evidence: Iterable[Evidence]) -> Mapping[str, EvidenceItem]:
        """By evidence id: whether its file lies here, and whether it can be shown inside."""
        from app.evidence.kinds import can_show, kind_of

        every = tuple(evidence)
        keys = self._cache.file_keys([item.sha256 for item in every if item.sha256])
        return {
            item.id: EvidenceItem(
                evidence=item,
                here=bool(item.sha256) and (item.sha256 in keys or self._is_own(item)),
                shown_inside=can_show(kind_of(b"", item.name)),
            )
            for item in every
        }

    def open(self, item: Evidence) -> Document:
        """The file as the cage shows it. Raises KnownError when it is not here, unreadable, or cannot be shown; and
        ``evidence_asks``, whose words are a question, before anything reads a risky file that nobody vouched for.
        """
        sealed = self._sealed(item)
        try:
            question = self._question(item, sealed)
        except BaseException:
            sealed.close()
            raise
        if question:
            sealed.close()
            raise KnownError("evidence_asks", question)
        return self._cage.open(sealed, item.name)

    def trust(self, item: Evidence) -> None:
        """The person was asked and wants it opened here all the same; forgotten when the desk is closed."""
        self._trusted.add(item.sha256)

    def _question(self, item: Evidence, sealed: SealedFile) -> str:
        from app.evidence.kinds import HEAD, kind_of
        from app.evidence.protections import question_before_opening

        if item.sha256 in self._trusted:
            return ""
        asks = self._asks if self._asks is not None else question_before_opening
        return asks(kind_of(sealed.read_at(0, HEAD), item.name), item.name)

    def open_bytes(self, data: bytes, name: str) -> Document:
        """A document of our own making, such as the report's preview, through the same cage."""
        from app.evidence.sources import BytesSource

        return self._cage.open(BytesSource(data), name)

    def issued(self, report: IssuedReport | VisitReport) -> bytes | None:
        """The bytes of an issued report, if they were fetched to this computer."""
        key = self._cache.file_key(report.pdf_sha256)
        if key is None or not self._store.has(report.pdf_sha256):
            return None
        with self._store.open(report.pdf_sha256, key) as sealed:
            return b"".join(sealed.chunks())

    def hand_over(self, item: Evidence) -> HandedOver:
        """A decrypted copy in a private folder, for the system's own program (M-46).

        Raises KnownError ``runs_when_opened`` for programs and scripts: evidence is looked at, never run.
        """
        from app.evidence.kinds import HEAD, runs_when_opened

        with self._sealed(item) as sealed:
            if runs_when_opened(sealed.read_at(0, HEAD), item.name):
                raise KnownError(
                    "runs_when_opened",
                    f"“{item.name}” is a program or a script: opening it would run it.",
                    "Ask the centre in a note for the work as a document.",
                )
            path = self._lent.lend(item.name, sealed, item.request_id)
        return HandedOver(str(path), item.name)

    def handed_over(self) -> tuple[HandedOver, ...]:
        return tuple(HandedOver(str(path), path.name) for path in self._lent.paths())

    def which_here(self, evidence: Iterable[Evidence]) -> frozenset[str]:
        """The hashes of those files that are noted to lie here whole."""
        return frozenset(self._cache.file_keys([item.sha256 for item in evidence if item.sha256]))

    def verify(self, item: Evidence, on_bytes: Callable[[int], None], stopped: Callable[[], bool]) -> bool:
        """Reads a file of this computer whole; True when size and SHA-256 are those that the service names.

        False when ``stopped()`` said so before the end. on_bytes: told how many bytes were read so far.
        Raises KnownError ``not_downloaded``, ``file_missing`` or ``file_damaged``.
        """
        found = hashlib.sha256()
        read = 0
        try:
            with self._sealed(item) as sealed:
                for piece in sealed.chunks():
                    if stopped():
                        return False
                    found.update(piece)
                    read += len(piece)
                    on_bytes(read)
        except OSError as error:
            raise damaged(repr(error)) from error
        if (read, found.hexdigest()) != (item.size, item.sha256):
            raise damaged(f"{read} of {item.size} bytes, {found.hexdigest()}")
        return True

    def mark_lost(self, item: Evidence) -> None:
        """The copy here cannot be relied on: it counts as not fetched, everywhere, until it is fetched again."""
        self._cache.file_lost(item.sha256)

    def purge(self) -> tuple[str, ...]:
        """Removes every handed-over copy; names those that a program still holds."""
        return tuple(path.name for path in self._lent.purge())

    def purge_others(self, is_mine: Callable[[str], bool]) -> None:
        """Removes the copies of every request that is no longer mine; one that a program holds is tried again."""
        for root in self._lent.roots():
            if not is_mine(root):
                self._lent.purge_root(root)

    def write_copy(self, file: AttachedFile, beside: Path) -> None:
        """Writes a file of the person's own in the clear where they asked for it, never over another. One that is not
        here any more is passed over. Raises KnownError ``cannot_write`` and as ``SealedFile``.
        """
        key = self.key_of(file.sha256)
        if key is None:
            return
        stem, dot, ending = safe_name(file.name).rpartition(".")
        numbered = (f"{beside.stem} - {stem}{'' if n == 1 else f' ({n})'}{dot}{ending}" for n in count(1))
        with self._store.open(file.sha256, key) as sealed:
            target = next(path for path in map(beside.with_name, numbered) if not path.exists())
            try:
                with target.open("xb") as out:
                    for piece in sealed.chunks():
                        out.write(piece)
            except BaseException as error:
                target.unlink(missing_ok=True)
                if not isinstance(error, OSError):
                    raise
                raise KnownError(
                    "cannot_write",
                    f"“{target.name}” could not be written to {target.parent}.",
                    "Choose another folder, or make room on the disk. The file itself is safe.",
                    details=str(error),
                ) from error

    def drop_own(self, sha256: str) -> None:
        """A file of the person's own that nothing here names any more goes, unless it is fetched evidence too."""
        if self._cache.file_key(sha256) is None:
            self._store.remove(sha256)

    def close(self) -> None:
        self._cage.close()

    def key_of(self, sha256: str) -> bytes | None:
        """The key of a file that lies here, be it fetched or one's own; None for one that does not."""
        key = self._cache.file_key(sha256) or self._own(sha256)
        return key if key is not None and self._store.has(sha256) else None

    def _is_own(self, item: Evidence) -> bool:
        # Only notes and noted evidence name files of one's own, and few of those are asked for.
        return item.id.startswith((_OF_NOTE, OF_VISIT)) and self.key_of(item.sha256) is not None

    def _sealed(self, item: Evidence) -> SealedFile:
        key = self.key_of(item.sha256)
        if key is None:
            raise KnownError(
                "not_downloaded",
                f"“{item.name}” has not been fetched to this computer yet.",
                "Fetch it while you have a network.",
            )
        return self._store.open(item.sha256, key)


def of_note(note: Note, file: AttachedFile) -> Evidence:
    """The file of a note as something to be fetched and opened like any other. Its kind says nothing."""
    return Evidence(
        id=f"{_OF_NOTE}{note.id}/{file.sha256}",
        request_id=note.request_id,
        sample_id=note.sample_id,
        kind=EvidenceKind.LEARNER_WORK,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
    )


def as_file(report: IssuedReport) -> Evidence:
    """An issued report as something to be fetched like any other file."""
    return Evidence(
        id=report.id,
        request_id=report.request_id,
        sample_id="",
        kind=EvidenceKind.IQA_RECORD,
        name="moderation-report.pdf",
        sha256=report.pdf_sha256,
        size=report.pdf_size,
    )
