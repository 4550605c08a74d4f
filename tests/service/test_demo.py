"""The demonstration is whole, and was made by what centres, moderators and the clock do."""

from __future__ import annotations

import hashlib
import io
import json
import re
import wave
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, func, select

from app.domain.centres import Nation
from app.domain.clocks import ClockState, add_working_days, read_clock
from app.domain.evidence import Evidence, EvidenceKind, missing_evidence
from app.domain.moderation import MODERATION_OVER, ModerationRequest, RequestState, Sample
from app.domain.resources import resources_folder
from app.domain.sampling import ClaimedUnit, SamplingHistory, draw
from app.domain.schemes import scheme_for
from app.service import tables as t
from app.service.accounts import require_person
from app.service.application import create_app
from app.service.blobs import BlobStore, parts_of
from app.service.certificates import dispatch_list
from app.service.database import migrate, open_engine, reading
from app.service.demo import DemoPeople, open_accounts, seed_demo
from app.service.importer import import_folder
from app.service.records import load_evidence, load_notes, load_reports, load_requests, load_samples
from app.service.records_update import waits_for_earlier_sample
from app.service.saved_claims import saved_claims_of
from app.service.settings import Settings
from app.service.standing import stops_for
from app.service.uploads_source import StoredSource
from app.workspace.links import host_of

TODAY = date(2026, 3, 10)


@dataclass(frozen=True)
class Demo:
    """The demonstration as it stands on TODAY."""

    url: str
    files: Path
    people: DemoPeople
    engine: Engine

    def requests(self, moderator: str = "") -> list[ModerationRequest]:
        """All requests, or those of one moderator by e-mail address."""
        with reading(self.engine) as connection:
            query = select(t.requests.c.id)
            if moderator:
                person = require_person(connection, moderator)
                query = query.where(t.requests.c.moderator_id == person.id)
            return load_requests(connection, list(connection.scalars(query)))

    def mine(self) -> list[ModerationRequest]:
        """Those of the moderator whose window the demonstration opens."""
        return self.requests(self.people.moderator_email)

    def at(self, centre: str, qualification: str, state: RequestState) -> ModerationRequest:
        (found,) = [
            request
            for request in self.requests()
            if (request.centre_number, request.qualification_code, request.state)
            == (centre, qualification, state)
        ]
        return found

    def load(self, load: Any, *requests: ModerationRequest) -> Any:
        with reading(self.engine) as connection:
            return load(connection, [request.id for request in requests or self.requests()])

    def content(self, item: Evidence) -> bytes:
        with reading(self.engine) as connection:
            parts = parts_of(connection, item.sha256)
        store = BlobStore(str(self.files))
        source = StoredSource(store, item.sha256, item.size, parts)
        return b"".join(source.pieces())

    def centre_id(self, number: str) -> str:
        with reading(self.engine) as connection:
            query = select(t.centres.c.id).where(t.centres.c.number == number)
            return str(connection.execute(query).scalar_one())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder / 'service.db'}"
    engine = open_engine(url)
    migrate(engine)
    people = seed_demo(engine, BlobStore(str(folder / "files")), today=TODAY)
    yield Demo(url, folder / "files", people, engine)
    engine.dispose()


def clock_of(request: ModerationRequest) -> ClockState:
    return read_clock(
        today=TODAY,
        nation=request.nation,
        started_on=request.evidence_complete_on,
        due_on=request.due_on,
        held_on=request.held_on,
        finished=request.state in MODERATION_OVER,
    ).state


# -- the moderator's work --------------------------------------------------------------------------------------------


def test_the_moderators_requests_stand_in_every_group(demo: Demo) -> None:
    requests = demo.mine()
    assert Counter(clock_of(request) for request in requests) == {
        ClockState.OVERDUE: 1,
        ClockState.DUE_SOON: 1,
        ClockState.RUNNING: 4,
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
    assert {(request.judged, request.samples) for request in requests if request.judged} >= {
        (2, 3),
        (2, 4),
        (3, 6),
    }


def test_two_samples_of_the_overdue_one_were_judged_by_a_colleague(demo: Demo) -> None:
    (overdue,) = [request for request in demo.mine() if clock_of(request) is ClockState.OVERDUE]
    with reading(demo.engine) as connection:
        by = connection.scalars(
            select(t.persons.c.email)
            .join(t.judgements, t.judgements.c.moderator_id == t.persons.c.id)
            .where(t.judgements.c.request_id == overdue.id)
        ).all()
    assert list(by) == [demo.people.second_moderator_email] * 2


def test_one_request_is_ready_to_judge_with_evidence_of_more_than_ten_kinds_of_file(demo: Demo) -> None:
    ready = max(demo.mine(), key=lambda request: request.samples)
    assert (ready.state, ready.judged, ready.samples) == (RequestState.IN_MODERATION, 0, 12)
    files = [item for item in demo.load(load_evidence, ready) if item.sha256]
    assert len({Path(item.name).suffix for item in files}) >= 10
    for item in files:
        content = demo.content(item)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (item.sha256, item.size), item.name


def test_every_file_of_the_demo_is_attached_to_the_learner_it_names(demo: Demo) -> None:
    ready = max(demo.mine(), key=lambda request: request.samples)
    index = json.loads((resources_folder() / "demo" / "evidence" / "index.json").read_text(encoding="utf-8"))
    samples = {sample.id: sample for sample in demo.load(load_samples, ready)}
    placed = {item.name: item.sample_id for item in demo.load(load_evidence, ready)}
    for entry in index:
        place = placed[entry["file"]]
        if entry["for"] == "learner":
            sample = samples[place]
            assert (sample.learner_name, sample.unit_code) == (entry["learner"], entry["unit"])
        elif entry["for"] == "unit":
            assert samples[place].unit_code == entry["unit"]
        else:
            assert place == ""


def test_D2_those_with_files_are_drawn_whatever_the_seed() -> None:
    folder = resources_folder() / "demo"
    claims = json.loads((folder / "catalogue" / "claims.json").read_text(encoding="utf-8"))
    spring = next(claim for claim in claims if claim["evidence"] == "full")
    lines = [ClaimedUnit(f"{line[0]} {line[1]}", *line[:3], line[4]) for line in spring["lines"]]
    index = json.loads((folder / "evidence" / "index.json").read_text(encoding="utf-8"))
    names = dict(
        row.split(",")[1::-1] for row in (folder / "catalogue" / "learners.csv").read_text("utf-8").split("\n")
        if row.count(",") == 2
    )  # fmt: skip
    needed = {f"{names[entry['learner']]} {entry['unit']}" for entry in index if entry["for"] == "learner"}
    grades = scheme_for("CMI").attainment
    for number in range(200):
        picks = draw(lines, 12, SamplingHistory(), str(number), grades=grades)
        assert needed <= {pick.id for pick in picks}


def test_evidence_is_complete_exactly_where_moderation_has_begun(demo: Demo) -> None:
    for request in demo.mine():
        samples: list[Sample] = demo.load(load_samples, request)
        missing = missing_evidence(samples, demo.load(load_evidence, request))
        assert bool(missing) is (request.state is RequestState.SAMPLE_REQUESTED), request.number


def test_M27_every_sample_says_why_it_was_drawn_in_many_ways(demo: Demo) -> None:
    samples: list[Sample] = demo.load(load_samples)
    reasons = " ".join(sample.reason for sample in samples)
    assert all(sample.reason for sample in samples)
    for part in ("only unit", "for unit", "assessor not sampled", "attainment", "random, seed", "the whole"):
        assert part in reasons, part
    assert len({sample.assessor for sample in samples}) >= 6
    drawn = [request for request in demo.requests() if request.samples]
    assert all(re.match(r".+ risk: \d+ needed for \d+ ", request.sampling_words) for request in drawn)


def test_notes_of_both_sides_and_issued_reports_are_there(demo: Demo) -> None:
    notes = demo.load(load_notes, *demo.mine())
    assert {note.author_name for note in notes} == {"Morgan Fairweather", "Helen Marchbank"}
    reports = demo.load(load_reports)
    assert Counter(report.outcome.value for report in reports) == {"accepted": 1, "rejected": 3}
    store = BlobStore(str(demo.files))
    assert all(store.get_bytes(report.pdf_sha256).startswith(b"%PDF-") for report in reports)


# -- a claim's whole life --------------------------------------------------------------------------------------------


def test_every_stage_of_a_claims_life_is_there(demo: Demo) -> None:
    states = Counter(request.state for request in demo.requests())
    assert states == {
        RequestState.SAMPLE_REQUESTED: 1,
        RequestState.IN_MODERATION: 7,
        RequestState.ON_HOLD: 1,
        RequestState.RETURNED_TO_CENTRE: 1,
        RequestState.FULFILLED: 1,
        RequestState.RECORDS_UPDATED: 1,
        RequestState.CERTIFICATED: 1,
        RequestState.ARCHIVED: 1,
    }
    with reading(demo.engine) as connection:
        (saved,) = saved_claims_of(connection, demo.centre_id("C1042"))
    assert [line.learner for line in saved.lines] == ["L10415", "L10416"]


def test_nothing_was_put_into_the_tables_by_hand(demo: Demo) -> None:
    with reading(demo.engine) as connection:
        requests = connection.execute(select(t.requests)).all()
        evidence = connection.execute(select(t.evidence)).all()
        taken = connection.execute(
            select(func.count())
            .select_from(t.claim_lines.join(t.requests))
            .where(t.requests.c.state != RequestState.ARCHIVED.value)
        ).scalar_one()
        claimed = connection.execute(select(func.count()).select_from(t.claimed_units)).scalar_one()
        mails = set(connection.scalars(select(t.mails.c.kind)))
    assert all(row.submitted_by and row.seed and row.sampling and row.quarter for row in requests)
    assert all(row.added_by and (row.verdict or row.not_applicable) for row in evidence)
    assert claimed == taken, "each learner-unit of a claim is taken, but for those of the archived one"
    assert mails >= {
        "claim_submitted",
        "fulfilment_met",
        "sample_requested",
        "evidence_received",
        "extended",
        "outcome_accepted",
        "outcome_rejected",
        "resubmitted",
        "on_hold",
        "archived",
        "certificate_issued",
        "claims_stopped",
        "note_written",
    }
    numbers = [row.number for row in sorted(requests, key=lambda row: row.submitted_at)]
    assert [number[-5:] for number in numbers] == [f"{place:05}" for place in range(1, len(numbers) + 1)]


def test_D2_the_service_drew_each_sample_and_would_draw_it_again(demo: Demo) -> None:
    ready = max(demo.mine(), key=lambda request: request.samples)
    with reading(demo.engine) as connection:
        seed, sums = connection.execute(
            select(t.requests.c.seed, t.requests.c.sampling).where(t.requests.c.id == ready.id)
        ).one()
        rows = connection.execute(
            select(t.claim_lines, t.learners.c.number, t.units.c.code)
            .join(t.learners, t.learners.c.id == t.claim_lines.c.learner_id)
            .join(t.units, t.units.c.id == t.claim_lines.c.unit_id)
            .where(t.claim_lines.c.request_id == ready.id)
        ).all()
    units = [ClaimedUnit(row.id, row.number, row.code, row.assessor, row.attainment) for row in rows]
    grades = scheme_for(ready.awarding_body).attainment
    picks = draw(units, sums["shortfall"], SamplingHistory(), seed, grades=grades)
    samples: list[Sample] = demo.load(load_samples, ready)
    assert [pick.reason for pick in picks] == [sample.reason for sample in samples]


def test_M51_M60_an_extension_and_a_resubmission_are_on_record(demo: Demo) -> None:
    (extended,) = [request for request in demo.mine() if clock_of(request) is ClockState.DUE_SOON]
    assert extended.due_on == add_working_days(TODAY, 2, Nation.ENGLAND)
    assert len(extended.earlier_due_on) == 1
    again = demo.at("C3108", "7M63", RequestState.IN_MODERATION)
    with reading(demo.engine) as connection:
        count = connection.scalar(select(t.requests.c.resubmissions).where(t.requests.c.id == again.id))
    assert (count, again.certification_hold, again.outcome) == (1, True, None)


def test_M30_M32_a_claim_that_draws_nothing_waits_for_the_earlier_sample(demo: Demo) -> None:
    waiting = demo.at("C1042", "3M22", RequestState.FULFILLED)
    assert "None is drawn from this claim." in waiting.sampling_words
    with reading(demo.engine) as connection:
        assert waits_for_earlier_sample(connection, waiting.id)


def test_M33_M35_one_certificate_is_on_its_way_and_one_waits_to_be_dispatched(demo: Demo) -> None:
    with reading(demo.engine) as connection:
        (waits,), (sent,) = dispatch_list(connection), dispatch_list(connection, dispatched=True)
    assert (waits.learner_number, sent.learner_number) == ("L40507", "L40506")
    assert sent.dispatched_by == "Sam Underhay"


def test_M62_the_archived_ones_learner_units_are_free_again(demo: Demo) -> None:
    archived = demo.at("C4055", "3M22", RequestState.ARCHIVED)
    assert archived.last_day_on is not None
    assert TODAY - archived.last_day_on > timedelta(days=0)
    with reading(demo.engine) as connection:
        query = select(func.count()).where(t.claimed_units.c.request_id == archived.id)
        assert connection.execute(query).scalar_one() == 0


def test_M66_the_suspicion_stopped_that_centres_claims_and_nobody_elses(demo: Demo) -> None:
    held = demo.at("C2217", "5M41", RequestState.ON_HOLD)
    with reading(demo.engine) as connection:
        stopped = {
            number
            for number in ("C1042", "C2217", "C3108", "C4055")
            if stops_for(connection, demo.centre_id(number), held.awarding_body, "", TODAY)
        }
        covered = connection.scalars(select(t.inquiries.c.request_id)).all()
    assert stopped == {"C2217"}
    assert held.id in covered
    assert len(covered) == 3


def test_M43_M44_links_are_enough_only_where_a_platform_is_agreed(demo: Demo) -> None:
    requests = {request.id: request for request in demo.requests()}
    links = [item for item in demo.load(load_evidence) if item.link_only]
    assert all(host_of(link.url).endswith(".example.invalid") for link in links)
    assert {(requests[link.request_id].centre_number, link.agreed) for link in links} == {
        ("C1042", False),
        ("C1042", True),
        ("C2217", True),
        ("C3108", False),
        ("C3108", True),
        ("C4055", True),
    }
    waiting = demo.at("C3108", "3M22", RequestState.SAMPLE_REQUESTED)
    (link,) = [link for link in links if link.request_id == waiting.id]
    assert not link.agreed
    lacking = missing_evidence(demo.load(load_samples, waiting), demo.load(load_evidence, waiting))
    assert (EvidenceKind.LEARNER_WORK, link.sample_id) in lacking


def test_M48_one_recording_is_large_enough_to_watch_it_being_fetched(demo: Demo) -> None:
    largest = max(demo.load(load_evidence), key=lambda item: item.size)
    assert largest.size > 10_000_000
    with wave.open(io.BytesIO(demo.content(largest))) as sound:
        assert sound.getnframes() / sound.getframerate() == 180


# -- who can come in -------------------------------------------------------------------------------------------------


def test_everybody_can_sign_in_and_the_centres_person_has_two_centres(demo: Demo) -> None:
    people = demo.people
    emails = (
        people.moderator_email,
        people.second_moderator_email,
        people.quality_manager_email,
        people.support_email,
        people.stopped_staff_email,
        people.centre_staff_email,
    )
    with TestClient(create_app(Settings(demo.url, str(demo.files)))) as client:
        for email in emails:
            body = {"email": email, "password": people.password, "device_id": "d"}
            answer = client.post("/api/auth/sign-in", json=body)
            assert answer.status_code == 200, email
        assert len({grant["centre_id"] for grant in answer.json()["grants"]}) == 2


def test_two_demonstrations_do_not_share_a_password(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    import_folder(engine, resources_folder() / "demo" / "catalogue")
    first, second = (open_accounts(engine)[1].password for _ in range(2))
    engine.dispose()
    assert first != second
    assert min(len(first), len(second)) >= 12
