"""Links to a centre's own platform: enough where it is agreed, beside files where it is not (M-43 to M-45)."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from app.domain.evidence import EvidenceKind
from app.service import tables as t
from app.service.standing import end_agreement
from tests.service.claims_ground import College
from tests.service.ground import NOT_OF_THE_DATABASE, House
from tests.service.portal.evidence_ground import agree, lacking, link, listed

K = EvidenceKind


def test_M43_with_an_agreement_a_link_alone_is_enough_and_stays_so(college: College, house: House) -> None:
    made = college.claim((1, 2, 3))
    agreement = agree(college)
    assert link(college, made.request_id) == "agreed"
    assert K.LEARNER_WORK not in {kind for kind, _ in lacking(college, made.request_id)}
    end_agreement(house.engine, house.person("support"), agreement, house.clock())
    assert K.LEARNER_WORK not in {kind for kind, _ in lacking(college, made.request_id)}


def test_M44_without_an_agreement_a_link_stands_there_and_is_not_enough(
    college: College, house: House
) -> None:
    made = college.claim((1, 2, 3))
    agree(college)
    for url in ("https://elsewhere.example/k001", "https://work.college.example/cmi-not"):
        assert link(college, made.request_id, url) == "not-agreed"
    assert K.LEARNER_WORK in {kind for kind, _ in lacking(college, made.request_id)}
    whole = listed(college, made.request_id).places[-1]
    (need,) = [need for need in whole.needs if need.kind is K.LEARNER_WORK]
    assert all("no agreement" in item.says for item in need.given)
    assert house.count(t.evidence, t.evidence.c.url != "") == 2


@pytest.mark.parametrize(
    "url", ["", "http://work.college.example/cmi", "javascript:alert(1)", "https://work", "file:///etc"]
)
@NOT_OF_THE_DATABASE
def test_M45_an_invalid_link_is_refused(college: College, house: House, url: str) -> None:
    made = college.claim((1, 2, 3))
    with pytest.raises(KnownError) as refusal:
        link(college, made.request_id, url)
    assert refusal.value.code == "url_invalid"
    assert house.count(t.evidence, t.evidence.c.request_id == made.request_id) == 0
