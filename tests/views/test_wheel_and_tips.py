"""What happens in passing: the wheel over a field, the keyboard after a note, and tips that show what others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QTextDocument, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.moderation import Decision
from app.views.choosing import Chooser, NumberBox
from app.views.moderation.notes import REQUEST, SAMPLE
from app.views.parts import icon_button
from app.views.words import Elided, plain_tip
from app.workspace.desk import Desk
from tests.support.desks import desk_with_requests
from tests.views.bench_window import OnBench, Settled, sample
from tests.views.windows import bring_up

SLY = "<b>plan</b>.txt<img src=x>"


@pytest.fixture
def on(desk: Desk, qtbot: QtBot, settled: Settled) -> OnBench:
    return OnBench(desk, qtbot, settled, sample_id=sample(1))


def wheel(target: QWidget, down: int = 1) -> QWheelEvent:
    """Turn the wheel over a widget, as the system does it."""
    middle = target.rect().center()
    event = QWheelEvent(
        QPointF(middle),
        QPointF(target.mapToGlobal(middle)),
        QPoint(),
        QPoint(0, -120 * down),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(target, event)
    return event


def test_the_wheel_scrolls_past_what_a_note_is_about(on: OnBench) -> None:
    about = on.bench.pane.notes.about
    assert about.currentIndex() == SAMPLE
    for focused in (False, True):
        if focused:
            about.setFocus()
        wheel(about)
        assert about.currentIndex() == SAMPLE
    assert about.focusPolicy() is Qt.FocusPolicy.StrongFocus
    # Keys choose as ever.
    on.press(Qt.Key.Key_Down)
    assert about.currentIndex() == REQUEST


@pytest.mark.parametrize("kind", [Chooser, NumberBox])
def test_the_wheel_over_a_closed_field_goes_to_the_page(kind: type[QWidget], qtbot: QtBot) -> None:
    field = kind()
    qtbot.addWidget(field)
    if isinstance(field, Chooser):
        field.addItems(["one", "two"])
    bring_up(qtbot, field, 200, 40)
    before = field.currentText() if isinstance(field, Chooser) else str(field.property("value"))
    assert not wheel(field).isAccepted()
    after = field.currentText() if isinstance(field, Chooser) else str(field.property("value"))
    assert after == before


def test_every_field_of_that_kind_is_one_of_ours() -> None:
    views = Path(__file__).parents[2] / "app" / "views"
    own = {path.name for path in views.rglob("*.py") if "QComboBox()" in path.read_text("utf-8")}
    own |= {path.name for path in views.rglob("*.py") if "QSpinBox()" in path.read_text("utf-8")}
    assert own == set()


def test_M53_after_a_note_the_keyboard_is_in_its_field_again(on: OnBench) -> None:
    on.press(Qt.Key.Key_1)  # a decision that is not recorded must not be by an Enter too many
    on.bench.choose(sample(2))
    on.bench.pane.form.choice.choose(Decision.AGREED)
    notes = on.bench.pane.notes
    notes.field.setFocus()
    on.type("The second sheet came on Tuesday.")
    notes.add_button.setFocus()
    on.press(Qt.Key.Key_Space)
    on.settled()
    assert on.said == "Note added"
    assert on.focus == "noteText"
    on.press(Qt.Key.Key_Space)
    assert on.decisions()[1] is None


@pytest.mark.parametrize("text", ["plan.txt", "a > b & c", "Two\nlines"])
def test_an_ordinary_text_is_its_own_tip(text: str) -> None:
    assert plain_tip(text) == text


@pytest.mark.parametrize("text", [SLY, "One\n<i>two</i>", "&lt;b&gt;", "a < b"])
def test_a_tip_reads_as_what_was_written(text: str) -> None:
    document = QTextDocument()
    document.setHtml(plain_tip(text))
    assert document.toPlainText() == text


def test_a_name_that_looks_like_mark_up_is_shown_as_it_is(qtbot: QtBot) -> None:
    elided = Elided(SLY * 9)
    press = icon_button("cross", f"Remove {SLY}")
    for one in (elided, press):
        qtbot.addWidget(one)
    bring_up(qtbot, elided, 60, 30)
    for tip in (elided.toolTip(), press.toolTip()):
        assert "&lt;b&gt;plan&lt;/b&gt;.txt&lt;img" in tip
        assert "<b>" not in tip
        assert "<img" not in tip
    assert press.accessibleName() == f"Remove {SLY}"


def test_tips_of_the_bench_show_learners_and_files_as_they_are(
    tmp_path: Path, qtbot: QtBot, settled: Settled
) -> None:
    desk = desk_with_requests(tmp_path, evidence=[(SLY, b"An invented essay.")], centre_name=SLY)
    on = OnBench(desk, qtbot, settled, sample_id=sample(1))
    model = on.bench.browser.files.model()
    tips = [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) or "" for row in range(model.rowCount())]
    told = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
    assert any("&lt;b&gt;plan" in tip for tip in tips)
    assert not any("<b>" in tip for tip in tips)
    assert any(SLY in words for words in told)
    on.window.close()
    settled()
    desk.close()
