"""The reports of reviews: previewed, signed off as fixed bytes, and found again in every version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.review_deeds import SubmitVisitReport
from app.domain.review_report import gather_visit_report
from app.domain.reviewing import proposes_block, review_outcome, standing_in_scope
from app.workspace.files import EvidenceFiles
from app.workspace.visits.files import of_report
from app.workspace.visits.overlay import VisitPicture
from app.workspace.visits.sheets import missing_of

if TYPE_CHECKING:
    from app.models.work import WorkStore
    from app.workspace.syncing import Syncing


class VisitReports:
    """The reports of one reviewer. ``clock``: the device's time, printed at sign-off."""

    def __init__(
        self,
        work: WorkStore,
        files: EvidenceFiles,
        syncing: Syncing,
        reviewer_name: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._work = work
        self._files = files
        self._syncing = syncing
        self._reviewer_name = reviewer_name
        self._clock = clock

    def preview(self, picture: VisitPicture, summary: str, changes: str) -> bytes:
        """The report as it stands now, marked as a draft on each page."""
        return self._render(picture, summary, changes, None)

    def sign_off(self, picture: VisitPicture, summary: str, changes: str) -> SubmitVisitReport:
        """The next version with its final bytes. Raises KnownError with what is missing first: nothing is rendered."""
        wanting = missing_of(picture)
        if wanting:
            first = wanting[0]
            more = f" And {len(wanting) - 1} more." if len(wanting) > 1 else ""
            raise KnownError(
                "report_incomplete", f"{first.says}{more}", "Mend this, then sign the report off again."
            )
        if picture.reports and not changes.strip():
            raise KnownError(
                "changes_missing", "A corrected report says what has changed against the last one."
            )
        standing = standing_in_scope(picture.framework, picture.review, picture.judgements)
        stands = [one for found in standing.values() for one in found]
        pdf = self._render(picture, summary, changes, self._clock())
        return SubmitVisitReport(
            review_id=picture.review.id,
            version=picture.review.report_version + 1,
            changes=changes.strip(),
            outcome=review_outcome(picture.framework, stands),
            summary=summary.strip(),
            propose_block=proposes_block(picture.framework, stands),
            judgement_ids=tuple(sorted(judgement.id for judgement in stands)),
            pdf=pdf,
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        )

    def issued(self, picture: VisitPicture) -> bytes | None:
        """The bytes of the newest version, as they were signed off; None where there is none, or it cannot be had now.

        One signed off on another computer is fetched and kept.
        """
        if picture.submitted:
            return self._work.report(picture.submitted)
        if not picture.reports:
            return None
        newest = picture.reports[-1]
        found = self._work.report(newest.id) or self._files.issued(newest)
        if found is None:
            self._syncing.fetch([of_report(newest)], lambda _: None, lambda: False)
            found = self._files.issued(newest)
        return found

    def to_export(self, picture: VisitPicture, summary: str, changes: str) -> bytes:
        """The bytes to give out: as signed off, or the preview, which says that it is a draft."""
        data = self.issued(picture)
        if data is not None:
            return data
        if picture.reports:
            raise KnownError(
                "report_not_here",
                "This report was signed off on another computer and is not on this one yet.",
                "Open it again when the service can be reached.",
            )
        return self.preview(picture, summary, changes)

    def _render(self, picture: VisitPicture, summary: str, changes: str, signed_at: datetime | None) -> bytes:
        from app.reports.visit import render_visit_report

        return render_visit_report(
            gather_visit_report(
                picture.framework,
                picture.review,
                picture.ced,
                picture.ced_files,
                picture.judgements,
                picture.evidence,
                picture.meetings,
                picture.actions,
                today=london_day(signed_at or self._clock()),
                summary=summary.strip(),
                version=picture.review.report_version + 1,
                changes=changes.strip(),
                reviewer_name=self._reviewer_name,
                signed_at=signed_at,
            )
        )
