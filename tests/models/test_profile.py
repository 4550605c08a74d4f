"""Profiles on a computer: made once, found again, never half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.domain.people import Grant, Person, Role
from app.models.profile import Profile, create_profile, find_profile, known_profiles, profiles_folder
from tests.models.made import MORGAN, Signed

OTHER = Person(
    "person-2", "alex.brook@example.invalid", "Alex Brook", (Grant(Role.CENTRE_STAFF, "centre-1"),)
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    return tmp_path


def test_a_profile_is_read_as_it_was_made(home: Path) -> None:
    made = create_profile(Signed(person=OTHER), demo=True)
    assert Profile.read(made.folder) == made
    assert (made.person, made.demo, made.device_id) == (OTHER, True, "device-1")
    assert made.folder.parent == profiles_folder() == home / "profiles"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_its_owner_may_read_a_profile(home: Path) -> None:
    made = create_profile(Signed(), demo=False)
    assert made.folder.stat().st_mode & 0o077 == 0
    assert (made.folder / "profile.json").stat().st_mode & 0o077 == 0


def test_M01_a_profile_is_found_by_login_name_and_service(home: Path) -> None:
    mine = create_profile(Signed(), demo=False)
    create_profile(Signed(person=OTHER), demo=False)
    create_profile(Signed(service_url="https://touchstone.example.invalid/"), demo=False)
    assert find_profile("http://127.0.0.1:9/", MORGAN.email) == mine
    assert find_profile("https://touchstone.example.invalid", MORGAN.email) is not None
    assert find_profile("https://touchstone.example.invalid", OTHER.email) is None


def test_profiles_come_with_the_one_used_last_first(home: Path) -> None:
    first = create_profile(Signed(), demo=False)
    second = create_profile(Signed(person=OTHER), demo=False)
    for profile, moment in ((first, 1_000), (second, 2_000)):
        os.utime(profile.folder / "profile.json", (moment, moment))
    assert known_profiles() == (second, first)
    first.touch()
    assert known_profiles() == (first, second)


def test_a_damaged_profile_hides_no_other(home: Path) -> None:
    broken = create_profile(Signed(), demo=False)
    sound = create_profile(Signed(person=OTHER), demo=False)
    (broken.folder / "profile.json").write_text("{")
    assert known_profiles() == (sound,)
    with pytest.raises(KnownError) as refused:
        Profile.read(broken.folder)
    assert refused.value.code == "profile_damaged"


def test_a_folder_without_a_profile_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as refused:
        Profile.read(tmp_path)
    assert refused.value.code == "profile_missing"


def test_a_changed_person_is_written_and_a_role_of_tomorrow_left_out(home: Path) -> None:
    made = create_profile(Signed(), demo=False)
    changed = made.with_person(Person(MORGAN.id, MORGAN.email, "Morgan F. Fairweather", MORGAN.grants))
    assert Profile.read(made.folder) == changed
    text = (made.folder / "profile.json").read_text().replace("moderator", "role_of_tomorrow")
    (made.folder / "profile.json").write_text(text)
    assert Profile.read(made.folder).person.grants == ()


def test_profiles_lie_where_the_platform_keeps_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHSTONE_HOME", raising=False)
    import platformdirs

    assert profiles_folder() == platformdirs.user_data_path("touchstone", appauthor=False) / "profiles"


def test_knowing_the_profiles_loads_neither_sqlalchemy_nor_requests() -> None:
    code = (
        "import sys, app.models, app.sync, app.models.profile\n"
        "app.models.profile.known_profiles()\n"
        "heavy = {'sqlalchemy', 'alembic', 'requests', 'sqlcipher3', 'keyring'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
