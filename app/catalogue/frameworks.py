"""Reads review frameworks from ``resources/frameworks``; whatever is wrong in a file is named, all of it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from app.domain.errors import KnownError
from app.domain.fixed_texts import says_the_same
from app.domain.frameworks import Framework, GuidanceLink, Measure, Objective, Suggestion
from app.domain.resources import resources_folder
from app.domain.told import Told


@lru_cache(maxsize=1)
def all_frameworks() -> tuple[Framework, ...]:
    """Every framework under ``resources/frameworks``, read once, by awarding body and first year.

    Raises KnownError ``framework_faulty``.
    """
    return read_frameworks(resources_folder() / "frameworks")


def framework_for(awarding_body: str, year: int) -> Framework:
    """The version that an awarding body's reviews of one academic year follow: the latest that has begun by then.

    year: in which the academic year begins. Raises KnownError ``framework_unknown``.
    """
    return choose_framework(all_frameworks(), awarding_body, year)


def framework_by_id(identifier: str) -> Framework:
    """The version that a review names, such as ``btec-qmr-2017``. Raises KnownError ``framework_unknown``."""
    for framework in all_frameworks():
        if framework.id == identifier:
            return framework
    raise KnownError(
        "framework_unknown",
        f"The review framework “{identifier}” is not known here.",
        "Update the program, or add the framework's file to resources/frameworks.",
    )


def choose_framework(frameworks: Iterable[Framework], awarding_body: str, year: int) -> Framework:
    """See ``framework_for``; from these."""
    wanted = awarding_body.strip().casefold()
    begun = [
        framework
        for framework in frameworks
        if framework.awarding_body.casefold() == wanted and framework.first_year <= year
    ]
    if not begun:
        raise KnownError(
            "framework_unknown",
            f"There is no review framework of “{awarding_body}” for the year {year}.",
            "Correct the name or the year, or add its file to resources/frameworks.",
        )
    return max(begun, key=lambda framework: framework.first_year)


def read_frameworks(folder: Path) -> tuple[Framework, ...]:
    """Every framework in a folder. Raises KnownError ``framework_faulty`` also where two share an id, or a year of one
    awarding body.
    """
    found: list[Framework] = []
    taken: dict[tuple[str, ...], str] = {}
    for path in sorted(folder.glob("*.json")):
        framework = read_framework(path)
        for name in (
            ("the id", framework.id),
            ("the year", framework.awarding_body.casefold(), str(framework.first_year)),
        ):
            other = taken.setdefault(name, path.name)
            if other != path.name:
                raise KnownError(
                    "framework_faulty",
                    f"{path.name} and {other} share {name[0]} “{name[-1]}”.",
                    "Mend one of them.",
                )
        found.append(framework)
    return tuple(sorted(found, key=lambda framework: (framework.awarding_body, framework.first_year)))


def read_framework(path: Path) -> Framework:
    """One framework from its file. Raises KnownError ``framework_faulty``, whose ``says`` names every fault in it."""
    told = Told.read(path, "framework_faulty")
    ced, contact = told.part("ced"), told.part("contact_from")
    first_year = told.count("first_year", 2000, 2199)
    ced_month, ced_day = _day_of_year(ced)
    contact_month, contact_day = _day_of_year(contact)
    framework = Framework(
        id=told.text("id"),
        awarding_body=told.text("awarding_body"),
        title=told.text("title"),
        first_year=first_year,
        objectives=tuple(_objective(part) for part in told.parts("objectives")),
        ced_month=ced_month,
        ced_day=ced_day,
        ced_working_days=ced.count("working_days", 0, 366),
        contact_month=contact_month,
        contact_day=contact_day,
        meeting_words=told.text("meeting_words"),
        text_a=told.text("text_a"),
        text_b=told.text("text_b"),
        declaration=told.text("declaration"),
        recognition=told.text("recognition"),
        approvals=told.text("approvals"),
        links=tuple(_link(part) for part in told.parts("links")),
    )
    _must_hang_together(told, framework)
    told.finish()
    return framework


def _day_of_year(told: Told) -> tuple[int, int]:
    month, day = told.count("month", 1, 12), told.count("day", 1, 31)
    try:
        # A year without a 29 February: the day must be one of every year.
        date(2001, month, day)
    except ValueError:
        told.wrong("day", "is no day of that month in every year")
    return month, day


def _objective(told: Told) -> Objective:
    objective = Objective(
        code=told.text("code"),
        name=told.text("name"),
        blocking=told.flag("blocking"),
        measures=tuple(_measure(part) for part in told.parts("measures")) if told.has("measures") else (),
    )
    if objective.blocking and not objective.measures:
        told.wrong("measures", "must name at least one measure, for the objective is a blocking one")
    for measure in objective.measures:
        if objective.code and measure.code and not measure.code.startswith(f"{objective.code}."):
            told.wrong("measures", f"has “{measure.code}”, which does not begin with “{objective.code}.”")
    return objective


def _measure(told: Told) -> Measure:
    measure = Measure(
        code=told.text("code"),
        title=told.text("title"),
        guidance=told.texts("guidance"),
        suggested=tuple(_suggestion(part) for part in told.parts("suggested")),
    )
    if told.has("guidance") and not measure.guidance:
        told.wrong("guidance", "must say at least once what must hold")
    return measure


def _suggestion(told: Told) -> Suggestion:
    return Suggestion(
        id=told.text("id"),
        text=told.text("text"),
        if_applicable=told.flag("if_applicable", default=False),
        verbal=told.flag("verbal", default=False),
    )


def _link(told: Told) -> GuidanceLink:
    link = GuidanceLink(told.text("title"), told.text("url"))
    if link.url and not _is_https(link.url):
        told.wrong("url", f"is no https address: “{link.url}”")
    return link


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not any(sign.isspace() for sign in url)


def _must_hang_together(told: Told, framework: Framework) -> None:
    if told.has("objectives") and not framework.blocking:
        told.wrong("objectives", "has no blocking objective")
    if says_the_same(framework.text_a, framework.text_b):
        told.wrong("text_b", "says the same as “text_a”")
    measures = [measure for objective in framework.objectives for measure in objective.measures]
    codes = [objective.code for objective in framework.objectives] + [measure.code for measure in measures]
    _must_differ(told, codes, lambda code: f"has the code “{code}” more than once")
    suggestions = [suggestion.id for measure in measures for suggestion in measure.suggested]
    _must_differ(told, suggestions, lambda identifier: f"has the suggestion “{identifier}” more than once")


def _must_differ(told: Told, names: list[str], says: Callable[[str], str]) -> None:
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        told.wrong("objectives", says(name))
