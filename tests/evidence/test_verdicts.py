"""One call, one verdict, one reason: for every real file, by its content, at any size."""

from __future__ import annotations

import csv
import gzip
import io
import os
import struct
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from reportlab.pdfgen.canvas import Canvas

from app.domain.errors import KnownError
from app.evidence.findings import Verdict
from app.evidence.kinds import FileKind
from app.evidence.sources import BytesSource, PathSource
from app.evidence.verdicts import judge_file
from tests.evidence.making import archive, pdf, words

# Files that the manifest calls damaged and that open all the same, with what is said of them. The first is whole as
# far as its structure tells: it once confused one reader of such files, and programs that read Word open it.
OPENS_ALL_THE_SAME = {
    "damaged/testException1.doc": "",
    "damaged/testPDF_bad_page_303226.pdf": "A part of this PDF is damaged",
    "damaged/testPDF_malformedXFA.pdf": "The form data of this PDF is damaged",
}
# What the manifest calls "hostile-or-odd": the hostile are refused, the odd accepted, each with its reason.
HOSTILE = {
    "hostile-or-odd/droste.zip": "within archives without end",
    "hostile-or-odd/rar5-evil-symlink-traversal.rar": "a link that leads outside",
    "hostile-or-odd/rar5-symlink-unix.rar": "a link that leads outside",
    "hostile-or-odd/testExternalRefs.docx": "from another address",
}
ODD = {
    "hostile-or-odd/moby.zip": "packed in a way that cannot be looked into",
    "hostile-or-odd/test-documents-spanned.zip": "one part of an archive in several parts",
    "hostile-or-odd/test-zip-of-zip.zip": "holds another archive",
    "hostile-or-odd/testPDF_jsActionOnPage.pdf": "contains a script",
    "hostile-or-odd/testZipEntryNameCharsetShiftSJIS.zip": "a character set it does not tell",
}


def expected(name: str, known_as: str) -> tuple[Verdict, str]:
    if name in OPENS_ALL_THE_SAME:
        return Verdict.OK, OPENS_ALL_THE_SAME[name]
    if known_as == "hostile-or-odd":
        return (Verdict.HOSTILE, HOSTILE[name]) if name in HOSTILE else (Verdict.UNKNOWN, ODD[name])
    return Verdict(known_as), ""


def test_M46_M47_every_file_of_the_corpus_gets_the_right_verdict(corpus: Path) -> None:
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        files = [(row["file"], row["class"]) for row in csv.DictReader(manifest)]
    wrong = []
    for name, known_as in files:
        judged = judge_file(corpus / name)
        verdict, reason = expected(name, known_as)
        if judged.verdict is not verdict or reason not in judged.reason or not judged.reason.endswith("."):
            wrong.append((name, judged))
        if judged.is_refused != bool(judged.verdict in (Verdict.ENCRYPTED, Verdict.HOSTILE)):
            wrong.append((name, judged))
        if (judged.verdict in (Verdict.ENCRYPTED, Verdict.HOSTILE, Verdict.DAMAGED)) != bool(judged.do):
            wrong.append((name, judged))
    assert wrong == []
    counted = Counter(known_as for _, known_as in files)
    assert counted == {"ok": 43, "encrypted": 13, "damaged": 7, "hostile-or-odd": 9}


def test_the_verdicts_have_their_fixed_words() -> None:
    assert [str(verdict) for verdict in Verdict] == [
        "encrypted",
        "hostile",
        "damaged",
        "unknown-but-accepted",
        "ok",
    ]


def test_M47_a_locked_file_is_refused_with_the_reason_and_what_to_do(corpus: Path) -> None:
    document = judge_file(corpus / "encrypted/testWORD_protected_passtika.docx")
    assert document.is_refused
    assert "protected with a password" in document.reason
    assert "Protect Document" in document.do
    packed = judge_file(
        BytesSource(archive({"x.pdf": (corpus / "encrypted/testPassword4Spaces.pdf").read_bytes()}))
    )
    assert packed.kind is FileKind.ARCHIVE
    assert "without a password" in packed.do


def test_M47_an_owners_password_alone_is_accepted(corpus: Path) -> None:
    judged = judge_file(corpus / "ok/testPDF_protected.pdf")
    assert (judged.verdict, judged.warning) == (Verdict.OK, "")


def test_what_is_accepted_with_something_to_know_carries_a_warning(corpus: Path) -> None:
    assert judge_file(corpus / "ok/testWORD_macros.doc").warning.startswith("This document contains macros")
    assert judge_file(corpus / "hostile-or-odd/test-zip-of-zip.zip").warning
    assert judge_file(corpus / "encrypted/testZipEncrypted.zip").warning == ""


@pytest.mark.parametrize("name", ["essay.pdf", "essay.txt", "work.zip", "recording.mp4", "noname"])
def test_M42_M50_an_empty_file_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    for judged in (judge_file(tmp_path / name), judge_file(BytesSource(b""), name)):
        assert judged.is_refused
        assert (judged.verdict, judged.reason) == (
            Verdict.DAMAGED,
            "This file is empty; choose the right one.",
        )
        assert judged.do
    (tmp_path / name).write_bytes(b"a")
    assert not judge_file(tmp_path / name).is_refused


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["plain", "packed"])
def test_M42_M50_an_archive_without_any_work_in_it_is_refused(pack: Callable[[bytes], bytes]) -> None:
    for data in (
        archive({}),
        archive({"work/": b"", "work/later/": b""}),
        archive({"a.txt": b""}),
        a_tar(b""),
    ):
        judged = judge_file(BytesSource(pack(data)), "work.zip")
        assert judged.is_refused
        assert judged.reason == "This archive is empty; choose the right one."
        assert judged.do
    for data in (archive({"work/": b"", "work/a.txt": b"a", "b.txt": b""}), a_tar(b"a")):
        assert not judge_file(BytesSource(pack(data)), "work.zip").is_refused
    assert judge_file(BytesSource(gzip.compress(b"")), "work.txt.gz").is_refused


def test_an_empty_archive_among_the_files_of_another_is_no_reason_to_refuse_it() -> None:
    judged = judge_file(BytesSource(archive({"a.txt": b"a", "old.zip": archive({}), "b.txt": b""})), "a.zip")
    assert (judged.verdict, judged.is_refused) == (Verdict.UNKNOWN, False)


def a_tar(data: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        info = tarfile.TarInfo("work/a.txt")
        info.size = len(data)
        file.addfile(info, io.BytesIO(data))
    return made.getvalue()


def test_no_process_is_left_behind(corpus: Path) -> None:
    before = {child.pid for child in psutil.Process().children()}
    judge_file(corpus / "ok/testPDF.pdf")
    assert {child.pid for child in psutil.Process().children()} == before


class Watched:
    """Another source, with what was read of it."""

    def __init__(self, source: PathSource) -> None:
        self._source = source
        self.size = source.size
        self.read = self.longest = 0

    def read_at(self, offset: int, length: int) -> bytes:
        data = self._source.read_at(offset, length)
        self.read += len(data)
        self.longest = max(self.longest, len(data))
        return data


FIVE_GIGABYTES = 5 << 30


def large_zip(path: Path) -> None:
    """A ZIP with a film of 5 GB stored in it, whose bytes are a hole in the file, and a locked PDF behind it."""
    with zipfile.ZipFile(path, "w") as file:
        info = zipfile.ZipInfo("film.mp4")
        with file.open(info, "w", force_zip64=True) as film:
            film.write(b"\0\0\0\x18ftypmp42")
        file.writestr("essay.txt", "hello")
    made = path.read_bytes()
    hole = FIVE_GIGABYTES
    body = made.index(b"ftypmp42") + 8
    second, directory, end = (
        made.index(sign, body) for sign in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")
    )
    films, others = made[directory : made.index(b"PK\x01\x02", directory + 4)], b""
    others = made[directory + len(films) : end]
    size = 12 + hole
    extra = struct.pack("<HHQQ", 1, 16, size, size)
    films = (
        films[:20]
        + b"\xff" * 8
        + films[28:30]
        + struct.pack("<H", len(extra))
        + films[32:46]
        + b"film.mp4"
        + extra
    )
    others = others[:28] + struct.pack("<HH", 9, 12) + others[32:42] + b"\xff" * 4 + b"essay.txt"
    others += struct.pack("<HHQ", 1, 8, second + hole)
    start = directory + hole
    listed = films + others
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, len(listed), start)
    where = struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(listed), 1)
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(listed), 0xFFFFFFFF, 0)
    with path.open("wb") as file:
        file.write(made[:body])
        file.seek(body + hole)
        file.write(made[second:directory] + listed + wide + where + tail)


def large_pdf(path: Path) -> None:
    """A PDF of one page whose table of contents stands behind a hole of 5 GB."""
    body, table = pdf([words("x")]).split(b"xref\n0 1\n")
    start = len(body) + FIVE_GIGABYTES
    trailer = table[: table.index(b"startxref")]
    with path.open("wb") as file:
        file.write(body)
        file.seek(start)
        file.write(b"xref\n0 1\n" + trailer + b"startxref\n%d\n%%%%EOF\n" % start)


@pytest.mark.skipif(os.name == "nt", reason="needs a file with a hole in it")
@pytest.mark.parametrize("kind", ["zip", "pdf", "mp4", "unknown"])
def test_M48_five_gigabytes_are_looked_into_without_being_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"large.{kind}"
    if kind in ("zip", "pdf"):
        {"zip": large_zip, "pdf": large_pdf}[kind](path)
    else:
        start = {
            "mp4": b"\0\0\0\x18ftypmp42"
            + bytes(12)
            + b"\0\0\0\x08moov\0\0\0\1mdat"
            + struct.pack(">Q", FIVE_GIGABYTES - 32),
            "unknown": b"\1\2\3\4" * 20,
        }[kind]
        with path.open("wb") as file:
            file.write(start)
            file.truncate(FIVE_GIGABYTES)
    watched = Watched(PathSource(path))
    assert watched.size >= FIVE_GIGABYTES
    judged = judge_file(watched, path.name)
    assert judged.verdict is (Verdict.UNKNOWN if kind == "unknown" else Verdict.OK)
    if kind == "zip":
        assert [entry.name for entry in judged.entries] == ["film.mp4", "essay.txt"]
    # A PDF is searched for scripts at its beginning; nothing is read as a whole, and no piece is large.
    assert watched.read < 200 << 20
    assert watched.longest <= 8 << 20


def test_a_file_that_cannot_be_read_is_not_judged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        judge_file(tmp_path / "absent.pdf")
    with pytest.raises(OSError, match="not an ordinary file"):
        judge_file(tmp_path)


def test_what_the_source_says_goes_through() -> None:
    class Failing(BytesSource):
        def read_at(self, offset: int, length: int) -> bytes:
            raise KnownError("file_damaged", "The copy is damaged.", "Fetch it again.")

    with pytest.raises(KnownError, match="The copy is damaged"):
        judge_file(Failing(b"hello"), "a.txt")


def test_the_name_may_come_from_its_owner(tmp_path: Path) -> None:
    stored = tmp_path / "0f3a"
    stored.write_bytes(b"MZ\x90\x00" + bytes(100))
    assert judge_file(stored).verdict is Verdict.UNKNOWN
    assert judge_file(stored, "essay.pdf").verdict is Verdict.HOSTILE


def test_entries_beyond_a_thousand_are_not_told() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for number in range(1_200):
            file.writestr(f"{number}.txt", b"x")
    assert len(judge_file(BytesSource(made.getvalue()), "a.zip").entries) == 1_000


def test_pages_wrapped_as_text_are_no_damage() -> None:
    """As reportlab writes them unless told otherwise."""
    made = io.BytesIO()
    canvas = Canvas(made, pageCompression=1)
    canvas.drawString(100, 700, "Learner work")
    canvas.save()
    assert b"ASCII85Decode" in made.getvalue()
    judged = judge_file(BytesSource(made.getvalue()), "work.pdf")
    assert (judged.verdict, judged.warning) == (Verdict.OK, "")
