"""The files of ``touchstone sample``: a policy, a claim and a history, each refused with every fault named."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.domain.errors import KnownError
from app.domain.quarters import is_quarter, quarter_of
from app.domain.sampling import ClaimedUnit, SamplingHistory
from app.domain.schemes import Risk, SamplingPolicy, sampling_policy, scheme_for
from app.domain.told import Told

SHOWN_FAULTS = 20
"""How many faults of a file are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the policy file tells: the rule, the risk it is applied with, and the quarter of the claim (D-1)."""

    rule: SamplingPolicy
    risk: Risk
    quarter: str
    full_sample: bool
    grades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What a history file tells. claimed, fulfilled: learner-units of the quarter (D-1)."""

    claimed: int
    fulfilled: int
    last: SamplingHistory


def read_policy(path: Path) -> Policy:
    """The policy in a JSON file. Raises KnownError naming every fault in it, or a body that is not known here."""
    told = Told.read(path, "sample_policy_faulty")
    if told.has("awarding_body"):
        scheme = scheme_for(told.text("awarding_body"))
        rule, grades = scheme.policy, scheme.attainment
    else:
        rule, grades = sampling_policy(told), ()
    if told.has("attainment"):
        grades = told.texts("attainment")
    quarter = told.text("quarter")
    if quarter and not is_quarter(quarter):
        told.wrong("quarter", f"is not a quarter such as 2026Q1: “{quarter}”")
    policy = Policy(
        rule=rule,
        risk=Risk(told.choice("risk", [risk.value for risk in Risk])),
        quarter=quarter,
        full_sample=told.flag("full_sample", default=False),
        grades=grades,
    )
    told.finish()
    return policy


def read_claim(path: Path) -> list[ClaimedUnit]:
    """The claim in a CSV file. Raises KnownError naming row and column of every fault."""
    table = _Table(path, needed=("learner", "unit", "assessor"), optional=("attainment",))
    claim: list[ClaimedUnit] = []
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        learner, unit = row.text("learner"), row.text("unit")
        first = seen.setdefault((learner, unit), row.number)
        if first != row.number and learner and unit:
            row.wrong("unit", f"learner {learner} and unit {unit} stand in row {first} already.")
        claim.append(
            ClaimedUnit(str(row.number), learner, unit, row.values["assessor"], row.values["attainment"])
        )
    if not table.rows:
        table.faults.append("It has no row below the heading.")
    table.finish()
    return claim


def read_history(path: Path | None, quarter: str) -> History:
    """The history in a CSV file; nothing without a file. Raises KnownError naming row and column of every fault."""
    claimed = fulfilled = 0
    unit_last: dict[str, date] = {}
    assessor_last: dict[str, date] = {}
    if path is None:
        return History(claimed, fulfilled, SamplingHistory(unit_last, assessor_last))
    table = _Table(path, needed=("claimed_on", "unit", "assessor", "sampled"), optional=("standing",))
    for row in table.rows:
        day, unit, assessor = row.day("claimed_on"), row.text("unit"), row.values["assessor"]
        sampled = row.choice("sampled", ("yes", "no")) == "yes"
        counts = row.choice("standing", ("", "archived", "refused")) == ""
        if quarter_of(day) == quarter:
            claimed += 1
            fulfilled += sampled and counts
        if sampled:
            unit_last[unit] = max(day, unit_last.get(unit, day))
            assessor_last[assessor] = max(day, assessor_last.get(assessor, day))
    table.finish()
    return History(claimed, fulfilled, SamplingHistory(unit_last, assessor_last))


class _Table:
    """The rows of a CSV file, by the names in its heading."""

    def __init__(self, path: Path, needed: Sequence[str], optional: Sequence[str]) -> None:
        self._name = path.name
        self.faults: list[str] = []
        self.rows: list[_Row] = []
        heading, *rows = self._read(_decoded(path.read_bytes())) or [(1, [])]
        names = [name.strip().casefold() for name in heading[1]]
        missing = [name for name in needed if name not in names]
        twice = [name for name in (*needed, *optional) if names.count(name) > 1]
        self.faults += [f"Its heading has no column “{name}”." for name in missing]
        self.faults += [f"Its heading has the column “{name}” twice." for name in twice]
        if missing or twice:
            return
        for number, cells in rows:
            if len(cells) > len(names):
                self.faults.append(
                    f"Row {number} has {len(cells)} columns, but the heading has {len(names)}."
                )
            told = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            values = {name: told.get(name, "") for name in (*needed, *optional)}
            self.rows.append(_Row(number, values, self.faults))

    def finish(self) -> None:
        """Raises KnownError with the faults, if there are any."""
        if not self.faults:
            return
        more = len(self.faults) - SHOWN_FAULTS
        rest = [f"And {more} more."] if more > 0 else []
        raise KnownError(
            "sample_file_faulty",
            f"The file {self._name} cannot be used: {' '.join([*self.faults[:SHOWN_FAULTS], *rest])}",
            "Mend the file and try again.",
        )

    def _read(self, text: str) -> list[tuple[int, list[str]]]:
        """The rows that are not empty, each with the line it ends in, counted from 1."""
        heading = text.partition("\n")[0]
        delimiter = ";" if heading.count(";") > heading.count(",") else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = []
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append((reader.line_num, cells))
        except csv.Error as error:
            self.faults.append(f"Row {reader.line_num} is not CSV: {error}.")
        return rows


@dataclass(frozen=True, slots=True)
class _Row:
    """One row. ``number`` counts lines of the file from 1, the heading included."""

    number: int
    values: dict[str, str]
    faults: list[str]

    def wrong(self, column: str, says: str) -> None:
        self.faults.append(f"Row {self.number}, column {column}: {says}")

    def text(self, column: str) -> str:
        if not self.values[column]:
            self.wrong(column, "it is empty.")
        return self.values[column]

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        value = self.values[column].casefold()
        if value not in allowed:
            names = ", ".join(name or "empty" for name in allowed)
            self.wrong(column, f"“{self.values[column]}” is not one of: {names}.")
        return value

    def day(self, column: str) -> date:
        text = self.text(column)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if text:
                self.wrong(column, f"“{text}” is not a day such as 2026-03-12.")
            return date.min


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets on Windows write. Five of its bytes mean nothing; they stay visible as such.
        return content.decode("cp1252", errors="replace")
