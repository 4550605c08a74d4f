"""The visit itself: its timeline, and the form for a meeting, an arrival or a departure (Q-22..Q-24)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain import dates
from app.domain.errors import KnownError
from app.domain.review_checks import MARKS
from app.domain.review_terms import MeetingKind
from app.domain.reviews import Meeting
from app.views.choosing import Chooser
from app.views.moderation.fields import GrowingText
from app.views.pages import Card, ScrollPage
from app.views.parts import Badge, button, heading_row, icon_button, label
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.visits.arranging import widest
from app.views.visits.forms import KeptForm
from app.views.visits.moments import ClockField, DayField, moment_of
from app.views.visits.tabbing import tab_before
from app.workspace.visits.snapshots import MeetingItem, VisitSheet


class MeetingForm(KeptForm):
    """The fields of one moment of the visit. wanted: record it. replaces: the records that it takes the place of."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("meeting")
        self.replaces: tuple[str, ...] = ()
        self.kind = Chooser()
        self.kind.setObjectName("meetingKind")
        self.kind.setAccessibleName(self.tr("Which moment of the visit"))
        self.kind.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(12)
        for kind in MeetingKind:
            self.kind.addItem(kind.words, kind.value)
        self.who, self.role = QLineEdit(), QLineEdit()
        self.day = DayField("meetingDay", self.tr("Day"))
        self.began = ClockField("meetingBegan", self.tr("From"))
        self.ended = ClockField("meetingEnded", self.tr("To"))
        self.throughout = QCheckBox(self.tr("At hand throughout the visit"))
        self.throughout.setObjectName("meetingThroughout")
        self.notes = GrowingText("meetingNotes", self.tr("Notes"), least=2, most=10)
        self.now = button(self.tr("Now"), self._now, kind="quiet", icon="clock", name="meetingNow")
        self.record = button(self.tr("Record"), self.wanted.emit, kind="primary", name="recordMeeting")
        self.anew = button(self.tr("Leave it as it was"), self._leave, kind="quiet", name="leaveMeeting")
        for one in (self.now, self.record, self.anew):
            one.setAutoDefault(True)
        self._labels: dict[str, QLabel] = {}
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._show_kind)
        self._show_kind()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing.SNUG)
        grid.setVerticalSpacing(spacing.SNUG)
        grid.setColumnStretch(1, 1)
        times = QHBoxLayout()
        times.setSpacing(spacing.SNUG)
        self._to = label(self.tr("to"), "muted")
        for piece, stretch in ((self.began, 1), (self._to, 0), (self.ended, 1), (self.now, 0)):
            times.addWidget(piece, stretch)
        lines: tuple[tuple[str, str, QWidget | QHBoxLayout], ...] = (
            ("kind", self.tr("Moment"), self.kind),
            ("who", self.tr("Who"), self.who),
            ("role", self.tr("Role"), self.role),
            ("day", self.tr("Day"), self.day),
            ("time", self.tr("From"), times),
        )
        for number, (key, words, part) in enumerate(lines):
            beside = self._labels[key] = label(words, "muted")
            grid.addWidget(beside, number, 0)
            if isinstance(part, QHBoxLayout):
                grid.addLayout(part, number, 1)
            else:
                grid.addWidget(part, number, 1)
        self.who.setObjectName("meetingWho")
        self.who.setAccessibleName(self.tr("Whom you met"))
        self.role.setObjectName("meetingRole")
        self.role.setAccessibleName(self.tr("Role at the centre"))
        for key, control in (("kind", self.kind), ("who", self.who), ("role", self.role), ("day", self.day),
                             ("from", self.began), ("to", self.ended)):  # fmt: skip
            self.take(key, control)
        self.column.addLayout(grid)
        self.field("throughout", self.throughout)
        self.field("notes", self.notes, self.tr("Notes"))
        self.column.addWidget(self.complaint)
        self.column.addLayout(heading_row(self.record, self.anew))

    # -- what is kept -------------------------------------------------------------------------------------------

    @property
    def content(self) -> dict[str, str]:
        """As of every form; what it replaces is kept with it, and the day alone is nothing that was typed."""
        kept = super().content
        if not set(kept) - {"kind", "day"} and not self.replaces:
            return {}
        return {**kept, "kind": str(self.kind.currentData()), "replaces": " ".join(self.replaces)}

    def put(self, content: Mapping[str, str]) -> None:
        shown = dict(content)
        for key, field in (("began", "from"), ("ended", "to")):
            if shown.get(key):
                moment = dates.in_london(dates.from_text(shown[key]))
                shown["day"], shown[field] = moment.date().isoformat(), dates.clock_time(moment)
        super().put(shown)
        self.replaces = tuple(shown.get("replaces", "").split())
        self._show_kind()

    def change(self, meeting: Meeting, replaces: tuple[str, ...]) -> None:
        """Put a record into the fields, to be recorded anew in the place of these."""
        self.put(
            {
                "kind": meeting.kind.value,
                "who": meeting.who,
                "role": meeting.role,
                "began": dates.to_text(meeting.began),
                "ended": dates.to_text(meeting.ended) if meeting.ended is not None else "",
                "throughout": "yes" if meeting.throughout else "",
                "notes": meeting.notes,
                "replaces": " ".join(replaces),
            }
        )
        self.edited.emit()

    # -- what is meant ------------------------------------------------------------------------------------------

    @property
    def meant(self) -> MeetingKind:
        return MeetingKind(self.kind.currentData())

    def moments(self) -> tuple[datetime, datetime | None]:
        """When it began and ended. Raises KnownError ``time_missing`` naming what cannot be understood."""
        day, began, ended = self.day.day, self.began.time, self.ended.time
        if day is None or began is None:
            raise KnownError(
                "time_missing",
                self.tr("Say on which day and at what time it was."),
                self.tr("For example 8 Dec and 9:30."),
            )
        if self.ended.faulty and self.meant not in MARKS:
            raise KnownError(
                "time_missing", self.tr("“{to}” is no time of day.").format(to=self.ended.text())
            )
        end = moment_of(day, ended) if ended is not None and self.meant not in MARKS else None
        return moment_of(day, began), end

    def begin_on(self, day: date | None) -> None:
        """The day that stands in the form until another is typed."""
        self.start_from({"day": day.isoformat() if day is not None else ""})

    def _show_kind(self) -> None:
        kind = self.meant
        met = kind not in MARKS
        for part in (self.who, self.role, self._labels["who"], self._labels["role"], self._to, self.ended):
            part.setVisible(met)
        self._labels["time"].setText(self.tr("From") if met else self.tr("At"))
        self.throughout.setVisible(kind is MeetingKind.NOMINEE)
        self.anew.setVisible(bool(self.replaces))
        self.record.setText(self.tr("Record the change") if self.replaces else self.tr("Record"))
        self.record.setAccessibleName(self.record.text())

    def _now(self) -> None:
        here = dates.in_london(datetime.now(UTC))
        words = f"{time(here.hour, here.minute):%H:%M}"
        field = self.ended if self.began.text() and self.meant not in MARKS else self.began
        field.set_text(words)
        self.edited.emit()

    def _leave(self) -> None:
        self.put({})
        self.edited.emit()
        self.kind.setFocus()


class MeetingCard(QFrame):
    """One moment of the timeline. change_wanted: it is to be put into the form."""

    change_wanted = Signal()

    def __init__(self, item: MeetingItem, visit_on: date | None, *, may_change: bool) -> None:
        super().__init__()
        self.setObjectName("meetingCard")
        self.setProperty("role", "card")
        meeting = item.meeting
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.BASE, spacing.SNUG, spacing.SNUG, spacing.SNUG)
        row.setSpacing(spacing.BASE)
        clock = dates.clock_time(meeting.began)
        if meeting.ended is not None:
            clock += f"–{dates.clock_time(meeting.ended)}"
        when = label(clock, "strong")
        when.setContentsMargins(0, spacing.HAIR, 0, 0)
        when.setMinimumWidth(when.fontMetrics().horizontalAdvance("00:00–00:00 "))
        words = QVBoxLayout()
        words.setSpacing(spacing.HAIR)
        words.addWidget(label(meeting.kind.words, "strong", wrap=True))
        who = ", ".join(part for part in (meeting.who, meeting.role) if part)
        about = [who] if who else []
        if meeting.throughout:
            about.append(self.tr("at hand throughout the visit"))
        if about:
            words.addWidget(label(" · ".join(about), wrap=True))
        if meeting.notes:
            words.addWidget(label(meeting.notes, wrap=True))
        day = dates.in_london(meeting.began).date()
        told = [dates.day(day) if day != visit_on else "", item.whose]
        if item.pending:
            told.append(self.tr("waits to be sent"))
        words.addWidget(label(" · ".join(part for part in told if part), "small", wrap=True))
        if item.disputed:
            words.addLayout(heading_row(Badge(self.tr("Recorded twice: one must be chosen"), Tone.WARN)))
        row.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.change = icon_button(
            "draft",
            self.tr("Change: {what}, {when}").format(what=meeting.kind.words, when=clock),
            self.change_wanted.emit,
            "changeMeeting",
        )
        row.addWidget(self.change)
        self.change.setVisible(may_change)
        self.setAccessibleName(f"{clock}, {meeting.kind.words}, {', '.join(about)}. {meeting.notes}")


class MeetingsPage(ScrollPage):
    """The timeline above, the form below."""

    def __init__(self) -> None:
        super().__init__(sideways=False)
        self.setObjectName("visitMeetings")
        self.setAccessibleName(self.tr("Meetings and timeline"))
        across = QHBoxLayout(self.page)
        across.setContentsMargins(spacing.WIDE, spacing.ROOMY, spacing.WIDE, spacing.WIDE)
        self._middle = QWidget()
        column = QVBoxLayout(self._middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing.ROOMY)
        across.addWidget(self._middle, 10)
        across.addStretch(1)
        self._line = Card("clock", self.tr("Timeline of the visit"))
        self._none = label(self.tr("Nothing is recorded yet."), "muted", wrap=True)
        self._place = QVBoxLayout()
        self._place.setSpacing(spacing.SNUG)
        self._wanting = label("", "small", wrap=True)
        self._line.column.addWidget(self._none)
        self._line.column.addLayout(self._place)
        self._line.column.addWidget(self._wanting)
        self.form = MeetingForm()
        self._form_card = Card("plus", self.tr("Record a moment"))
        self._form_card.column.addWidget(self.form)
        column.addWidget(self._line)
        column.addWidget(self._form_card)
        column.addStretch()
        self._shown: tuple[object, ...] = ()
        self._cards: list[MeetingCard] = []

    @property
    def cards(self) -> tuple[MeetingCard, ...]:
        return tuple(self._cards)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._middle.setMaximumWidth(widest())

    def show_sheet(self, sheet: VisitSheet) -> None:
        """The timeline as it stands; what is typed stays."""
        may = sheet.may.review and sheet.review.report_version == 0 and not sheet.report.submitted
        self._form_card.setVisible(may)
        self.form.day.today = sheet.today
        self.form.begin_on(sheet.review.visit_on or sheet.today)
        fields = ("nominee", "exams_officer", "meetings")
        says = [entry.says for entry in sheet.report.missing if entry.field in fields]
        self._wanting.setText(self.tr("Before the report is signed off: {what}").format(what=" ".join(says)))
        self._wanting.setVisible(bool(says))
        self._none.setVisible(not sheet.meetings)
        shown = (sheet.meetings, sheet.review.visit_on, may)
        if shown != self._shown:
            self._shown = shown
            self._fill(sheet.meetings, sheet.review.visit_on, may=may)

    def _fill(self, items: tuple[MeetingItem, ...], visit_on: date | None, *, may: bool) -> None:
        for card in self._cards:
            self._place.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []
        for item in sorted(items, key=lambda one: (one.meeting.began, one.meeting.id)):
            card = MeetingCard(item, visit_on, may_change=may)
            card.change_wanted.connect(lambda it=item: self._change(it, items))
            self._place.addWidget(card)
            self._cards.append(card)
        tab_before(self.form.kind, [card.change for card in self._cards])

    def _change(self, item: MeetingItem, items: tuple[MeetingItem, ...]) -> None:
        replaces: tuple[str, ...] = (item.meeting.id,)
        if item.disputed:
            # What is recorded anew takes the place of all that stand side by side.
            replaces = tuple(
                one.meeting.id for one in items if one.disputed and one.meeting.kind is item.meeting.kind
            )
        self.form.change(item.meeting, replaces)
        self.form.who.setFocus() if self.form.who.isVisible() else self.form.began.setFocus()
        self.ensureWidgetVisible(self.form.record, 0, spacing.WIDE)

    def focus_first(self) -> None:
        """Where work goes on."""
        if self._form_card.isVisible():
            self.form.kind.setFocus()
        else:
            self.setFocus()

    def bring(self, field: str) -> None:
        """Put the form on the meeting that is missing, and the caret into it."""
        kinds = {"nominee": MeetingKind.NOMINEE, "exams_officer": MeetingKind.EXAMS_OFFICER}
        if field in kinds and not self.form.content:
            self.form.kind.setCurrentIndex(self.form.kind.findData(kinds[field].value))
        (self.form.who if self.form.who.isVisible() else self.form.kind).setFocus()
        self.ensureWidgetVisible(self.form, 0, spacing.WIDE)
