"""A centre's evidence: what is asked for, what is taken, what is refused and why, and when moderation begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from app.domain.errors import KnownError
from app.domain.evidence import LARGE_FILE, EvidenceKind, advise_to_zip
from app.domain.moderation import RequestState
from app.domain.people import Grant, Person, Role
from app.service import tables as t
from app.service.assignments import assign_moderator
from app.service.errors import Refusal
from app.service.evidence_desk import (
    EvidenceRefused,
    attach_link,
    attach_upload,
    declare_complete,
    not_applicable,
    withdraw_evidence,
)
from app.service.evidence_look import plain_name
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.evidence_ground import (
    PLATFORM,
    WORK,
    attach,
    bring,
    climbing_zip,
    give_everything,
    lacking,
    link,
    listed,
    protected_zip,
)

K = EvidenceKind


# -- the checklist ---------------------------------------------------------------------------------------------------


def test_M42_D6_each_learner_unit_is_asked_for_each_kind_briefs_once_per_unit_plans_once_per_request(
    college: College,
) -> None:
    made = college.submit(college.lines((1, 2), ("601",)) + college.lines((3,), ("602",)))
    found = listed(college, made.request_id)
    assert [place.sample.learner_number if place.sample else "" for place in found.places] == [
        *college.sampled_learners(made.request_id),
        "",
    ]
    per_learner = {
        K.LEARNER_WORK,
        K.MARKING_SHEET,
        K.IQA_RECORD,
        K.FLEXIBLE_ASSESSMENT,
        K.REASONABLE_ADJUSTMENT,
        K.SPECIAL_CONSIDERATION,
    }
    for place in found.places[:-1]:
        assert per_learner <= set(place.missing)
    assert found.places[-1].missing == (K.SAMPLING_SHEET, K.SAMPLING_PLAN)
    briefs = [sample.unit_code for kind, sample in found.missing if kind is K.ASSIGNMENT_BRIEF and sample]
    assert sorted(briefs) == ["601", "602"]
    assert not found.may_declare


def test_M42_what_is_given_is_no_longer_missing_there_and_only_there(college: College) -> None:
    made = college.claim((1, 2, 3))
    first, second, _ = college.samples(made.request_id)
    before = lacking(college, made.request_id)
    attach(college, made.request_id, K.LEARNER_WORK, sample_id=first)
    learner = college.sampled_learners(made.request_id)[0]
    assert set(before) - set(lacking(college, made.request_id)) == {(K.LEARNER_WORK, learner)}
    attach(college, made.request_id, K.ASSIGNMENT_BRIEF, sample_id=second, name="brief.txt")
    assert K.ASSIGNMENT_BRIEF not in {kind for kind, _ in lacking(college, made.request_id)}
    place = listed(college, made.request_id).places[0]
    (brief,) = [need for need in place.needs if need.kind is K.ASSIGNMENT_BRIEF]
    assert brief.served == f"Given with Learner {college.sampled_learners(made.request_id)[1]}"


def test_D6_not_applicable_needs_a_reason_and_is_only_for_four_kinds(college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    for kind in EvidenceKind:
        allowed = kind in {
            K.FLEXIBLE_ASSESSMENT,
            K.SAMPLING_PLAN,
            K.REASONABLE_ADJUSTMENT,
            K.SPECIAL_CONSIDERATION,
        }
        if not allowed:
            with pytest.raises(KnownError, match="always needed"):
                not_applicable(house.engine, college.staff, made.request_id, kind, "None", house.clock())
            continue
        with pytest.raises(KnownError) as refusal:
            not_applicable(house.engine, college.staff, made.request_id, kind, "  ", house.clock())
        assert refusal.value.code == "reason_missing"
        not_applicable(house.engine, college.staff, made.request_id, kind, "None", house.clock())
        assert kind not in {missing for missing, _ in lacking(college, made.request_id)}
    assert house.count(t.evidence, t.evidence.c.added_by == college.staff.id) == 4


# -- files -----------------------------------------------------------------------------------------------------------


def test_M46_M11_a_file_is_taken_with_what_a_look_found_and_who_brought_it(
    college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    assign_moderator(house.engine, made.number, "morgan@people.invalid")
    device = house.device()
    device.pull()
    taken = attach(college, made.request_id, name="C:\\Users\\me\\work\u202e.txt")
    (row,) = house.rows(t.evidence, t.evidence.c.request_id == made.request_id)
    assert (row.verdict, row.added_by, row.size) == ("ok", college.staff.id, len(WORK))
    assert row.says == taken.says == "Nothing is wrong with this file."
    assert row.name == "work.txt", "no folders, and no sign that turns the writing round"
    assert row.added_at == house.clock()
    device.pull()
    assert device.of_kind("evidence")[taken.id]["name"] == "work.txt"


def test_M46_a_file_that_nobody_knows_is_taken(college: College) -> None:
    made = college.claim((1, 2, 3))
    taken = attach(college, made.request_id, content=bytes(range(1, 250)) * 40, name="work.unheard-of")
    assert taken.verdict in ("ok", "unknown-but-accepted")


def test_M47_a_protected_file_is_refused_with_the_reason_and_what_to_do(
    college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    with pytest.raises(EvidenceRefused) as refusal:
        attach(college, made.request_id, content=protected_zip(), name="work.zip")
    assert refusal.value.code == "evidence_encrypted"
    assert "“work.zip” was not added." in refusal.value.says
    assert "password" in refusal.value.says
    assert refusal.value.do == "Pack the files again without a password, with no protected file among them."
    assert house.count(t.evidence, t.evidence.c.request_id == made.request_id) == 0


def test_a_file_made_to_do_harm_is_refused_with_the_reason(college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    with pytest.raises(EvidenceRefused) as refusal:
        attach(college, made.request_id, content=climbing_zip(), name="work.zip")
    assert refusal.value.code == "evidence_hostile"
    assert refusal.value.do
    assert house.count(t.evidence, t.evidence.c.request_id == made.request_id) == 0


@NOT_OF_THE_DATABASE
def test_knowing_a_hash_makes_nobodys_file_evidence(college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    sha256 = bring(college, WORK, house.person("morgan"))
    with pytest.raises(Refusal) as refusal:
        attach_upload(
            house.engine,
            house.blobs,
            college.staff,
            made.request_id,
            "",
            K.LEARNER_WORK,
            "work.txt",
            sha256,
            house.clock(),
        )
    assert refusal.value.status == 404


def test_the_same_file_twice_at_the_same_place_is_there_once(college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    first, second, _ = college.samples(made.request_id)
    ids = {attach(college, made.request_id, sample_id=first).id for _ in range(2)}
    assert len(ids) == 1
    attach(college, made.request_id, sample_id=second)
    assert house.count(t.evidence, t.evidence.c.request_id == made.request_id) == 2


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("", "file"),
        ("..", "file"),
        ("a/b\\c.pdf", "c.pdf"),
        ("a\x00\n.pdf", "a.pdf"),
        ("x" * 300 + ".docx", "x" * 250 + ".docx"),
        ("y" * 300, "y" * 255),
    ],
)
def test_M46_no_name_is_a_reason_to_refuse_a_file(name: str, kept: str) -> None:
    assert plain_name(name) == kept


def test_M48_several_large_files_bring_the_advice_to_zip_and_nothing_more() -> None:
    assert not advise_to_zip([LARGE_FILE, LARGE_FILE, 10])
    assert advise_to_zip([LARGE_FILE, LARGE_FILE, 10, LARGE_FILE])


# -- taking back, and declaring --------------------------------------------------------------------------------------


def test_what_is_taken_back_leaves_the_desktops_and_stays_on_record(college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    assign_moderator(house.engine, made.number, "morgan@people.invalid")
    taken = attach(college, made.request_id)
    device = house.device()
    device.pull()
    assert taken.id in device.of_kind("evidence")
    withdraw_evidence(house.engine, college.staff, made.request_id, taken.id, house.clock())
    device.pull()
    assert taken.id not in device.of_kind("evidence")
    assert K.LEARNER_WORK in {kind for kind, _ in lacking(college, made.request_id)}
    (row,) = house.rows(t.evidence, t.evidence.c.id == taken.id)
    assert (row.withdrawn_at, row.withdrawn_by) == (house.clock(), college.staff.id)
    with pytest.raises(KnownError, match="not among"):
        withdraw_evidence(house.engine, college.staff, made.request_id, taken.id, house.clock())


def test_M50_D6_incomplete_evidence_is_not_declared_complete_and_all_that_lacks_is_named(
    college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    give_everything(college, made.request_id)
    sheet = next(row for row in house.rows(t.evidence) if row.kind == "sampling_sheet" and row.added_by)
    withdraw_evidence(house.engine, college.staff, made.request_id, sheet.id, house.clock())
    with pytest.raises(KnownError) as refusal:
        declare_complete(house.engine, college.staff, made.request_id, house.clock())
    assert refusal.value.says == "The evidence is not complete: IQA sampling sheet for the whole claim."
    assert college.state(made.request_id) is RequestState.SAMPLE_REQUESTED


def test_M50_M37_the_declaration_begins_21_working_days_and_tells_moderator_and_centre(
    college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    assign_moderator(house.engine, made.number, "morgan@people.invalid")
    device = house.device()
    give_everything(college, made.request_id)
    due = declare_complete(house.engine, college.staff, made.request_id, house.clock())
    assert due == date(2026, 4, 10), "21 working days from Tuesday 10 March in England, Easter left out"
    request = college.request(made.request_id)
    assert request.state is RequestState.IN_MODERATION
    assert (request.evidence_complete_on, request.due_on) == (date(2026, 3, 10), due)
    told = house.rows(t.mails, t.mails.c.kind == "evidence_received")
    assert {mail.to_address for mail in told} == {"morgan@people.invalid", college.staff.email}
    device.pull()
    assert device.of_kind("request")[made.request_id]["state"] == "in_moderation"
    with pytest.raises(KnownError) as refusal:
        declare_complete(house.engine, college.staff, made.request_id, house.clock())
    assert refusal.value.code == "evidence_not_asked"


def _attach(college: College, request_id: str, _: str) -> object:
    return attach(college, request_id, content=b"late")


def _excuse(college: College, request_id: str, _: str) -> object:
    house = college.house
    return not_applicable(house.engine, college.staff, request_id, K.SAMPLING_PLAN, "No", house.clock())


def _take_back(college: College, request_id: str, evidence_id: str) -> object:
    house = college.house
    withdraw_evidence(house.engine, college.staff, request_id, evidence_id, house.clock())
    return None


@pytest.mark.parametrize("work", [_attach, _excuse, _take_back, lambda c, r, _: link(c, r)])
def test_M50_once_declared_nothing_is_added_or_taken_back(
    college: College, house: House, work: Callable[[College, str, str], object]
) -> None:
    made = college.claim((1, 2, 3))
    give_everything(college, made.request_id)
    declare_complete(house.engine, college.staff, made.request_id, house.clock())
    row = next(row for row in house.rows(t.evidence) if row.added_by == college.staff.id)
    with pytest.raises(KnownError) as refusal:
        work(college, made.request_id, row.id)
    assert refusal.value.code == "evidence_not_asked"
    assert not any(
        item.may_withdraw
        for place in listed(college, made.request_id).places
        for need in place.needs
        for item in need.given
    )


def test_M60_after_a_rejection_evidence_is_added_and_only_the_new_can_be_taken_back(
    college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    give_everything(college, made.request_id)
    declare_complete(house.engine, college.staff, made.request_id, house.clock())
    assign_moderator(house.engine, made.number, "morgan@people.invalid")
    college.reject_in_moderation(made.request_id)
    assert college.state(made.request_id) is RequestState.RETURNED_TO_CENTRE
    old = next(row for row in house.rows(t.evidence) if row.added_by == college.staff.id)
    college.later(1)
    new = attach(college, made.request_id, content=b"the second try", name="again.txt")
    with pytest.raises(KnownError) as refusal:
        withdraw_evidence(house.engine, college.staff, made.request_id, old.id, house.clock())
    assert refusal.value.code == "evidence_declared"
    withdraw_evidence(house.engine, college.staff, made.request_id, new.id, house.clock())


@NOT_OF_THE_DATABASE
@pytest.mark.parametrize("role", [Role.CENTRE_STAFF, Role.PROGRAMME_DIRECTOR, None])
def test_M03_evidence_is_brought_only_by_who_may_claim_for_that_centre(
    college: College, house: House, role: Role | None
) -> None:
    made = college.claim((1, 2, 3))
    elsewhere = house.ground.centres["C1"]
    centre_id = elsewhere if role is Role.CENTRE_STAFF else college.centre_id
    grants = (Grant(role, centre_id),) if role else (Grant(Role.SUPPORT),)
    stranger = Person(college.staff.id, "s@people.invalid", "S", grants)
    for work in (
        lambda: not_applicable(
            house.engine, stranger, made.request_id, K.SAMPLING_PLAN, "None", house.clock()
        ),
        lambda: declare_complete(house.engine, stranger, made.request_id, house.clock()),
        lambda: attach_link(
            house.engine, stranger, made.request_id, "", K.LEARNER_WORK, PLATFORM, house.clock()
        ),
    ):
        with pytest.raises(KnownError) as refusal:
            work()
        assert refusal.value.code == "request_unknown"


@NOT_OF_THE_DATABASE
def test_a_place_that_is_not_of_this_claim_takes_nothing(college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    with pytest.raises(KnownError) as refusal:
        attach(college, made.request_id, sample_id=house.sample(1))
    assert refusal.value.code == "sample_unknown"
    (first, *_) = college.samples(made.request_id)
    with pytest.raises(KnownError) as refusal:
        attach(college, made.request_id, K.SAMPLING_SHEET, sample_id=first)
    assert refusal.value.code == "once_per_request"
