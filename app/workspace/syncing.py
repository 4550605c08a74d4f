"""Talking to the service from the desk: when, how it stands, and in what words trouble is told."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, Fetch
from app.workspace.snapshots import Changes, Reach, Status

if TYPE_CHECKING:
    from app.sync import Sync

OFFLINE_CODES = frozenset({"service_unreachable"})
"""Being offline is normal: the status pill says it, no banner does."""


class Syncing:
    """One profile's way to its service. ``sync`` is the laptop's half of the protocol.

    notice: something that happened at opening and that the next sync mends; told until then, also offline.
    clock: this computer's.
    """

    def __init__(self, sync: Sync, notice: KnownError | None, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._notice = notice
        self._sync = sync
        self._lock = threading.Lock()
        self._running = False
        self._reach = Reach.OFFLINE
        self._trouble: KnownError | None = None
        self._reached_at: datetime | None = None
        # Where each of the person's own files stood when that was last told.
        self._stages: frozenset[tuple[str, str, str, str]] = frozenset()

    def run(self, on_changes: Callable[[Changes], None]) -> Changes:
        """One round: hello, push, pull. Raises the KnownError that ended it; what was done before stays done."""
        everything = Changes()

        def tell(requests: frozenset[str], outbox: bool) -> None:
            nonlocal everything
            changes = Changes(requests, outbox=outbox, work=bool(requests) or outbox)
            everything |= changes
            on_changes(changes)

        self._enter(Reach.SYNCING)
        try:
            self._sync.run(tell)
        except KnownError as error:
            self._leave(error)
            raise
        except Exception as defect:
            self._leave(_stumbled(defect))
            raise
        self._leave(None)
        moved = self._moved()
        if moved:
            tell(moved, False)
        return everything

    def open_root(self, root: str, on_changes: Callable[[Changes], None]) -> None:
        """Fetches a request or review that is known here by its row alone; as ``Sync.open_root``."""
        self._sync.open_root(
            root,
            lambda requests, outbox: on_changes(
                Changes(requests, outbox=outbox, work=bool(requests) or outbox)
            ),
        )

    def _moved(self) -> frozenset[str]:
        """Requests of which a file of the person's own stands elsewhere than after the last round."""
        before = self._stages
        self._stages = frozenset(
            (file.request_id, file.act_id, file.sha256, f"{file.stage} {file.says}")
            for file in self._sync.uploads().files
        )
        return frozenset(request_id for request_id, *_ in before ^ self._stages)

    def add_file(
        self, source: Path | bytes, name: str, media_type: str, request_id: str, act_id: str
    ) -> AttachedFile:
        """Takes a file of the person's own in for the act that will name it; as ``Sync.add_file``."""
        return self._sync.add_file(source, name, media_type, request_id, act_id)

    def fetch(
        self,
        evidence: Sequence[Evidence],
        on_progress: Callable[[Fetch], None],
        cancelled: Callable[[], bool],
    ) -> Fetch:
        """Fetches files that are not here yet, and says which could not be fetched and why."""
        return self._sync.fetch(evidence, on_progress, cancelled)

    def sign_in_again(self, password: str) -> None:
        """New tokens for the same person."""
        self._sync.sign_in_again(password)
        with self._lock:
            self._trouble = None
            self._reach = Reach.ONLINE
            self._reached_at = self._clock()

    def status(
        self, *, queued: int, attention: int, saved_at: datetime | None, synced_at: datetime | None
    ) -> Status:
        with self._lock:
            reach, trouble, reached_at = self._reach, self._trouble, self._reached_at
            if trouble is None or trouble.code in OFFLINE_CODES:
                trouble = self._notice
        plain = Status(reach, queued, attention, saved_at, synced_at, reached_at=reached_at)
        if trouble is None:
            return plain
        return replace(plain, trouble=trouble.says, do=trouble.do, details=trouble.details)

    def next_try_in(self, attempt: int) -> float:
        """Seconds to wait after ``attempt`` failures in a row, honouring the service's own wish."""
        from app.sync.backoff import delay

        with self._lock:
            wish: float | None = getattr(self._trouble, "retry_after", None)
        return delay(attempt, random.random(), wish)

    def close(self) -> None:
        self._sync.close()

    def _enter(self, reach: Reach) -> None:
        with self._lock:
            self._reach = reach

    def _leave(self, error: KnownError | None) -> None:
        with self._lock:
            self._trouble = error
            if error is None:
                self._reach = Reach.ONLINE
                self._reached_at = self._clock()
                self._notice = None
            elif error.code == "sign_in_again":
                self._reach = Reach.SIGNED_OUT
            else:
                self._reach = Reach.OFFLINE


def _stumbled(defect: Exception) -> KnownError:
    return KnownError(
        "sync_stumbled",
        "Touchstone stumbled over something while it synced.",
        "It is tried again by itself, and your work is kept. Tell the support contact if this stays so.",
        details=repr(defect),
    )
