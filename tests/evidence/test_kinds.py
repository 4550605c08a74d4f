"""What kind a file is: its first bytes before its name, and the safe reading where both are in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evidence.kinds import (
    HEAD,
    FileKind,
    can_show,
    is_not_what_its_name_says,
    kind_and_media_type,
    kind_of,
    runs_when_opened,
)
from tests.evidence.making import archive, pdf, picture, words


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ok/baseball.jpg", FileKind.IMAGE),
        ("ok/en-GB_A_Little_Bottle_Of_Water.mp3", FileKind.AUDIO),
        ("ok/testVideoMp4.mp4", FileKind.VIDEO),
        ("ok/testHEIF.heic", FileKind.PICTURE),
        ("ok/testPDF.pdf", FileKind.PDF),
        ("ok/testWORD.doc", FileKind.WORD),
        ("ok/testWORD.docx", FileKind.WORD),
        ("ok/testEXCEL.xlsx", FileKind.SHEET),
        ("ok/testPPT_charts.pptx", FileKind.SLIDES),
        ("ok/testODFwithOOo3.odt", FileKind.OPEN_DOCUMENT),
        ("ok/testRTFVarious.rtf", FileKind.RTF),
        ("ok/testEmailWithPNGAtt.eml", FileKind.MAIL),
        ("ok/testMSG_att_doc.msg", FileKind.MAIL),
        ("ok/test-documents.zip", FileKind.ARCHIVE),
        ("ok/test-documents.7z", FileKind.ARCHIVE),
        ("ok/rar5-subdirs.rar", FileKind.ARCHIVE),
        ("encrypted/testWORD_protected_passtika.docx", FileKind.WORD),
    ],
)
def test_M46_real_files_of_many_kinds_are_known(corpus: Path, name: str, kind: FileKind) -> None:
    head = (corpus / name).read_bytes()[:HEAD]
    assert kind_of(head, name) is kind
    assert not is_not_what_its_name_says(head, name)


@pytest.mark.parametrize(
    ("head", "name", "kind", "media_type"),
    [
        (pdf([b""]), "really a picture.jpg", FileKind.PDF, "application/pdf"),
        (picture(), "scan.pdf", FileKind.IMAGE, "image/png"),
        (picture(format="WEBP"), "x", FileKind.IMAGE, "image/webp"),
        (picture(format="TIFF"), "x.dng", FileKind.PICTURE, "image/x-adobe-dng"),
        (picture(format="BMP"), "x", FileKind.IMAGE, "image/bmp"),
        (archive({"holiday.txt": b"x"}), "x.bin", FileKind.ARCHIVE, "application/zip"),
        (archive({"a.pdf": pdf([words("inside")])}), "x.zip", FileKind.ARCHIVE, "application/zip"),
        (b"Dear all,\nplease find \xe9 attached.", "letter", FileKind.TEXT, "text/plain"),
        (b"a;b\r\n1;2\r\n", "marks.csv", FileKind.TEXT, "text/csv"),
        (b"\xff\xfeH\x00i\x00", "x", FileKind.TEXT, "text/plain"),
        (b"<!DOCTYPE html><html></html>", "x", FileKind.WEB, "text/html"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'/>", "x.xml", FileKind.PICTURE, "image/svg+xml"),
        (b"From: a@b.example\nTo: c@d.example\nSubject: x\n\nHello", "x", FileKind.MAIL, "message/rfc822"),
        (
            b"From: a@b.example\nTo: c@d.example\nSubject: x\n\nHello",
            "notes.txt",
            FileKind.TEXT,
            "text/plain",
        ),
        (b"", "empty.txt", FileKind.TEXT, "text/plain"),
        (b"\x00\x01\x02\x03", "x", FileKind.OTHER, "application/octet-stream"),
        (b"\x0d\x0a%PDF-1.4 \x00", "x", FileKind.PDF, "application/pdf"),
        (b"MZ\x90\x00\x03", "x", FileKind.PROGRAM, "application/octet-stream"),
        (b"MZ\x90\x00\x03", "cv.pdf.exe", FileKind.PROGRAM, "application/octet-stream"),
    ],
)
def test_M46_the_first_bytes_outrank_the_name(
    head: bytes, name: str, kind: FileKind, media_type: str
) -> None:
    assert kind_and_media_type(head[:HEAD], name) == (kind, media_type)


def test_scripts_are_shown_as_the_words_they_are_and_known_to_run() -> None:
    for name in ("setup.bat", "macro.vbs", "page.js", "open me.url"):
        assert kind_of(b"echo harmless\r\n", name) is FileKind.TEXT
        assert runs_when_opened(b"echo harmless\r\n", name)
    assert runs_when_opened(b"\x7fELF\x02\x01\x01\x00", "notes")
    assert runs_when_opened(archive({"a.class": b""}), "tool.jar")
    assert kind_of(archive({"a.class": b""}), "tool.jar") is FileKind.PROGRAM
    assert not runs_when_opened(b"print('hello')", "homework.py")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.zip", "a.png", "a.DOC"])
@pytest.mark.parametrize("head", [b"", b"only words", b"\x00\x00"])
def test_a_file_without_the_sign_its_name_promises_is_noticed(name: str, head: bytes) -> None:
    assert is_not_what_its_name_says(head, name)


def test_only_pdf_pictures_and_text_are_shown_inside() -> None:
    assert {kind for kind in FileKind if can_show(kind)} == {FileKind.PDF, FileKind.IMAGE, FileKind.TEXT}


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_and_any_name_have_a_kind(head: bytes, name: str) -> None:
    assert isinstance(kind_of(head, name), FileKind)
    assert isinstance(is_not_what_its_name_says(head, name), bool)
    assert isinstance(runs_when_opened(head, name), bool)
