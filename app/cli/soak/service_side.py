"""The real service in this process: its HTTP application called directly, one call at a time, and its operators."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from sqlalchemy import delete, select, update

from app.cli.soak.sources import WorldClock
from app.domain.errors import KnownError
from app.service import tables as t
from app.service.accounts import require_person, revoke_everything
from app.service.assignments import assign_moderator, request_id_of
from app.service.blobs import BlobStore
from app.service.database import open_engine, reading, transact
from app.service.feed import Changes, lock_requests
from app.service.holds import end_hold, place_hold
from app.service.records import load_requests
from app.service.settings import Settings
from app.service.tokens import begin_sign_in
from app.sync.bodies import ACCEPTED
from app.sync.calls import HttpAnswer, HttpCall
from app.wire.messages import OutcomeMessage, SignIn, Tokens

if TYPE_CHECKING:
    from app.cli.soak.ground import Root

P = ParamSpec("P")
T = TypeVar("T")


class _AtOnce(ThreadPoolExecutor):
    """Does what it is given at once, on the thread that gives it: the order of things is then always the same."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done


class ServiceSide:
    """One service over a folder with ``service.db`` and ``files``. Used as a context manager."""

    def __init__(self, folder: Path, clock: WorldClock) -> None:
        self.folder = folder
        self.clock = clock
        self.engine = open_engine(f"sqlite:///{folder / 'service.db'}")
        self.blobs = BlobStore(str(folder / "files"))
        self._app: Any = None
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_AtOnce(1))

    def __enter__(self) -> ServiceSide:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()
        if self._app is not None:
            self._loop.run_until_complete(self._stop())
        self._loop.close()

    # -- what laptops see ----------------------------------------------------------------------------------------

    def answer(self, call: HttpCall) -> HttpAnswer:
        """The service's answer to one call, packed as it travels; a streamed one that succeeded in two pieces."""
        if self._app is None:
            self._app = self._start()
        return self._loop.run_until_complete(self._answer(call))

    def _start(self) -> Any:
        from app.service.application import create_app

        url = f"sqlite:///{self.folder / 'service.db'}"
        return create_app(Settings(url, str(self.folder / "files"), port=0, clock=self.clock))

    async def _stop(self) -> None:
        """Lets the application close what it opened, as a server does when it is stopped."""
        messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(_: Any) -> None:
            pass

        await self._app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    async def _answer(self, call: HttpCall) -> HttpAnswer:
        path, _, query = call.path.partition("?")
        headers = [(name.lower().encode(), value.encode()) for name, value in call.headers.items()]
        headers.append((b"content-length", str(len(call.body)).encode()))
        if "Accept-Encoding" not in call.headers:
            headers.append((b"accept-encoding", ACCEPTED.encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": call.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8610),
            "root_path": "",
            "state": {},
        }
        asked, started, pieces = [call.body], [], []
        complete = asyncio.Event()

        async def receive() -> Any:
            if asked:
                return {"type": "http.request", "body": asked.pop(), "more_body": False}
            # The caller stays until the answer is complete.
            await complete.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            else:
                pieces.append(message.get("body", b""))
                if not message.get("more_body", False):
                    complete.set()

        await self._app(scope, receive, send)
        (start,) = started
        found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        body = b"".join(pieces)
        status = int(start["status"])
        if call.stream and status in (200, 206):
            return HttpAnswer(status, found, chunks=iter([body[:100], body[100:]]))
        return HttpAnswer(status, found, body)

    # -- what operators do ---------------------------------------------------------------------------------------

    def admit(self, email: str, device: str) -> Tokens:
        """A new sign-in, as after the right password."""
        with reading(self.engine) as connection:
            person = require_person(connection, email)
        return begin_sign_in(
            self.engine, person, SignIn(email=email, password="", device_id=device), self.clock()
        )

    def revoke(self, email: str) -> None:
        """Signs the person out everywhere."""
        revoke_everything(self.engine, email)

    def root(self, number: str) -> Root:
        """A request by its number, with its samples in order."""
        from app.cli.soak.ground import Root

        with reading(self.engine) as connection:
            identifier = request_id_of(connection, number)
            samples = select(t.samples.c.id).where(t.samples.c.request_id == identifier)
            return Root(identifier, tuple(connection.scalars(samples.order_by(t.samples.c.position))))

    def assign(self, number: str, email: str) -> None:
        assign_moderator(self.engine, number, email)

    def place_hold(self, number: str) -> bool:
        """The quality manager holds a request; False if it cannot be held now."""
        try:
            place_hold(self.engine, number, "Something has to be looked into.", self.clock())
        except KnownError:
            return False
        return True

    def end_hold(self, number: str) -> list[OutcomeMessage] | None:
        """The quality manager ends a hold; what became of the acts it had stopped, or None if there is no hold."""
        try:
            return end_hold(self.engine, number, self.clock(), self.blobs)
        except KnownError:
            return None

    def drop_sample(self, sample_id: str) -> bool:
        """The centre withdraws a learner whose sample nobody judged or wrote about; False if somebody did."""

        def drop(connection: Any) -> bool:
            request_id = connection.scalar(select(t.samples.c.request_id).where(t.samples.c.id == sample_id))
            if request_id is None:
                return False
            lock_requests(connection, [request_id])
            for table in (t.judgements, t.notes):
                if connection.scalar(select(table.c.id).where(table.c.sample_id == sample_id).limit(1)):
                    return False
            connection.execute(delete(t.samples).where(t.samples.c.id == sample_id))
            connection.execute(
                update(t.requests)
                .where(t.requests.c.id == request_id)
                .values(samples=t.requests.c.samples - 1)
            )
            changes = Changes()
            changes.drop("sample", sample_id, request_id)
            changes.put(*load_requests(connection, [request_id]))
            changes.publish(connection)
            return True

        return transact(self.engine, drop)

    def drop_evidence(self, number: str) -> bool:
        """The centre takes a piece of evidence back; False when there is none left."""

        def drop(connection: Any) -> bool:
            request_id = request_id_of(connection, number)
            lock_requests(connection, [request_id])
            found = connection.scalar(
                select(t.evidence.c.id)
                .where(t.evidence.c.request_id == request_id)
                .order_by(t.evidence.c.id)
                .limit(1)
            )
            if found is None:
                return False
            connection.execute(delete(t.evidence).where(t.evidence.c.id == found))
            changes = Changes()
            changes.drop("evidence", found, request_id)
            changes.publish(connection)
            return True

        return transact(self.engine, drop)

    # -- backups -------------------------------------------------------------------------------------------------

    def back_up(self) -> int:
        """Copies the database, and then says that everything up to there is safe; returns that feed number."""
        _copy(self.folder / "service.db", self.folder / "backup.db")

        def note(connection: Any) -> int:
            # Nothing happens between the copy and this: one call at a time.
            head = int(connection.scalar(select(t.feed_head.c.n)))
            settings = t.service_settings
            connection.execute(
                update(settings).where(settings.c.name == "durable_seq").values(value=str(head))
            )
            return head

        return transact(self.engine, note)

    def restore(self) -> None:
        """Puts the last backup back: what came since is lost."""
        _copy(self.folder / "backup.db", self.folder / "service.db")

    def reset(self, original: Path) -> None:
        """Begins anew with the database and files of another folder."""
        _copy(original / "service.db", self.folder / "service.db")
        _copy(original / "service.db", self.folder / "backup.db")
        shutil.rmtree(self.folder / "files")
        shutil.copytree(original / "files", self.folder / "files")


def _copy(source: Path, target: Path) -> None:
    """Copies one database over another, through SQLite itself: connections to either may stay open."""
    from sqlcipher3 import dbapi2

    with dbapi2.connect(str(source)) as read, dbapi2.connect(str(target)) as write:
        read.backup(write)
    read.close()
    write.close()
