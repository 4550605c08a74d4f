"""The strip above the Work list that tells of a run under way, paused, or come to its end."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from app.views import style
from app.views.parts import Picture, button, icon_button
from app.views.style import spacing
from app.views.style.palette import Tone
from app.views.words import Elided
from app.views.work.travel_words import files_words, outcome_words, progress_words, share
from app.views.work.travelling import State, Travelling


class TravelStrip(QFrame):
    """Hidden while there is nothing to tell. show_wanted(): the person wants to see the whole of it."""

    show_wanted = Signal()

    def __init__(self, run: Travelling) -> None:
        super().__init__()
        self.setObjectName("travelStrip")
        self.setProperty("role", "banner")
        self.setProperty("tone", str(Tone.INFO))
        self._run = run
        row = QHBoxLayout(self)
        row.setContentsMargins(spacing.ROOMY, spacing.TIGHT + 2, spacing.BASE, spacing.TIGHT + 2)
        row.setSpacing(spacing.SNUG + 2)
        self._picture = Picture("download", str(Tone.INFO))
        self._words = Elided()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._pause = button(self.tr("Pause"), run.pause, name="stripPause")
        self._resume = button(self.tr("Resume"), run.resume, name="stripResume")
        self._show = button(self.tr("Show"), self.show_wanted.emit, name="stripShow")
        self._show.setAccessibleName(self.tr("Show what is taken offline"))
        self._dismiss = icon_button("cross", self.tr("Dismiss"), self._dismissed, "stripDismiss")
        row.addWidget(self._picture)
        row.addWidget(self._words, 1)
        for widget in (self._bar, self._pause, self._resume, self._show, self._dismiss):
            row.addWidget(widget)
        run.moved.connect(self._draw)
        run.progressed.connect(self._draw)
        self._draw()

    @property
    def text(self) -> str:
        return self._words.whole

    def _draw(self) -> None:
        run = self._run
        told, glyph, tone = "", "download", Tone.INFO
        if run.state is State.RUNNING:
            told = self.tr("Taking offline: {words}").format(words=_small(progress_words(run.progress)))
        elif run.state is State.STOPPING:
            told = self.tr("Stopping…")
        elif run.state is State.PAUSED:
            told = self.tr("Taking offline is not finished. What has arrived is here.")
            glyph, tone = "hold", Tone.WARN
        elif run.report is not None:
            told = outcome_words(run.report)
            glyph, tone = ("ready", Tone.GOOD) if run.report.ready else ("warning", Tone.WARN)
        elif run.behind:
            told = self.tr("No longer ready to travel: {files} to fetch. Refresh before departure.").format(
                files=files_words(run.behind)
            )
            glyph, tone = "warning", Tone.WARN
        self._words.say(told)
        self._picture.show_icon(glyph, str(tone))
        style.set_property(self, "tone", str(tone))
        self._bar.setVisible(run.busy)
        value, end = share(run.progress)
        self._bar.setRange(0, end)
        self._bar.setValue(value)
        self._pause.setVisible(run.busy)
        self._pause.setEnabled(run.state is State.RUNNING)
        self._resume.setVisible(run.state is State.PAUSED)
        self._dismiss.setVisible(not run.busy)
        self.setAccessibleName(told)
        self.setVisible(bool(told))

    def _dismissed(self) -> None:
        if self._run.state is State.PAUSED:
            self._run.cancel()
        else:
            self._run.set_aside_report()


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
