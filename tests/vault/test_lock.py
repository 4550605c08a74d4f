"""One window per person: the lock is the operating system's, so it holds between processes and dies with them."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.vault.lock import ProfileLock

HOLD = """
import sys
from pathlib import Path
from app.vault.lock import ProfileLock
with ProfileLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process_holding(profile: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(profile)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_profile_held_by_another_process_is_refused_in_plain_words(tmp_path: Path) -> None:
    with another_process_holding(tmp_path), pytest.raises(KnownError) as refusal:
        ProfileLock(tmp_path).acquire()
    assert refusal.value.code == "profile_in_use"
    assert "already open for this person on this computer" in refusal.value.says
    assert "close it" in refusal.value.do


def test_the_lock_is_free_once_its_process_was_killed(tmp_path: Path) -> None:
    with another_process_holding(tmp_path) as process:
        process.kill()
        process.wait()
        with ProfileLock(tmp_path) as lock:
            assert lock.held
    assert not lock.held


def test_a_second_lock_in_this_process_is_refused_until_the_first_is_given_back(tmp_path: Path) -> None:
    first, second = ProfileLock(tmp_path), ProfileLock(tmp_path)
    first.acquire()
    first.acquire()
    with pytest.raises(KnownError, match="already open"):
        second.acquire()
    assert not second.held
    first.release()
    first.release()
    second.acquire()
    assert second.held
    second.release()


def test_the_lock_file_stays_and_the_folder_is_private(tmp_path: Path) -> None:
    with ProfileLock(tmp_path / "new" / "profile") as lock:
        identity = lock.path.stat().st_ino
    assert lock.path.stat().st_ino == identity
    assert stat.S_IMODE(lock.path.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnownError) as refusal:
        ProfileLock(tmp_path / "file" / "profile").acquire()
    assert refusal.value.code == "profile_not_writable"
