"""One profile's whole business with its service: the front that the workspace calls from its worker threads."""

from __future__ import annotations

import contextlib
import platform
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.evidence import Evidence, Fetch
from app.domain.people import Person
from app.sync.access import Access, SignedIn, sign_in
from app.sync.calls import Steps, T
from app.sync.driver import Driver
from app.sync.engine import Engine, OnChanges, Progress, SyncReport
from app.sync.fetching import fetch_all, wanted
from app.sync.receiving import Receiving
from app.sync.upload_worker import OwnFiles, UploadWorker
from app.sync.uploading import Sending

if TYPE_CHECKING:
    from app.models.profile import Profile
    from app.models.stores import Stores
    from app.vault.files import FileStore
    from app.vault.keys import Keys


class Sync:
    """Any thread may call. Nothing is sent or fetched by itself: somebody calls ``run``."""

    def __init__(
        self,
        profile: Profile,
        stores: Stores,
        files: FileStore,
        keys: Keys,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        driver: Driver | None = None,
    ) -> None:
        """``driver``: how the service is reached, if not in the ordinary way.

        Raises ``KnownError("service_address_refused")`` when the profile's address is not safe to talk to.
        """
        self._profile = profile
        self._work = stores.work
        self._cache = stores.cache
        self._driver = driver or Driver(profile.service_url)
        self._access = Access(profile.id, keys, self._note_person)
        self._engine = Engine(stores.work, stores.cache, profile.device_id, clock=clock, ticks=time.monotonic)
        self._one_at_a_time = threading.Lock()
        self._running: Future[SyncReport] | None = None
        # The engine carries one conversation at a time.
        self._rounds = threading.Lock()
        self._receiving = Receiving(stores.cache, files, stores.work.uploads, self._carry)
        self._uploads = UploadWorker(stores.work.uploads, stores.cache, files, self._carry)

    def run(
        self, on_changes: OnChanges, on_progress: Callable[[Progress], None] = lambda progress: None
    ) -> SyncReport:
        """One round: hello, push, pull. Called while a round is under way it waits for that one's end and shares it.

        After it the person's own files go on being sent on a thread of their own: records never wait for files.

        on_changes: told as it goes, on the thread that runs the round, with the ids of requests that changed and
        whether the outbox did. Raises the ``KnownError`` that ended the round; what was done before stays done.
        """
        with self._one_at_a_time:
            running = self._running
            if running is None:
                mine = self._running = Future()
        if running is not None:
            return running.result()
        try:
            report = self._round(on_changes, on_progress)
        except BaseException as error:
            self._running = None
            mine.set_exception(error)
            raise
        self._running = None
        mine.set_result(report)
        return report

    def open_root(self, root: str, on_changes: OnChanges) -> None:
        """Has a request that this person may see brought here with all that hangs on it, and fetches it.

        on_changes: as of ``run``. Raises ``Refused`` in the service's words when it may not be seen, and the
        ``KnownError`` of a service that cannot be reached. A round under way is waited for first.
        """
        with self._rounds:
            self._engine.on_changes = on_changes
            self._engine.on_progress = lambda progress: None
            self._carry(self._engine.open_root(root))

    def fetch(
        self,
        evidence: Sequence[Evidence],
        on_progress: Callable[[Fetch], None] = lambda fetch: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Fetch:
        """Fetches those files that are not here yet, four at a time; ``on_progress`` comes on the calling thread.

        What could not be fetched is told in the result; only a defect raises.
        """
        return fetch_all(
            wanted(evidence, self._cache.file_keys), self._receiving.receive, on_progress, cancelled
        )

    def sign_in_again(self, password: str) -> None:
        """New tokens for the person of this profile. Raises the service's words for a wrong password."""
        profile = self._profile
        answer = self._driver.run(
            sign_in(profile.service_url, profile.email, password, profile.device_id, platform.node())
        )
        self._access.accept(answer.tokens)

    def sign_out(self) -> None:
        """Ends the sign-in here in any case, and at the service if it can be reached."""
        with contextlib.suppress(KnownError):
            self._driver.run(self._access.sign_out())

    def add_file(
        self, source: Path | bytes, name: str, media_type: str, request_id: str, act_id: str
    ) -> AttachedFile:
        """Takes a file in: a copy is sealed here, its key kept, before the act that names it is recorded.

        act_id: of that act. A file whose act is never recorded is removed after a day, unless a draft speaks of its
        hash or of its act. Raises ``KnownError``: ``file_unreadable``, ``file_changed_on_the_way`` when the source
        changes meanwhile, ``disk_full``.
        """
        return self._uploads.add(source, name, media_type, request_id, act_id)

    def uploads(self) -> OwnFiles:
        """The person's own files that the service's backups may not hold yet, and why one does not go on."""
        return self._uploads.own_files()

    def upload(
        self,
        on_progress: Callable[[Sending], None] = lambda sending: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Sending:
        """Sends the person's own files now and returns when that is done; what is refused is told by name.

        Raises ``Cancelled`` between two parts, and the ``KnownError`` that stopped all of them.
        """
        return self._uploads.send(on_progress, cancelled)

    def close(self) -> None:
        """Stops sending files and lets go of every connection."""
        self._uploads.close()
        self._receiving.close()
        self._driver.close()

    def _round(self, on_changes: OnChanges, on_progress: Callable[[Progress], None]) -> SyncReport:
        with self._rounds:
            return self._whole_round(on_changes, on_progress)

    def _whole_round(self, on_changes: OnChanges, on_progress: Callable[[Progress], None]) -> SyncReport:
        self._engine.on_changes = on_changes
        self._engine.on_progress = on_progress
        number = self._uploads.round_begins()
        try:
            report = self._carry(self._engine.sync())
        finally:
            self._receiving.remove_left()
        self._uploads.round_ended(number, report.seen)
        return report

    def _carry(self, steps: Steps[T]) -> T:
        return self._driver.run(self._access.signed(steps))

    def _note_person(self, person: Person) -> None:
        """Name and roles may have changed at the service; another person never takes a profile over."""
        if person.id != self._profile.person.id:
            raise KnownError(
                "other_person",
                "The service says that this is another person's sign-in.",
                "Sign in again from the start; the work kept here stays with the person who recorded it.",
            )
        if person != self._profile.person:
            self._profile = self._profile.with_person(person)


def sign_in_at(
    service_url: str, email: str, password: str, device_id: str | None = None, *, driver: Driver | None = None
) -> SignedIn:
    """Signs in at a service. ``device_id``: of the profile this computer has for the person, if it has one.

    Raises ``KnownError``: ``service_address_refused``, ``service_unreachable``, ``not_the_service``, and the
    service's own words for a wrong password.
    """
    mine = driver or Driver(service_url)
    try:
        return mine.run(
            sign_in(mine.base_url, email, password, device_id or str(uuid.uuid4()), platform.node())
        )
    finally:
        if driver is None:
            mine.close()


def keep_tokens(profile: Profile, keys: Keys, answer: SignedIn) -> None:
    """Puts the refresh token of a sign-in into the keyring, where ``Sync`` finds it."""
    Access(profile.id, keys).accept(answer.tokens)
