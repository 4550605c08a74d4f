"""Evidence on screen: pages, pictures, text, what is handed over, what is missing, and what cannot be read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.evidence import Evidence, EvidenceKind
from app.views.evidence.browser import EvidenceBrowser
from app.views.evidence.layout import Fit
from app.workspace.desk import Desk
from tests.support import records
from tests.support.desks import make_profile, open_desk
from tests.views.windows import bring_up

Settled = Callable[[], None]
Piece = tuple[str, EvidenceKind, bytes]

WORK = EvidenceKind.LEARNER_WORK


class Shown:
    """The middle pane of the bench in a window of its own, showing the evidence of one sample."""

    def __init__(self, folder: Path, qtbot: QtBot, settled: Settled) -> None:
        self.folder = folder
        self.qtbot = qtbot
        self.settled = settled
        self.opened: list[str] = []
        self.told: list[str] = []
        self.refused: list[Any] = []
        self.fetched: list[str] = []
        self.has_program = True
        self.desk: Desk | None = None

    def show(
        self, pieces: Sequence[Piece], *, absent: Sequence[str] = (), more: Sequence[Evidence] = ()
    ) -> None:
        """Evidence of the only sample; files named in ``absent`` are not on this computer."""
        items: list[Any] = [records.request(samples=1), records.sample(1)]
        files = []
        for number, (name, kind, data) in enumerate(pieces):
            sha256 = hashlib.sha256(data).hexdigest()
            items.append(
                records.evidence(f"evidence-{number}", kind, name=name, sha256=sha256, size=len(data))
            )
            if name not in absent:
                files.append(data)
        items += more
        self.desk = open_desk(make_profile(self.folder, items, dict.fromkeys(files)))
        self.browser = EvidenceBrowser(self.desk, self._open)
        self.qtbot.addWidget(self.browser)
        self.browser.told.connect(self.told.append)
        self.browser.refused.connect(self.refused.append)
        self.browser.fetched.connect(self.fetched.append)
        bring_up(self.qtbot, self.browser, 700, 620)
        request = self.desk.request("request-1")
        self.browser.show_sample(request, request.samples[0])
        self.wait()

    def _open(self, path: str) -> bool:
        self.opened.append(path)
        return self.has_program

    def wait(self) -> None:
        """Until everything in sight is drawn."""
        self.settled()
        self.qtbot.waitUntil(lambda: self.browser.view.ready, timeout=20_000)
        self.settled()

    def choose(self, name: str) -> None:
        row = next(row for row in self.browser.files.rows if row.item and row.item.evidence.name == name)
        self.browser.files.choose(row.key)
        self.wait()

    def picture(self) -> QImage:
        return self.browser.view.pages.viewport().grab().toImage()

    def close(self) -> None:
        self.settled()
        if self.desk is not None:
            self.desk.close()


@pytest.fixture
def shown(tmp_path: Path, qtbot: QtBot, settled: Settled) -> Any:
    made = Shown(tmp_path, qtbot, settled)
    yield made
    made.close()


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
    assert shown.desk.handed_over() == ()


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
