"""The files of a sample: every kind listed, what is handed over, what is missing, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.evidence import EvidenceKind
from app.views.evidence.browser import EvidenceBrowser
from tests.support import records
from tests.support.desks import make_profile, open_desk
from tests.views.evidence_pane import WORK, Settled, Shown

# Files and kinds


def test_M42_every_kind_is_listed_missing_ones_too(shown: Shown) -> None:
    not_applicable = records.evidence(
        "evidence-9",
        EvidenceKind.SPECIAL_CONSIDERATION,
        sample_id="",
        name="",
        sha256="",
        size=0,
        not_applicable="None was asked for.",
    )
    shown.show([("essay.txt", WORK, b"words")], more=[not_applicable])
    rows = {row.kind: row for row in shown.browser.files.rows}
    assert set(rows) == set(EvidenceKind)
    assert rows[WORK].is_file
    assert rows[EvidenceKind.SPECIAL_CONSIDERATION].not_applicable == "None was asked for."
    missing = [kind for kind, row in rows.items() if row.is_missing]
    assert EvidenceKind.MARKING_SHEET in missing
    assert len(missing) == 7
    assert shown.browser.missing.text == "7 kinds missing"
    shown.browser.files.choose(rows[EvidenceKind.MARKING_SHEET].key)
    assert "Missing" in shown.browser.view.nothing.accessibleName()
    shown.browser.files.choose(rows[EvidenceKind.SPECIAL_CONSIDERATION].key)
    assert "None was asked for." in shown.browser.view.nothing.accessibleName()


def test_M42_a_units_brief_counts_for_every_sample_of_the_unit(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    items = [
        records.request(samples=3),
        records.sample(1, unit_code="501"),
        records.sample(2, unit_code="501"),
        records.sample(3, unit_code="502"),
        records.evidence("brief", EvidenceKind.ASSIGNMENT_BRIEF, sample_id="sample-1", name="brief.pdf"),
    ]
    desk = open_desk(make_profile(tmp_path, items))
    request = desk.request("request-1")
    browser = EvidenceBrowser(desk, lambda _path: True)
    qtbot.addWidget(browser)
    found = []
    for sheet in request.samples:
        browser.show_sample(request, sheet)
        row = next(r for r in browser.files.rows if r.kind is EvidenceKind.ASSIGNMENT_BRIEF)
        found.append(row.item.evidence.name if row.item else "missing")
    assert found == ["brief.pdf", "brief.pdf", "missing"]
    settled()
    desk.close()


def test_the_file_and_the_place_in_it_are_found_again(shown: Shown, corpus: Path) -> None:
    data = (corpus / "ok/pdflatex-4-pages.pdf").read_bytes()
    shown.show([("four.pdf", WORK, data), ("notes.txt", WORK, b"short")])
    pages = shown.browser.view.pages
    pages.set_zoom(1.5)
    pages.go_to_page(3)
    shown.wait()
    place = pages.verticalScrollBar().value()
    shown.choose("notes.txt")
    shown.choose("four.pdf")
    assert pages.zoom == pytest.approx(1.5)
    assert abs(pages.verticalScrollBar().value() - place) <= 2


def test_what_arrives_after_the_person_went_on_is_dropped(shown: Shown, corpus: Path) -> None:
    data = (corpus / "ok/testJournalParser.pdf").read_bytes()
    shown.show([("slow.pdf", WORK, data), ("a.txt", WORK, b"alpha"), ("b.txt", WORK, b"beta")])
    slow, first, second = (
        next(row.key for row in shown.browser.files.rows if row.item and row.item.evidence.name == name)
        for name in ("slow.pdf", "a.txt", "b.txt")
    )
    for key in (first, slow, second, slow, first, second):
        shown.browser.files.choose(key)
    shown.wait()
    assert shown.browser.view.text.toPlainText() == "beta"
    assert shown.browser.view.pages.page_count == 0


# Handed over


def test_M46_another_kind_of_file_is_handed_over_after_a_question(shown: Shown, corpus: Path) -> None:
    data = (corpus / "ok/testWORD.docx").read_bytes()
    shown.show([("report.docx", WORK, data)])
    view = shown.browser.view
    assert "report.docx" in view.outside.accessibleName()
    view.outside.open.click()
    question = view.handing.question
    assert question is not None
    shown.qtbot.waitUntil(question.isActiveWindow)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        QTest.keyClick(question, key)
    assert shown.opened == []
    assert view.handing.question is question
    question.do.click()
    shown.wait()
    (path,) = shown.opened
    assert Path(path).read_bytes() == data
    assert "report.docx" in view.strip.text
    assert str(Path(path).parent) in view.strip.text
    view.strip.remove.click()
    shown.wait()
    assert not Path(path).exists()
    assert view.strip.isHidden()
    assert shown.told == ["The copy is removed."]


def test_M46_saying_no_hands_nothing_over(shown: Shown) -> None:
    shown.show([("sheet.xlsx", WORK, b"PK\x03\x04 not really")])
    view = shown.browser.view
    view.outside.open.click()
    question = view.handing.question
    assert question is not None
    question.cancel.click()
    shown.wait()
    assert shown.opened == []
    assert shown.desk is not None
    assert shown.desk.evidence.handed_over() == ()


def test_without_a_program_the_person_is_told_where_the_copy_lies(shown: Shown) -> None:
    shown.has_program = False
    shown.show([("thing.xyz", WORK, b"\x00\x01\x02")])
    view = shown.browser.view
    view.outside.open.click()
    assert view.handing.question is not None
    view.handing.question.do.click()
    shown.wait()
    assert shown.refused[0].code == "no_program"
    assert "lies in" in shown.refused[0].do


def test_a_pdf_can_be_handed_over_too(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    view = shown.browser.view
    view.tools.outside_button.click()
    assert view.handing.question is not None
    view.handing.question.do.click()
    shown.wait()
    assert [Path(path).name for path in shown.opened] == ["four.pdf"]


# Not here, not readable


def test_a_file_that_is_not_here_says_so_and_offers_to_fetch_it(shown: Shown) -> None:
    shown.show([("later.pdf", WORK, b"%PDF-1.4")], absent=["later.pdf"])
    view = shown.browser.view
    assert "Not downloaded" in view.absent.accessibleName()
    assert view.absent.fetch.isVisible()
    view.absent.fetch.click()
    assert view.absent.busy.isVisible()
    shown.settled()
    assert view.absent.fetch.isVisible()
    assert shown.fetched == ["request-1"]
    assert "Not downloaded" in view.absent.accessibleName()
    assert view.absent.says.text() != ""


def tell(shown: Shown, name: str, data: bytes) -> str:
    """What is said about a file that cannot be shown."""
    shown.show([(name, WORK, data)])
    trouble = shown.browser.view.trouble
    assert trouble.isVisible()
    assert name in trouble.accessibleName()
    assert trouble.open.isVisible()
    copy = next(b for b in trouble.findChildren(QPushButton) if "Copy" in b.text())
    copy.click()
    assert "[evidence_" in QGuiApplication.clipboard().text()
    return trouble.title.text()


def test_M47_a_protected_file_is_told_in_a_sentence(shown: Shown, corpus: Path) -> None:
    data = (corpus / "encrypted/libreoffice-writer-password.pdf").read_bytes()
    assert "password" in tell(shown, "secret.pdf", data)


def test_a_damaged_file_is_told_in_a_sentence(shown: Shown) -> None:
    assert tell(shown, "broken.pdf", b"%PDF-1.7\nnothing of use").endswith(".")


def test_M46_every_file_of_the_corpus_is_shown_or_offered_to_another_program(
    shown: Shown, corpus: Path
) -> None:
    paths = sorted(path for folder in ("ok", "damaged", "encrypted", "hostile-or-odd")
                   for path in (corpus / folder).iterdir())  # fmt: skip
    shown.show([(path.name, WORK, path.read_bytes()) for path in paths])
    view = shown.browser.view
    seen: dict[str, str] = {}
    for path in paths:
        shown.choose(path.name)
        if view.document is not None:
            seen[path.name] = view.document.kind
        else:
            card = view.outside if view.outside.isVisible() else view.trouble
            assert path.name in card.accessibleName()
            seen[path.name] = "offered"
    assert len(seen) == len(paths)
    assert seen["pdflatex-4-pages.pdf"] == "pages"
    assert seen["testJPEG_EXIF.jpg"] == "image"
    assert seen["testWORD.docx"] == "offered"


def test_no_evidence_at_all_is_said(shown: Shown) -> None:
    shown.show([])
    assert shown.browser.view.item is None
    assert shown.browser.next.isEnabled() is False


def test_everything_that_can_be_pressed_has_a_name(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    nameless = [
        widget
        for kind in (QAbstractButton, QLineEdit)
        for widget in shown.browser.findChildren(kind)
        if not widget.accessibleName() and widget.objectName() != "qt_toolbar_ext_button"
    ]
    assert nameless == []
    assert shown.browser.view.pages.accessibleName() == "four.pdf"
