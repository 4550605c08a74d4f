"""A request that is taken away leaves nothing behind: no word of it is found anywhere on the laptop."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.evidence import EvidenceKind
from app.domain.moderation import Decision, Outcome
from app.models.backup import KEPT, back_up
from app.models.broken import PAGE, BrokenFile, log_of
from app.models.profile import create_profile
from app.service.assignments import assign_moderator
from app.service.backups import back_up as back_up_service
from app.service.blobs import BlobStore
from app.service.database import migrate, open_engine
from app.service.importer import import_folder
from app.service.quick import (
    Attachment,
    ClaimLine,
    NewRequest,
    attach_evidence,
    declare_evidence_complete,
    open_request,
)
from app.sync import keep_tokens, sign_in_at
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft, ReportDraft
from tests.proof.crash_facts import Laptop
from tests.proof.crash_ptrace import HERE
from tests.proof.stack_driver import Service
from tests.service.ground import NOW, PASSWORD, House, all_evidence, lay_ground

pytestmark = pytest.mark.skipif(not HERE, reason="the service's process is forked as on Linux")

LEARNER, CONTENT, NAME, NOTE, RATIONALE, ACTION, SUMMARY = (
    f"canary-{word}"
    for word in (
        "Quillfeather",
        "Brambleholt",
        "Hartsmead",
        "Ottervale",
        "Finchcombe",
        "Larkrise",
        "Wrenbury",
    )
)
CANARIES = (LEARNER, CONTENT, NAME, NOTE, RATIONALE, ACTION, SUMMARY)
NUMBER = "R7"
CSV = {
    "learners.csv": f"number,name,centre_number\nZ1,{LEARNER},C1\n",
    "registrations.csv": "learner_number,qualification_code,registered_on\nZ1,Q5,2025-09-01\n",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A service with one request full of canaries, assigned to Morgan."""
    folder = tmp_path / "service"
    folder.mkdir()
    url, files = f"sqlite:///{folder / 'service.db'}", str(folder / "files")
    engine, blobs = open_engine(url), BlobStore(files)
    migrate(engine)
    ground = lay_ground(engine, blobs, folder)
    for name, content in CSV.items():
        (folder / name).write_text(content, encoding="utf-8")
    import_folder(engine, folder)
    lines = (ClaimLine("Z1", "501", "An Assessor", "Met", "random, seed 1"),)
    open_request(engine, NewRequest("C1", "Q5", NOW.date(), lines, number=NUMBER))
    assign_moderator(engine, NUMBER, "morgan@people.invalid")
    work = Attachment(EvidenceKind.LEARNER_WORK, f"{NAME}.txt", f"{CONTENT} wrote this.\n".encode() * 400)
    attach_evidence(engine, blobs, NUMBER, [*all_evidence(NUMBER), work], NOW)
    declare_evidence_complete(engine, NUMBER, NOW)
    engine.dispose()
    made = House(url, files, ground)
    yield made
    made.close()


@pytest.fixture
def service(house: House) -> Iterator[Service]:
    running = Service(house)
    running.start()
    yield running
    running.kill()


@pytest.fixture
def laptop(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    """A laptop of Morgan's, whose temporary files lie on it too."""
    made = Laptop(tmp_path / "laptop")
    (made.base / "temporary").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(made.base / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    answer = sign_in_at(service.url, "morgan@people.invalid", PASSWORD)
    profile = create_profile(answer, demo=False, folder=made.profile)
    keep_tokens(profile, made.keys, answer)
    return made


def found_on(laptop: Laptop) -> set[str]:
    """Where which canary is found: in the bytes of any file, its name, and any page of a database and its log."""
    found = set()
    for path in sorted(laptop.base.rglob("*")):
        name = path.relative_to(laptop.base).as_posix()
        found |= {f"{word} in the name of {name}" for word in CANARIES if word in name}
        if not path.is_file():
            continue
        found |= {f"{word} in {name}" for word in CANARIES if _has(path.read_bytes(), word)}
        if path.suffix == ".db":
            found |= {
                f"{word} in pages of {name}" for word in CANARIES if _has(_pages(path, laptop.key), word)
            }
    return found


def _has(content: bytes, word: str) -> bool:
    return any(word.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be"))


def _pages(path: Path, key: str) -> bytes:
    """Every page of the file and every frame of its log in plain bytes, whether it is in use or not."""
    file = BrokenFile(path, key)
    pages = list(file._pages.values())
    log = log_of(path)
    for place in range(32, len(log) - PAGE - 23, PAGE + 24):
        number = int.from_bytes(log[place : place + 4], "big")
        pages.append(file._opened(number, log[place + 24 : place + 24 + PAGE]))
    assert pages, path
    return b"".join(pages)


def sync(desk: Desk) -> None:
    desk.sync(lambda changes: None)


def work_on_it(desk: Desk, request_id: str) -> None:
    """Everything a person does with a request: fetches, looks, searches, hands over, judges, notes, reports."""
    fetched = desk.evidence.fetch(request_id, lambda fetch: None, lambda: False)
    assert not fetched.failed
    (sheet,) = desk.request(request_id).samples
    assert sheet.sample.learner_name == LEARNER
    evidence = [item.id for item in desk._pictures.of(request_id).evidence if item.name == f"{NAME}.txt"]
    with desk.evidence.open(request_id, evidence[0]) as document:
        assert CONTENT in document.text()
    assert Path(desk.evidence.hand_over(request_id, evidence[0]).path).read_text().startswith(CONTENT)
    desk.save_draft(request_id, sheet.sample.id, JudgementDraft(Decision.NOT_AGREED, RATIONALE, (ACTION,)))
    desk.record_judgement(request_id, sheet.sample.id, Decision.NOT_AGREED, RATIONALE, [ACTION])
    desk.add_note(request_id, sheet.sample.id, NOTE)
    desk.save_report_draft(request_id, ReportDraft(Outcome.REJECTED, SUMMARY))
    desk.submit_report(request_id)
    # On disk as the copy of the work that is made each day.
    back_up(desk._work._database)


def test_nothing_of_a_request_that_left_is_found(house: House, laptop: Laptop, tmp_path: Path) -> None:
    desk = laptop.enter()
    sync(desk)
    (request_id,) = [row.request_id for row in desk.work() if row.number == NUMBER]
    work_on_it(desk, request_id)
    there = found_on(laptop)
    # The search would find them: each in some database, and the content in the copy that was handed over.
    assert {word for word in CANARIES if any(word in place for place in there)} == set(CANARIES)
    sync(desk)
    (lent,) = desk.evidence.handed_over()
    assign_moderator(house.engine, NUMBER, "jules@people.invalid")
    sync(desk)
    # Nothing readable waits until somebody closes the desk.
    assert desk.evidence.handed_over() == ()
    assert not Path(lent.path).exists()
    assert not [place for place in found_on(laptop) if place.startswith(CONTENT) and "handed-over" in place]
    # The service's backups hold everything from now on; a program that was just begun asks up to where.
    back_up_service(house.engine, house.database_url, house.files_url, tmp_path / "copies of the service")
    desk.close()
    desk = laptop.enter()
    sync(desk)
    assert request_id not in {row.request_id for row in desk.work()}
    assert not [entry for entry in desk._work.entries() if entry.payload]
    desk.close()
    # The next opening replaces the day's copies.
    laptop.enter().close()
    assert found_on(laptop) == set()
    shutil.rmtree(laptop.base)


def test_what_was_not_recorded_stays_for_its_author_and_nothing_else_does(
    house: House, laptop: Laptop, tmp_path: Path
) -> None:
    """An unrecorded note with a photo is its author's own, and nobody else has it: it is kept, by design, until they
    take a copy or throw it away. Of the request itself nothing is left meanwhile.
    """
    desk = laptop.enter()
    sync(desk)
    (request_id,) = [row.request_id for row in desk.work() if row.number == NUMBER]
    (sheet,) = desk.request(request_id).samples
    photo = desk.attach(request_id, (f"{ACTION}.txt", f"{SUMMARY} seen on the wall.".encode()))
    desk.save_draft(request_id, sheet.sample.id, JudgementDraft(note=NOTE, files=(photo,)))
    assign_moderator(house.engine, NUMBER, "jules@people.invalid")
    back_up_service(house.engine, house.database_url, house.files_url, tmp_path / "copies of the service")
    sync(desk)
    desk.close()
    desk = laptop.enter()
    sync(desk)
    desk.close()
    desk = laptop.enter()
    there = found_on(laptop)
    # What its author wrote, in the encrypted file of work alone, and the photo sealed under a key of its own.
    assert {word for word in CANARIES if any(place.startswith(word) for place in there)} == {NOTE, ACTION}
    assert all("work.db" in place or "work-" in place for place in there)
    (row,) = desk.outbox()
    assert row.gone
    copies = tmp_path / "copies"
    copies.mkdir()
    desk.export_copy(row.draft_key, copies / "copy.txt")
    assert NOTE in (copies / "copy.txt").read_text("utf-8")
    assert (copies / f"copy - {ACTION}.txt").read_text("utf-8") == f"{SUMMARY} seen on the wall."
    desk.discard_draft(row.draft_key)
    assert not list((desk.profile.folder / "files").glob(f"{photo.sha256}*"))
    desk.close()
    assert all("backups" in place for place in found_on(laptop))
    # What is discarded goes from the copies of the work as new ones take their places, one each day.
    desk = laptop.enter()
    for _ in range(KEPT):
        back_up(desk._work._database)
    desk.close()
    assert found_on(laptop) == set()
    shutil.rmtree(laptop.base)
