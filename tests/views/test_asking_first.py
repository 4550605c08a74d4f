"""The question before a risky file is opened stands in the pane, and is answered on purpose only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.support.desks import asks_without_walls
from tests.views.evidence_pane import WORK, Shown


def laid(shown: Shown, corpus: Path) -> None:
    essay = (corpus / "ok/pdflatex-4-pages.pdf").read_bytes()
    shown.show([("essay.pdf", WORK, essay), ("notes.txt", WORK, b"Notes.")], asks=asks_without_walls)


def test_the_question_stands_in_the_pane_and_the_file_opens_when_it_is_agreed(
    shown: Shown, corpus: Path
) -> None:
    laid(shown, corpus)
    view = shown.browser.view
    assert view.question.isVisible()
    assert "Open “essay.pdf” only if you trust where it comes from." in view.question.says.text()
    assert view.question.says.text() in view.question.accessibleName()
    assert view.document is None
    view.question.agree.setFocus()
    QTest.keyClick(view.question.agree, Qt.Key.Key_Space)
    shown.wait()
    assert view.pages.page_count == 4
    assert view.pages.hasFocus()
    shown.choose("notes.txt")
    shown.choose("essay.pdf")
    assert view.pages.isVisible()


def test_no_key_that_is_being_typed_answers_it(shown: Shown, corpus: Path) -> None:
    laid(shown, corpus)
    view = shown.browser.view
    shown.choose("notes.txt")
    field = QLineEdit(shown.browser)
    field.show()
    field.setFocus()
    shown.choose("essay.pdf")
    assert view.question.isVisible()
    assert QApplication.activeModalWidget() is None
    assert field.hasFocus()
    view.focus_view()
    assert view.question.hasFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Y, Qt.Key.Key_O):
        QTest.keyClick(view.question, key)
    shown.wait()
    assert view.question.isVisible()
    assert view.handing.question is None


def test_instead_it_can_be_opened_with_the_systems_program_which_asks_itself(
    shown: Shown, corpus: Path
) -> None:
    laid(shown, corpus)
    view = shown.browser.view
    view.question.outside.click()
    assert view.handing.question is not None
    view.handing.question.reject()
    shown.settled()
    assert shown.opened == []
    assert view.question.isVisible()


def test_in_a_narrow_pane_nothing_of_the_question_is_cut(shown: Shown, corpus: Path) -> None:
    laid(shown, corpus)
    card = shown.browser.view.question
    shown.browser.resize(240, 500)
    QApplication.processEvents()
    assert card.widget().width() <= card.viewport().width()
    for button in (card.agree, card.outside):
        assert button.width() >= button.minimumSizeHint().width()
