"""Where nothing on the computer holds a harmful file, a risky one is opened only after a question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.workspace.desk import Desk
from tests.support.desks import asks_without_walls, make_profile, one_request, open_desk

REQUEST = "request-1"
ESSAY, NOTES, DISGUISED, OTHER = (f"{REQUEST}/evidence-1-{number}" for number in range(4))


@pytest.fixture
def profile(tmp_path: Path, corpus: Path) -> Path:
    essay = (corpus / "ok/pdflatex-4-pages.pdf").read_bytes()
    # One more that says of itself that it is text, and one of the same bytes as the first.
    files = [("essay.pdf", essay), ("notes.txt", b"Notes."), ("data.txt", essay + b"\n"), ("copy.pdf", essay)]
    items, contents = one_request(1, files)
    return make_profile(tmp_path / "laptop", items, dict.fromkeys(contents))


@pytest.fixture
def bare(profile: Path) -> Iterator[Desk]:
    """The desk on a computer without any wall."""
    desk = open_desk(profile, asks=asks_without_walls)
    yield desk
    desk.close()


def asked(desk: Desk, evidence_id: str) -> str:
    with pytest.raises(KnownError) as refused:
        desk.evidence.open(REQUEST, evidence_id)
    assert refused.value.code == "evidence_asks"
    return refused.value.says


def test_a_risky_file_is_asked_about_by_its_content_and_opened_when_agreed(bare: Desk) -> None:
    assert "“essay.pdf”" in asked(bare, ESSAY)
    assert "“data.txt”" in asked(bare, DISGUISED)
    with bare.evidence.open(REQUEST, ESSAY, agreed=True) as document:
        assert document.page_count == 4


def test_what_is_plain_text_opens_without_a_question(bare: Desk) -> None:
    with bare.evidence.open(REQUEST, NOTES) as document:
        assert document.text() == "Notes."


def test_the_answer_holds_for_that_file_and_until_the_desk_is_closed(bare: Desk, profile: Path) -> None:
    bare.evidence.open(REQUEST, ESSAY, agreed=True).close()
    for same in (ESSAY, OTHER):
        bare.evidence.open(REQUEST, same).close()
    asked(bare, DISGUISED)
    bare.close()
    later = open_desk(profile, asks=asks_without_walls)
    try:
        asked(later, ESSAY)
    finally:
        later.close()


def test_where_this_computer_protects_nothing_is_asked(profile: Path) -> None:
    from app.evidence.protections import known_protections

    if not any(wall.holds for wall in known_protections()):
        pytest.skip("nothing confines a process on this computer")
    desk = open_desk(profile)
    try:
        desk.evidence.open(REQUEST, ESSAY).close()
    finally:
        desk.close()
