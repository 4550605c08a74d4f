"""Files that people add to what they write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.errors import KnownError
from app.domain.letters import hides_something

FILE_NAME_LIMIT = 255
"""Characters that the name of a file may have, as on any computer."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that a person added, such as a photo taken at a visit. ``size`` in bytes; ``sha256`` in hex."""

    name: str
    sha256: str
    size: int
    media_type: str = ""


def must_be_a_file(file: AttachedFile) -> None:
    """Raises KnownError ``file_name_wrong`` or ``file_unknown`` unless it is named as files are, and described by its
    content. How large it is is nobody's concern (M-48).
    """
    name = file.name
    if not name.strip() or name in (".", "..") or len(name) > FILE_NAME_LIMIT or "/" in name or "\\" in name:
        raise KnownError(
            "file_name_wrong",
            "An added file has a name that no file can have.",
            "Rename the file and add it again.",
            details=repr(name[:FILE_NAME_LIMIT]),
        )
    if hides_something(name):
        raise KnownError(
            "file_name_wrong",
            "The name of an added file holds signs that cannot be seen, and could be read as another name.",
            "Rename the file and add it again.",
            details=ascii(name),
        )
    if not is_sha256(file.sha256) or not 0 <= file.size < 2**63 or len(file.media_type) > 255:
        raise KnownError(
            "file_unknown", f"The file {name} is not described as a file must be.", "Add the file again."
        )


def is_sha256(text: str) -> bool:
    """Whether a text is a SHA-256 in lower-case hex."""
    return _SHA256.fullmatch(text) is not None
