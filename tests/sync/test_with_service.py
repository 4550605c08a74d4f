"""The laptop's half against the real service over real HTTP on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.acts import AddNote, RecordJudgement, SubmitReport
from app.domain.errors import KnownError
from app.domain.evidence import Evidence
from app.domain.moderation import Decision, Outcome
from app.models.profile import open_stores
from app.service import tables
from app.service.application import create_app
from app.service.assignments import assign_moderator
from app.sync import Sync, sign_in_at
from tests.service.ground import LEARNER_WORK, PASSWORD, PDF, House
from tests.support.serving import running
from tests.sync.signed_in import MORGAN, Laptop


@pytest.fixture
def laptop(house: House, address: str, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(house, address, tmp_path / "profile")
    yield made
    made.close()


def answer_for(house: House, name: str) -> dict[tuple[str, str, str], tuple[int, bytes]]:
    """What a plain reading of the whole feed holds for this person."""
    device = house.device(name)
    device.pull()
    return {key: (line.rev, bytes(line.body)) for key, line in device.records.items()}


def test_M01_signing_in_with_the_account_brings_the_person(laptop: Laptop, house: House) -> None:
    assert laptop.profile.person == house.person("morgan")


def test_a_wrong_password_is_said_in_the_services_words(address: str) -> None:
    with pytest.raises(KnownError) as refused:
        sign_in_at(address, MORGAN, "not these words")
    assert refused.value.says
    assert refused.value.code not in ("service_unreachable", "not_the_service")


def test_a_first_sync_holds_what_the_service_holds_for_the_person(laptop: Laptop, house: House) -> None:
    laptop.run()
    assert laptop.held() == answer_for(house, "morgan")
    assert {record.id for record in laptop.cache.requests()} == {house.request("R1"), house.request("R3")}
    assert laptop.cache.seen() == house.head()


def test_judgements_notes_and_a_report_arrive_and_come_back(laptop: Laptop, house: House) -> None:
    laptop.run()
    root = house.request("R1")
    judged = tuple(
        laptop.record(RecordJudgement(root, house.sample(position), Decision.AGREED, "", ()))
        for position in (1, 2, 3)
    )
    laptop.record(AddNote(root, "", "All in order."))
    report = house.report(judged)
    report_id = laptop.record(report, rests_on=judged)
    done = laptop.run()
    assert [outcome.kind.value for outcome in done.outcomes] == ["applied"] * 5
    assert house.count(tables.received_acts) == 5
    assert laptop.held() == answer_for(house, "morgan")
    assert laptop.work.unsettled(laptop.cache.seen()) == ()
    assert laptop.work.report(report_id) == PDF


def test_a_report_waits_while_a_judgement_it_rests_on_was_refused(laptop: Laptop, house: House) -> None:
    laptop.run()
    root = house.request("R2")
    judgement = laptop.record(RecordJudgement(root, house.sample(1, "R2"), Decision.AGREED, "", ()))
    report = laptop.record(
        SubmitReport(root, Outcome.ACCEPTED, "", (judgement,), PDF, "b" * 64), rests_on=(judgement,)
    )
    laptop.run()
    assert laptop.work.entry(judgement).state == "rejected"
    assert laptop.work.entry(judgement).says
    assert laptop.work.entry(report).state == "blocked"


def test_M64_work_on_a_request_put_on_hold_meanwhile_is_held_and_kept(laptop: Laptop, house: House) -> None:
    laptop.run()
    suspicion = house.act(
        house.judgement(1, Decision.SUSPECTED_MALPRACTICE, rationale="Two accounts are alike.")
    )
    late = laptop.record(RecordJudgement(house.request(), house.sample(2), Decision.AGREED, "", ()))
    house.push(suspicion)
    laptop.run()
    entry = laptop.work.entry(late)
    assert (entry.state, entry.code) == ("held", "on_hold")
    assert laptop.held() == answer_for(house, "morgan")


def test_evidence_is_fetched_verified_and_encrypted(laptop: Laptop, house: House) -> None:
    laptop.run()
    evidence = [record for record in laptop.cache.root(house.request("R1")) if isinstance(record, Evidence)]
    done = laptop.sync.fetch(evidence)
    contents: dict[str, bytes] = {}
    named = {item.sha256 for item in evidence if item.sha256}
    assert (done.done, dict(done.failed)) == (len(named), {})
    for sha256, key in laptop.cache.file_keys(named).items():
        sealed = laptop.files.open(sha256, key)
        contents[sha256] = b"".join(sealed.chunks())
        sealed.close()
    assert {hashlib.sha256(data).hexdigest() for data in contents.values()} == named
    assert LEARNER_WORK + b"R1" in contents.values()
    assert all(LEARNER_WORK not in path.read_bytes() for path in laptop.files.folder.iterdir())


def test_a_request_given_to_somebody_else_leaves_with_its_files(laptop: Laptop, house: House) -> None:
    laptop.run()
    root = house.request("R1")
    laptop.sync.fetch([item for item in laptop.cache.root(root) if isinstance(item, Evidence)])
    assert list(laptop.files.folder.iterdir())
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    laptop.run()
    assert laptop.cache.root(root) == []
    assert laptop.held() == answer_for(house, "morgan")
    keys = laptop.cache.file_keys([path.name.split(".")[0] for path in laptop.files.folder.iterdir()])
    assert len(keys) == len(list(laptop.files.folder.iterdir()))


def test_no_other_persons_requests_reach_the_laptop(house: House, address: str, tmp_path: Path) -> None:
    jules = Laptop(house, address, tmp_path / "jules", "jules@people.invalid")
    jules.run()
    assert {root for root, _, _ in jules.held()} == {house.request("R2")}
    jules.close()


def test_working_on_while_the_service_is_away_loses_nothing(house: House, tmp_path: Path) -> None:
    with running(create_app(house.settings)) as address:
        laptop = Laptop(house, address, tmp_path / "profile")
        laptop.run()
    acts = [laptop.record(AddNote(house.request("R1"), "", f"note {number}")) for number in range(5)]
    with pytest.raises(KnownError) as refused:
        laptop.run()
    assert refused.value.code == "service_unreachable"
    assert laptop.work.counts().waiting == 5
    laptop.close()
    with running(create_app(house.settings)) as address:
        # The service answers elsewhere now; the same profile goes on.
        laptop.profile = replace(laptop.profile, service_url=address)
        stores = open_stores(laptop.profile, laptop.keys)
        again = Sync(laptop.profile, stores, laptop.files, laptop.keys)
        report = again.run(lambda requests, outbox: None)
        assert [outcome.act_id for outcome in report.outcomes] == acts
        again.close()
        stores.close()
    assert house.count(tables.received_acts) == 5


def test_a_revoked_sign_in_keeps_the_work_until_the_password_is_given(laptop: Laptop, house: House) -> None:
    laptop.run()
    act = laptop.record(AddNote(house.request("R1"), "", "kept"))
    with house.engine.begin() as connection:
        connection.execute(tables.tokens.delete())
    with pytest.raises(KnownError) as refused:
        laptop.run()
    assert refused.value.code == "sign_in_again"
    assert laptop.work.entry(act).state == "queued"
    laptop.sync.sign_in_again(PASSWORD)
    laptop.run()
    assert laptop.work.entry(act).state == "applied"


def test_many_acts_go_in_batches_and_each_is_applied_once(laptop: Laptop, house: House) -> None:
    laptop.run()
    acts = [laptop.record(AddNote(house.request("R1"), "", f"note {number}")) for number in range(450)]
    report = laptop.run()
    assert [outcome.act_id for outcome in report.outcomes] == acts
    assert house.count(tables.received_acts, tables.received_acts.c.outcome == "applied") == 450
    assert laptop.held() == answer_for(house, "morgan")
