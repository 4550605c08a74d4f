"""Review frameworks: the objectives and measures that a quality review judges, as their awarding body's data tells.

Nothing here knows a particular framework; `catalogue` reads them from files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One piece of evidence that the framework suggests for a measure; none is mandatory (Q-27).

    id: stays the same from version to version, such as ``QO.1.1-a``. if_applicable: may be set *not applicable* with no
    effect on the judgement (Q-29). verbal: a talk is enough, so that there is no file (Q-28).
    """

    id: str
    text: str
    if_applicable: bool = False
    verbal: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of an objective, such as ``QO.3.4``, with what must hold."""

    code: str
    title: str
    guidance: tuple[str, ...]
    suggested: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Objective:
    """A quality objective, such as ``QO.3``. blocking: not met, it can stop certification (Q-04, Q-06).

    measures: none where the sources give none; then it is judged as a whole (D-10).
    """

    code: str
    name: str
    blocking: bool
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class GuidanceLink:
    """A document of the awarding body that helps with a review (Q-07)."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Framework:
    """A version of an awarding body's review framework.

    id: such as ``btec-qmr-2017``. first_year: of the academic years it is for, by the calendar year in which that
    begins; it serves until a later version does. ced_month, ced_day: the last day for the centre's Engagement Document
    in each year (Q-09). ced_working_days: how long before a visit it must be in (Q-10). contact_month, contact_day:
    from when the reviewer is to speak with the centre (Q-16). meeting_words: what stands for an objective that is met.
    text_a: the commentary of objectives that a register-only centre does not answer in its Engagement Document (Q-15);
    text_b: of those its report does not review (Q-31); two different sentences (Q-32). declaration: what the Head of
    Centre signs (Q-13). recognition, approvals: the two re-declarations (Q-12).
    """

    id: str
    awarding_body: str
    title: str
    first_year: int
    objectives: tuple[Objective, ...]
    ced_month: int
    ced_day: int
    ced_working_days: int
    contact_month: int
    contact_day: int
    meeting_words: str
    text_a: str
    text_b: str
    declaration: str
    recognition: str
    approvals: str
    links: tuple[GuidanceLink, ...]

    @property
    def blocking(self) -> tuple[Objective, ...]:
        """The blocking objectives, in their order (Q-04)."""
        return tuple(objective for objective in self.objectives if objective.blocking)

    @property
    def others(self) -> tuple[Objective, ...]:
        """The objectives that do not block, in their order."""
        return tuple(objective for objective in self.objectives if not objective.blocking)

    def objective(self, code: str) -> Objective | None:
        """The objective with this code, or the one to which the measure with this code belongs."""
        for objective in self.objectives:
            if objective.code == code or any(measure.code == code for measure in objective.measures):
                return objective
        return None

    def measure(self, code: str) -> Measure | None:
        return next((measure for measure in _measures(self.objectives) if measure.code == code), None)

    def suggestion(self, identifier: str) -> Suggestion | None:
        return next(
            (
                suggestion
                for measure in _measures(self.objectives)
                for suggestion in measure.suggested
                if suggestion.id == identifier
            ),
            None,
        )

    def ced_latest(self, year: int) -> date:
        """The last day for the Engagement Document of the academic year that begins in ``year`` (Q-09)."""
        return date(year, self.ced_month, self.ced_day)

    def contact_from(self, year: int) -> date:
        """From when the reviewer is to speak with the centre in the academic year that begins in ``year`` (Q-16)."""
        return date(year, self.contact_month, self.contact_day)


def _measures(objectives: Iterable[Objective]) -> Iterable[Measure]:
    return (measure for objective in objectives for measure in objective.measures)


def year_words(year: int) -> str:
    """The academic year that begins in a calendar year: ``2017-18``."""
    return f"{year}-{(year + 1) % 100:02}"
