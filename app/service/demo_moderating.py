"""A moderator of the demonstration: judges, writes and reports by the same acts that a desktop sends."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from app.domain.acts import AddNote, RecordJudgement, SubmitReport
from app.domain.moderation import ActionForCentre, Decision, Outcome, current_judgements
from app.domain.people import Person
from app.domain.report import gather_report
from app.service.blobs import BlobStore
from app.service.database import reading
from app.service.demo_pushing import DemoDesktop
from app.service.records import (
    load_evidence,
    load_judgements,
    load_notes,
    load_requests,
    load_samples,
)


class DemoModerator:
    """One person at one request, which is assigned to them."""

    def __init__(self, engine: Engine, blobs: BlobStore, person: Person, request_id: str) -> None:
        self._engine = engine
        self._person = person
        self._desktop = DemoDesktop(engine, blobs, person)
        self._request_id = request_id

    def judge(self, told: Mapping[str, Any], now: datetime) -> None:
        """A decision about the sample at the position ``told["sample"]``; ``{unit}`` in its words is that unit."""
        with reading(self._engine) as connection:
            samples = load_samples(connection, [self._request_id])
        sample = next(sample for sample in samples if sample.position == told["sample"])
        self._desktop.do(
            RecordJudgement(
                self._request_id,
                sample.id,
                Decision(told["decision"]),
                told.get("rationale", "").format(unit=sample.unit_code),
                tuple(
                    ActionForCentre(text.format(unit=sample.unit_code)) for text in told.get("actions", ())
                ),
            ),
            now,
        )

    def write(self, text: str, now: datetime) -> None:
        """A note in the request."""
        self._desktop.do(AddNote(self._request_id, "", text), now)

    def report(self, outcome: str, summary: str, now: datetime) -> None:
        """The report, set and signed as the desktop does it."""
        from app.reports.moderation import render_moderation_report

        ids = [self._request_id]
        with reading(self._engine) as connection:
            (request,) = load_requests(connection, ids)
            judgements = current_judgements(load_judgements(connection, ids))
            report = gather_report(
                request,
                load_samples(connection, ids),
                {judgement.sample_id: judgement for judgement in judgements},
                load_notes(connection, ids),
                load_evidence(connection, ids),
                outcome=Outcome(outcome),
                summary=summary,
                moderator_name=self._person.name,
                signed_at=now,
            )
        pdf = render_moderation_report(report)
        stands_on = tuple(judgement.id for judgement in judgements)
        sha256 = hashlib.sha256(pdf).hexdigest()
        self._desktop.do(
            SubmitReport(self._request_id, Outcome(outcome), summary, stands_on, pdf, sha256), now
        )
