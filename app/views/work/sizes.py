"""How large files are, and how many of them are on their way, in words."""

from __future__ import annotations

from app.workspace.sizes import size_words
from app.workspace.snapshots import FilesUnderWay

__all__ = ["files_words", "size_words"]


def files_words(files: FilesUnderWay) -> str:
    """``1 file being sent, 100 MB of 700 MB``: what the service does not have whole yet; empty without any."""
    if not files.count:
        return ""
    size = size_words(files.size)
    if files.sent:
        size = f"{size_words(files.sent)} of {size}"
    return f"{files.count} {'file' if files.count == 1 else 'files'} being sent, {size}"
