"""Invented quality reviews for desks, and a reviewer who carries one out from end to end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from app.catalogue.frameworks import framework_by_id
from app.domain.centres import Nation
from app.domain.engagement import ced_content_sha256
from app.domain.people import Grant, Person, Role
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewState, Scope, Source
from app.domain.reviews import (
    Ced,
    CedEntry,
    CedFile,
    PlannedAction,
    Redeclaration,
    Review,
    ReviewAction,
    Signature,
)
from app.workspace.desk import Desk
from app.workspace.visits.snapshots import MeasureItem, VisitDraft
from tests.support.desks import Clock, SignedIn, make_profile, open_desk

REVIEW = "review-1"
FRAMEWORK = framework_by_id("btec-qmr-2017")
REVIEWER = Person("person-2", "robin.hale@example.invalid", "Robin Hale", (Grant(Role.REVIEWER),))
MANAGER = Person("person-3", "quinn.marsh@example.invalid", "Quinn Marsh", (Grant(Role.QUALITY_MANAGER),))
ARRIVAL = datetime(2017, 12, 8, 9, 30, tzinfo=UTC)
POLICY = b"Malpractice policy, reviewed in September."


def review(**changes: Any) -> Review:
    """A register-only centre in England whose visit is agreed and whose reduced scope is confirmed."""
    values: dict[str, Any] = {
        "id": REVIEW,
        "number": "QR-0012",
        "centre_id": "centre-1",
        "centre_number": "C-1001",
        "centre_name": "Larkfield Sixth Form",
        "nation": Nation.ENGLAND,
        "awarding_body": FRAMEWORK.awarding_body,
        "year": 2017,
        "framework_id": FRAMEWORK.id,
        "kind": ReviewKind.VISIT,
        "state": ReviewState.DATE_AGREED,
        "allocated_on": date(2017, 9, 25),
        "task_from": date(2017, 11, 1),
        "ced_due_on": date(2017, 11, 24),
        "ced_submitted_on": date(2017, 11, 20),
        "reviewer_id": REVIEWER.id,
        "reviewer_name": REVIEWER.name,
        "consortium": "Vale Partnership",
        "scope": Scope.REDUCED,
        "nominee": "Ines Calloway",
        "contacted_on": date(2017, 11, 2),
        "visit_on": date(2017, 12, 8),
    }
    return Review(**(values | changes))


def ced(files: Iterable[CedFile] = (), review_id: str = REVIEW, **changes: Any) -> Ced:
    """The centre's Engagement Document, signed over just this content unless told otherwise."""
    values: dict[str, Any] = {
        "id": review_id,
        "review_id": review_id,
        "register_only": True,
        "entries": tuple(
            CedEntry(objective.code, Level.MET, f"How we serve {objective.name}.")
            for objective in FRAMEWORK.blocking
        ),
        "recognition": Redeclaration(True),
        "approvals": Redeclaration(True, "One programme was added."),
    }
    made = Ced(**(values | changes))
    if "signature" in changes:
        return made
    content = ced_content_sha256(FRAMEWORK, made, files)
    signed_at = datetime(2017, 11, 20, 14, 0, tzinfo=UTC)
    signature = Signature("Alma Reyes", "Principal", FRAMEWORK.declaration, signed_at, content)
    return Ced(**(values | changes | {"signature": signature}))


def ced_file(code: str = "QO.1.3", data: bytes = POLICY, **changes: Any) -> CedFile:
    values: dict[str, Any] = {
        "id": f"ced-file-{code}",
        "review_id": REVIEW,
        "code": code,
        "name": "malpractice-policy.txt",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "media_type": "text/plain",
    }
    return CedFile(**(values | changes))


def last_year(identifier: str = "action-1", code: str = "QO.3.4", **changes: Any) -> ReviewAction:
    """An action of last year's report that is still open."""
    values: dict[str, Any] = {
        "id": identifier,
        "review_id": REVIEW,
        "origin": "QR-0003",
        "code": code,
        "text": "Let two people verify each claim.",
        "essential": True,
        "owner": "Exams officer",
        "due_on": date(2017, 6, 30),
        "answer": "Two people sign since May.",
        "answered_on": date(2017, 5, 10),
    }
    return ReviewAction(**(values | changes))


def visit_profile(
    folder: Path, items: Sequence[Any], files: Iterable[bytes] = (), person: Person = REVIEWER
) -> Path:
    """A profile of a reviewer whose cache holds these records and files."""
    return make_profile(folder, items, files, SignedIn(person=person, device_id=f"device of {folder.name}"))


def visit_desk(
    folder: Path,
    items: Sequence[Any] | None = None,
    files: Iterable[bytes] = (POLICY,),
    person: Person = REVIEWER,
    clock: Callable[[], datetime] | None = None,
) -> Desk:
    """An offline desk with one review, its Engagement Document, a file of it and an action of last year."""
    if items is None:
        items = [review(), ced([ced_file()]), ced_file(), last_year()]
    return open_desk(visit_profile(folder, items, files, person), clock or Clock(ARRIVAL))


def picture(number: int = 1, *, large: bool = False) -> bytes:
    """A photo, each of them another one, with the place where it was taken inside; a large one has about 5 MB."""
    import io

    from PIL import Image

    size = (2000, 1500) if large else (48, 32)
    image = Image.new("RGB", size, (number % 256, (number * 7) % 256, 120))
    if large:
        image = Image.merge("RGB", [Image.effect_noise(size, 80 + number + band) for band in range(3)])
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (51.0, 30.0, float(number % 60))
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def action(text: str = "Date every policy.", *, essential: bool = False, **changes: Any) -> PlannedAction:
    values: dict[str, Any] = {"id": "", "text": text, "essential": essential}
    if essential:
        values |= {"owner": "Quality nominee", "due_on": date(2018, 3, 30)}
    return PlannedAction(**(values | changes))


def judge_all(desk: Desk, review_id: str = REVIEW, levels: dict[str, Level] | None = None) -> None:
    """Judges everything that is asked for: on each measure a talk is noted and cited; objectives as proposed."""
    for item in desk.visits.sheet(review_id).items:
        judge_one(desk, item, review_id, (levels or {}).get(item.code))


def judge_one(desk: Desk, item: MeasureItem, review_id: str = REVIEW, level: Level | None = None) -> str:
    """Judges one measure with a talk noted for it, or an objective as proposed; returns the judgement's id."""
    if item.measure is None and item.objective.measures:
        now = desk.visits.sheet(review_id).item(item.code)
        assert now is not None
        chosen = level or now.proposed or Level.MET
        cites: list[str] = []
    else:
        chosen = level or Level.MET
        noted = desk.visits.add_evidence(
            review_id, item.code, Source.VERBAL, f"The nominee explained {item.code}."
        )
        cites = [noted.undo]
    actions = [] if chosen is Level.MET else [action(f"Mend {item.code}.", essential=chosen is Level.NOT_MET)]
    commentary = f"Seen for {item.code}."
    return desk.visits.judge(review_id, item.code, chosen, "", commentary, cites, actions).undo


def meet_everybody(desk: Desk, review_id: str = REVIEW) -> None:
    """Arrival, quality nominee throughout, exams officer, a telephone talk, departure (Q-22..Q-24)."""
    for _ in meetings(desk, review_id):
        pass


def meetings(desk: Desk, review_id: str = REVIEW) -> Iterator[str]:
    """The same, as far as they are not recorded yet; gives the id of each act."""
    recorded = {met.meeting.kind for met in desk.visits.sheet(review_id).meetings}
    for kind, who, role, hours in (
        (MeetingKind.ARRIVAL, "", "", 0),
        (MeetingKind.NOMINEE, "Ines Calloway", "Quality nominee", 6),
        (MeetingKind.EXAMS_OFFICER, "Tam Okoro", "Exams officer", 1),
        (MeetingKind.TELEPHONE, "Bea Lund", "Lead internal verifier", 2),
        (MeetingKind.DEPARTURE, "", "", 0),
    ):
        if kind not in recorded:
            ended = ARRIVAL + timedelta(hours=hours) if hours else None
            nominee = kind is MeetingKind.NOMINEE
            yield desk.visits.record_meeting(review_id, kind, who, role, ARRIVAL, ended, nominee).undo


def whole_visit(desk: Desk, review_id: str = REVIEW) -> Iterator[str]:
    """Everything from arrival to a report that can be signed off, as far as it is not recorded yet: 5 meetings, 50
    pieces of evidence with 30 photos, 24 judgements (in full scope 6 more, each with a talk), 15 actions, last year's
    action signed off. Gives the id of each act once it is durable.
    """
    visits = desk.visits
    yield from meetings(desk, review_id)
    items = visits.sheet(review_id).items
    for number, item in enumerate(one for one in items if one.measure is not None):
        told = f"The nominee explained {item.code}."
        wall, shelf = f"wall-{number}.jpg", f"shelf-{number}.jpg"
        noted = {one.noted.text: one.id for one in item.citable if one.noted and one.code == item.code}
        if told not in noted:
            noted[told] = visits.add_evidence(review_id, item.code, Source.VERBAL, told).undo
            yield noted[told]
        if wall not in noted:
            visits.save_draft(review_id, item.code, VisitDraft(commentary=f"Half a sentence on {item.code}"))
            photo = visits.attach(review_id, (wall, picture(number)))
            noted[wall] = visits.add_evidence(review_id, item.code, Source.FILE, wall, files=[photo]).undo
            yield noted[wall]
        if number < 10 and shelf not in noted:
            noted[shelf] = visits.add_evidence(
                review_id, item.code, Source.FILE, shelf, files=[(shelf, picture(100 + number))]
            ).undo
            yield noted[shelf]
        if item.judgement is None:
            level = Level.PARTLY_MET if number < 15 else Level.MET
            asked = [action(f"Improve {item.code}.")] if number < 15 else []
            commentary = f"What stands behind {item.code}."
            yield visits.judge(review_id, item.code, level, "", commentary, tuple(noted.values()), asked).undo
    for item in visits.sheet(review_id).items:
        if item.judgement is None and item.measure is None:
            cites = [one.id for one in item.citable if one.noted]
            if not cites:
                cites.append(visits.add_evidence(review_id, item.code, Source.VERBAL, "A talk.").undo)
                yield cites[0]
            level = item.proposed or Level.MET
            yield visits.judge(review_id, item.code, level, "", "As it was told.", cites, []).undo
    for earlier in visits.sheet(review_id).last_year:
        if earlier.signed_off_on is None:
            yield visits.sign_off_action(review_id, earlier.id, "Saw the signatures of June.").undo


def kept_photos(desk: Desk, review_id: str = REVIEW) -> dict[str, bytes]:
    """By name, the photos of the review as they lie on this computer, each as its record names it."""
    found = {}
    for item in desk.visits.sheet(review_id).items:
        for one in item.citable:
            for file in one.files if one.noted is not None else ():
                handed = Path(desk.visits.hand_over(review_id, file.id).path)
                found[file.name] = handed.read_bytes()
                assert hashlib.sha256(found[file.name]).hexdigest() == file.item.evidence.sha256
    return found
