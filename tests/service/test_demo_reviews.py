"""The demonstration's quality reviews: what a reviewer finds, whenever it is made, and that its files are whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from app.catalogue.frameworks import framework_by_id
from app.domain.centres import Nation
from app.domain.clocks import add_working_days
from app.domain.dates import LONDON, london_day
from app.domain.engagement import ced_is_late, filled_entries, signature_holds
from app.domain.resources import resources_folder
from app.domain.review_terms import ReviewKind, ReviewOutcome, ReviewState, Scope
from app.domain.reviews import Review
from app.service import tables as t
from app.service.blobs import BlobStore
from app.service.ced_records import load_ced_files, load_ceds
from app.service.consortia import all_consortia
from app.service.database import migrate, open_engine, reading
from app.service.demo import open_accounts
from app.service.demo_reviews import ReviewStory
from app.service.importer import import_folder
from app.service.review_records import load_review_actions, load_reviews, load_visit_reports

DEMO = resources_folder() / "demo"
TODAY = date(2026, 11, 23)
FRAMEWORK = framework_by_id("btec-qmr-2017")


@dataclass(frozen=True)
class Played:
    """The reviews as they stand on ``today``."""

    engine: Engine
    today: date

    def reviews(self) -> list[Review]:
        with reading(self.engine) as connection:
            return load_reviews(connection, list(connection.scalars(select(t.reviews.c.id))))

    def at(self, centre: str, ago: int = 0) -> Review:
        year = max(review.year for review in self.reviews()) - ago
        (found,) = [one for one in self.reviews() if (one.centre_number, one.year) == (centre, year)]
        return found

    def load(self, load: Any, review: Review) -> Any:
        with reading(self.engine) as connection:
            return load(connection, [review.id])


def play(folder: Path, today: date, uploads: Path) -> Played:
    """The reviews alone; the claims of the demonstration take longer and are tested elsewhere."""
    engine = open_engine(f"sqlite:///{folder / 'service.db'}")
    migrate(engine)
    import_folder(engine, DEMO / "catalogue", datetime.combine(date(2022, 3, 1), time(9), LONDON))
    people, given = open_accounts(engine)
    told = json.loads((DEMO / "catalogue" / "reviews.json").read_text("utf-8"))
    blobs = BlobStore(str(folder / "files"))
    story = ReviewStory(engine, blobs, people, told, uploads, given.password, today)
    for moment, do in sorted(story.events(), key=lambda event: event[0]):
        assert london_day(moment) <= today, "nothing happened in the future"
        do(moment)
    return Played(engine, today)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    found = play(tmp_path_factory.mktemp("reviews"), TODAY, DEMO / "engagement")
    yield found
    found.engine.dispose()


def test_Q14_Q19_the_register_only_centre_is_ready_for_its_visit_today(played: Played) -> None:
    review = played.at("C5106")
    assert (review.kind, review.state, review.scope) == (
        ReviewKind.VISIT,
        ReviewState.DATE_AGREED,
        Scope.REDUCED,
    )
    assert (review.visit_on, review.measures, review.judged) == (TODAY, 24, 0)
    (ced,) = played.load(load_ceds, review)
    files = played.load(load_ced_files, review)
    assert signature_holds(FRAMEWORK, ced, files)
    assert (ced.register_only, ced.provisional) == (True, False)
    texts = [entry.commentary for entry in filled_entries(FRAMEWORK, ced)]
    assert texts.count(FRAMEWORK.text_a) == 6
    assert {FRAMEWORK.objective(file.code).code for file in files} == {"QO.1", "QO.3", "QO.4", "QO.9"}  # type: ignore[union-attr]
    assert len({Path(file.name).suffix for file in files}) >= 4


def test_last_years_report_is_there_and_its_open_actions_came_over(played: Played) -> None:
    former, review = played.at("C5106", ago=1), played.at("C5106")
    assert (former.state, former.outcome) == (ReviewState.COMPLETE, ReviewOutcome.ACTION_REQUIRED)
    (report,) = played.load(load_visit_reports, former)
    assert report.pdf_size > 10_000
    actions = played.load(load_review_actions, review)
    assert {action.origin for action in actions} == {former.number}
    assert {action.code: bool(action.answer) for action in actions} == {"QO.1.3": True, "QO.3.4": False}
    assert all(action.signed_off_on is None and action.essential for action in actions)
    assert not played.load(load_review_actions, former)


def test_the_others_stand_elsewhere_on_their_way(played: Played) -> None:
    full, late, desk, new = (played.at(number) for number in ("C5207", "C5308", "C5409", "C5611"))
    assert (full.scope, full.state, full.measures) == (Scope.FULL, ReviewState.DATE_AGREED, 30)
    (ced,) = played.load(load_ceds, full)
    assert not ced.register_only
    assert FRAMEWORK.text_a not in [entry.commentary for entry in ced.entries]
    assert (late.state, late.ced_submitted_on, ced_is_late(late, TODAY)) == (
        ReviewState.DATE_AGREED,
        None,
        True,
    )
    assert (desk.kind, desk.state, desk.judged) == (ReviewKind.DESK_TOP, ReviewState.REVIEWING, 3)
    assert (new.state, new.scope) == (ReviewState.ALLOCATED, Scope.NOT_DECIDED)
    assert len({review.reviewer_id for review in played.reviews()}) == 1


def test_Q02_the_member_without_learners_of_its_own_has_no_review(played: Played) -> None:
    with reading(played.engine) as connection:
        (consortium,) = all_consortia(connection, TODAY)
    registered = {member.centre_number: member.registered for member in consortium.members}
    assert registered == {"C5106": True, "C5207": True, "C5510": False}
    assert "C5510" not in {review.centre_number for review in played.reviews()}


@pytest.mark.parametrize(
    "today",
    [
        date(2026, 9, 1),  # a term begins
        date(2026, 12, 9),  # the day before the documents are due
        date(2026, 12, 12),  # a Saturday just after
        date(2027, 8, 31),  # the last day of an academic year
    ],
)
def test_D8_whenever_it_is_made_one_document_is_late_and_the_signed_ones_are_not(
    tmp_path: Path, today: date
) -> None:
    (tmp_path / "index.json").write_text(
        "[]"
    )  # looking into uploads takes time, and they change nothing here
    played = play(tmp_path, today, tmp_path)
    try:
        assert ced_is_late(played.at("C5308"), today)
        for number in ("C5106", "C5207", "C5409"):
            review = played.at(number)
            assert review.ced_submitted_on is not None
            assert not ced_is_late(review, today), number
        before = add_working_days(today, -1, Nation.ENGLAND)
        assert played.at("C5106").visit_on == add_working_days(before, 1, Nation.ENGLAND)
    finally:
        played.engine.dispose()


def test_the_maker_makes_the_same_uploads_again(tmp_path: Path) -> None:
    index = json.loads((DEMO / "engagement" / "index.json").read_text("utf-8"))
    names = {entry["file"] for entry in index}
    assert names == {path.name for path in (DEMO / "engagement").iterdir()} - {"index.json"}
    subprocess.run(
        [sys.executable, "-B", str(DEMO / "make_engagement.py"), "--out", str(tmp_path)],
        env=os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "11", "SOURCE_DATE_EPOCH": "1"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert json.loads((tmp_path / "index.json").read_text("utf-8")) == index
    assert names == {path.name for path in tmp_path.iterdir()} - {"index.json"}
