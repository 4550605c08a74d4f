"""Reports and copies that leave the program: rendered, signed off, written where the person wants them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.dates import moment
from app.domain.errors import KnownError
from app.domain.judging import propose_outcome
from app.domain.moderation import Outcome
from app.domain.report import gather_report
from app.workspace.overlay import Picture
from app.workspace.snapshots import ReportDraft

if TYPE_CHECKING:
    from app.models.work import WorkStore


class Exports:
    """The moderation report of a request, and files written for the person. ``clock``: the device's time."""

    def __init__(self, work: WorkStore, clock: Callable[[], datetime]) -> None:
        self._work = work
        self._clock = clock

    def preview(self, picture: Picture, draft: ReportDraft, moderator_name: str) -> bytes:
        """The report as it stands now, marked as a draft on each page."""
        outcome = draft.outcome or propose_outcome(picture.samples, picture.current())
        return self._render(picture, outcome, draft.summary, moderator_name, None)

    def sign_off(
        self, picture: Picture, outcome: Outcome, summary: str, moderator_name: str
    ) -> tuple[bytes, str]:
        """The final bytes and their SHA-256. They are kept from now on and never rendered again."""
        pdf = self._render(picture, outcome, summary, moderator_name, self._clock())
        return pdf, hashlib.sha256(pdf).hexdigest()

    def signed(self, act_id: str) -> bytes | None:
        """The bytes of a report that was signed off on this computer; None when it was not."""
        return self._work.report(act_id)

    def receipt(self, picture: Picture) -> str:
        """The service's receipt for the newest report, in words; it stays outside the file."""
        if not picture.reports:
            return ""
        issued = picture.reports[-1]
        return (
            f"Received by the service on {moment(issued.issued_at)}: {issued.outcome.words.lower()}, "
            f"{issued.pdf_size:,} bytes, fingerprint {issued.pdf_sha256[:16]}."
        )

    def write(self, path: Path, data: bytes) -> Path:
        """Writes a file whole or not at all. Raises KnownError when the place cannot take it."""
        part = path.with_name(f".{path.name}.part")
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise KnownError(
                "cannot_write",
                f"“{path.name}” could not be written to {path.parent}.",
                "Choose another folder, or make room on the disk. The report itself is safe.",
                details=str(error),
            ) from error
        return path

    @staticmethod
    def _render(
        picture: Picture, outcome: Outcome | None, summary: str, name: str, signed_at: datetime | None
    ) -> bytes:
        from app.reports.moderation import render_moderation_report

        return render_moderation_report(
            gather_report(
                picture.request,
                picture.samples,
                picture.current(),
                picture.notes,
                picture.evidence,
                outcome=outcome,
                summary=summary,
                moderator_name=name,
                signed_at=signed_at,
            )
        )
