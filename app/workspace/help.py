"""Help in words: guidance first, then whom to ask (M-76, M-05), and where older reports are (M-09)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.domain.resources import resources_folder
from app.domain.schemes import older_reports, whom_to_ask


@dataclass(frozen=True, slots=True)
class HelpTexts:
    """guidance: (title, text) in reading order; then the support contact and the way to older reports."""

    guidance: tuple[tuple[str, str], ...]
    support_says: str
    older_reports_says: str


def help_texts() -> HelpTexts:
    """The help of the moderators' awarding body, read from its data; names and addresses occur only there."""
    path = resources_folder() / "texts" / "help.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    return HelpTexts(
        guidance=tuple((entry["title"], entry["text"]) for entry in found["guidance"]),
        support_says=whom_to_ask(),
        older_reports_says=older_reports(),
    )
