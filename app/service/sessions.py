"""Web sessions in the database, so that any copy of the service knows them; only hashes of their ids are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.concurrency import sync_to_thread
from litestar.middleware.session.server_side import ServerSideSessionConfig
from litestar.stores.base import Store
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState
from sqlalchemy import Connection, Engine, delete, select, update

from app.service.database import reading, transact, upsert
from app.service.settings import Clock
from app.service.tables import web_sessions

T = TypeVar("T")

COOKIE = "touchstone_session"
LASTS = timedelta(hours=8)


def session_config(*, secure: bool) -> ServerSideSessionConfig:
    """Server-side sessions of a working day; ``secure``: the cookie travels over TLS only."""
    return ServerSideSessionConfig(
        key=COOKIE,
        max_age=int(LASTS.total_seconds()),
        renew_on_access=True,
        httponly=True,
        samesite="lax",
        secure=secure,
        store="sessions",
    )


def renew_session(request: Request[Any, Any, Any], engine: Engine) -> None:
    """Gives the session a fresh id: one planted before sign-in is worth nothing after it, and one that somebody was
    signed in by in this browser ends.
    """
    former = request.cookies.pop(COOKIE, None)
    if former:
        ends = delete(web_sessions).where(web_sessions.c.key_hash == _hash(former))
        transact(engine, lambda connection: connection.execute(ends))
    ScopeState.from_scope(request.scope).session_id = Empty


class SqlSessionStore(Store):
    """The store behind Litestar's sessions. The person stands beside each, so that all of theirs can end."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def set(self, key: str, value: str | bytes, expires_in: int | timedelta | None = None) -> None:
        data = value.encode() if isinstance(value, str) else value
        if data in (b"{}", b"null"):  # Somebody who only looked at the sign-in form needs no session.
            await self.delete(key)
            return
        row = {
            "key_hash": _hash(key),
            "person_id": _person_of(data),
            "data": data,
            "expires_at": self._clock() + _span(expires_in),
        }

        def write(connection: Connection) -> None:
            insert = upsert(connection, web_sessions).values(row)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["key_hash"],
                    set_={name: insert.excluded[name] for name in ("person_id", "data", "expires_at")},
                )
            )

        await self._write(write)

    async def get(self, key: str, renew_for: int | timedelta | None = None) -> bytes | None:
        def read() -> bytes | None:
            with reading(self._engine) as connection:
                data: bytes | None = connection.scalar(select(web_sessions.c.data).where(*self._valid(key)))
                return data

        data = await sync_to_thread(read)
        if data is not None and renew_for is not None:
            expires_at = self._clock() + _span(renew_for)
            await self._write(
                lambda c: c.execute(
                    update(web_sessions)
                    .where(web_sessions.c.key_hash == _hash(key))
                    .values(expires_at=expires_at)
                )
            )
        return data

    async def delete(self, key: str) -> None:
        await self._write(
            lambda c: c.execute(delete(web_sessions).where(web_sessions.c.key_hash == _hash(key)))
        )

    async def delete_all(self) -> None:
        await self._write(lambda c: c.execute(delete(web_sessions)))

    async def exists(self, key: str) -> bool:
        return await self.get(key) is not None

    async def expires_in(self, key: str) -> int | None:
        def read() -> int | None:
            with reading(self._engine) as connection:
                until = connection.scalar(select(web_sessions.c.expires_at).where(*self._valid(key)))
                return None if until is None else int((until - self._clock()).total_seconds())

        return await sync_to_thread(read)

    def _valid(self, key: str) -> tuple[Any, Any]:
        return web_sessions.c.key_hash == _hash(key), web_sessions.c.expires_at > self._clock()

    async def _write(self, work: Callable[[Connection], T]) -> None:
        await sync_to_thread(transact, self._engine, work)


def _span(expires_in: int | timedelta | None) -> timedelta:
    if expires_in is None:
        return LASTS
    return expires_in if isinstance(expires_in, timedelta) else timedelta(seconds=expires_in)


def _person_of(data: bytes) -> str | None:
    person_id = msgspec.json.decode(data).get("person_id")
    return str(person_id) if person_id else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
