"""Reading what a child told: what it had acknowledged at some place of its trace, and what was under way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.proof.crash_facts import Facts
from tests.proof.crash_tracing import Run, Told, Trace


def told(trace: Trace) -> list[dict[str, Any]]:
    return [json.loads(item.text) for item in trace if isinstance(item, Told)]


@dataclass(frozen=True)
class Progress:
    """acknowledged: what stands for certain. coming: what stands once the step under way is done. step: its name,
    empty between two steps. atomic: it happens at once or not at all.
    """

    acknowledged: Facts
    coming: Facts
    step: str
    atomic: bool

    @staticmethod
    def at(run: Run, place: int) -> Progress:
        """How far the child was before the item at ``place`` of its trace."""
        acknowledged: Facts = {}
        step, atomic = "", True
        for words in told(run.trace[:place]):
            if "begin" in words:
                step, atomic = words["begin"], words["atomic"]
            elif "done" in words:
                acknowledged, step = words["facts"], ""
        coming = next((words["facts"] for words in told(run.trace[place:]) if "done" in words), acknowledged)
        return Progress(acknowledged, coming if step else acknowledged, step, atomic)

    def wrong(self, found: Facts) -> str:
        """What is not as it must be, in words; empty when all is well."""
        if found in (self.acknowledged, self.coming):
            return ""
        wrong = [
            f"{key}: {self.acknowledged.get(key)} → {self.coming.get(key)}, found {found.get(key)}"
            for key in sorted(self.acknowledged.keys() | self.coming.keys() | found.keys())
            if found.get(key) not in (self.acknowledged.get(key), self.coming.get(key))
        ]
        if not wrong and self.atomic:
            wrong = [
                f"{key}: {self.acknowledged.get(key)} → {self.coming.get(key)}, found {found.get(key)}, half done"
                for key in sorted(self.acknowledged.keys() | self.coming.keys())
                if self.acknowledged.get(key) != self.coming.get(key)
            ]
        return f"in {self.step or 'no step'}: " + "; ".join(wrong[:6]) if wrong else ""
