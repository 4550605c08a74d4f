"""Looked into without opening: locked, broken, harmful – for every real file and for made ones."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.evidence.findings import Verdict
from app.evidence.inspect import Inspection, inspect
from app.evidence.kinds import FileKind
from app.evidence.office import sheet_is_locked
from app.evidence.sources import BytesSource, PathSource
from tests.evidence.making import archive, bomb_png, pdf, picture, stream_object, words

TYPES = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"


def look(data: bytes, name: str) -> Inspection:
    return inspect(BytesSource(data), name)


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
        ("hostile-or-odd/droste.zip", "within archives without end"),
        ("hostile-or-odd/moby.zip", "packed in a way"),
        ("hostile-or-odd/test-zip-of-zip.zip", "“html-within-zip.zip”"),
        ("hostile-or-odd/testZipEntryNameCharsetShiftSJIS.zip", "character set"),
        ("damaged/testPDF_bad_page_303226.pdf", "may be missing from its pages"),
        ("damaged/testPDF_malformedXFA.pdf", "form data"),
        ("damaged/testMP3truncated.mp3", "damaged or incomplete"),
    ],
)
def test_what_is_off_is_said_in_a_plain_sentence(corpus: Path, name: str, says: str) -> None:
    assert says in inspect(PathSource(corpus / name), Path(name).name).says


@pytest.mark.parametrize(
    "name",
    [
        "encrypted/testWORD_protected_passtika.docx",
        "encrypted/testODTEncrypted.odt",
        "encrypted/rar5-hpsw.rar",
        "encrypted/testZipEncrypted.zip",
        "encrypted/testPassword4Spaces.pdf",
        "encrypted/full_encrypted.7z",
    ],
)
@pytest.mark.parametrize("called", ["essay.txt", "photo.jpg", "essay.pdf", "essay"])
def test_M47_a_locked_file_is_known_by_its_content_whatever_it_is_called(
    corpus: Path, name: str, called: str
) -> None:
    assert inspect(PathSource(corpus / name), called).verdict is Verdict.ENCRYPTED


def test_M47_an_owners_password_alone_is_no_obstacle(corpus: Path) -> None:
    found = inspect(PathSource(corpus / "ok/testPDF_protected.pdf"), "testPDF_protected.pdf")
    assert found.verdict is Verdict.OK
    assert found.says == ""


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
    assert look(archive(locked), "a.odt").verdict is Verdict.ENCRYPTED
    assert (
        look(archive({**parts, "META-INF/manifest.xml": b"<m/>"}), "a.odt").verdict is not Verdict.ENCRYPTED
    )


@pytest.mark.parametrize(
    "header",
    [
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"',
        b"Content-Type: application/pkcs7-mime;\r\n smime-type=enveloped-data; name=smime.p7m",
    ],
)
def test_M47_locked_mail_is_noticed(header: bytes) -> None:
    mail = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nDate: today\r\n" + header + b"\r\n\r\nAAAA"
    assert look(mail, "a.eml").verdict is Verdict.ENCRYPTED
    assert look(mail.replace(header, b"Content-Type: text/plain"), "a.eml").verdict is not Verdict.ENCRYPTED


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
    assert document(f'{template} Target="https://evil.example/t.dotm"').verdict is Verdict.HOSTILE
    assert document(f'{template} Target="\\\\server\\share\\t.dotm"').verdict is Verdict.HOSTILE
    assert document(f'{template} Target="file:///\\\\server\\share\\t.dotm"').verdict is Verdict.HOSTILE
    assert document(f'{template} Target="file:///C:\\Templates\\t.dotm"').verdict is not Verdict.HOSTILE
    assert (
        document(f'Type="{kind}/hyperlink" TargetMode="External" Target="https://good.example"').verdict
        is not Verdict.HOSTILE
    )
    linked = document(f'Type="{kind}/image" TargetMode="External" Target="https://good.example/x.png"')
    assert linked.verdict is Verdict.UNKNOWN
    assert document(f'Type="{kind}/image" Target="media/image1.png"').verdict is Verdict.OK


@pytest.mark.parametrize(
    ("field", "verdict"),
    [
        (b'INCLUDEPICTURE "http://page.example/x.png"', Verdict.UNKNOWN),
        (b'INCLUDETEXT "http://evil.example/x.txt"', Verdict.HOSTILE),
        (b'LINK Excel.Sheet "\\\\\\\\server\\\\share\\\\x.xlsx"', Verdict.HOSTILE),
        (b"DDEAUTO c:\\\\windows\\\\cmd.exe", Verdict.HOSTILE),
        (b'LINK Excel.Sheet "C:\\\\Users\\\\x.xlsx"', Verdict.OK),
        (b'HYPERLINK "http://good.example"', Verdict.OK),
    ],
)
def test_fields_that_load_without_a_click_are_noticed(field: bytes, verdict: Verdict) -> None:
    body = b"<w:t>Link to http://good.example</w:t><w:instrText> " + field + b" </w:instrText>"
    assert (
        look(archive({"[Content_Types].xml": TYPES, "word/document.xml": body}), "a.docx").verdict is verdict
    )


def test_macros_in_a_newer_document_are_said() -> None:
    found = look(archive({"[Content_Types].xml": TYPES, "xl/vbaProject.bin": b"x"}), "a.xlsm")
    assert found.verdict is Verdict.OK
    assert "macros" in found.says


def test_a_pdf_with_a_page_that_is_no_page_is_damaged() -> None:
    assert look(pdf([words("one"), words("two"), words("three")]), "a.pdf").says == ""
    assert look(pdf([words("one"), words("two"), words("three")], missing={1}), "a.pdf").says.endswith(
        "page 2 cannot be read."
    )
    assert look(b"%PDF-1.7\n" + bytes(50), "a.pdf").verdict is Verdict.DAMAGED


def test_a_script_hidden_in_a_long_pdf_is_found_across_pieces() -> None:
    filler = stream_object(bytes((1 << 20) + 77))
    action = {100: filler, 101: b"<</S/JavaScript/JS(app.alert(1))>>"}
    assert "contains a script" in look(pdf([words("x")], action), "a.pdf").says
    assert look(pdf([words("x")], {100: filler}), "a.pdf").verdict is Verdict.OK


def test_a_script_in_a_packed_list_of_objects_is_found() -> None:
    packed = zlib.compress(b"101 0 <</S/JavaScript/JS(app.alert(1))>>")
    listed = {100: stream_object(packed, b"/Type/ObjStm/N 1/First 6/Filter/FlateDecode")}
    assert "contains a script" in look(pdf([words("x")], listed), "a.pdf").says
    shown = {100: stream_object(packed, b"/Filter/FlateDecode")}
    assert look(pdf([words("x")], shown), "a.pdf").verdict is Verdict.OK


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (b"/Win<</F(cmd.exe)/P(/c calc)>>", Verdict.HOSTILE),
        (b"/F(helper.ps1)", Verdict.HOSTILE),
        (b"/F(appendix.pdf)", Verdict.UNKNOWN),
    ],
)
def test_a_pdf_that_starts_a_program_is_told_from_one_that_opens_its_appendix(
    target: bytes, verdict: Verdict
) -> None:
    action = {101: b"<</S/Launch" + target + b">>"}
    assert look(pdf([words("x")], action), "a.pdf").verdict is verdict


def test_a_broken_part_of_a_pdf_that_opens_is_a_warning() -> None:
    whole = zlib.compress(b"0 0 1 1 re f" * 500)
    sound = look(pdf([words("x")], {100: stream_object(whole, b"/Filter/FlateDecode")}), "a.pdf")
    assert (sound.verdict, sound.says) == (Verdict.OK, "")
    broken = whole[:20] + bytes([whole[20] ^ 0xFF]) + whole[21:-4] + b"\0\0\0\0"
    found = look(pdf([words("x")], {100: stream_object(broken, b"/Filter/FlateDecode")}), "a.pdf")
    assert found.verdict is Verdict.OK
    assert "damaged" in found.says


def test_pictures_broken_or_too_large_are_said() -> None:
    assert look(picture(), "a.png").says == ""
    assert look(picture()[:20], "a.png").verdict is Verdict.DAMAGED
    assert look(bomb_png(), "a.png").verdict is Verdict.HOSTILE


def test_M46_programs_and_scripts_are_kept_and_said_to_be_what_they_are() -> None:
    for data, name in (
        (b"MZ\x90\x00", "a.exe"),
        (b"@echo off", "a.bat"),
        (b"[InternetShortcut]\nURL=x", "a.url"),
    ):
        found = look(data, name)
        assert found.verdict is Verdict.UNKNOWN
        assert "program or script" in found.says


@pytest.mark.parametrize(
    "name", ["essay.pdf", "photo.jpg", "essay.pdf.exe", "photo.jpg.scr", "essay\u202efdp.exe"]
)
def test_a_program_under_the_name_of_a_document_is_hostile(name: str) -> None:
    found = look(b"MZ\x90\x00" + bytes(100), name)
    assert found.verdict is Verdict.HOSTILE
    assert "under the name of a document" in found.says


def test_M46_a_kind_nobody_knows_is_accepted_and_said_to_be_unknown() -> None:
    found = look(b"\x00\x01\x02\x03" * 40, "drawing.skp")
    assert found.verdict is Verdict.UNKNOWN
    assert found.verdict == "unknown-but-accepted"
    assert found.says


@pytest.mark.parametrize(
    "data",
    [
        b"Salted__" + bytes(64),
        b"age-encryption.org/v1\n-> X25519 x\n",
        b"-----BEGIN PGP MESSAGE-----\n\nhQEMA",
        b"\xef\xbb\xbf-----BEGIN PGP MESSAGE-----\n\nhQEMA",
    ],
)
def test_M47_what_is_nothing_but_locked_is_noticed_under_any_name(data: bytes) -> None:
    for name in ("essay.txt", "essay.enc", "essay.docx"):
        assert look(data, name).verdict is Verdict.ENCRYPTED


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.zip", "a.7z", "a.rar", "a.png", "a.doc"])
def test_an_empty_file_is_damaged_when_its_name_promises_more(name: str) -> None:
    assert look(b"", name).verdict is Verdict.DAMAGED


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
