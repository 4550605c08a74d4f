"""Names of files where room is short: they give way in their middle, since their end tells them apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.evidence import EvidenceKind
from app.views import style
from app.views.parts import icon_button
from app.views.shell.foot import Toast
from app.views.words import BETWEEN, Elided, ElidedNames, breakable, shortened
from tests.support.desks import Clock, make_profile, one_request, open_desk
from tests.views.evidence_pane import WORK, Shown
from tests.views.travel_window import Before, Settled

START = "Marking sheet and assessor's feedback for unit 501, second attempt of learner "
ONE, OTHER = f"{START}17.xlsx", f"{START}18.docx"


def row(view: QAbstractItemView, index: QModelIndex) -> QImage:
    view.scrollTo(index)
    QApplication.processEvents()
    return view.viewport().grab(view.visualRect(index)).toImage()


def test_several_names_share_a_line_and_each_keeps_its_end(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    room = metrics.horizontalAdvance("n") * 60
    told = shortened((ONE, "plan.txt", OTHER), metrics, room)
    first, plan, last = told.split(BETWEEN)
    assert (first[-8:], plan, last[-8:]) == (ONE[-8:], "plan.txt", OTHER[-8:])
    assert first.startswith("Mark")
    assert metrics.horizontalAdvance(told) <= room
    assert shortened((), metrics, room) == ""
    assert shortened(("a.txt", "b.txt"), metrics, room) == "a.txt · b.txt"


def test_a_line_of_names_tells_them_whole_in_its_tip(qtbot: QtBot) -> None:
    line = ElidedNames()
    qtbot.addWidget(line)
    line.resize(400, 30)
    line.say_names((ONE, OTHER))
    assert line.text().endswith(".docx")
    assert ".xlsx" in line.text()
    assert line.toolTip() == line.accessibleName() == f"{ONE} · {OTHER}"
    line.say_names(())
    assert (line.text(), line.toolTip()) == ("", "")


def test_a_long_name_has_places_to_be_broken_at() -> None:
    assert breakable("a_b-c.txt").split("\u200b") == ["a_", "b-", "c.", "txt"]


def test_what_is_said_in_passing_keeps_the_name_at_its_end(qtbot: QtBot) -> None:
    toast = Toast()
    qtbot.addWidget(toast)
    toast.resize(260, 30)
    toast.show()
    toast.say("Exported to /home/morgan/Documents/Moderation/2026/Spring/MR-2041.pdf")
    QApplication.processEvents()
    assert toast.findChild(Elided).text().endswith(".pdf")


def test_files_of_the_bench_are_told_apart_by_their_ends_in_a_narrow_pane(shown: Shown) -> None:
    files = [("brief.txt", EvidenceKind.ASSIGNMENT_BRIEF, b"Brief.")]
    shown.show([*((name, WORK, name[:4].encode()) for name in (ONE, OTHER)), *files])
    shown.choose("brief.txt")
    for scale in (1.0, 2.0):
        style.look().put_on("light", scale)
        shown.browser.resize(240, 400)
        QApplication.processEvents()
        view = shown.browser.files
        places = [n for n, one in enumerate(view.rows) if one.item and one.item.evidence.name in (ONE, OTHER)]
        # The first of a kind has the kind before it: both rows are drawn as one that is not the first.
        ends = [row(view, view.model().index(place, 0)) for place in places]
        names = [image.copy(image.width() // 2, 0, image.width() // 2, image.height()) for image in ends]
        assert names[0] != names[1]
    style.look().put_on("light", 1.0)
    shown.choose(ONE)
    assert shown.browser._name.text() != ONE
    assert shown.browser._name.text().endswith("xlsx")


def test_files_to_take_along_are_told_apart_by_their_ends(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    items, data = one_request(1, [(ONE, b"aaaa"), (OTHER, b"bbbb")], id="r1", number="MR-1")
    desk = open_desk(make_profile(tmp_path, items, data), Clock())
    try:
        before = Before(desk, qtbot, settled)
        before.open()
        before.tree.expandAll()
        before.window.resize(640, 600)
        one, other = (
            row(before.tree, before.page.model.index_of(f"r1/evidence-1-{number}")) for number in (0, 1)
        )
        assert one.size() == other.size()
        assert one != other
    finally:
        settled()
        desk.close()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_button_with_a_glyph_alone_keeps_it_whole_where_room_is_short(qtbot: QtBot, scale: float) -> None:
    style.look().put_on("light", scale)
    bar = QWidget()
    qtbot.addWidget(bar)
    row = QHBoxLayout(bar)
    own = icon_button("left", "Back")
    row.addWidget(own)
    row.addWidget(QLabel("Words that need far more room than there is"))
    bar.resize(200, 60)
    bar.show()
    QApplication.processEvents()
    assert own.width() >= own.iconSize().width() + 8 >= round(18 * scale) + 8
    assert own.height() >= own.iconSize().height()


def test_a_long_name_on_a_card_is_wrapped_and_spoken_as_it_is(shown: Shown) -> None:
    name = "Marking_sheet_and_feedback_for_unit_501_second_attempt_of_learner_17.heic"
    shown.show([(name, WORK, b"....")])
    shown.browser.resize(300, 500)
    QApplication.processEvents()
    title = shown.browser.view.outside.title
    wide = title.contentsRect().width()
    need = title.fontMetrics().boundingRect(0, 0, wide, 10_000, int(Qt.TextFlag.TextWordWrap), title.text())
    assert need.width() <= wide
    assert shown.browser.view.outside.accessibleName().startswith(name)
