"""Keys lie in the system's own store or are refused; the demonstration's file opens for demonstrations only."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import keyring.backend
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.vault.keys import (
    LONGEST_SECRET,
    DemoKeys,
    SystemKeys,
    key_lost,
    new_database_key,
    new_file_key,
    on_this_computer,
    trusted_store,
)


class MemoryStore:
    """A password store that keeps everything in memory, or fails as it is told to."""

    def __init__(self, fault: Exception | None = None, forgetful: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.fault = fault
        self.forgetful = forgetful

    def get_password(self, service: str, user: str) -> str | None:
        if self.fault:
            raise self.fault
        return self.kept.get((service, user))

    def set_password(self, service: str, user: str, secret: str) -> None:
        if self.fault:
            raise self.fault
        if not self.forgetful:
            self.kept[service, user] = secret

    def delete_password(self, service: str, user: str) -> None:
        if (service, user) not in self.kept:
            raise keyring.errors.PasswordDeleteError("not found")
        del self.kept[service, user]


def store_from(module: str) -> object:
    return type("Keyring", (), {"__module__": module})()


def test_a_secret_is_kept_by_profile_and_name() -> None:
    store = MemoryStore()
    keys = SystemKeys(store)
    keys.put("p1", "database", "one")
    keys.put("p1", "refresh", "two")
    keys.put("p2", "database", "three")
    assert store.kept[("touchstone", "p1:database")] == "one"
    assert [keys.get("p1", "database"), keys.get("p1", "refresh"), keys.get("p2", "database")] == [
        "one",
        "two",
        "three",
    ]
    keys.forget("p1", "database")
    keys.forget("p1", "database")
    assert keys.get("p1", "database") is None
    assert keys.get("p2", "database") == "three"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (keyring.errors.NoKeyringError("none"), "keyring_missing"),
        (RuntimeError("The Secret Service daemon is neither running nor activatable"), "keyring_missing"),
        (ConnectionRefusedError("bus"), "keyring_missing"),
        (keyring.errors.KeyringLocked("dismissed"), "keyring_locked"),
        (keyring.errors.InitError("no collection"), "keyring_locked"),
        (keyring.errors.PasswordSetError("denied"), "keyring_refused"),
    ],
)
def test_every_refusal_of_the_store_is_one_plain_sentence_with_advice(fault: Exception, code: str) -> None:
    keys = SystemKeys(MemoryStore(fault))
    for attempt in (
        lambda: keys.get("p", "n"),
        lambda: keys.put("p", "n", "s"),
        lambda: keys.forget("p", "n"),
    ):
        with pytest.raises(KnownError) as refusal:
            attempt()
        assert refusal.value.code == code
        assert refusal.value.says.endswith(".")
        assert refusal.value.do.endswith(".")


def test_a_defect_of_ours_is_not_dressed_up_as_a_refusal() -> None:
    with pytest.raises(ZeroDivisionError):
        SystemKeys(MemoryStore(ZeroDivisionError("a bug"))).get("p", "n")


def test_a_store_that_forgets_at_once_is_noticed() -> None:
    with pytest.raises(KnownError) as refusal:
        SystemKeys(MemoryStore(forgetful=True)).put("p", "n", "secret")
    assert refusal.value.code == "keyring_refused"


def test_a_secret_too_long_for_the_windows_store_is_refused_everywhere() -> None:
    store = MemoryStore()
    with pytest.raises(ValueError, match="does not fit"):
        SystemKeys(store).put("p", "n", "x" * (LONGEST_SECRET + 1))
    assert not store.kept


@pytest.mark.parametrize(
    "module",
    [
        "keyring.backends.SecretService",
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    ],
)
def test_the_systems_own_stores_are_used(module: str) -> None:
    store = store_from(module)
    assert trusted_store(store) is store


def test_stores_that_do_not_protect_are_refused() -> None:
    for store in (
        store_from("keyrings.alt.file"),
        store_from("keyrings.alt.Windows"),
        store_from("somebody.elses"),
        keyring.backends.null.Keyring(),
    ):
        with pytest.raises(KnownError) as refusal:
            trusted_store(store)
        assert refusal.value.code == "keyring_insecure"
        assert type(store).__module__ in refusal.value.details


def test_no_store_at_all_is_told_with_what_to_install() -> None:
    with pytest.raises(KnownError) as refusal:
        trusted_store(keyring.backends.fail.Keyring())
    assert refusal.value.code == "keyring_missing"
    assert refusal.value.do


def test_a_chain_of_stores_is_looked_into_and_never_used_as_a_chain() -> None:
    def chain(*stores: object) -> object:
        return type(
            "ChainerBackend", (), {"__module__": "keyring.backends.chainer", "backends": list(stores)}
        )()

    good, bad = store_from("keyring.backends.SecretService"), store_from("keyrings.alt.file")
    assert keyring.backends.chainer.ChainerBackend.__module__ == "keyring.backends.chainer"
    assert trusted_store(chain(bad, good)) is good
    with pytest.raises(KnownError) as insecure:
        trusted_store(chain(bad))
    assert insecure.value.code == "keyring_insecure"
    with pytest.raises(KnownError) as missing:
        trusted_store(chain())
    assert missing.value.code == "keyring_missing"


ASK = """
import sys
from app.domain.errors import KnownError
from app.vault.keys import SystemKeys
keys = SystemKeys()
try:
    keys.put("p1", "database", "kept in the real one")
    print(keys.get("p1", "database"))
    keys.forget("p1", "database")
    print(keys.get("p1", "database"))
except KnownError as refusal:
    print(refusal.code)
"""


def ask(tmp_path: Path, command: list[str], **environment: str) -> list[str]:
    for folder in ("home", "run", "data", "config"):
        (tmp_path / folder).mkdir(mode=0o700)
    result = subprocess.run(
        command,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "XDG_RUNTIME_DIR": str(tmp_path / "run"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is a thing of Linux desktops")
def test_a_real_secret_service_keeps_returns_and_forgets_a_key(tmp_path: Path) -> None:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (sudo apt install gnome-keyring dbus)")
    script = (
        'printf "a login password" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; '
        'exec "$0" -c "$1"'
    )
    answers = ask(tmp_path, ["dbus-run-session", "--", "sh", "-c", script, sys.executable, ASK])
    assert answers == ["kept in the real one", "None"]


@pytest.mark.skipif(sys.platform != "linux", reason="without a session bus only Linux has no store")
@pytest.mark.parametrize(
    ("pinned", "code"),
    [
        ("", "keyring_missing"),
        ("keyring.backends.SecretService.Keyring", "keyring_missing"),
        ("keyring.backends.null.Keyring", "keyring_insecure"),
    ],
)
def test_a_real_machine_without_a_usable_store_is_refused(tmp_path: Path, pinned: str, code: str) -> None:
    environment = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"}
    if pinned:
        environment["PYTHON_KEYRING_BACKEND"] = pinned
    assert ask(tmp_path, [sys.executable, "-c", ASK], **environment) == [code]


def demo_profile(folder: Path, marks: object) -> Path:
    (folder / "profile.json").write_text(json.dumps(marks))
    return folder


def test_demo_keys_are_kept_in_a_private_file(tmp_path: Path) -> None:
    demo_profile(tmp_path, {"demo": True})
    keys = DemoKeys(tmp_path, "http://127.0.0.1:8080/")
    assert keys.get("demo", "database") is None
    keys.put("demo", "database", "d")
    keys.put("demo", "refresh", "r")
    keys.forget("demo", "refresh")
    keys.forget("demo", "refresh")
    again = DemoKeys(tmp_path, "http://localhost:1")
    assert again.get("demo", "database") == "d"
    assert again.get("demo", "refresh") is None
    assert stat.S_IMODE((tmp_path / "demo-keys.json").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo-keys.json", "profile.json"]


@pytest.mark.parametrize("marks", [{}, {"demo": False}, {"demo": "true"}, {"demo": 1}, ["demo"], None])
def test_demo_keys_refuse_a_profile_that_is_not_marked(tmp_path: Path, marks: object) -> None:
    demo_profile(tmp_path, marks)
    with pytest.raises(KnownError) as refusal:
        DemoKeys(tmp_path, "http://127.0.0.1:8080")
    assert refusal.value.code == "demo_keys_refused"


def test_demo_keys_refuse_a_folder_without_profile(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="only for the demonstration"):
        DemoKeys(tmp_path, "http://127.0.0.1:8080")


ELSEWHERE = [
    "https://service.example",
    "http://127.0.0.1.example.org/",
    "http://localhost.example.org/",
    "http://127.0.0.1@service.example/",
    "http://service.example\\@127.0.0.1/",
    "http://[::2]/",
    "http://[::ffff:127.0.0.1]/",
    "http://10.0.0.1/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "ftp://127.0.0.1/",
    "127.0.0.1:8000",
    "http:// 127.0.0.1/",
    "http://127.0.0.1:port/",
    "http://[::1",
    "",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_demo_keys_refuse_a_service_elsewhere(tmp_path: Path, url: str) -> None:
    demo_profile(tmp_path, {"demo": True})
    with pytest.raises(KnownError) as refusal:
        DemoKeys(tmp_path, url)
    assert refusal.value.code == "demo_keys_refused"


@given(st.ip_addresses(v=4, network="127.0.0.0/8"), st.integers(1, 65535))
def test_every_loopback_address_is_this_computer(address: object, port: int) -> None:
    assert on_this_computer(f"http://{address}:{port}/api")
    assert on_this_computer(f"https://[::1]:{port}")


def test_a_damaged_file_of_demo_keys_is_said_and_kept(tmp_path: Path) -> None:
    demo_profile(tmp_path, {"demo": True})
    for content in ('{"demo:database": "d', '["d"]', '{"demo:database": 1}'):
        (tmp_path / "demo-keys.json").write_text(content)
        keys = DemoKeys(tmp_path, "http://[::1]:8080")
        with pytest.raises(KnownError) as refusal:
            keys.put("demo", "database", "new")
        assert refusal.value.code == "demo_keys_damaged"
        assert (tmp_path / "demo-keys.json").read_text() == content


def test_new_keys_are_random_and_of_the_right_length() -> None:
    databases = {new_database_key() for _ in range(50)}
    files = {new_file_key() for _ in range(50)}
    assert len(databases) == len(files) == 50
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in databases)
    assert all(len(key) == 32 for key in files)


def test_a_lost_key_is_told_without_offering_to_start_again() -> None:
    lost = key_lost()
    assert lost.code == "key_lost"
    assert "no longer has the key" in lost.says
    assert "Nothing was removed" in lost.do
