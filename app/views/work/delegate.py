"""Paints one row of the Work list."""

from __future__ import annotations

from typing import Any

from app.views.due_rows import DueDelegate
from app.views.style.palette import Tone
from app.views.work.model import GROUP_TONES


class WorkDelegate(DueDelegate):
    """A moderation request."""

    def sign_of(self, group: Any) -> tuple[Tone, str]:
        return GROUP_TONES[group]
