"""The demonstration is whole, and the measuring data are what they say."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import func, select

from app.domain.centres import Nation
from app.domain.clocks import ClockState, read_clock
from app.domain.evidence import missing_evidence
from app.domain.moderation import MODERATION_OVER, ModerationRequest, RequestState
from app.domain.resources import resources_folder
from app.service import tables as t
from app.service.accounts import require_person
from app.service.application import create_app
from app.service.blobs import BlobStore
from app.service.bulk import prepare_bulk
from app.service.database import migrate, open_engine, reading
from app.service.demo import DemoPeople, seed_demo
from app.service.records import load_evidence, load_notes, load_reports, load_requests, load_samples
from app.service.settings import Settings

TODAY = date(2026, 3, 10)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, DemoPeople]:
    """The demonstration as it stands on TODAY: database URL, files, people."""
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder / 'service.db'}"
    engine = open_engine(url)
    migrate(engine)
    people = seed_demo(engine, BlobStore(str(folder / "files")), today=TODAY)
    engine.dispose()
    return url, folder / "files", people


def records(demo: tuple[str, Path, DemoPeople], load: Any) -> Any:
    """What ``load`` gives for all requests of the demo's moderator, which come first."""
    url, _, people = demo
    engine = open_engine(url)
    with reading(engine) as connection:
        person = require_person(connection, people.moderator_email)
        ids = list(connection.scalars(select(t.requests.c.id).where(t.requests.c.moderator_id == person.id)))
        found = load_requests(connection, ids), load(connection, ids)
    engine.dispose()
    return found


def clock_of(request: ModerationRequest) -> ClockState:
    return read_clock(
        today=TODAY,
        nation=request.nation,
        started_on=request.evidence_complete_on,
        due_on=request.due_on,
        held_on=request.held_on,
        finished=request.state in MODERATION_OVER,
    ).state


def test_the_moderators_requests_stand_in_every_group(demo: tuple[str, Path, DemoPeople]) -> None:
    requests, _ = records(demo, load_samples)
    assert Counter(clock_of(request) for request in requests) == {
        ClockState.OVERDUE: 1,
        ClockState.DUE_SOON: 1,
        ClockState.RUNNING: 3,
        ClockState.FROZEN: 1,
        ClockState.NOT_STARTED: 1,
        ClockState.STOPPED: 2,
    }
    assert {request.nation for request in requests} == {
        Nation.ENGLAND,
        Nation.WALES,
        Nation.SCOTLAND,
        Nation.NORTHERN_IRELAND,
    }
    assert sum(request.certification_hold for request in requests) == 1
    assert sorted((request.judged, request.samples) for request in requests if request.judged)[:2] == [
        (1, 3),
        (2, 4),
    ]
    assert (3, 6) in {(request.judged, request.samples) for request in requests}


def test_one_request_is_ready_to_judge_with_evidence_of_more_than_ten_kinds_of_file(
    demo: tuple[str, Path, DemoPeople],
) -> None:
    requests, evidence = records(demo, load_evidence)
    ready = next(request for request in requests if request.samples == 12)
    assert (ready.state, ready.judged) == (RequestState.IN_MODERATION, 0)
    files = [item for item in evidence if item.request_id == ready.id and item.sha256]
    assert len({Path(item.name).suffix for item in files}) >= 10
    store = BlobStore(str(demo[1]))
    assert all(len(store.get_bytes(item.sha256)) == item.size for item in files)


def test_every_file_of_the_demo_is_attached_to_somebody(demo: tuple[str, Path, DemoPeople]) -> None:
    _, evidence = records(demo, load_evidence)
    index = json.loads((resources_folder() / "demo" / "evidence" / "index.json").read_text(encoding="utf-8"))
    of_learners = {entry["file"] for entry in index if entry["for"] in ("learner", "unit")}
    placed = {item.name for item in evidence if item.sample_id}
    assert of_learners <= placed


def test_evidence_is_complete_exactly_where_moderation_has_begun(demo: tuple[str, Path, DemoPeople]) -> None:
    requests, evidence = records(demo, load_evidence)
    _, samples = records(demo, load_samples)
    for request in requests:
        missing = missing_evidence(
            [sample for sample in samples if sample.request_id == request.id],
            [item for item in evidence if item.request_id == request.id],
        )
        assert bool(missing) is (request.state is RequestState.SAMPLE_REQUESTED), request.number


def test_every_sample_says_why_it_was_chosen_and_assessors_vary(demo: tuple[str, Path, DemoPeople]) -> None:
    _, samples = records(demo, load_samples)
    assert all(sample.reason for sample in samples)
    assert len({sample.assessor for sample in samples}) >= 6


def test_notes_of_both_sides_and_issued_reports_are_there(demo: tuple[str, Path, DemoPeople]) -> None:
    _, notes = records(demo, load_notes)
    assert {note.author_name for note in notes} == {"Morgan Fairweather", "Helen Marchbank"}
    requests, reports = records(demo, load_reports)
    assert {report.outcome.value for report in reports} == {"accepted", "rejected"}
    store = BlobStore(str(demo[1]))
    assert all(store.get_bytes(report.pdf_sha256).startswith(b"%PDF-") for report in reports)
    assert {request.state for request in requests if request.outcome} == {
        RequestState.RECORDS_UPDATED,
        RequestState.RETURNED_TO_CENTRE,
    }


def test_everybody_can_sign_in_and_the_centres_person_has_two_centres(
    demo: tuple[str, Path, DemoPeople],
) -> None:
    url, files, people = demo
    with TestClient(create_app(Settings(url, str(files)))) as client:
        emails = (
            people.moderator_email,
            people.second_moderator_email,
            people.quality_manager_email,
            people.support_email,
            people.centre_staff_email,
        )
        for email in emails:
            body = {"email": email, "password": people.password, "device_id": "d"}
            answer = client.post("/api/auth/sign-in", json=body)
            assert answer.status_code == 200, email
        assert len({grant["centre_id"] for grant in answer.json()["grants"]}) == 2


def test_two_demonstrations_do_not_share_a_password(
    demo: tuple[str, Path, DemoPeople], tmp_path: Path
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    other = seed_demo(engine, BlobStore(str(tmp_path / "files")), today=date(2026, 12, 24))
    engine.dispose()
    assert other.password != demo[2].password


def test_measuring_data_has_as_many_samples_as_asked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bulk.db'}"
    prepare_bulk(url, samples=1_030, email="measuring@people.invalid", password="a long password")
    engine = open_engine(url)
    with reading(engine) as connection:
        counted = connection.execute(
            select(func.count(), func.max(t.samples.c.position)).select_from(t.samples)
        ).one()
        requests = connection.execute(
            select(func.count(), func.sum(t.requests.c.samples)).select_from(t.requests)
        ).one()
    engine.dispose()
    assert tuple(counted) == (1_030, 20)
    assert tuple(requests) == (52, 1_030)
