"""The invented evidence of the demonstration is complete, opens, and comes out of its maker again."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import wave
import zipfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from app.domain.evidence import EvidenceKind
from app.domain.resources import resources_folder

DEMO = resources_folder() / "demo"
FOLDER = DEMO / "evidence"
INDEX = json.loads((FOLDER / "index.json").read_text("utf-8"))
NAMES = [entry["file"] for entry in INDEX]


def named(*endings: str) -> list[str]:
    return [name for name in NAMES if name.endswith(endings)]


def test_M42_every_kind_of_evidence_is_there_and_said_to_be_for_something() -> None:
    assert {entry["kind"] for entry in INDEX} == {kind.value for kind in EvidenceKind}
    assert {entry["for"] for entry in INDEX} == {"learner", "unit", "request"}
    assert all(entry["title"].strip() for entry in INDEX)
    assert sorted(NAMES) == sorted(path.name for path in FOLDER.iterdir() if path.name != "index.json")


def test_there_are_many_formats_and_they_are_small() -> None:
    assert len({Path(name).suffix for name in NAMES}) >= 14
    assert sum((FOLDER / name).stat().st_size for name in NAMES) < 3_000_000


@pytest.mark.parametrize("name", named(".pdf"))
def test_a_pdf_opens_and_has_words(name: str) -> None:
    document = pypdfium2.PdfDocument(FOLDER / name)
    words = 0
    for number in range(len(document)):
        text = document[number].get_textpage()
        words += len(text.get_text_bounded().split())
        text.close()
    if "assignment.pdf" in name:
        assert 2 <= len(document) <= 5
        assert words > 550
    assert words > 60
    document.close()


@pytest.mark.parametrize("name", named(".png", ".jpg", ".gif", ".tiff", ".webp"))
def test_a_picture_opens(name: str) -> None:
    with Image.open(FOLDER / name) as image:
        image.load()
        assert min(image.size) >= 200
        assert getattr(image, "n_frames", 1) > (1 if name.endswith((".gif", ".tiff")) else 0)
        if name.endswith(".jpg"):
            assert image.getexif()[0x0112] == 6
            assert image.width > image.height


@pytest.mark.parametrize("name", named(".docx", ".xlsx", ".pptx", ".odt", ".zip"))
def test_a_package_is_whole(name: str) -> None:
    with zipfile.ZipFile(FOLDER / name) as archive:
        assert archive.testzip() is None
        parts = archive.namelist()
        if name.endswith(".odt"):
            # Programs know an OpenDocument file by its first entry, stored as it is.
            assert parts[0] == "mimetype"
            assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        elif not name.endswith(".zip"):
            assert parts[0] == "[Content_Types].xml"
            promised = archive.read(parts[0]).decode()
            assert all(
                f'"/{part}"' in promised for part in parts if part.endswith(".xml") and part != parts[0]
            )


def test_mail_carries_an_attachment() -> None:
    for name in named(".eml"):
        message = message_from_bytes((FOLDER / name).read_bytes(), policy=default)
        assert message["Subject"]
        assert [part.get_filename() for part in message.iter_attachments()]


def test_table_recording_and_letter_are_what_they_say() -> None:
    (table,) = named(".csv")
    rows = list(csv.DictReader((FOLDER / table).read_text("utf-8-sig").splitlines()))
    assert len(rows) > 200
    assert {row["day"] for row in rows} == {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
    (recording,) = named(".wav")
    with wave.open(str(FOLDER / recording)) as sound:
        assert sound.getnframes() / sound.getframerate() == 4.0
    assert all((FOLDER / name).read_bytes().startswith(b"{\\rtf1") for name in named(".rtf"))


def test_the_maker_makes_the_same_files_again(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-B", str(DEMO / "make_evidence.py"), "--out", str(tmp_path)],
        env=os.environ | {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "11", "SOURCE_DATE_EPOCH": "1"},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert json.loads((tmp_path / "index.json").read_text("utf-8")) == INDEX
    # Pictures and compressed packages may differ with the versions of the libraries that write them.
    for name in named(".txt", ".csv", ".md", ".html", ".rtf", ".eml", ".wav"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
