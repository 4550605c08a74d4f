"""The centre's Engagement Document: what is asked of whom, the two fixed texts, and what its signature covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from app.domain.engagement import (
    after_ced_reopened,
    after_ced_submitted,
    asked_objectives,
    ced_after_change,
    ced_after_scope,
    ced_content_sha256,
    ced_faults,
    ced_may_change,
    filled_entries,
    signature_holds,
    signed_ced,
)
from app.domain.errors import KnownError
from app.domain.fixed_texts import says_the_same
from app.domain.review_terms import Level, ReviewState, Scope
from app.domain.review_words import TEXT_LIMIT
from app.domain.reviews import Ced, CedEntry, CedFile, Redeclaration, Review
from tests.catalogue.invented import invented_framework
from tests.domain.reviews_made import (
    BTEC,
    NOON,
    answers,
    ced,
    ced_file,
    fresh_review,
    full_ced,
    review,
    with_entry,
)

BLOCKING = ["QO.1", "QO.3", "QO.4", "QO.9"]
A, B = BTEC.text_a, BTEC.text_b


def fields(document: Ced, of: Review | None = None) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in ced_faults(BTEC, document, of)]


def signed(document: Ced, of: Review | None = None, *files: CedFile) -> Ced:
    return signed_ced(
        BTEC, of or review(), document, files, name="Ada Brook", role="Head of Centre", signed_at=NOON
    )


def test_Q05_Q14_a_register_only_centre_is_asked_for_the_blocking_objectives_only() -> None:
    assert [objective.code for objective in asked_objectives(BTEC, True)] == BLOCKING
    assert asked_objectives(BTEC, False) == BTEC.objectives
    assert ced_faults(BTEC, ced()) == ()
    assert ced_faults(BTEC, full_ced()) == ()


def test_Q15_for_the_others_of_a_register_only_centre_stands_met_and_text_A() -> None:
    entries = {entry.code: entry for entry in filled_entries(BTEC, ced())}
    assert list(entries) == [objective.code for objective in BTEC.objectives]
    for objective in BTEC.others:
        assert entries[objective.code] == CedEntry(objective.code, Level.MET, A)
    for code in BLOCKING:
        assert entries[code].commentary == f"How we meet {code}."


def test_Q15_text_A_stands_whatever_the_centre_wrote_there_before() -> None:
    document = ced(entries=answers(objective.code for objective in BTEC.objectives))
    assert ced_faults(BTEC, document) == ()
    assert {entry.commentary for entry in filled_entries(BTEC, document) if entry.code not in BLOCKING} == {A}


def test_Q14_a_centre_that_delivers_gets_nothing_filled_in() -> None:
    entries = filled_entries(BTEC, full_ced(entries=answers(["QO.1"])))
    assert entries[0].commentary == "How we meet QO.1."
    assert all(entry == CedEntry(entry.code, None, "") for entry in entries[1:])


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (ced(entries=answers(["QO.1", "QO.3", "QO.4"])), [("level", "QO.9"), ("commentary", "QO.9")]),
        (with_entry(full_ced(), "QO.7", commentary=" "), [("commentary", "QO.7")]),
        (with_entry(full_ced(), "QO.7", level=None), [("level", "QO.7")]),
        (with_entry(ced(), "QO.4", level=Level.NOT_APPLICABLE), [("level", "QO.4")]),
        (with_entry(ced(), "QO.4", commentary="x" * (TEXT_LIMIT + 1)), [("commentary", "QO.4")]),
        (ced(entries=(*ced().entries, *answers(["QO.1"]))), [("commentary", "QO.1")]),
        (ced(entries=(*ced().entries, *answers(["QO.11"]))), [("commentary", "QO.11")]),
    ],
)  # fmt: skip
def test_Q14_every_objective_that_is_asked_needs_its_answer(
    document: Ced, expected: list[tuple[str, str]]
) -> None:
    assert fields(document) == expected


def test_Q14_texts_up_to_their_limit_are_taken() -> None:
    most = "x" * TEXT_LIMIT
    document = with_entry(ced(approvals=Redeclaration(True, most)), "QO.1", commentary=most)
    assert fields(document) == []


def test_Q12_both_re_declarations_are_needed_and_each_is_named() -> None:
    nothing = Redeclaration(False, "Much has changed.")
    assert fields(ced(recognition=nothing)) == [("recognition", "")]
    assert fields(ced(approvals=nothing)) == [("approvals", "")]
    assert fields(ced(recognition=nothing, approvals=nothing)) == [("recognition", ""), ("approvals", "")]
    long = Redeclaration(True, "x" * (TEXT_LIMIT + 1))
    assert fields(ced(approvals=long)) == [("approvals", "")]


@pytest.mark.parametrize("typed", [B, f"  “{B}”. ", B.upper(), B.replace(" ", "\n")])
def test_Q32_text_B_is_taken_nowhere_in_the_document(typed: str) -> None:
    for code in BLOCKING:
        assert fields(with_entry(ced(), code, commentary=typed)) == [("commentary", code)]
    for objective in BTEC.objectives:
        document = with_entry(full_ced(), objective.code, commentary=typed)
        assert fields(document) == [("commentary", objective.code)]
    # Not even where the fixed text A would stand for it anyway.
    stray = ced(entries=(*ced().entries, CedEntry("QO.2", Level.MET, typed)))
    assert fields(stray) == [("commentary", "QO.2")]


@pytest.mark.parametrize("typed", [A, f"{A}.", A.lower()])
def test_Q15_Q32_text_A_answers_no_objective_that_is_asked(typed: str) -> None:
    assert fields(with_entry(ced(), "QO.3", commentary=typed)) == [("commentary", "QO.3")]
    assert fields(with_entry(full_ced(), "QO.5", commentary=typed)) == [("commentary", "QO.5")]
    told = ced(entries=(*ced().entries, CedEntry("QO.5", Level.MET, typed)))
    assert fields(told) == []


def test_Q32_the_two_texts_are_not_the_same_and_a_longer_text_is_neither() -> None:
    assert not says_the_same(A, B)
    assert not says_the_same(f"{A}, but we are to deliver from May on", A)
    assert not says_the_same("", "")


def test_Q13_a_signature_covers_every_part_of_the_document() -> None:
    document, files = ced(), (ced_file("file-1"), ced_file("file-2", name="Plan.pdf"))
    covered = ced_content_sha256(BTEC, document, files)
    others: list[tuple[Ced, tuple[CedFile, ...]]] = [
        (with_entry(document, "QO.1", commentary="Another."), files),
        (with_entry(document, "QO.1", level=Level.PARTLY_MET), files),
        (replace(document, register_only=False), files),
        (replace(document, recognition=Redeclaration(True, "Moved.")), files),
        (replace(document, recognition=Redeclaration(False, document.recognition.changes)), files),
        (replace(document, approvals=Redeclaration(True, "Two added.")), files),
        (replace(document, approvals=Redeclaration(False)), files),
        (replace(document, review_id="review-2"), files),
        (document, files[:1]),
        (document, (files[0], replace(files[1], sha256="c" * 64))),
        (document, (files[0], replace(files[1], name="Other.pdf"))),
        (document, (files[0], replace(files[1], code="QO.9.1"))),
    ]
    hashes = {ced_content_sha256(BTEC, *other) for other in others}
    assert len(hashes) == len(others)
    assert covered not in hashes
    for changed in (
        {"declaration": "Sure."},
        {"recognition": "Yes."},
        {"approvals": "No."},
        {"text_a": "Moored"},
    ):
        assert ced_content_sha256(replace(BTEC, **changed), document, files) != covered


def test_Q13_the_hash_says_the_same_whatever_the_order_and_the_housekeeping() -> None:
    document, files = ced(), (ced_file("file-1"), ced_file("file-2", name="Plan.pdf"))
    covered = ced_content_sha256(BTEC, document, files)
    assert len(covered) == 64
    shuffled = replace(document, entries=document.entries[::-1], rev=9, provisional=True)
    again = tuple(replace(file, id=f"{file.id}-again", rev=7) for file in reversed(files))
    assert ced_content_sha256(BTEC, shuffled, again) == covered


def test_Q13_what_was_signed_years_ago_hashes_the_same_today(tmp_path: Path) -> None:
    invented = invented_framework(tmp_path)
    document = ced(invented, entries=(CedEntry("Q", Level.PARTLY_MET, "Bollards – fünf."),))
    covered = (
        '{"approvals":["The boats are still sound.",true,""],'
        '"declaration":"Everything above the waterline is as told.",'
        '"entries":[["Q","partly_met","Bollards – fünf."],'
        '["B","met","We only moor here"],["W","met","We only moor here"]],'
        f'"files":[["QO.1.2","Registration policy.pdf","{"a" * 64}"]],"framework":"harbour-check-2030",'
        '"recognition":["The quay is still ours.",true,"A new Head of Centre since May."],'
        '"register_only":true,"review":"review-1"}'
    )
    assert ced_content_sha256(invented, document, [ced_file()]) == sha256(covered.encode()).hexdigest()


def test_Q13_a_signature_holds_for_what_was_signed_and_for_nothing_else() -> None:
    document = signed(ced(), None, ced_file())
    assert signature_holds(BTEC, document, [ced_file()])
    assert not signature_holds(BTEC, document, [])
    assert not signature_holds(BTEC, with_entry(document, "QO.9", commentary="Else."), [ced_file()])
    assert not signature_holds(BTEC, ced(), [ced_file()])
    assert ced_after_change(document).signature is None


def test_Q13_the_signature_says_who_as_what_when_and_what() -> None:
    signature = signed(ced()).signature
    assert signature is not None
    assert (signature.name, signature.role, signature.signed_at) == ("Ada Brook", "Head of Centre", NOON)
    assert signature.statement == BTEC.declaration
    signed_ced(BTEC, review(), ced(), [], name="x" * 200, role="x" * 200, signed_at=NOON)


@pytest.mark.parametrize("changes", [{"name": "  "}, {"role": ""}, {"name": "x" * 201}, {"role": "x" * 201}])
def test_Q13_a_signature_needs_name_and_role(changes: dict[str, str]) -> None:
    given = {"name": "Ada Brook", "role": "Head of Centre"} | changes
    with pytest.raises(KnownError) as caught:
        signed_ced(BTEC, review(), ced(), [], signed_at=NOON, **given)
    assert caught.value.code == "signature_incomplete"


def test_Q12_Q13_an_incomplete_document_cannot_be_signed_and_every_fault_is_named() -> None:
    document = replace(with_entry(ced(), "QO.1", commentary=""), approvals=Redeclaration())
    with pytest.raises(KnownError) as caught:
        signed(document)
    assert caught.value.code == "ced_incomplete"
    assert "Qualification approvals" in caught.value.says
    assert "QO.1" in caught.value.says


def test_Q08_the_document_is_inactive_before_the_allocation_and_closed_after_the_report() -> None:
    ced_may_change(fresh_review())
    for of, code in ((None, "ced_inactive"), (review(state=ReviewState.COMPLETE), "review_complete")):
        with pytest.raises(KnownError) as caught:
            ced_may_change(of)
        assert caught.value.code == code
    with pytest.raises(KnownError):
        signed(ced(), review(state=ReviewState.COMPLETE))
    with pytest.raises(KnownError):
        after_ced_submitted(review(state=ReviewState.COMPLETE), date(2018, 3, 1))


def test_Q13_submitted_on_the_day_of_its_signature_and_not_any_more_once_it_is_gone() -> None:
    submitted = after_ced_submitted(fresh_review(), date(2017, 11, 20))
    assert submitted.ced_submitted_on == date(2017, 11, 20)
    assert after_ced_reopened(submitted).ced_submitted_on is None


@pytest.mark.parametrize(
    ("scope", "provisional"),
    [(Scope.NOT_DECIDED, True), (Scope.CONFIRMATION_ASKED, True), (Scope.REDUCED, False)],
)
def test_D14_text_A_stands_provisionally_until_the_consortium_is_confirmed(
    scope: Scope, provisional: bool
) -> None:
    assert signed(ced(), review(scope=scope)).provisional is provisional
    assert not signed(full_ced(), review(scope=scope)).provisional


def test_D14_confirmation_lets_it_stand_for_good() -> None:
    document = signed(ced(), review(scope=Scope.CONFIRMATION_ASKED), ced_file())
    stands = ced_after_scope(BTEC, review(scope=Scope.REDUCED), document)
    assert not stands.provisional
    assert signature_holds(BTEC, stands, [ced_file()])


def test_D14_refusal_reopens_it_for_the_other_objectives_and_asks_for_a_new_signature() -> None:
    stray = (*ced().entries, CedEntry("QO.5", Level.MET, A))
    document = signed(ced(entries=stray), review(scope=Scope.CONFIRMATION_ASKED))
    full = review(scope=Scope.FULL)
    reopened = ced_after_scope(BTEC, full, document)
    assert (reopened.signature, reopened.register_only, reopened.provisional) == (None, False, False)
    assert reopened.entries == ced().entries
    missing = {code for _, code in fields(reopened, full)}
    assert missing == {objective.code for objective in BTEC.others}
    with pytest.raises(KnownError):
        signed(replace(reopened, register_only=True), full)


def test_Q19_D14_a_full_document_stays_as_it_is_whatever_the_scope_becomes() -> None:
    document = signed(full_ced())
    for scope in Scope:
        assert ced_after_scope(BTEC, review(scope=scope), document) == document
    undecided = signed(ced(), review(scope=Scope.NOT_DECIDED))
    assert ced_after_scope(BTEC, review(scope=Scope.CONFIRMATION_ASKED), undecided) == undecided


def test_Q19_a_reduced_document_is_not_taken_in_full_scope() -> None:
    assert fields(ced(), review(scope=Scope.FULL)) == [("register_only", "")]
    assert fields(full_ced(), review(scope=Scope.FULL)) == []
    for scope in (Scope.NOT_DECIDED, Scope.CONFIRMATION_ASKED, Scope.REDUCED):
        assert fields(ced(), review(scope=scope)) == []


def test_Q14_Q15_nothing_of_this_is_one_framework_s_own(tmp_path: Path) -> None:
    invented = invented_framework(tmp_path)
    document = ced(invented, entries=answers(["Q"]))
    assert ced_faults(invented, document) == ()
    assert [(entry.code, entry.commentary) for entry in filled_entries(invented, document)] == [
        ("Q", "How we meet Q."), ("B", "We only moor here"), ("W", "We only moor here"),
    ]  # fmt: skip
    for text in (invented.text_a, invented.text_b):
        faults: Any = ced_faults(invented, with_entry(document, "Q", commentary=text))
        assert [fault.code for fault in faults] == ["Q"]
    assert ced_faults(invented, with_entry(document, "Q", commentary=A)) == ()
