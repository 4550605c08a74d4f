"""Reports and copies that leave the program: rendered, signed off, written where the person wants them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.dates import moment
from app.domain.errors import KnownError
from app.domain.judging import missing_for_report, propose_outcome
from app.domain.moderation import MODERATION_OVER, IssuedReport, Outcome, RequestState
from app.domain.report import gather_report
from app.domain.reviews import VisitReport
from app.workspace.drafts import Drafts
from app.workspace.files import EvidenceFiles, as_file
from app.workspace.overlay import Picture
from app.workspace.snapshots import ReportDesk
from app.workspace.syncing import Syncing

if TYPE_CHECKING:
    from app.models.work import WorkStore


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report as it was signed off: fixed bytes and their SHA-256, never rendered again."""

    outcome: Outcome
    summary: str
    pdf: bytes
    pdf_sha256: str


class Reports:
    """The moderation reports of one moderator. ``clock``: the device's time, printed at sign-off."""

    def __init__(
        self,
        work: WorkStore,
        drafts: Drafts,
        files: EvidenceFiles,
        syncing: Syncing,
        moderator_name: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._work = work
        self._drafts = drafts
        self._files = files
        self._syncing = syncing
        self._moderator_name = moderator_name
        self._clock = clock

    def standing(self, picture: Picture) -> ReportDesk:
        """What the report proposes, what the moderator chose, and what is still missing (M-55, M-59)."""
        draft = self._drafts.of_report(picture.request.id)
        proposed = propose_outcome(picture.samples, picture.current())
        return ReportDesk(
            request_id=picture.request.id,
            proposed=proposed,
            draft=draft,
            missing=missing_for_report(picture.request, picture.samples, picture.judgements, draft.outcome),
            submitted=picture.submitted,
            issued=picture.reports,
            receipt=receipt_of(picture.reports[-1]) if picture.reports else "",
        )

    def preview(self, picture: Picture) -> bytes:
        """The report as it stands now, marked as a draft on each page."""
        standing = self.standing(picture)
        outcome = standing.draft.outcome or standing.proposed
        return self._render(picture, outcome, standing.draft.summary, None)

    def sign_off(self, picture: Picture) -> SignedReport:
        """The final bytes. Raises KnownError with what is missing first."""
        standing = self.standing(picture)
        outcome = standing.draft.outcome
        if standing.missing or outcome is None:
            first = standing.missing[0]
            raise KnownError(first.code, first.says, "Mend this, then submit the report again.")
        pdf = self._render(picture, outcome, standing.draft.summary, self._clock())
        return SignedReport(outcome, standing.draft.summary, pdf, hashlib.sha256(pdf).hexdigest())

    def issued(self, picture: Picture) -> bytes | None:
        """The bytes of the newest report, as they were signed off; None while a report is being prepared.

        A report signed off on another computer is fetched and kept; None as well when that cannot be done now.
        """
        if picture.submitted:
            return self._work.report(picture.submitted)
        if picture.request.state is RequestState.IN_MODERATION or not picture.reports:
            return None
        newest = picture.reports[-1]
        found = self._work.report(newest.id) or self._files.issued(newest)
        if found is None:
            self._syncing.fetch([as_file(newest)], lambda _: None, lambda: False)
            found = self._files.issued(newest)
        return found

    def to_export(self, picture: Picture) -> bytes:
        """The bytes to give out: as signed off, or the preview, which says that it is a draft (M-73, M-74)."""
        data = self.issued(picture)
        if data is not None:
            return data
        if picture.request.state in MODERATION_OVER:
            raise KnownError(
                "report_not_here",
                "This report was signed off on another computer and is not on this one yet.",
                "Open it again when the service can be reached.",
            )
        return self.preview(picture)

    def _render(
        self, picture: Picture, outcome: Outcome | None, summary: str, signed_at: datetime | None
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
                moderator_name=self._moderator_name,
                signed_at=signed_at,
            )
        )


def receipt_of(issued: IssuedReport | VisitReport) -> str:
    """The service's receipt for a report, in words; it stays outside the file."""
    return (
        f"Received by the service on {moment(issued.issued_at)}: {issued.outcome.words.lower()}, "
        f"{issued.pdf_size:,} bytes, fingerprint {issued.pdf_sha256[:16]}."
    )


def write_file(path: Path, data: bytes) -> Path:
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
