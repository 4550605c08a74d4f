"""Evidence on screen: pages, pictures and text, how they are gone through, turned, enlarged and searched."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.evidence import EvidenceKind
from app.views.evidence.layout import Fit
from tests.views.evidence_pane import WORK, Shown


def dark_pixels(image: QImage) -> int:
    """How many of a coarse grid of pixels are dark: words on paper."""
    return sum(
        QColor(image.pixel(x, y)).lightness() < 110
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    )


# Pages


def test_a_pdf_is_drawn_page_by_page_and_tells_where_one_is(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    view = shown.browser.view
    assert view.pages.page_count == 4
    assert view.tools.page.text() == "1"
    assert dark_pixels(shown.picture()) > 200
    view.pages.go_to_page(3)
    shown.wait()
    assert view.tools.page.text() == "3"
    QTest.keyClick(view.pages, Qt.Key.Key_End)
    assert view.pages.page == 4
    QTest.keyClick(view.pages, Qt.Key.Key_Home)
    assert view.pages.page == 1
    before = view.pages.verticalScrollBar().value()
    QTest.keyClick(view.pages, Qt.Key.Key_Space)
    assert view.pages.verticalScrollBar().value() > before


def test_a_page_number_can_be_typed(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    field = shown.browser.view.tools.page
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert shown.browser.view.pages.page == 2


def test_only_pages_in_sight_and_their_neighbours_are_drawn(shown: Shown, corpus: Path) -> None:
    shown.show([("long.pdf", WORK, (corpus / "ok/testJournalParser.pdf").read_bytes())])
    pages = shown.browser.view.pages
    assert pages.page_count > 4
    drawn = [page for page in range(pages.page_count) if pages._pictures.picture(page) is not None]
    assert 0 in drawn
    assert max(drawn) <= 3


def test_zoom_goes_by_steps_from_50_to_400_percent_and_keeps_the_place(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    view = shown.browser.view
    view.pages.go_to_page(2)
    for _ in range(20):
        assert view.zoom(1)
    assert view.pages.zoom == pytest.approx(4.0)
    assert view.pages.page == 2
    assert view.tools.zoom.text() == "400 %"
    for _ in range(20):
        view.zoom(-1)
    assert view.pages.zoom == pytest.approx(0.5)
    view.zoom(0)
    assert view.pages.zoom == pytest.approx(1.0)
    view.pages.set_fit(Fit.PAGE)
    assert view.tools.page_button.isChecked()
    assert view.pages.viewport().height() > view.pages._layout.places[0].height


def test_ctrl_and_wheel_zoom_plain_wheel_scrolls(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    pages = shown.browser.view.pages
    pages.set_zoom(1.0)

    def turn(modifier: Qt.KeyboardModifier) -> None:
        event = QWheelEvent(
            QPointF(50, 50), QPointF(50, 50), QPoint(), QPoint(0, 120 if modifier else -120),
            Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(pages.viewport(), event)

    turn(Qt.KeyboardModifier.ControlModifier)
    assert pages.zoom == pytest.approx(1.1)
    turn(Qt.KeyboardModifier.NoModifier)
    assert pages.verticalScrollBar().value() > 0


def test_a_page_can_be_turned_and_dragged(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    pages = shown.browser.view.pages
    pages.turn()
    shown.wait()
    place = pages._layout.places[0]
    assert place.width > place.height
    assert dark_pixels(shown.picture()) > 100
    pages.turn()
    pages.turn()
    pages.turn()
    pages.set_zoom(2.0)
    shown.wait()
    across = pages.horizontalScrollBar().value()
    area = pages.viewport()
    QTest.mousePress(area, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    QTest.mouseMove(area, QPoint(240, 200))
    QTest.mouseRelease(area, Qt.MouseButton.LeftButton, pos=QPoint(240, 200))
    assert pages.horizontalScrollBar().value() == across + 60
    assert pages.verticalScrollBar().value() > 0


def test_pages_are_drawn_for_the_screens_own_pixels(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    pages = shown.browser.view.pages
    picture = pages._pictures.picture(0)
    assert picture is not None
    wanted = pages._layout.places[0].width * pages.devicePixelRatioF()
    assert abs(picture.width() - wanted) <= 2


def test_find_marks_hits_walks_through_them_and_closes(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    view = shown.browser.view
    before = shown.picture()
    view.open_find()
    bar = view.find_bar
    QTest.keyClicks(bar.field, "blind text")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    shown.wait()
    assert bar.words.startswith("1 of ")
    count = int(bar.words.rpartition(" ")[2])
    assert count > 3
    assert shown.picture() != before
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.words == f"2 of {count}"
    QTest.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.words == f"{count} of {count}"
    bar.field.selectAll()
    QTest.keyClicks(bar.field, "zzzz")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    shown.wait()
    assert bar.words == "No hits"
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert view.pages.hasFocus()


def test_hits_lie_where_the_words_are_when_the_page_is_turned(shown: Shown, corpus: Path) -> None:
    shown.show([("four.pdf", WORK, (corpus / "ok/pdflatex-4-pages.pdf").read_bytes())])
    pages = shown.browser.view.pages
    box = (100.0, 50.0, 180.0, 62.0)
    upright = pages._on_page(0, box)
    pages.turn()
    turned = pages._on_page(0, box)
    place = pages._layout.places[0]
    assert turned.width() == pytest.approx(12 * pages._layout.scale)
    assert turned.right() == pytest.approx(place.width - 50 * pages._layout.scale, abs=1)
    assert upright.width() == pytest.approx(upright.height() * 80 / 12)


# Pictures and text


def test_a_picture_is_shown_whole(shown: Shown, corpus: Path) -> None:
    shown.show([("photo.jpg", WORK, (corpus / "ok/baseball.jpg").read_bytes())])
    view = shown.browser.view
    assert view.document is not None
    assert view.document.kind == "image"
    assert view.pages.fit is Fit.PAGE
    colours = {shown.picture().pixel(x, y) for x in range(150, 500, 10) for y in range(60, 300, 10)}
    assert len(colours) > 100
    view.open_find()
    assert view.find_bar.isHidden()


def test_text_is_shown_wrapped_and_searched(shown: Shown) -> None:
    shown.show([("log.txt", WORK, ("Grüße and a long line " * 60 + "\nthe needle\n").encode())])
    view = shown.browser.view
    assert view.text.toPlainText().startswith("Grüße and")
    assert view.text.horizontalScrollBar().maximum() == 0
    assert not view.text.fixed
    view.open_find()
    QTest.keyClicks(view.find_bar.field, "NEEDLE")
    QTest.keyClick(view.find_bar.field, Qt.Key.Key_Return)
    assert view.find_bar.words == "1 of 1"
    assert len(view.text.extraSelections()) == 1
    size = view.text.fontMetrics().height()
    view.zoom(1)
    assert view.text.fontMetrics().height() > size
    view.tools.letters_button.click()
    assert view.text.fixed


def test_a_table_of_text_has_letters_of_equal_width(shown: Shown) -> None:
    shown.show([("marks.csv", EvidenceKind.MARKING_SHEET, b"name,mark\nA,1\n")])
    assert shown.browser.view.text.fixed
