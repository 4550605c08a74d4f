"""The reviewer of the tour: a whole visit without a network, from arrival to the signed report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QListView, QWidget

from app.cli.tour_window import AtTheWindow
from app.domain.resources import resources_folder
from app.domain.review_terms import Level, MeetingKind, ReviewKind, ReviewState, Scope, Source
from app.views.rows import ITEM_ROLE
from app.workspace.snapshots import Offline, Reach
from app.workspace.visits.snapshots import MeasureItem, VisitRow, VisitSheet

if TYPE_CHECKING:
    from app.views.visits.list_screen import VisitsScreen
    from app.views.visits.screen import VisitScreen

_PHOTO = resources_folder() / "demo" / "engagement" / "exam-room-notice.jpg"
_PHOTOGRAPHED = "QO.3.2"

_ASKED = {
    "QO.1.5": (
        "Changes reach the nominee, but not the office.",
        "Tell the office of every change.",
        False,
        "",
    ),
    "QO.9.3": (
        "Grades are signed by two of the three.",
        "Let the exams officer sign the final grades too.",
        True,
        "Lorna Garside",
    ),
}
"""Measures that are partly met: commentary, action, whether it is essential, and its owner at the centre."""

_MEETINGS = (
    (MeetingKind.NOMINEE, "Odile Farrant", "Quality nominee", "9:15", "15:00"),
    (MeetingKind.EXAMS_OFFICER, "Lorna Garside", "Exams officer", "11:00", "11:45"),
)


class VisitHands(AtTheWindow):
    """A centre quality reviewer at the window, with the register-only centre to be visited."""

    def __init__(self, out: Path, theme: str, shots: int = 0) -> None:
        super().__init__(out, theme, shots)
        self._review_id = ""

    @property
    def _visits(self) -> VisitsScreen:
        return cast("VisitsScreen", self._screen("visits"))

    @property
    def _visit(self) -> VisitScreen:
        return cast("VisitScreen", self._screen("visit"))

    @property
    def _sheet(self) -> VisitSheet:
        assert self._visit.sheet is not None, "no review is open"
        return self._visit.sheet

    # -- before the visit ---------------------------------------------------------------------------------------

    def first_sync(self) -> None:
        self._wait(lambda: self._desk.status().reach is Reach.ONLINE, "the first sync")
        self._wait(lambda: bool(self._visits.model.rows), "rows in the Visits list")
        self._wait(lambda: all(row.held for row in self._desk.visits.rows()), "whole reviews")
        self._settle()
        mine = [
            row
            for row in self._desk.visits.rows()
            if (row.kind, row.scope, row.state) == (ReviewKind.VISIT, Scope.REDUCED, ReviewState.DATE_AGREED)
        ]
        assert mine, "no register-only centre waits for its visit"
        self._review_id = mine[0].review_id
        self._choose_row()

    def _row(self) -> VisitRow:
        return next(row for row in self._desk.visits.rows() if row.review_id == self._review_id)

    def _choose_row(self) -> None:
        found = self._find(QListView, "visitsList")
        found.setFocus()
        model = found.model()
        for place in range(model.rowCount()):
            index = model.index(place, 0)
            item = model.data(index, ITEM_ROLE)
            if isinstance(item, VisitRow) and item.review_id == self._review_id:
                found.selectionModel().setCurrentIndex(
                    index, QItemSelectionModel.SelectionFlag.ClearAndSelect
                )
                return
        raise AssertionError("the review is not in the Visits list")

    def open_and_fetch(self) -> None:
        """Opens the review, fetches what the centre uploaded, and looks at its Engagement Document."""
        self._press(Qt.Key.Key_Return)
        self._wait(
            lambda: self._visit.sheet is not None and self._visit.review_id == self._review_id, "the visit"
        )
        self._press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self._wait(lambda: self._row().offline is Offline.READY, "the uploads to arrive")
        self._turn(Qt.Key.Key_2, "arranging")
        assert self._sheet.ced is not None
        assert self._sheet.ced.signed, "the Engagement Document is not signed"

    def _turn(self, key: Qt.Key, page: str) -> None:
        self._press(key, Qt.KeyboardModifier.AltModifier)
        self._wait(lambda: self._visit.page == page, f"the page {page}")
        self._settle()

    # -- at the centre ------------------------------------------------------------------------------------------

    def arrive(self) -> None:
        """The arrival, then whom the reviewer meets (Q-23, Q-24)."""
        self._turn(Qt.Key.Key_3, "meetings")
        form = self._visit.meetings.form
        self._meet(MeetingKind.ARRIVAL, began="9:00")
        for kind, who, role, began, ended in _MEETINGS:
            self._choose_kind(kind)
            self._write(form.who, who)
            self._write(form.role, role)
            if kind is MeetingKind.NOMINEE:
                form.throughout.setFocus()
                self._press(Qt.Key.Key_Space)
            self._write(form.ended, ended)
            self._meet(kind, began=began)

    def depart(self) -> None:
        self._turn(Qt.Key.Key_3, "meetings")
        self._meet(MeetingKind.DEPARTURE, began="15:10")

    def _meet(self, kind: MeetingKind, *, began: str) -> None:
        form = self._visit.meetings.form
        self._choose_kind(kind)
        self._write(form.began, began)
        self._press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self._settle()
        assert kind in {item.meeting.kind for item in self._sheet.meetings}, f"{kind.words} is not recorded"

    def _choose_kind(self, kind: MeetingKind) -> None:
        self._step_to(self._visit.meetings.form.kind, kind.value)

    def _step_to(self, chooser: QComboBox, wanted: str) -> None:
        """Steps through a list of choices by keys."""
        chooser.setFocus()
        for _ in range(chooser.count()):
            ahead = chooser.findData(wanted) - chooser.currentIndex()
            if ahead:
                self._press(Qt.Key.Key_Down if ahead > 0 else Qt.Key.Key_Up)
        assert chooser.currentData() == wanted, f"{wanted} cannot be chosen"

    def _write(self, field: QWidget, text: str) -> None:
        field.setFocus()
        self._type(text)

    # -- judging ------------------------------------------------------------------------------------------------

    def look_at_last_year(self) -> None:
        """What last year's report asked for: what the centre has answered is signed off (D-9)."""
        self._turn(Qt.Key.Key_1, "measures")
        (item,) = [one for one in self._sheet.items if any(action.answer for action in one.last_year)]
        self._visit.measures.choose(item.code)
        (card,) = self._visit.measures.basis.former.cards
        assert card.form is not None, "last year's action cannot be signed off"
        self._write(card.form.says, "The plan is there and was kept.")
        card.form.sign.setFocus()
        self._press(Qt.Key.Key_Space)
        self._settle()
        assert self._item(item.code).last_year[0].signed_off_on, "last year's action is still open"

    def take_photo(self) -> None:
        """Attaches a photo to new evidence; the place where it was taken is left out of the copy."""
        measures = self._visit.measures
        measures.choose(_PHOTOGRAPHED)
        measures.focus_tree()
        measures.basis.new.ask_files = lambda _parent, then: then([_PHOTO])
        self._press(Qt.Key.Key_P)
        self._wait(lambda: bool(measures.basis.new.photos), "the photo to be taken in")
        measures.basis.new.add_button.setFocus()
        self._press(Qt.Key.Key_Space)
        self._settle()
        noted = [one.noted for one in self._item(_PHOTOGRAPHED).citable if one.noted]
        assert [one.source for one in noted] == [Source.FILE], "the photo is not noted"

    def judge_every_measure(self) -> None:
        """Evidence and judgement for each measure, each objective after its measures."""
        for item in self._sheet.items:
            self._visit.measures.choose(item.code)
            self._visit.measures.focus_tree()
            QApplication.processEvents()
            if item.is_objective:
                self._judge_objective(item.code)
            else:
                self._cite_something(item)
                self._judge_measure(item)
        self._settle()
        left = [item.code for item in self._sheet.items if item.judgement is None]
        assert not left, f"{', '.join(left)} are not judged"

    def _cite_something(self, item: MeasureItem) -> None:
        """What the centre uploaded for it, else a tick where evidence is suggested that can be seen, else a sentence of
        what was said.
        """
        measures = self._visit.measures
        uploaded = [one.id for one in item.citable if one.files and not one.noted]
        if uploaded:
            measures.quality.cited.boxes[uploaded[0]].setFocus()
            self._press(Qt.Key.Key_Space)
            assert uploaded[0] in measures.quality.cited.cites, f"{item.code}: the upload is not cited"
        elif not measures.quality.cited.cites:
            self._note_evidence(item)
        measures.focus_tree()

    def _note_evidence(self, item: MeasureItem) -> None:
        basis = self._visit.measures.basis
        if item.suggestions and not item.suggestions[0].suggestion.verbal:
            basis.suggested.rows[0].seen.setFocus()
            self._press(Qt.Key.Key_Space)
        else:
            self._choose_source(Source.EXAMS_OFFICER if item.objective.code == "QO.3" else Source.VERBAL)
            self._visit.measures.focus_tree()
            self._press(Qt.Key.Key_V)
            self._type("Shown to me, with an example.")
            self._press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        assert any(one.noted for one in self._item(item.code).citable), f"{item.code}: no evidence noted"

    def _choose_source(self, source: Source) -> None:
        self._step_to(self._visit.measures.basis.new.source, source)

    def _judge_measure(self, item: MeasureItem) -> None:
        if item.code in _ASKED:
            self._judge_partly(*_ASKED[item.code])
        elif any(action.signed_off_on is None for action in item.last_year):
            self._judge_partly(
                "Not done since last year.", "Hold a sample of certificates.", True, "Lorna Garside"
            )
        else:
            self._press(Qt.Key.Key_1)

    def _judge_partly(self, commentary: str, action: str, essential: bool, owner: str) -> None:
        measures = self._visit.measures
        self._press(Qt.Key.Key_2)
        self._type(commentary)
        measures.focus_tree()
        self._press(Qt.Key.Key_A)
        QApplication.processEvents()
        self._type(action)
        row = measures.quality.planned.rows[-1]
        if not essential:
            row.kind.setFocus()
            self._press(Qt.Key.Key_Down)
        if owner:
            self._write(row.owner, owner)
            self._write(row.due, "30 Jun")
        if not essential:
            self.shoot("while judging the visit")
        self._press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def _judge_objective(self, code: str) -> None:
        if self._item(code).proposed is Level.MET:
            self._press(Qt.Key.Key_1)
            return
        self._press(Qt.Key.Key_2)
        self._type("See its measures.")
        self._press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def _item(self, code: str) -> MeasureItem:
        item = self._sheet.item(code)
        assert item is not None, f"{code} is not part of the review"
        return item

    def look_at_judged(self) -> None:
        """What was judged stands beside what the centre says."""
        self._visit.measures.choose(_PHOTOGRAPHED)

    # -- the report ---------------------------------------------------------------------------------------------

    def prepare_report(self) -> None:
        self._turn(Qt.Key.Key_4, "report")
        page = self._visit.report
        self._write(page.side.form.summary, "A centre that knows its learners; three things are asked for.")
        self._visit.save_now()
        missing = [one.says for one in self._sheet.report.missing]
        assert not missing, " ".join(missing)
        self._wait(lambda: page.side.submit.isEnabled(), "the report to be complete")
        self._wait(lambda: page.preview.ready, "the live preview")

    def submit_and_export(self) -> Path:
        """Signs the report off and exports it; the preview then shows the fixed bytes."""
        self._click("submitVisitReport")
        self._wait(lambda: bool(self._sheet.report.submitted), "the report to be signed off")
        self._wait(lambda: self._visit.report.preview.ready, "the signed report to be shown")
        path = self._out / "visit-report.pdf"
        path.unlink(missing_ok=True)
        self._visit.report.leaving.export_to(self._review_id, path)
        self._wait(path.exists, "the report to be written")
        return path

    def look_at_visits(self) -> None:
        self._press(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        self._wait(lambda: self._row().state is ReviewState.COMPLETE, "the review to be complete")
