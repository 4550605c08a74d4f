"""What a person does with evidence: open it here, after a question where one is due, hand it over, or fetch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.domain.evidence import Evidence, Fetch
from app.workspace.files import EvidenceFiles
from app.workspace.note_files import NoteFiles
from app.workspace.pictures import Pictures
from app.workspace.snapshots import HandedOver

if TYPE_CHECKING:
    from app.evidence.cage import Document


class EvidenceDesk:
    """The files of requests and of their notes, by request and evidence id. Everything here may take a while."""

    def __init__(self, files: EvidenceFiles, notes: NoteFiles, pictures: Pictures) -> None:
        self._files = files
        self._notes = notes
        self._pictures = pictures

    def open(self, request_id: str, evidence_id: str, *, agreed: bool = False) -> Document:
        """A file as the evidence cage shows it; also one of a note, by the id that the sheet gives it.

        Raises KnownError ``evidence_asks`` whose words are a question, where nothing on this computer would keep a
        harmful file in its place: ask it, and call again with ``agreed``. It is asked once for a file.
        """
        item = self._named(request_id, evidence_id)
        if agreed:
            self._files.trust(item)
        return self._files.open(item)

    def open_pdf(self, data: bytes, name: str) -> Document:
        """A PDF of our own, shown through the same cage."""
        return self._files.open_bytes(data, name)

    def hand_over(self, request_id: str, evidence_id: str) -> HandedOver:
        """A decrypted copy for the system's own program; ask the person first."""
        return self._files.hand_over(self._named(request_id, evidence_id))

    def handed_over(self) -> tuple[HandedOver, ...]:
        """The decrypted copies that there are."""
        return self._files.handed_over()

    def purge(self) -> tuple[str, ...]:
        """Removes all handed-over copies; returns the names of those still in use."""
        return self._files.purge()

    def fetch(
        self, request_id: str, on_progress: Callable[[Fetch], None], cancelled: Callable[[], bool]
    ) -> Fetch:
        """Fetches the request's evidence that is not here yet, and the files of its notes."""
        return self._notes.fetch(self._pictures.of(request_id), on_progress, cancelled)

    def _named(self, request_id: str, evidence_id: str) -> Evidence:
        return self._notes.evidence(self._pictures.of(request_id), evidence_id)
