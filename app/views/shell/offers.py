"""What the palette offers: samples of the open request, requests, then everything one can do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from app.domain.errors import KnownError
from app.views.actions import ActionRegistry
from app.views.shell.palette import CommandPalette, Offer
from app.views.tasks import run_task
from app.views.visits.words import state_words
from app.views.work.screen import WorkScreen
from app.workspace.snapshots import RequestSheet
from app.workspace.visits.snapshots import VisitSheet

if TYPE_CHECKING:
    from app.views.shell.house import House
    from app.views.visits.list_screen import VisitsScreen

_NOT_OFFERED = frozenset({"palette"})


class Offers(QObject):
    """Gathers the offers of one opening of the palette."""

    def __init__(self, house: House, actions: ActionRegistry, palette: CommandPalette) -> None:
        super().__init__(palette)
        self._house = house
        self._actions = actions
        self._palette = palette

    def show(self) -> None:
        """Open the palette at once; samples follow as soon as they are read."""
        self._palette.open_with([*self._deeds(), *self._requests(), *self._reviews()])
        what, request_id, _ = self._house.where
        if what in ("bench", "report") and request_id:
            run_task(self, lambda: self._house.desk.request(request_id), self._add_samples, self._no_samples)
        elif what == "visit" and request_id:
            visits = self._house.desk.visits
            run_task(self, lambda: visits.sheet(request_id), self._add_measures, self._no_samples)

    def _add_measures(self, sheet: VisitSheet) -> None:
        measures = [
            Offer(
                f"{item.code} {item.title}",
                partial(self._house.go, "visit", sheet.review.id, item.code),
                icon="flag",
                hint=state_words(item),
            )
            for item in sheet.items
        ]
        self._palette.add([*measures, *self._deeds(), *self._requests(), *self._reviews()])

    def _add_samples(self, sheet: RequestSheet) -> None:
        self._palette.add([*self._samples(sheet), *self._deeds(), *self._requests()])

    def _no_samples(self, error: KnownError) -> None:
        """Its screen says what is wrong with a request or review; here its parts are just not offered."""

    def _deeds(self) -> list[Offer]:
        return [
            Offer(
                entry.text,
                entry.action.trigger,
                icon="right",
                hint=entry.group.replace("&", ""),
                keys=entry.keys.split("; ")[0],
            )
            for entry in self._actions.all()
            if entry.action.isEnabled() and entry.id not in _NOT_OFFERED
        ]

    def _requests(self) -> list[Offer]:
        work = self._house.room("work") if "work" in self._house.names else None
        if not isinstance(work, WorkScreen):
            return []
        return [
            Offer(
                f"{row.number} {row.centre}",
                partial(self._house.go, "bench", row.request_id),
                icon="work",
                hint=row.qualification,
            )
            for row in work.model.rows
            if not row.update_needed
        ]

    def _reviews(self) -> list[Offer]:
        visits = self._house.room("visits") if "visits" in self._house.names else None
        if visits is None:
            return []
        rows = cast("VisitsScreen", visits).model.rows
        return [
            Offer(
                f"{row.number} {row.centre}",
                partial(self._house.go, "visit", row.review_id),
                icon="visits",
                hint=f"{row.kind.words} {row.year}",
            )
            for row in rows
            if row.held and not row.update_needed
        ]

    def _samples(self, sheet: RequestSheet) -> list[Offer]:
        return [
            Offer(
                self.tr("Sample {n}: {learner}").format(
                    n=entry.sample.position, learner=entry.sample.learner_name
                ),
                partial(self._house.go, "bench", sheet.request.id, entry.sample.id),
                icon="person",
                hint=f"{entry.sample.unit_code} {entry.sample.unit_title}",
            )
            for entry in sheet.samples
        ]
