"""Opening a profile's databases: the key, a first time, and everything that can be wrong with the files."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.models.profile import Profile
from app.models.stores import KEY_NAME
from app.vault.keys import new_database_key
from tests.models.conftest import Opener
from tests.models.made import act, page, put
from tests.support import records
from tests.support.keys import FileKeys


def refusal(open_again: Opener) -> KnownError:
    with pytest.raises(KnownError) as refused:
        open_again()
    return refused.value


def scribble(path: Path, offset: int, length: int = 64) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xaa" * length)


def filled(open_again: Opener) -> None:
    stores = open_again()
    for number in range(1, 200):
        stores.work.add(act(number))
    stores.cache.apply_page(page([put(records.sample(n)) for n in range(1, 400)]))
    stores.close()


def test_a_first_opening_makes_a_key_and_both_files(
    open_again: Opener, profile: Profile, keys: FileKeys
) -> None:
    stores = open_again()
    assert stores.cache_set_aside is None
    key = keys.get(profile.id, KEY_NAME)
    assert key is not None
    assert len(key) == 64
    assert {"work.db", "cache.db"} <= {path.name for path in profile.folder.iterdir()}


def test_nothing_can_be_read_without_the_key(open_again: Opener, profile: Profile) -> None:
    stores = open_again()
    stores.work.save_draft("k", {"text": "needle-in-the-draft"})
    stores.cache.apply_page(page([put(records.note(text="needle-in-the-note"))]))
    for path in profile.folder.iterdir():
        assert b"needle" not in path.read_bytes(), path.name
    stores.close()
    for name in ("work.db", "cache.db"):
        plain = sqlite3.connect(profile.folder / name)
        with pytest.raises(sqlite3.DatabaseError):
            plain.execute("SELECT * FROM sqlite_schema")
        plain.close()


def test_a_lost_key_is_said_and_nothing_is_made_anew(
    open_again: Opener, profile: Profile, keys: FileKeys
) -> None:
    filled(open_again)
    before = {path.name: path.read_bytes() for path in profile.folder.iterdir()}
    keys.forget(profile.id, KEY_NAME)
    assert refusal(open_again).code == "key_lost"
    assert {path.name: path.read_bytes() for path in profile.folder.iterdir()} == before
    assert keys.get(profile.id, KEY_NAME) is None


class _Forgetful(FileKeys):
    """A password store that keeps nothing and says nothing."""

    def put(self, profile_id: str, name: str, secret: str) -> None:
        pass


def test_no_file_is_made_before_the_key_is_safe(profile: Profile, tmp_path: Path) -> None:
    from app.models.profile import open_stores

    with pytest.raises(KnownError) as refused:
        open_stores(profile, _Forgetful(tmp_path / "nothing.json"))
    assert refused.value.code == "keyring_refused"
    assert [path.name for path in profile.folder.iterdir()] == ["profile.json"]


def test_a_wrong_key_is_told_from_a_damaged_file(
    open_again: Opener, profile: Profile, keys: FileKeys
) -> None:
    filled(open_again)
    right = keys.get(profile.id, KEY_NAME)
    assert right is not None
    keys.put(profile.id, KEY_NAME, new_database_key())
    assert refusal(open_again).code == "wrong_key"
    keys.put(profile.id, KEY_NAME, right)
    assert open_again().work.counts().waiting == 199


def test_a_damaged_work_file_is_kept_and_the_person_told_where(open_again: Opener, profile: Profile) -> None:
    filled(open_again)
    path = profile.folder / "work.db"
    scribble(path, 0)
    before = path.read_bytes()
    error = refusal(open_again)
    assert error.code == "work_damaged"
    assert str(path) in error.do
    assert path.read_bytes() == before


def test_damage_found_while_working_is_said_too(open_again: Opener, profile: Profile) -> None:
    filled(open_again)
    path = profile.folder / "work.db"
    for offset in range(4096 * 8, path.stat().st_size, 4096):
        scribble(path, offset)
    stores = open_again()
    with pytest.raises(KnownError) as refused:
        stores.work.entries()
    assert refused.value.code == "work_damaged"


def test_a_missing_work_file_is_never_replaced_by_an_empty_one(open_again: Opener, profile: Profile) -> None:
    filled(open_again)
    (profile.folder / "work.db").unlink()
    assert refusal(open_again).code == "work_missing"
    assert not (profile.folder / "work.db").exists()


def test_a_damaged_cache_is_set_aside_and_begun_anew(open_again: Opener, profile: Profile) -> None:
    filled(open_again)
    path = profile.folder / "cache.db"
    scribble(path, 0)
    before = path.read_bytes()
    stores = open_again()
    assert stores.cache_set_aside == profile.folder / "cache-set-aside-1.db"
    assert stores.cache_set_aside.read_bytes() == before
    assert (stores.cache.cursor(), stores.cache.count("sample")) == ("", 0)
    assert stores.work.counts().waiting == 199


def test_a_cache_found_damaged_in_use_is_set_aside_at_the_next_opening(
    open_again: Opener, profile: Profile
) -> None:
    filled(open_again)
    path = profile.folder / "cache.db"
    for offset in range(4096 * 8, path.stat().st_size, 4096):
        scribble(path, offset)
    stores = open_again()
    with pytest.raises(KnownError) as refused:
        stores.cache.root("request-1")
    assert refused.value.code == "cache_damaged"
    stores.close()
    stores = open_again()
    assert stores.cache_set_aside is not None
    assert stores.cache.root("request-1") == []
    stores.close()
    assert open_again().cache_set_aside is None


def test_a_cache_that_is_gone_is_begun_anew(open_again: Opener, profile: Profile) -> None:
    filled(open_again)
    (profile.folder / "cache.db").unlink()
    stores = open_again()
    assert (stores.cache.cursor(), stores.work.counts().waiting) == ("", 199)


def test_an_opening_that_was_cut_short_is_simply_repeated(open_again: Opener, profile: Profile) -> None:
    """SQLite makes the file before its first page is written: an empty file holds no work."""
    open_again().close()
    for name in ("work.db", "cache.db"):
        os.truncate(profile.folder / name, 0)
    (profile.folder / ".begun").unlink()
    assert open_again().work.counts().waiting == 0
