"""What is known of the files that the person added: plain values, loaded without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.models.entries import TAKEN, ActState


class UploadStage(StrEnum):
    """Where a file stands. ``sending``: the service may have some of it. ``refused``: it will not take it."""

    WAITING = "waiting"
    SENDING = "sending"
    COMPLETE = "complete"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that an act names. ``size`` in bytes; ``key``: the 32 bytes it is sealed with; ``says``: why it waits.

    act_state, act_tries, covered: where its act stands in the outbox; None, 0 and False while it is not there.
    tries, beyond: see the table.
    """

    sha256: str
    act_id: str
    request_id: str
    name: str
    media_type: str
    size: int
    key: bytes
    stage: UploadStage
    says: str
    added_at: datetime
    tries: int
    beyond: int
    act_state: ActState | None
    act_tries: int
    covered: bool


def is_taken(upload: Upload) -> bool:
    """Whether the act that names the file is acknowledged, and in the service's backups."""
    return upload.act_state in TAKEN and upload.covered
