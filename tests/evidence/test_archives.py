"""Archives looked into without unpacking: locked, leading out, swelling, nested, or in parts."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evidence.findings import Entry, Finding, Verdict
from app.evidence.inspect import Inspection, inspect
from app.evidence.listing import judge, leads_outside
from app.evidence.sources import BytesSource
from tests.evidence.making import archive, pdf, words


def look(data: bytes, name: str = "a.zip") -> Inspection:
    return inspect(BytesSource(data), name)


def flag_locally(zipped: bytes, flags: int = 1, method: int | None = None) -> bytes:
    """Changes the first entry's own header and leaves the directory as it is."""
    changed = bytearray(zipped)
    changed[6:8] = struct.pack("<H", flags)
    if method is not None:
        changed[8:10] = struct.pack("<H", method)
    return bytes(changed)


def test_M47_a_zip_locked_in_the_entrys_own_header_only_is_noticed() -> None:
    plain = archive({"a.txt": b"hello" * 50, "b.txt": b"x"})
    assert look(plain, "a.zip").verdict is not Verdict.ENCRYPTED
    assert look(flag_locally(plain), "a.zip").verdict is Verdict.ENCRYPTED
    assert look(flag_locally(plain, 0, 99), "a.zip").verdict is Verdict.ENCRYPTED
    assert look(flag_locally(plain)[:60], "cut short.zip").verdict is Verdict.ENCRYPTED


def test_M47_a_zip_locked_in_any_entry_is_noticed() -> None:
    plain = archive({"a.txt": b"hello", "b.txt": b"x"})
    second = plain.rindex(b"PK\x01\x02")
    changed = bytearray(plain)
    changed[second + 8] |= 1
    assert look(bytes(changed), "a.zip").verdict is Verdict.ENCRYPTED


def test_archives_that_unpack_outside_or_without_end_are_hostile() -> None:
    assert look(archive({"../../.bashrc": b"x"}), "a.zip").verdict is Verdict.HOSTILE
    assert look(archive({"/etc/cron.d/x": b"x"}), "a.zip").verdict is Verdict.HOSTILE
    assert look(archive({"C:\\Windows\\x.dll": b"x"}), "a.zip").verdict is Verdict.HOSTILE
    assert look(archive({"zeros": bytes(100 << 20)}), "a.zip").verdict is Verdict.HOSTILE
    assert look(archive({"a/../b.txt": b"x", "..notes.txt": b"y"}), "a.zip").verdict is not Verdict.HOSTILE


def test_a_link_in_a_zip_is_followed_in_thought_only() -> None:
    def linking(target: bytes) -> Inspection:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as file:
            info = zipfile.ZipInfo("folder/link")
            info.create_system = 3
            info.external_attr = 0o120777 << 16
            file.writestr(info, target)
        return look(made.getvalue(), "a.zip")

    assert linking(b"../../outside").verdict is Verdict.HOSTILE
    assert linking(b"/etc/passwd").verdict is Verdict.HOSTILE
    assert linking(b"../inside.txt").verdict is not Verdict.HOSTILE


@given(st.lists(st.sampled_from(["a", "b", "..", ".", ""]), max_size=8))
def test_a_path_leads_outside_exactly_when_it_climbs_above_its_start(parts: list[str]) -> None:
    depth, climbed = 0, False
    for part in parts:
        depth += 1 if part in ("a", "b") else -1 if part == ".." else 0
        climbed = climbed or depth < 0
    path = "/".join(parts)
    assert leads_outside(path) == (climbed or path.startswith("/"))


def named_twice() -> bytes:
    made = archive({"essay.docx": b"a" * 50, "essay.dooo": b"b" * 50})
    return made.replace(b"essay.dooo", b"essay.docx")


def test_two_files_of_one_name_are_hostile() -> None:
    found = look(named_twice())
    assert found.verdict is Verdict.HOSTILE
    assert "two files of the same name, “essay.docx”" in found.says
    assert look(archive({"a/": b"", "b/": b"", "a/x": b"1", "b/x": b"2"})).verdict is Verdict.OK


def test_a_file_listed_under_another_name_than_it_is_unpacked_under_is_hostile() -> None:
    plain = archive({"essay.docx": b"hello" * 50})
    assert look(plain.replace(b"essay.docx", b"start.exe.", 1)).verdict is Verdict.HOSTILE
    assert "another name" in look(plain.replace(b"essay.docx", b"start.exe.", 1)).says
    # A way out that only the entry's own header has.
    climbing = look(plain.replace(b"essay.docx", b"../../x.sh", 1))
    assert "outside its own folder" in climbing.says


def overlapping(copies: int = 20) -> bytes:
    """A ZIP whose directory names one packed file many times."""
    plain = archive({"name00": bytes(10_000)})
    start = plain.index(b"PK\x01\x02")
    end = plain.index(b"PK\x05\x06")
    one = plain[start:end]
    listed = b"".join(one.replace(b"name00", f"name{number:02d}".encode()) for number in range(copies))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, copies, copies, len(listed), start, 0)
    return plain[:start] + listed + tail


def test_files_that_lie_over_one_another_are_hostile() -> None:
    found = look(overlapping())
    assert found.verdict is Verdict.HOSTILE
    assert "over one another" in found.says
    assert look(overlapping(1)).verdict is Verdict.OK


def test_a_file_larger_than_it_says_is_hostile() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(bytes(90 << 20)) + packer.flush()
    made = bytearray(archive({"innocent.txt": b"x"}))
    # The same archive with the bomb in its place, both headers claiming a kilobyte.
    local, directory = made.index(b"PK\x03\x04"), made.index(b"PK\x01\x02")
    body = made.index(b"innocent.txt") + len(b"innocent.txt")
    struct.pack_into("<II", made, local + 18, len(packed), 1_000)
    struct.pack_into("<II", made, directory + 20, len(packed), 1_000)
    lying = bytes(made[:body]) + packed + bytes(made[directory:])
    end = lying.rindex(b"PK\x05\x06")
    lying = lying[: end + 16] + struct.pack("<I", body + len(packed)) + lying[end + 20 :]
    found = look(lying)
    assert found.verdict is Verdict.HOSTILE
    assert "larger than it says" in found.says


def nested(depth: int, inside: bytes = b"hello", name: str = "a.txt") -> bytes:
    """A file within ``depth`` ZIPs."""
    for level in range(depth):
        inside = archive({name if level == 0 else f"level{level}.zip": inside})
    return inside


def test_M46_an_archive_in_an_archive_is_accepted_and_said() -> None:
    assert look(nested(1)).verdict is Verdict.OK
    found = look(nested(2))
    assert found.verdict is Verdict.UNKNOWN
    assert "holds another archive, “level1.zip”" in found.says


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_M47_a_locked_file_is_found_however_it_is_wrapped(corpus: Path, depth: int) -> None:
    for name in (
        "testWORD_protected_passtika.docx",
        "testPassword4Spaces.pdf",
        "rar5-hpsw.rar",
        "full_encrypted.7z",
    ):
        locked = (corpus / "encrypted" / name).read_bytes()
        found = look(nested(depth, locked, name))
        assert found.verdict is Verdict.ENCRYPTED
        assert found.says.startswith(f"“{name}” in this archive")


def test_nesting_is_followed_to_a_bound_and_no_further() -> None:
    assert look(nested(5)).verdict is Verdict.UNKNOWN
    assert look(nested(6)).verdict is Verdict.HOSTILE
    assert "without end" in look(nested(40)).says


def test_a_bomb_within_archives_is_found_without_being_unpacked() -> None:
    assert "fill the disk" in look(nested(4, bytes(100 << 20))).says
    # No single level swells much; all of them together do.
    wide = archive({f"{number}.zip": archive({"x": bytes(5 << 20)}) for number in range(40)})
    assert look(wide).verdict is Verdict.HOSTILE


def test_many_archives_in_one_end_the_look_and_not_the_machine() -> None:
    small = archive({"a.txt": b"x"})
    found = look(
        archive({f"{number}.zip": small for number in range(1_100)} | {"z.zip": flag_locally(small)})
    )
    assert found.verdict is Verdict.UNKNOWN
    assert found.says.endswith("Not every file in it could be looked into.")


def test_more_files_than_a_computer_unpacks_are_hostile() -> None:
    def listing(count: int) -> Finding:
        return judge((Entry(f"{number}.txt", 1) for number in range(count)), "This archive", 10 << 20)

    assert listing(200_000).verdict is Verdict.OK
    assert "more than any computer unpacks" in listing(200_001).says


def test_a_terabyte_that_shrank_to_a_hundredth_is_hostile_and_films_are_not() -> None:
    films = [Entry("film.mp4", 900 << 30)]
    assert judge(films, "This archive", 880 << 30).verdict is Verdict.OK
    assert judge(films, "This archive", 9 << 30).verdict is Verdict.HOSTILE
    assert judge([Entry("scan.bmp", 1 << 30)], "This archive", 10 << 20).verdict is Verdict.OK


def tar(*infos: tuple[tarfile.TarInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        for info, data in infos:
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return made.getvalue()


def linking(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return tar((info, b""), (tarfile.TarInfo("essay.txt"), b"words"))


def test_a_tar_is_looked_into_like_any_archive(corpus: Path) -> None:
    plain = tarfile.TarInfo("work/essay.txt")
    found = look(tar((plain, b"hello")), "a.tar")
    assert found.verdict is Verdict.OK
    assert [(entry.name, entry.size) for entry in found.entries] == [("work/essay.txt", 5)]
    assert look(tar((tarfile.TarInfo("../../x"), b"")), "a.tar").verdict is Verdict.HOSTILE
    assert look(linking("a/b", "../../etc/passwd"), "a.tar").verdict is Verdict.HOSTILE
    assert look(linking("a/b", "../c"), "a.tar").verdict is Verdict.OK
    assert look(linking("a/b", "../c", tarfile.LNKTYPE), "a.tar").verdict is Verdict.HOSTILE
    assert look(linking("dev", "", tarfile.CHRTYPE), "a.tar").verdict is Verdict.HOSTILE
    locked = (corpus / "encrypted/testPassword4Spaces.pdf").read_bytes()
    assert look(tar((tarfile.TarInfo("x.pdf"), locked)), "a.tar").verdict is Verdict.ENCRYPTED


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_file_packed_by_itself_is_looked_into(corpus: Path, pack: Callable[[bytes], bytes]) -> None:
    locked = (corpus / "encrypted/testPassword4Spaces.pdf").read_bytes()
    for inner in (locked, tar((tarfile.TarInfo("x.pdf"), locked))):
        assert look(pack(inner), "a.gz").verdict is Verdict.ENCRYPTED
    assert look(pack(b"hello"), "a.gz").verdict is Verdict.OK
    assert look(pack(b"hello" * 100)[:-20], "a.gz").verdict is Verdict.DAMAGED
    assert look(pack(bytes(70 << 20)), "a.gz").verdict is Verdict.HOSTILE


def test_M47_a_locked_file_in_a_7z_is_found(corpus: Path) -> None:
    import py7zr

    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w") as file:
        file.writestr((corpus / "encrypted/testPassword4Spaces.pdf").read_bytes(), "inner/locked.pdf")
    found = look(made.getvalue(), "a.7z")
    assert found.verdict is Verdict.ENCRYPTED
    assert "“inner/locked.pdf”" in found.says


def rar5(*blocks: bytes) -> bytes:
    """A RAR 5 of these blocks, each given without its checksum and size."""
    made = b"Rar!\x1a\x07\x01\x00"
    for block in blocks:
        sized = bytes([len(block)]) + block
        made += struct.pack("<I", zlib.crc32(sized)) + sized
    return made


def test_one_part_of_several_is_accepted_and_said_to_be_that() -> None:
    main, more, last = b"\x01\x00\x01", b"\x05\x00\x01", b"\x05\x00\x00"
    assert "in several parts" in look(rar5(main, more), "a.part1.rar").says
    assert "in several parts" not in look(rar5(b"\x01\x00\x00", last), "a.rar").says
    plain = archive({"a.txt": b"hello" * 100})
    for name in ("a.zip.001", "a.7z.001", "a.z01"):
        cut = look(plain[:60], name)
        assert cut.verdict is Verdict.UNKNOWN
        assert "in several parts" in cut.says
    assert look(b"PK\x07\x08" + plain[:60], "a.z01").verdict is Verdict.UNKNOWN
    assert look(plain[:60], "a.zip").verdict is Verdict.DAMAGED


def test_what_systems_put_into_archives_by_themselves_is_no_damage() -> None:
    extras = {"photo.txt": b"x", "__MACOSX/._photo.pdf": b"\0\5\x16\7", "._b.pdf": b"\0\5\x16\7"}
    found = look(archive(extras))
    assert (found.verdict, found.says) == (Verdict.OK, "")
    broken = look(archive({"essay.pdf": b"no PDF at all"}))
    assert broken.verdict is Verdict.OK
    assert "“essay.pdf”, is damaged" in broken.says


def test_an_archive_names_what_it_lists() -> None:
    found = look(archive({"work/essay.txt": b"hello", "work/sheet.pdf": pdf([words("x")])}))
    assert [entry.name for entry in found.entries] == ["work/essay.txt", "work/sheet.pdf"]
    assert found.verdict is Verdict.OK


def test_a_bomb_embedded_in_a_document_is_found() -> None:
    types = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
    parts = {"[Content_Types].xml": types, "word/document.xml": b"<w/>"}
    assert look(archive(parts | {"word/embeddings/a.zip": nested(2)}), "a.docx").verdict is Verdict.OK
    hidden = archive(parts | {"word/embeddings/a.bin": nested(4, bytes(100 << 20))})
    assert look(hidden, "a.docx").verdict is Verdict.HOSTILE
