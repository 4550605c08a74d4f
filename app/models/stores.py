"""Opening both databases of a profile: the key first, work with every care, the cache set aside if it is broken."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.domain.errors import KnownError
from app.models.backup import back_up, backups, drop_outgrown
from app.models.broken import is_log_broken
from app.models.cache import CacheStore
from app.models.database import Database, damage_note, is_database_key
from app.models.faults import Label, damaged, in_words, is_unreadable_from_the_start, wrong_key
from app.models.salvage import finish_swap, is_key_of
from app.models.schema import CACHE, WORK, bring_up_to_date
from app.models.work import WorkStore
from app.vault.disk import sync_folder
from app.vault.keys import Keys, key_lost, new_database_key

KEY_NAME = "database-key"
_BEGUN = ".begun"
"""A file that says that this profile has had its databases: from then on a missing one is a loss, not a beginning."""

_BACK_UP_EVERY = 20 * 3600
"""Seconds after which the next opening makes another copy of the work."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Both stores of one profile. ``cache_set_aside``: where a damaged cache was put; a new one was begun.
    ``cache_missing``: a new one was begun because the file was gone.
    """

    work: WorkStore
    cache: CacheStore
    cache_set_aside: Path | None = None
    cache_missing: bool = False

    def close(self) -> None:
        self.work.close()
        self.cache.close()


def open_databases(folder: Path, profile_id: str, keys: Keys, clock: Callable[[], datetime]) -> Stores:
    """As ``app.models.profile.open_stores``, for the folder of a profile."""
    work_path, cache_path = folder / "work.db", folder / "cache.db"
    with in_words("work", work_path):
        finish_swap(folder)
    key = _key(profile_id, keys, work_path, any_there=_there(work_path) or _there(cache_path))
    begun = folder / _BEGUN
    if not _there(work_path) and (_there(cache_path) or begun.exists()):
        if work_path.exists() and begun.exists():
            raise damaged("work", work_path, "the file is empty")
        raise KnownError(
            "work_missing",
            "The file with your work is missing on this computer.",
            f"Put “work.db” back into {folder}, or the newest copy from the folder “backups” there; "
            "or ask the support contact. Nothing was changed.",
        )
    lost = begun.exists() and not _there(cache_path)
    work = _open_work(work_path, cache_path, key)
    try:
        cache, set_aside = _open_cache(cache_path, key)
    except BaseException:
        work.close()
        raise
    try:
        with in_words("work", work_path):
            begun.touch()
            # SQLite makes both files and their logs, and does not say when the folder could not be made to keep them.
            sync_folder(folder)
    except BaseException:
        cache.close()
        work.close()
        raise
    stores = Stores(WorkStore(work, clock), CacheStore(cache, clock), set_aside)
    # What was recorded here was recorded on requests that lay here.
    if lost or (not stores.cache.cursor() and stores.work.entries(newest=1)):
        stores = replace(stores, cache_missing=set_aside is None)
    if stores.cache.last_synced() is not None and set_aside is None:
        _remove_replaced(folder)
    _back_up_daily(work, stores.work, clock())
    return stores


def _remove_replaced(folder: Path) -> None:
    """A cache that was put aside goes once everything was fetched anew: what the service takes away later must not
    linger in it.
    """
    with in_words("cache", folder):
        for path in folder.glob("cache-set-aside-*.db*"):
            path.unlink()


def _back_up_daily(database: Database, work: WorkStore, now: datetime) -> None:
    """A verified copy of the work on each day it is opened; whatever goes wrong with it, opening goes on."""
    with contextlib.suppress(KnownError):
        drop_outgrown(database)
    kept = backups(database.path.parent / "backups", database.path.stem)
    if kept and now.timestamp() - kept[-1].stat().st_mtime < _BACK_UP_EVERY:
        return
    with contextlib.suppress(KnownError):
        if work.entries(newest=1) or work.drafts():
            back_up(database)


def _there(path: Path) -> bool:
    # SQLite makes the file before it writes the first page: an empty one holds nothing yet.
    return path.exists() and path.stat().st_size > 0


def _key(profile_id: str, keys: Keys, work_path: Path, *, any_there: bool) -> str:
    key = keys.get(profile_id, KEY_NAME)
    if key is not None:
        if not is_database_key(key):
            raise wrong_key(work_path, "the stored key is not one of ours")
        return key
    if any_there:
        raise key_lost()
    key = new_database_key()
    keys.put(profile_id, KEY_NAME, key)
    if keys.get(profile_id, KEY_NAME) != key:
        raise KnownError(
            "keyring_refused",
            "The password store of this computer did not keep the key that Touchstone gave it.",
            "See that it is unlocked and try again; nothing was created.",
        )
    return key


def _open_work(path: Path, cache_path: Path, key: str) -> Database:
    if damage_note(path).exists():
        raise damaged("work", path, "a page was found broken while it was in use")
    _refuse_broken_log("work", path, key)
    database = Database("work", path, key)
    try:
        bring_up_to_date(database, WORK)
    except KnownError as error:
        database.close()
        unreadable = error.code == "work_damaged" and is_unreadable_from_the_start(error)
        if unreadable and not _opens("cache", cache_path, key) and not is_key_of(path, key):
            # Nothing opens: the key is at fault rather than the disk.
            raise wrong_key(path, error.details) from error
        raise
    except BaseException:
        database.close()
        raise
    return database


def _refuse_broken_log(label: Label, path: Path, key: str) -> None:
    """Raises ``work_damaged`` or ``cache_damaged`` for a log that SQLite would not take as it was written."""
    with in_words(label, path):
        if _there(path) and is_log_broken(path, key):
            raise damaged(label, path, "the log beside it is damaged")


def _opens(label: Label, path: Path, key: str) -> bool:
    if not _there(path):
        return False
    database = Database(label, path, key)
    try:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
    except KnownError:
        return False
    finally:
        database.close()
    return True


def _open_cache(path: Path, key: str) -> tuple[Database, Path | None]:
    set_aside = _set_aside(path) if damage_note(path).exists() else None
    try:
        _refuse_broken_log("cache", path, key)
    except KnownError as error:
        if error.code != "cache_damaged":
            raise
        set_aside = _set_aside(path)
    database = Database("cache", path, key)
    try:
        try:
            bring_up_to_date(database, CACHE)
        except KnownError as error:
            if error.code != "cache_damaged":
                raise
            database.close()
            set_aside = _set_aside(path)
            database = Database("cache", path, key)
            bring_up_to_date(database, CACHE)
        # Records that left while a reader was in the way may still stand in the log.
        database.clear_log()
    except BaseException:
        database.close()
        raise
    return database, set_aside


def _set_aside(path: Path) -> Path:
    """Renames a damaged cache, never deletes it; the next pull fetches everything anew."""
    number = 1
    while (aside := path.with_name(f"{path.stem}-set-aside-{number}.db")).exists():
        number += 1
    with in_words("cache", path):
        for ending in ("-wal", "-shm", ""):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.replace(aside.with_name(aside.name + ending))
        damage_note(path).unlink(missing_ok=True)
        sync_folder(path.parent)
    return aside
