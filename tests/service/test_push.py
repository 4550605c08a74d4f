"""What becomes of a pushed act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from app.domain.acts import LogCentreContact
from app.domain.moderation import Decision, ModerationRequest, Outcome
from app.service import tables as t
from app.service.accounts import new_id
from app.service.assignments import assign_moderator
from app.service.database import reading
from app.service.records import load_judgements, load_reports, load_requests
from app.wire.acts import act_message, payload_hash
from tests.service.ground import NOT_OF_THE_DATABASE, NOW, PDF, House


def the_request(house: House, number: str = "R1") -> ModerationRequest:
    with reading(house.engine) as connection:
        return load_requests(connection, [house.request(number)])[0]


def test_a_judgement_is_on_record_and_in_the_feed(house: House) -> None:
    device = house.device()
    device.pull()
    act = house.act(house.judgement(1, Decision.NOT_AGREED))
    (outcome,) = house.push(act)
    assert (outcome.outcome, outcome.code) == ("applied", "")
    assert outcome.n == house.head()
    device.pull()
    body = device.of_kind("judgement")[act.id]
    assert body["decision"] == "not_agreed"
    assert body["actions"] == ["Assess it again."]
    assert body["moderator_name"] == "Morgan"
    assert device.of_kind("request")[house.request()]["judged"] == 1


def test_the_same_act_again_is_already_applied_and_changes_nothing(house: House) -> None:
    act = house.act(house.judgement())
    (first,) = house.push(act)
    head = house.head()
    (again,) = house.push(act)
    assert (again.outcome, again.n) == ("already_applied", first.n)
    assert house.head() == head
    assert house.count(t.judgements) == 1


def test_the_same_act_twice_in_one_push_counts_once(house: House) -> None:
    act = house.act(house.note())
    assert [outcome.outcome for outcome in house.push(act, act)] == ["applied", "already_applied"]
    assert house.count(t.notes) == 1


def test_the_same_id_with_other_content_is_refused(house: House) -> None:
    act = house.act(house.note("first"))
    house.push(act)
    (outcome,) = house.push(replace(act, deed=house.note("second")))
    assert (outcome.outcome, outcome.code) == ("rejected", "act_changed")
    assert [row.text for row in house.rows(t.notes)] == ["first"]


def test_the_same_id_by_somebody_else_is_refused(house: House) -> None:
    act = house.act(house.note())
    house.push(act)
    (outcome,) = house.push(act, name="quality")
    assert outcome.code == "act_changed"
    assert house.count(t.notes) == 1


def test_a_payload_that_does_not_match_its_hash_is_refused_and_the_true_one_taken_later(house: House) -> None:
    message = act_message(house.act(house.note()))
    damaged = msgspec.structs.replace(message, payload=msgspec.Raw(b'{"text":"something else"}'))
    (outcome,) = house.push_messages(damaged)
    assert (outcome.outcome, outcome.code) == ("rejected", "payload_damaged")
    assert house.count(t.notes) == house.count(t.received_acts) == 0
    assert [item.outcome for item in house.push_messages(message)] == ["applied"]
    assert [item.outcome for item in house.push_messages(damaged)] == ["already_applied"]
    assert house.count(t.notes) == 1


def test_an_unknown_kind_of_act_asks_for_an_update_and_stops_nothing_else(house: House) -> None:
    payload = b'{"what":"ever"}'
    strange = msgspec.structs.replace(
        act_message(house.act(house.note())),
        kind="DoSomethingNew",
        payload=msgspec.Raw(payload),
        payload_sha256=payload_hash(payload),
    )
    good = act_message(house.act(house.note("still fine")))
    outcomes = house.push_messages(strange, good)
    assert [(item.outcome, item.code) for item in outcomes] == [
        ("blocked", "update_needed"),
        ("applied", ""),
    ]


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize(
    "changes",
    [{"act_id": "not a uuid"}, {"act_id": ""}, {"target": "elsewhere"}, {"seen": -1}, {"base_rev": 2**63}],
)
def test_an_act_not_built_as_agreed_is_refused(house: House, changes: dict[str, object]) -> None:
    message = msgspec.structs.replace(act_message(house.act(house.note())), **changes)
    (outcome,) = house.push_messages(message)
    assert (outcome.outcome, outcome.code) == ("rejected", "act_malformed")
    assert house.count(t.notes) == 0


def test_text_no_database_can_keep_is_refused_in_words(house: House) -> None:
    (outcome,) = house.push(house.act(house.note("a\x00b")))
    assert (outcome.outcome, outcome.code) == ("rejected", "unreadable_character")


def test_D12_a_decision_without_its_reasons_is_refused_by_the_service_too(house: House) -> None:
    deed = house.judgement(1, Decision.NOT_AGREED, rationale=" ")
    (outcome,) = house.push(house.act(deed))
    assert (outcome.outcome, outcome.code) == ("rejected", "rationale_missing")
    assert "rationale" in outcome.says
    (again,) = house.push(house.act(deed))
    assert again.outcome == "rejected"


def test_a_refused_act_is_answered_the_same_when_asked_again(house: House) -> None:
    act = house.act(house.judgement(1, Decision.NOT_AGREED, rationale=""))
    (first,) = house.push(act)
    (again,) = house.push(act)
    assert (again.outcome, again.code, again.says) == ("rejected", first.code, first.says)


def test_a_sample_of_another_request_is_refused(house: House) -> None:
    deed = house.judgement(1, sample_id=house.sample(1, "R2"))
    (outcome,) = house.push(house.act(deed))
    assert (outcome.outcome, outcome.code) == ("rejected", "sample_unknown")


# -- who may ---------------------------------------------------------------------------------------------------


def test_only_the_assigned_moderator_may_judge(house: House) -> None:
    (outcome,) = house.push(house.act(house.judgement(), "jules"), name="jules")
    assert (outcome.outcome, outcome.code) == ("rejected", "not_assigned")
    assert house.count(t.judgements) == 0


def test_a_request_that_does_not_exist_looks_like_one_that_is_not_mine(house: House) -> None:
    (mine,) = house.push(house.act(house.note(number="R2")))
    missing = replace(house.note(), request_id=new_id())
    (unknown,) = house.push(house.act(missing))
    assert (mine.outcome, mine.code, mine.says) == (unknown.outcome, unknown.code, unknown.says)


@pytest.mark.parametrize("name", ["quality", "support", "staff"])
def test_other_roles_may_not_judge(house: House, name: str) -> None:
    (outcome,) = house.push(house.act(house.judgement(), name), name=name)
    assert (outcome.outcome, outcome.code) == ("rejected", "not_permitted")


@pytest.mark.parametrize("name", ["morgan", "quality", "support", "staff"])
def test_M53_moderator_centre_and_cmi_may_all_write_notes(house: House, name: str) -> None:
    device = house.device("morgan")
    act = house.act(house.note(), name)
    (outcome,) = house.push(act, name=name)
    assert outcome.outcome == "applied"
    device.pull()
    assert device.of_kind("note")[act.id]["author_name"] == house.person(name).name


def test_M03_centre_staff_write_notes_at_their_own_centre_only(house: House) -> None:
    (outcome,) = house.push(house.act(house.note(number="R2"), "staff"), name="staff")
    assert outcome.outcome == "rejected"
    assert house.count(t.notes) == 0


def test_work_done_before_the_request_was_taken_away_still_counts(house: House) -> None:
    device = house.device()
    device.pull()
    act = house.act(house.judgement(), seen=device.seen)
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    late = house.act(house.judgement(2), seen=house.head())
    assert [item.outcome for item in house.push(act)] == ["applied"]
    (refused,) = house.push(late)
    assert (refused.outcome, refused.code) == ("rejected", "not_assigned")


def test_M54_only_support_and_quality_manager_log_a_contact_with_the_centre(house: House) -> None:
    deed = LogCentreContact(
        house.request(), "The programme director", "telephone", "Agreed to send it again."
    )
    outcomes = {
        name: house.push(house.act(deed, name), name=name)[0].outcome
        for name in ("morgan", "staff", "support", "quality")
    }
    assert outcomes == {"morgan": "rejected", "staff": "rejected", "support": "applied", "quality": "applied"}
    assert house.count(t.contact_log) == 2


def test_M52_a_contact_with_the_centre_never_reaches_a_moderator(house: House) -> None:
    device = house.device("morgan")
    device.pull()
    deed = LogCentreContact(house.request(), "The programme director", "telephone", "A secret number")
    house.push(house.act(deed, "support"), name="support")
    device.pull()
    assert device.lines == []


# -- judging -----------------------------------------------------------------------------------------------------


def test_a_judgement_that_supersedes_ones_own_leaves_both_on_record(house: House) -> None:
    first = house.act(house.judgement(1))
    house.push(first)
    second = house.act(house.judgement(1, Decision.NOT_AGREED, supersedes=(first.id,)))
    (outcome,) = house.push(second)
    assert (outcome.outcome, outcome.code) == ("applied", "")
    assert house.count(t.judgements) == 2
    assert the_request(house).judged == 1


def test_two_who_judged_unaware_of_each_other_are_both_kept_and_the_sample_is_disputed(house: House) -> None:
    device = house.device("morgan")
    device.pull()
    theirs = house.act(house.judgement(1, Decision.NOT_AGREED), seen=device.seen)
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    house.push(house.act(house.judgement(1), "jules"), name="jules")
    (outcome,) = house.push(theirs)
    assert (outcome.outcome, outcome.code) == ("applied", "disputed")
    assert "Both judgements are kept" in outcome.says
    assert house.count(t.judgements) == 2


def test_a_withdrawn_judgement_no_longer_counts_but_stays_on_record(house: House) -> None:
    judged = house.act(house.judgement())
    house.push(judged)
    (outcome,) = house.push(house.act(house.withdrawal(judged.id)))
    assert outcome.outcome == "applied"
    assert the_request(house).judged == 0
    with reading(house.engine) as connection:
        (kept,) = load_judgements(connection, [house.request()])
    assert kept.withdrawn == "I looked at it again."


def test_judged_and_withdrawn_in_one_push_is_written_as_it_stands_in_the_end(house: House) -> None:
    judged = house.act(house.judgement())
    taken_back = house.act(house.withdrawal(judged.id), after=judged.id)
    assert [item.outcome for item in house.push(judged, taken_back)] == ["applied", "applied"]
    device = house.device()
    device.pull()
    assert device.of_kind("judgement")[judged.id]["withdrawn"] == "I looked at it again."
    assert device.of_kind("request")[house.request()].get("judged", 0) == 0


def test_M64_M65_a_suspicion_holds_the_request_at_once_and_with_it_every_learner(house: House) -> None:
    suspicion = house.act(house.judgement(1, Decision.SUSPECTED_MALPRACTICE))
    later = house.act(house.judgement(2))
    outcomes = house.push(suspicion, later)
    assert [item.outcome for item in outcomes] == ["applied", "held"]
    request = the_request(house)
    assert request.state.value == "on_hold"
    assert request.held_on == date(2026, 3, 10)
    assert house.count(t.judgements) == 1


def test_work_held_back_by_a_hold_is_kept_and_notes_still_arrive(house: House) -> None:
    house.push(house.act(house.judgement(1, Decision.SUSPECTED_MALPRACTICE)))
    judged, note = house.act(house.judgement(2)), house.act(house.note())
    held, applied = house.push(judged, note)
    assert (held.outcome, held.code, applied.outcome) == ("held", "on_hold", "applied")
    (row,) = house.rows(t.received_acts, t.received_acts.c.act_id == judged.id)
    assert row.outcome == "held"
    assert row.payload == bytes(act_message(judged).payload)
    (again,) = house.push(judged)
    assert (again.outcome, again.says) == ("already_applied", held.says)


def test_M64_held_work_has_a_number_of_its_own_so_that_a_lost_day_is_noticed(house: House) -> None:
    """Nothing changes in the feed; yet the head moves, or a service restored to before it would look the same."""
    house.push(house.act(house.judgement(1, Decision.SUSPECTED_MALPRACTICE)))
    before = house.head()
    judged = house.act(house.judgement(2))
    (held,) = house.push(judged)
    assert held.outcome == "held"
    assert held.n == house.head() > before
    (again,) = house.push(judged)
    assert (again.n, house.head()) == (held.n, held.n)


# -- reports -----------------------------------------------------------------------------------------------------


def test_M55_M58_an_accepted_report_updates_the_record_of_every_learner_claimed(house: House) -> None:
    ids = house.judge_all()
    act = house.act(house.report(ids))
    (outcome,) = house.push(act)
    assert outcome.outcome == "applied"
    request = the_request(house)
    assert (request.state.value, request.outcome, request.certification_hold) == (
        "records_updated",
        Outcome.ACCEPTED,
        False,
    )
    assert house.count(t.achievements) == 5, "three sampled and two that were not"
    with reading(house.engine) as connection:
        (report,) = load_reports(connection, [house.request()])
    assert report.issued_at == NOW
    assert house.blobs.get_bytes(report.pdf_sha256) == PDF


def test_M57_a_rejected_report_holds_the_whole_batch_for_certification(house: House) -> None:
    acts = [house.act(house.judgement(1, Decision.NOT_AGREED))]
    acts += [house.act(house.judgement(position)) for position in (2, 3)]
    report = house.act(house.report(tuple(act.id for act in acts), Outcome.REJECTED))
    assert {item.outcome for item in house.push(*acts, report)} == {"applied"}
    request = the_request(house)
    assert (request.state.value, request.certification_hold) == ("returned_to_centre", True)
    assert house.count(t.achievements) == 0


def test_M59_a_rejection_without_an_action_is_refused(house: House) -> None:
    acts = [house.act(house.judgement(position)) for position in (1, 2, 3)]
    house.push(*acts)
    (outcome,) = house.push(house.act(house.report(tuple(act.id for act in acts), Outcome.REJECTED)))
    assert (outcome.outcome, outcome.code) == ("rejected", "no_action")


def test_M74_a_report_is_a_pdf_and_arrives_whole(house: House) -> None:
    ids = house.judge_all()
    word = house.act(house.report(ids, pdf=b"PK\x03\x04 not a PDF"))
    damaged = house.act(house.report(ids, pdf_sha256="0" * 64))
    assert [item.code for item in house.push(word, damaged)] == ["not_a_pdf", "report_damaged"]
    assert house.count(t.reports) == 0


def test_a_report_waits_until_the_judgement_it_rests_on_is_taken(house: House) -> None:
    *known, last = (house.act(house.judgement(position)) for position in (1, 2, 3))
    ids = tuple(act.id for act in (*known, last))
    report = house.act(house.report(ids), rests_on=ids)
    outcomes = house.push(*known, report)
    assert [item.outcome for item in outcomes] == ["applied", "applied", "blocked"]
    assert [item.outcome for item in house.push(last, report)] == ["applied", "applied"]
    assert house.count(t.reports) == 1


def test_a_report_that_rests_on_a_refused_judgement_stays_blocked_and_says_why(house: House) -> None:
    refused = house.act(house.judgement(1, Decision.NOT_AGREED, rationale=""))
    report = house.act(house.report((refused.id,)), rests_on=(refused.id,))
    first, second = house.push(refused, report)
    assert (first.outcome, second.outcome, second.code) == ("rejected", "blocked", "rests_on_untaken")
    assert "rationale" in second.says


def test_an_act_after_an_unknown_one_waits_for_it(house: House) -> None:
    first, second = house.act(house.note("first")), house.act(house.note("second"))
    second = replace(second, after=first.id)
    assert [item.outcome for item in house.push(second)] == ["blocked"]
    assert [item.outcome for item in house.push(first, second)] == ["applied", "applied"]
    assert house.count(t.notes) == 2


def test_a_report_on_a_request_that_somebody_moved_meanwhile_is_a_conflict(house: House) -> None:
    ids = house.judge_all()
    device = house.device()
    device.pull()
    rev = device.records[house.request(), "request", house.request()].rev
    report = house.act(house.report(ids), base_rev=rev, seen=device.seen)
    assign_moderator(house.engine, "R1", "jules@people.invalid")
    (outcome,) = house.push(report)
    assert (outcome.outcome, outcome.code) == ("conflict", "request_moved")
    assert "in moderation" in outcome.says
    assert house.count(t.reports) == 0


def test_ones_own_judgements_since_then_are_no_conflict(house: House) -> None:
    device = house.device()
    device.pull()
    rev = device.records[house.request(), "request", house.request()].rev
    ids = house.judge_all()
    (outcome,) = house.push(house.act(house.report(ids), base_rev=rev))
    assert outcome.outcome == "applied"


def test_a_report_for_a_request_on_hold_is_held_with_its_bytes(house: House) -> None:
    ids = house.judge_all()
    house.push(house.act(house.judgement(1, Decision.SUSPECTED_MALPRACTICE, supersedes=(ids[0],))))
    act = house.act(house.report(ids), base_rev=1)
    (outcome,) = house.push(act)
    assert (outcome.outcome, outcome.code) == ("held", "on_hold")
    (row,) = house.rows(t.received_acts, t.received_acts.c.act_id == act.id)
    assert row.payload == bytes(act_message(act).payload)
    assert house.count(t.reports) == 0
