"""What a JSON file tells, read key by key; everything wrong in it is named in a sentence, all at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from app.domain.errors import KnownError


class Told:
    """One JSON object of a file. Each reading notes what is wrong and goes on with a harmless value.

    ``finish`` then refuses the file. A key that nobody read is a fault too: most often a name typed wrongly.
    """

    def __init__(
        self, values: dict[str, object], place: str, file: str, code: str, faults: list[str]
    ) -> None:
        self._values = values
        self._place = place
        self._file = file
        self._code = code
        self._faults = faults
        self._read: set[str] = set()
        self._below: list[Told] = []

    @classmethod
    def read(cls, path: Path, code: str) -> Told:
        """The object in a file. Raises KnownError ``code`` where the file holds none."""
        try:
            # A byte order mark is what some editors leave; it means nothing.
            found = json.loads(path.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            raise _refused(code, path.name, ["It is not written in UTF-8."]) from error
        except (json.JSONDecodeError, RecursionError) as error:
            where = f" line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else ""
            raise _refused(code, path.name, [f"It is not JSON.{where}".rstrip(".") + "."]) from error
        if not isinstance(found, dict):
            raise _refused(code, path.name, ["It does not hold one object in braces."])
        return cls(found, "", path.name, code, [])

    def has(self, key: str) -> bool:
        return key in self._values

    def wrong(self, key: str, says: str) -> None:
        """Notes a fault: “sampling.rates.low” followed by what is wrong with it."""
        self._faults.append(f"“{self._place}{key}” {says}.")

    def text(self, key: str, *, may_be_empty: bool = False) -> str:
        """A text; empty after a fault."""
        value = self._value(key)
        if isinstance(value, str) and (value.strip() or may_be_empty):
            return value
        if value is not None:
            self.wrong(key, "is empty" if value == "" else "is not a text")
        return ""

    def count(self, key: str, least: int, most: int) -> int:
        """A whole number; ``least`` after a fault."""
        value = self._value(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        if value is not None:
            self.wrong(key, f"is not a whole number from {least} to {most}")
        return least

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false; with ``default`` it may be missing."""
        if default is not None and not self.has(key):
            return default
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, "is neither true nor false")
        return value is True

    def day(self, key: str) -> date:
        """A day written 2026-03-12; the first of all days after a fault."""
        text = self.text(key)
        try:
            return date.fromisoformat(text)
        except ValueError:
            if text:
                self.wrong(key, f"is not a day such as 2026-03-12: “{text}”")
            return date.min

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """One of the allowed texts; the first after a fault."""
        text = self.text(key)
        if text in allowed:
            return text
        if text:
            self.wrong(key, f"is “{text}”, but must be one of: {', '.join(allowed)}")
        return allowed[0]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; it may be empty."""
        value = self._value(key)
        if isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value):
            return tuple(value)
        if value is not None:
            self.wrong(key, "is not a list of texts")
        return ()

    def part(self, key: str) -> Told:
        """An object inside this one; an empty one after a fault, whose own keys are then not asked for."""
        value = self._value(key)
        if isinstance(value, dict):
            return self._inside(value, key)
        if value is not None:
            self.wrong(key, "is not an object in braces")
        return _Nothing()

    def parts(self, key: str) -> tuple[Told, ...]:
        """A list of objects."""
        value = self._value(key)
        if isinstance(value, list) and all(isinstance(part, dict) for part in value):
            return tuple(self._inside(part, f"{key}[{number}]") for number, part in enumerate(value, start=1))
        if value is not None:
            self.wrong(key, "is not a list of objects in braces")
        return ()

    def finish(self) -> None:
        """Raises KnownError with every fault, the keys that nobody asked for included."""
        self._look_for_strangers()
        if self._faults:
            raise _refused(self._code, self._file, self._faults)

    def _look_for_strangers(self) -> None:
        for key in self._values:
            if key not in self._read:
                self.wrong(key, "is not a name that is known here")
        for below in self._below:
            below._look_for_strangers()

    def _inside(self, values: dict[str, object], name: str) -> Told:
        inside = Told(values, f"{self._place}{name}.", self._file, self._code, self._faults)
        self._below.append(inside)
        return inside

    def _value(self, key: str) -> object:
        self._read.add(key)
        value = self._values.get(key)
        if value is None:
            self.wrong(key, "is missing")
        return value


class _Nothing(Told):
    """In place of an object that is missing: one fault was noted, and its keys are no faults of their own."""

    def __init__(self) -> None:
        super().__init__({}, "", "", "", [])


def _refused(code: str, file: str, faults: Sequence[str]) -> KnownError:
    return KnownError(
        code, f"The file {file} cannot be used: {' '.join(faults)}", "Mend the file and try again."
    )
