"""Decrypted copies: harmless names, private, read-only, and all of them gone after a purge."""

from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.vault.files import FileStore, HandedOver, SealedFile
from app.vault.handed import safe_name


@pytest.fixture
def handed(tmp_path: Path) -> HandedOver:
    return HandedOver(tmp_path / "handed over")


def sealed_file(tmp_path: Path, data: bytes = b"the learner's own work") -> SealedFile:
    store = FileStore(tmp_path / "files")
    return store.open(*store.add(data))


def test_a_copy_is_private_read_only_and_keeps_its_name(tmp_path: Path, handed: HandedOver) -> None:
    with sealed_file(tmp_path) as sealed:
        path = handed.lend("Marking sheet.xlsx", sealed)
    assert path == handed.folder / "Marking sheet.xlsx"
    assert path.read_bytes() == b"the learner's own work"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(handed.folder.stat().st_mode) == 0o700
    assert handed.paths() == [path]


def test_a_second_copy_of_the_same_name_gets_its_own(tmp_path: Path, handed: HandedOver) -> None:
    with sealed_file(tmp_path) as sealed:
        names = [
            handed.lend(name, sealed).name
            for name in ("a.tar.gz", "a.tar.gz", "x/a.tar.gz", "plain", "plain")
        ]
    assert names == ["a.tar.gz", "a.tar (2).gz", "a.tar (3).gz", "plain", "plain (2)"]


def test_purge_removes_copies_and_what_other_programs_left(tmp_path: Path, handed: HandedOver) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("not ours to remove")
    with sealed_file(tmp_path) as sealed:
        handed.lend("a.docx", sealed)
    (handed.folder / ".~lock.a.docx#").write_text("left behind")
    (handed.folder / "a_files").mkdir()
    (handed.folder / "a_files" / "image.png").write_bytes(b"")
    (handed.folder / "link").symlink_to(outside)
    (handed.folder / "links").symlink_to(tmp_path, target_is_directory=True)
    assert len(handed.paths()) == 5
    assert handed.purge() == []
    assert handed.paths() == []
    assert outside.read_text() == "not ours to remove"


def test_purge_is_harmless_when_there_is_nothing(handed: HandedOver) -> None:
    assert handed.purge() == []
    handed.folder.rmdir()
    assert handed.purge() == []


PURGE_AS_NOBODY = """
import os, sys
from pathlib import Path
from app.vault.files import HandedOver
folder = Path(sys.argv[1])
if os.getuid() == 0:
    # Nothing stops the super-user: the copies belong to somebody else, who then does the purging.
    for path in (folder, folder / "held", folder / "held" / "open.docx", folder / "gone.docx"):
        os.chown(path, 65534, 65534)
    os.setuid(65534)
for path in HandedOver(folder).purge():
    print(path.name)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows an open file does the same")
def test_purge_reports_what_it_could_not_remove() -> None:
    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        folder = HandedOver(Path(outer) / "handed over").folder
        (folder / "gone.docx").write_bytes(b"")
        (folder / "held").mkdir()
        (folder / "held" / "open.docx").write_bytes(b"")
        (folder / "held").chmod(0o500)
        result = subprocess.run(
            [sys.executable, "-c", PURGE_AS_NOBODY, str(folder)],
            check=True, timeout=60, capture_output=True, text=True,
        )  # fmt: skip
        assert result.stdout.splitlines() == ["held"]
        assert not (folder / "gone.docx").exists()
        (folder / "held").chmod(0o700)


def test_a_damaged_file_leaves_no_copy(tmp_path: Path, handed: HandedOver) -> None:
    store = FileStore(tmp_path / "files")
    sha256, key = store.add(bytes(3 << 20))
    path = store.folder / f"{sha256}.sealed"
    broken = bytearray(path.read_bytes())
    broken[-1] ^= 1
    path.write_bytes(broken)
    with store.open(sha256, key) as sealed, pytest.raises(KnownError, match="damaged"):
        handed.lend("a.pdf", sealed)
    assert handed.paths() == []


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\someone\\cv.doc", "cv.doc"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2066b\u2069c\u200f\u200e\u061c.txt", "abc.txt"),
        ("line\nbreak\x00\x7f.pdf", "linebreak.pdf"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Com1.tar.gz", "_Com1.tar.gz"),
        ("lpt³.doc", "_lpt³.doc"),
        ("console.txt", "console.txt"),
        ("report. . .", "report"),
        ('what?*<>|":.pdf', "what_______.pdf"),
        (".bashrc", "bashrc"),
        ("...", "file"),
        ("", "file"),
        ("a/", "a"),
        ("naïve résumé 学习.odt", "naïve résumé 学习.odt"),
        ("-rf.txt", "-rf.txt"),
    ],
)
def test_names_are_made_harmless(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_stays_in_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert safe == safe.rstrip(". ")
    assert len(safe.encode()) <= 200
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in safe)
    assert not set(safe) & set('<>:"/\\|?*')


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=300),
    st.sampled_from(["pdf", "docx", "Z"]),
)
def test_the_ending_is_kept_however_long_the_name(stem: str, ending: str) -> None:
    assert safe_name(f"{stem}.{ending}").endswith(f".{ending}")
