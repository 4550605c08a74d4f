"""Holds every act recorded on a desk against what the service itself answers, asked apart from the desk's sync."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from app.domain.acts import Act, AddNote, RecordJudgement, SubmitReport, WithdrawJudgement
from app.domain.moderation import IssuedReport, Judgement, Note
from app.domain.review_deeds import (
    AddVisitEvidence,
    RecordMeeting,
    RecordQuality,
    SignOffAction,
    SubmitVisitReport,
)
from app.domain.reviews import Meeting, QualityJudgement, ReviewAction, VisitEvidence, VisitReport
from app.wire.codec import Codec, Record
from app.wire.messages import FeedLine

if TYPE_CHECKING:
    from app.workspace.desk import Desk


def compare(desk: Desk, url: str, email: str, password: str) -> tuple[int, int, int]:
    """How many acts were recorded, how many the service shows with the same content, and how many it has lost."""
    acts = desk.recorded_acts()
    with _Asking(url, email, password) as service:
        records = {record.id: record for record in service.records()}
        withdrawn = {
            record.id for record in records.values() if isinstance(record, Judgement) and record.withdrawn
        }
        known = 0
        applied = 0
        for act in acts:
            if isinstance(act.deed, WithdrawJudgement):
                known += act.deed.judgement_id in records
                applied += act.deed.judgement_id in withdrawn
                continue
            record = records.get(act.deed.action_id if isinstance(act.deed, SignOffAction) else act.id)
            known += record is not None
            applied += record is not None and _same(act, record) and service.has_bytes_of(act)
    return len(acts), applied, len(acts) - known


def _same(act: Act, record: Record) -> bool:
    match act.deed, record:
        case RecordJudgement() as deed, Judgement() as found:
            return (deed.sample_id, deed.decision, deed.rationale, deed.actions, deed.supersedes) == (
                found.sample_id,
                found.decision,
                found.rationale,
                found.actions,
                found.supersedes,
            )
        case AddNote() as deed, Note() as found:
            return (deed.request_id, deed.sample_id, deed.text) == (
                found.request_id,
                found.sample_id,
                found.text,
            )
        case SubmitReport() as deed, IssuedReport() as found:
            return (deed.outcome, deed.pdf_sha256) == (found.outcome, found.pdf_sha256)
    return _same_of_review(act, record)


def _same_of_review(act: Act, record: Record) -> bool:
    match act.deed, record:
        case RecordQuality() as deed, QualityJudgement() as found:
            return _alike(
                deed, found, "code", "level", "reason", "commentary", "cites", "actions", "supersedes"
            )
        case AddVisitEvidence() as deed, VisitEvidence() as found:
            return _alike(deed, found, "code", "source", "text", "suggestion", "files", "originals")
        case RecordMeeting() as deed, Meeting() as found:
            return _alike(deed, found, "kind", "who", "role", "began", "ended", "throughout", "notes")
        case SignOffAction() as deed, ReviewAction() as found:
            return found.signed_off_on is not None and found.sign_off_says == deed.says
        case SubmitVisitReport() as deed, VisitReport() as found:
            return _alike(deed, found, "version", "outcome", "changes", "pdf_sha256")
    return False


def _alike(deed: object, found: object, *names: str) -> bool:
    """Whether both hold the same under each of these names."""
    return all(getattr(deed, name) == getattr(found, name) for name in names)


class _Asking:
    """A second, bare client: signs in anew, reads the whole feed and single files."""

    def __init__(self, url: str, email: str, password: str) -> None:
        import requests

        self._url = url
        self._session = requests.Session()
        answer = self._session.post(
            f"{url}/api/auth/sign-in",
            json={"email": email, "password": password, "device_id": "tour-comparison"},
            timeout=30,
        )
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access']}"

    def records(self) -> Iterator[Record]:
        codec = Codec()
        decoder = msgspec.json.Decoder(FeedLine)
        cursor, more = "", True
        while more:
            page = self._session.get(f"{self._url}/api/sync/pull", params={"cursor": cursor}, timeout=60)
            page.raise_for_status()
            for line in map(decoder.decode, page.content.splitlines()):
                if line.end:
                    cursor, more = line.cursor, line.more
                elif line.op == "put":
                    yield codec.record(line.kind, line.id, line.root, line.rev, bytes(line.body))

    def has_bytes_of(self, act: Act) -> bool:
        """Whether the service gives back the very bytes of a report and of every file attached."""
        match act.deed:
            case SubmitReport() | SubmitVisitReport() as deed:
                return self._gives(deed.pdf_sha256)
            case AddVisitEvidence() as deed:
                return all(self._gives(file.sha256) for file in deed.files)
        return True

    def _gives(self, sha256: str) -> bool:
        answer = self._session.get(f"{self._url}/api/blobs/{sha256}", timeout=60)
        return answer.ok and hashlib.sha256(answer.content).hexdigest() == sha256

    def __enter__(self) -> _Asking:
        return self

    def __exit__(self, *_: Any) -> None:
        self._session.close()
