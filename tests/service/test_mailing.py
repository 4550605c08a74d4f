"""Who is told what: every kind of event, its readers and its words, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.domain.acts import OutcomeKind
from app.domain.moderation import Decision, Outcome, RequestState
from app.domain.people import Grant, Role
from app.domain.resources import resources_folder
from app.service import tables as t
from app.service.accounts import NewPerson, add_user, new_id, take_roles
from app.service.assignments import assign_moderator
from app.service.database import reading, transact
from app.service.mailing import MailEvent, MailKind, write_mails
from tests.service.ground import NOW, PASSWORD, House

STAFF, BOTHSTAFF = "staff@people.invalid", "bothstaff@people.invalid"
MORGAN, QUALITY, SUPPORT = "morgan@people.invalid", "quality@people.invalid", "support@people.invalid"
DIRECTOR = "director@people.invalid"
CENTRE = [STAFF, BOTHSTAFF]

WHY = "Learner A2 copied the work of Learner A1"
"""A hold's reason, which nobody outside a case learns (D-5)."""

DETAIL: Mapping[MailKind, Mapping[str, str]] = {
    MailKind.EXTENDED: {"due": "14 May 2026", "was": "7 April 2026"},
    MailKind.OUTCOME_ACCEPTED: {"report": "report-1"},
    MailKind.OUTCOME_REJECTED: {"report": "report-1"},
    MailKind.CERTIFICATE_ISSUED: {"certificates": "2"},
    MailKind.CLAIMS_STOPPED: {"awarding_body": "CMI", "says": "A sanction of level 3 stops claims."},
    MailKind.CLAIMS_FREED: {"awarding_body": "CMI", "says": "Since 10 March 2026 claims can be submitted."},
    MailKind.SLA_WARNING: {"warning": "due_soon", "due": "10 April 2026"},
}

READERS: Mapping[MailKind, Sequence[str]] = {
    MailKind.CLAIM_SUBMITTED: CENTRE,
    MailKind.FULFILMENT_MET: CENTRE,
    MailKind.SAMPLE_REQUESTED: CENTRE,
    MailKind.EVIDENCE_RECEIVED: [MORGAN, *CENTRE],
    MailKind.EXTENDED: [*CENTRE, MORGAN],
    MailKind.OUTCOME_ACCEPTED: CENTRE,
    MailKind.OUTCOME_REJECTED: CENTRE,
    MailKind.RESUBMITTED: [MORGAN, *CENTRE],
    MailKind.ON_HOLD: [QUALITY, *CENTRE, MORGAN],
    MailKind.RELEASED: [*CENTRE, MORGAN],
    MailKind.ARCHIVED: CENTRE,
    MailKind.CERTIFICATE_ISSUED: CENTRE,
    MailKind.CLAIMS_STOPPED: [DIRECTOR],
    MailKind.CLAIMS_FREED: [DIRECTOR],
    MailKind.SLA_WARNING: [MORGAN, QUALITY],
    MailKind.ASSIGNED: [MORGAN],
    MailKind.NOTE_WRITTEN: [*CENTRE, MORGAN],
}

SAYS: Mapping[MailKind, Sequence[str]] = {
    MailKind.CLAIM_SUBMITTED: ["Moderation is required.", "A further e-mail names"],
    MailKind.FULFILMENT_MET: ["no sample was needed", "records have been updated"],
    MailKind.SAMPLE_REQUESTED: ["Learner A1 (A1), unit 501 Leading change (chosen: random, seed 1)"],
    MailKind.EVIDENCE_RECEIVED: ["10 April 2026"],
    MailKind.EXTENDED: ["New date: 14 May 2026", "Date until now: 7 April 2026"],
    MailKind.OUTCOME_ACCEPTED: ["Outcome: accepted", "/reports/report-1"],
    MailKind.OUTCOME_REJECTED: ["Outcome: rejected", "/reports/report-1", "by 8 July 2026"],
    MailKind.RESUBMITTED: ["10 April 2026"],
    MailKind.ON_HOLD: ["R1 is on hold."],
    MailKind.RELEASED: ["It now stands at: In moderation."],
    MailKind.ARCHIVED: ["cannot be submitted again", "new claim"],
    MailKind.CERTIFICATE_ISSUED: ["2 certificates have been issued"],
    MailKind.CLAIMS_STOPPED: ["cannot submit claims to CMI", "A sanction of level 3 stops claims."],
    MailKind.CLAIMS_FREED: ["can submit claims to CMI again"],
    MailKind.SLA_WARNING: ["due soon: by 10 April 2026"],
    MailKind.ASSIGNED: ["You moderate R1 from now on.", "In moderation"],
    MailKind.NOTE_WRITTEN: ["A note has been written"],
}

ABOUT_THE_CENTRE = (MailKind.CLAIMS_STOPPED, MailKind.CLAIMS_FREED)
NAMES_LEARNERS = (MailKind.SAMPLE_REQUESTED,)


@pytest.fixture
def told(house: House) -> House:
    """R1 was submitted by Staff, belongs to a known scheme, and has a hold's reason; C1 has a Programme Director."""
    director = Grant(Role.PROGRAMME_DIRECTOR, house.ground.centres["C1"])
    add_user(house.engine, NewPerson(DIRECTOR, "Dana Rector", PASSWORD, (director,)))

    def prepare(connection: Any) -> None:
        connection.execute(update(t.qualifications).values(awarding_body="CMI"))
        connection.execute(
            update(t.requests)
            .where(t.requests.c.id == house.request())
            .values(
                submitted_by=house.person("staff").id,
                hold_reason=WHY,
                last_day_on=NOW.date().replace(month=7, day=8),
                sampling_words="Medium risk: 25 % of 5 learner-units.",
            )
        )

    transact(house.engine, prepare)
    return house


def write(house: House, kind: MailKind, number: str = "R1", now: datetime = NOW, **detail: str) -> list[Any]:
    """The e-mails of one event, in the order of their readers."""
    event = MailEvent(kind, house.request(number), detail=DETAIL.get(kind, {}) | detail)
    if kind in ABOUT_THE_CENTRE:
        event = replace(event, request_id="", centre_id=house.ground.centres["C1"])
    known = {row.id for row in house.rows(t.mails)}
    transact(house.engine, lambda connection: write_mails(connection, event, now))
    # Rows come in the order in which they were inserted: nothing was taken out or changed since.
    return [row for row in house.rows(t.mails) if row.id not in known]


def addresses(rows: Sequence[Any]) -> list[str]:
    return [row.to_address for row in rows]


# -- every kind ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MailKind)
def test_M37_every_event_reaches_exactly_those_whom_it_concerns_the_submitter_first(
    told: House, kind: MailKind
) -> None:
    assert addresses(write(told, kind)) == READERS[kind]


@pytest.mark.parametrize("kind", MailKind)
def test_M37_every_event_is_told_in_words_with_a_link_to_what_it_is_about(
    told: House, kind: MailKind
) -> None:
    for mail in write(told, kind):
        for words in SAYS[kind]:
            assert words in mail.body
        link = (
            f"/centres/{told.ground.centres['C1']}"
            if kind in ABOUT_THE_CENTRE
            else f"/claims/{told.request()}"
        )
        assert f"{{portal}}{link}\n" in mail.body
        assert "Oakvale College" in mail.subject
        assert (kind in ABOUT_THE_CENTRE) or "R1" in mail.subject
        assert mail.request_id == (None if kind in ABOUT_THE_CENTRE else told.request())
        assert "Awarding Body Support Team" in mail.body
        assert "None" not in mail.subject + mail.body
        assert "\n\n\n" not in mail.body


@pytest.mark.parametrize("kind", MailKind)
def test_M37_no_learner_is_named_in_a_subject_nor_in_a_body_that_need_not(
    told: House, kind: MailKind
) -> None:
    rename = update(t.learners).values(name="Zaphira Quill-" + t.learners.c.number)
    transact(told.engine, lambda connection: connection.execute(rename).rowcount)
    for mail in write(told, kind):
        assert "Zaphira" not in mail.subject
        assert ("Zaphira" in mail.body) is (kind in NAMES_LEARNERS)


@pytest.mark.parametrize("kind", MailKind)
def test_D5_nobody_is_told_by_e_mail_why_something_is_on_hold(told: House, kind: MailKind) -> None:
    for mail in write(told, kind):
        assert WHY not in mail.subject + mail.body
        assert "malpractice" not in (mail.subject + mail.body).lower()


def test_every_kind_has_its_template_and_there_is_no_other() -> None:
    found = {path.stem for path in (resources_folder() / "mail").glob("*.txt")}
    assert found == {kind.value for kind in MailKind} | {"_head", "_foot"}
    assert set(READERS) == set(SAYS) == set(MailKind)


# -- words -----------------------------------------------------------------------------------------------------------


def test_M29_the_mail_says_that_no_moderation_is_required_where_none_is(told: House) -> None:
    nothing_drawn = update(t.requests).where(t.requests.c.id == told.request()).values(samples=0)
    transact(told.engine, lambda connection: connection.execute(nothing_drawn).rowcount)
    for mail in write(told, MailKind.CLAIM_SUBMITTED):
        assert "No moderation is required" in mail.body
        assert "A further e-mail" not in mail.body
        assert "Medium risk: 25 % of 5 learner-units." in mail.body


def test_M31_the_further_mail_names_every_unit_and_learner_to_be_sampled_and_no_other(told: House) -> None:
    mail = write(told, MailKind.SAMPLE_REQUESTED)[0]
    listed = [line for line in mail.body.splitlines() if line.startswith("- ")]
    assert listed == [
        "- Learner A1 (A1), unit 501 Leading change (chosen: random, seed 1)",
        "- Learner A2 (A2), unit 502 Stakeholders (chosen: random, seed 1)",
        "- Learner A3 (A3), unit 503 Using information (chosen: random, seed 1)",
    ]


@pytest.mark.parametrize("kind", [MailKind.OUTCOME_ACCEPTED, MailKind.OUTCOME_REJECTED])
def test_M40_M09_the_outcome_links_to_the_report_and_says_where_older_ones_are(
    told: House, kind: MailKind
) -> None:
    for mail in write(told, kind):
        assert f"{{portal}}/centres/{told.ground.centres['C1']}/reports/report-1\n" in mail.body
        assert "Ask your Quality Manager." in mail.body
        assert "awardingbody@managers.org.uk" in mail.body


def test_M50_an_overdue_moderation_is_said_to_be_overdue(told: House) -> None:
    moderator, quality = write(told, MailKind.SLA_WARNING, warning="overdue")
    for mail in (moderator, quality):
        assert "is overdue. It was due by 10 April 2026." in mail.body
    assert "Moderator: Morgan." in quality.body
    assert "Moderator: Morgan." not in moderator.body


def test_M67_M68_the_quality_manager_is_asked_for_a_finding_and_nobody_else_is(told: House) -> None:
    quality, *others = write(told, MailKind.ON_HOLD)
    assert "needs your finding" in quality.body
    assert "You will be told when it goes on" not in quality.body
    assert "Programme Director" in quality.body
    for mail in others:
        assert "inquiry" not in mail.body
        assert "finding" not in mail.body


@pytest.mark.parametrize(
    ("state", "reason", "says", "never"),
    [
        (RequestState.REFUSED, "", "it is refused", "no longer on hold"),
        (RequestState.IN_MODERATION, "", "Moderation is due by 10 April 2026", "refused"),
        (RequestState.RETURNED_TO_CENTRE, "", "It can be submitted again until 8 July 2026", "was agreed"),
        (RequestState.RETURNED_TO_CENTRE, "Sound.", "Learners whose work was agreed go on", "refused"),
    ],
)
def test_M57_M69_what_the_end_of_a_hold_means_is_said(
    told: House, state: RequestState, reason: str, says: str, never: str
) -> None:
    moved = update(t.requests).where(t.requests.c.id == told.request())
    values = {"state": state.value, "release_reason": reason}
    transact(told.engine, lambda connection: connection.execute(moved.values(values)).rowcount)
    mail = write(told, MailKind.RELEASED)[0]
    assert says in mail.body
    assert never not in mail.body


def test_an_awarding_body_that_nobody_described_keeps_nobody_untold(told: House) -> None:
    unknown = update(t.qualifications).values(awarding_body="Somebody Else")
    transact(told.engine, lambda connection: connection.execute(unknown).rowcount)
    assert addresses(write(told, MailKind.OUTCOME_REJECTED)) == CENTRE


# -- readers ---------------------------------------------------------------------------------------------------------


def test_M03_only_those_with_the_right_role_at_that_very_centre_are_told(told: House) -> None:
    assert addresses(write(told, MailKind.ARCHIVED, "R2")) == [BOTHSTAFF]
    take_roles(told.engine, BOTHSTAFF, [Grant(Role.CENTRE_STAFF, told.ground.centres["C1"])])
    assert addresses(write(told, MailKind.ARCHIVED)) == [STAFF]


def test_a_submitter_who_lost_the_role_is_not_told(told: House) -> None:
    take_roles(told.engine, STAFF, [Grant(Role.CENTRE_STAFF, told.ground.centres["C1"])])
    assert addresses(write(told, MailKind.ARCHIVED)) == [BOTHSTAFF]


@pytest.mark.parametrize("kind", [MailKind.ON_HOLD, MailKind.SLA_WARNING, MailKind.RELEASED])
def test_whoever_is_there_in_several_roles_is_told_once(told: House, kind: MailKind) -> None:
    for role, centre in ((Role.QUALITY_MANAGER, None), (Role.CENTRE_STAFF, told.ground.centres["C1"])):
        add_user(told.engine, NewPerson(MORGAN, "Morgan", PASSWORD, (Grant(role, centre),)))
    found = addresses(write(told, kind))
    assert found.count(MORGAN) == 1
    assert len(found) == len(set(found))


def test_M72_without_a_programme_director_the_quality_manager_hears_that_there_is_none(told: House) -> None:
    take_roles(told.engine, DIRECTOR, [Grant(Role.PROGRAMME_DIRECTOR, told.ground.centres["C1"])])
    (mail,) = write(told, MailKind.CLAIMS_STOPPED)
    assert mail.to_address == QUALITY
    assert "has no Programme Director in Touchstone" in mail.body
    assert "cannot submit claims" in mail.body


def test_M54_where_the_centre_has_nobody_the_support_team_hears_of_it(told: House) -> None:
    for address in CENTRE:
        take_roles(told.engine, address, [Grant(Role.CENTRE_STAFF, told.ground.centres["C1"])])
    (mail,) = write(told, MailKind.OUTCOME_REJECTED)
    assert mail.to_address == SUPPORT
    assert "Nobody at Oakvale College has an account" in mail.body
    assert "Outcome: rejected" in mail.body


@pytest.mark.parametrize("kind", [MailKind.EVIDENCE_RECEIVED, MailKind.RESUBMITTED])
def test_work_that_nobody_is_assigned_to_is_told_to_the_quality_manager(told: House, kind: MailKind) -> None:
    nobody = update(t.requests).where(t.requests.c.id == told.request()).values(moderator_id=None)
    transact(told.engine, lambda connection: connection.execute(nobody).rowcount)
    quality, *centre = write(told, kind)
    assert quality.to_address == QUALITY
    assert "No moderator is assigned" in quality.body
    assert addresses(centre) == CENTRE


def test_a_moderator_who_is_one_no_longer_is_not_told(told: House) -> None:
    take_roles(told.engine, MORGAN, [Grant(Role.MODERATOR)])
    assert addresses(write(told, MailKind.ASSIGNED)) == []


def test_M53_a_note_of_the_centre_goes_to_the_moderator_and_one_of_the_moderator_to_the_centre(
    told: House,
) -> None:
    of_centre = write(told, MailKind.NOTE_WRITTEN, author=told.person("staff").id)
    assert addresses(of_centre) == [MORGAN]
    later = NOW + timedelta(minutes=1)
    of_moderator = write(told, MailKind.NOTE_WRITTEN, now=later, author=told.person("morgan").id)
    assert addresses(of_moderator) == CENTRE
    later += timedelta(minutes=1)
    of_support = write(told, MailKind.NOTE_WRITTEN, now=later, author=told.person("support").id)
    assert addresses(of_support) == [*CENTRE, MORGAN]


def test_M53_a_note_of_the_centre_that_no_moderator_reads_yet_goes_to_the_support_team(told: House) -> None:
    nobody = update(t.requests).where(t.requests.c.id == told.request()).values(moderator_id=None)
    transact(told.engine, lambda connection: connection.execute(nobody).rowcount)
    assert addresses(write(told, MailKind.NOTE_WRITTEN, author=told.person("staff").id)) == [SUPPORT]


def test_M53_the_author_is_found_by_the_latest_note_where_nobody_says(told: House) -> None:
    def add(connection: Any) -> None:
        for place, author in enumerate(("morgan", "staff")):
            connection.execute(
                insert(t.notes).values(
                    id=new_id(),
                    request_id=told.request(),
                    stage="in_moderation",
                    author_id=told.person(author).id,
                    text="A word about Learner A1.",
                    written_at=NOW.replace(minute=place),
                )
            )

    transact(told.engine, add)
    (mail,) = write(told, MailKind.NOTE_WRITTEN)
    assert mail.to_address == MORGAN
    assert "Learner A1" not in mail.body, "a note is read in the request"


# -- in the life of a request ----------------------------------------------------------------------------------------


def test_an_assigned_moderator_is_told_once(told: House) -> None:
    for _ in range(2):
        assign_moderator(told.engine, "R1", "jules@people.invalid", NOW)
    assigned = told.rows(t.mails, t.mails.c.kind == "assigned", t.mails.c.request_id == told.request())
    assert sorted(addresses(assigned)) == ["jules@people.invalid", MORGAN], "each once, Morgan before"


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [(Outcome.ACCEPTED, "outcome_accepted"), (Outcome.REJECTED, "outcome_rejected")],
)
def test_M39_M40_a_report_that_arrives_tells_the_centre_and_links_to_itself(
    told: House, outcome: Outcome, kind: str
) -> None:
    decision = Decision.AGREED if outcome is Outcome.ACCEPTED else Decision.NOT_AGREED
    acts = [told.act(told.judgement(position, decision)) for position in (1, 2, 3)]
    assert {answer.outcome for answer in told.push(*acts)} == {OutcomeKind.APPLIED}
    report = told.act(told.report(tuple(act.id for act in acts), outcome))
    assert [answer.outcome for answer in told.push(report)] == [OutcomeKind.APPLIED]
    found = told.rows(t.mails, t.mails.c.kind == kind)
    assert {mail.to_address for mail in found} == set(CENTRE)
    with reading(told.engine) as connection:
        report_id = connection.execute(select(t.reports.c.id)).scalar_one()
    assert all(f"/reports/{report_id}\n" in mail.body for mail in found)
