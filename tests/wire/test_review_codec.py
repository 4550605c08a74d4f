"""Records of a quality review on their way: every kind comes back as it was, and tomorrow's harm nobody."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.domain.reviews import review_row_of
from app.wire.codec import KINDS, Codec, UpdateNeeded, body_of, root_of
from app.wire.messages import QUEUE_ROOT
from app.wire.review_codec import REVIEW_KINDS
from tests.domain.reviews_made import review

SHAPES = {
    "review": {
        *("id", "number", "centre_id", "centre_number", "centre_name", "nation", "awarding_body", "year"),
        *("framework_id", "kind", "state", "allocated_on", "task_from", "ced_due_on", "earlier_ced_due_on"),
        *("ced_extended", "ced_submitted_on", "reviewer_id", "reviewer_name", "consortium", "scope"),
        *("scope_says", "nominee", "contacted_on", "visit_on", "outcome", "block", "block_says"),
        *("report_version", "measures", "judged", "rev"),
    },
    "ced": {
        *("id", "review_id", "register_only", "entries", "recognition", "approvals", "signature"),
        *("provisional", "rev"),
    },
    "ced_file": {"id", "review_id", "code", "name", "sha256", "size", "media_type", "rev"},
    "visit_evidence": {
        *("id", "review_id", "code", "source", "text", "suggestion", "files", "originals", "author_id"),
        *("author_name", "recorded_at", "withdrawn", "rev"),
    },
    "quality_judgement": {
        *("id", "review_id", "code", "level", "reason", "commentary", "cites", "actions", "supersedes"),
        *("reviewer_id", "reviewer_name", "recorded_at", "withdrawn", "rev"),
    },
    "meeting": {
        *("id", "review_id", "kind", "who", "role", "began", "ended", "throughout", "notes", "supersedes"),
        *("author_id", "author_name", "recorded_at", "withdrawn", "rev"),
    },
    "nominee_contact": {
        *("id", "review_id", "spoke_with", "means", "summary", "proposed_on", "author_id", "author_name"),
        *("recorded_at", "rev"),
    },
    "review_action": {
        *("id", "review_id", "origin", "code", "text", "essential", "owner", "due_on", "answer"),
        *("answered_on", "signed_off_on", "signed_off_by", "sign_off_says", "rev"),
    },
    "visit_report": {
        *("id", "review_id", "version", "outcome", "changes", "reviewer_id", "reviewer_name", "issued_at"),
        *("pdf_sha256", "pdf_size", "rev"),
    },
    "review_row": {
        *("id", "number", "centre_number", "centre_name", "year", "kind", "state", "scope", "ced_due_on"),
        *("ced_submitted_on", "visit_on", "outcome", "block", "reviewer_id", "reviewer_name", "rev"),
    },
}
"""What travels, by kind. The records are the domain's own, so that a name changed there would be changed here."""


def test_every_kind_has_its_shape_and_comes_last() -> None:
    assert KINDS[-len(REVIEW_KINDS) :] == tuple(REVIEW_KINDS)
    assert SHAPES.keys() == REVIEW_KINDS.keys()
    for kind, record_type in REVIEW_KINDS.items():
        assert set(record_type.__dataclass_fields__) == SHAPES[kind]


def test_a_record_comes_back_as_it_was_with_the_number_that_travels_beside_it() -> None:
    sent = review(earlier_ced_due_on=(review().ced_due_on,), rev=7)
    kind, body = body_of(sent)
    assert (kind, root_of(sent)) == ("review", sent.id)
    assert Codec().record(kind, sent.id, sent.id, 41, body) == replace(sent, rev=41)
    assert json.loads(body)["rev"] == 0
    row = review_row_of(sent)
    assert root_of(row) == QUEUE_ROOT
    assert Codec().record("review_row", row.id, QUEUE_ROOT, 3, body_of(row)[1]) == replace(row, rev=3)


def test_fields_of_tomorrow_are_passed_over_and_an_unknown_value_costs_only_its_record() -> None:
    told = json.loads(body_of(review())[1])
    assert Codec().record("review", "review-1", "review-1", 0, json.dumps(told | {"mood": 1}).encode())
    with pytest.raises(UpdateNeeded):
        Codec().record("review", "review-1", "review-1", 0, json.dumps(told | {"scope": "half"}).encode())
