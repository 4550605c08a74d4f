"""Evidence and the operator's virus scanner: asked about every file, and never passed over where it is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.errors import KnownError
from app.evidence.clamd import VARIABLE
from app.service import tables as t
from app.service.evidence_desk import EvidenceRefused
from tests.evidence.test_clamd import SAMPLE, started
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.evidence_ground import WORK, attach

__all__ = ["started"]


@NOT_OF_THE_DATABASE
def test_a_scanner_that_is_named_sees_every_file_and_what_it_finds_is_refused(
    college: College, house: House, started: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner, url = started()
    monkeypatch.setenv(VARIABLE, url)
    made = college.claim((1, 2, 3))
    attach(college, made.request_id)
    with pytest.raises(EvidenceRefused) as refusal:
        attach(college, made.request_id, content=b"look: " + SAMPLE, name="look.txt")
    assert scanner.received == [WORK, b"look: " + SAMPLE]
    assert refusal.value.code == "evidence_hostile"
    assert "Eicar-Test-Signature" in refusal.value.says
    assert refusal.value.do
    assert house.count(t.evidence, t.evidence.c.request_id == made.request_id) == 1


@NOT_OF_THE_DATABASE
def test_a_file_that_could_not_be_scanned_is_not_taken_and_may_be_tried_again(
    college: College, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:9")
    made = college.claim((1, 2, 3))
    with pytest.raises(KnownError) as refusal:
        attach(college, made.request_id)
    assert refusal.value.code == "scanner_unavailable"
    assert house.count(t.evidence, t.evidence.c.request_id == made.request_id) == 0
    monkeypatch.delenv(VARIABLE)
    attach(college, made.request_id)
