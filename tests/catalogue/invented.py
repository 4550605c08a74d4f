"""A second review framework, of an awarding body that does not exist: nothing in it is like the first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.catalogue.frameworks import read_framework
from app.domain.frameworks import Framework


def invented_values(**changes: Any) -> dict[str, Any]:
    """What its file tells: one blocking objective of two measures, one other with a measure, one without."""
    values: dict[str, Any] = {
        "id": "harbour-check-2030",
        "awarding_body": "Harbour Awards",
        "title": "Harbour Check",
        "first_year": 2030,
        "ced": {"month": 5, "day": 31, "working_days": 3},
        "contact_from": {"month": 3, "day": 15},
        "meeting_words": "in order",
        "text_a": "We only moor here",
        "text_b": "Nothing sails from this quay",
        "declaration": "Everything above the waterline is as told.",
        "recognition": "The quay is still ours.",
        "approvals": "The boats are still sound.",
        "links": [{"title": "Tide tables", "url": "https://harbour.example/tides"}],
        "objectives": [
            {
                "code": "Q",
                "name": "Quay",
                "blocking": True,
                "measures": [
                    {
                        "code": "Q.1",
                        "title": "Bollards",
                        "guidance": ["They hold."],
                        "suggested": [
                            {"id": "Q.1-a", "text": "A look at each", "verbal": True},
                            {"id": "Q.1-b", "text": "Rope register", "if_applicable": True},
                        ],
                    },
                    {"code": "Q.2", "title": "Ladders", "guidance": ["They reach."], "suggested": []},
                ],
            },
            {
                "code": "B",
                "name": "Boats",
                "blocking": False,
                "measures": [
                    {
                        "code": "B.1",
                        "title": "Hulls",
                        "guidance": ["They are dry."],
                        "suggested": [{"id": "B.1-a", "text": "Pump log"}],
                    }
                ],
            },
            {"code": "W", "name": "Weather", "blocking": False},
        ],
    }
    return values | changes


def written(folder: Path, values: object, name: str = "framework.json") -> Path:
    """The file that tells these values."""
    path = folder / name
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def invented_framework(folder: Path) -> Framework:
    """The framework, read from its file as any other."""
    return read_framework(written(folder, invented_values(), "harbour-check-2030.json"))
