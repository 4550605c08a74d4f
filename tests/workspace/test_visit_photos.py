"""Photos of a visit lose the place where they were taken, and nothing of the picture."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.domain.errors import KnownError
from app.domain.review_terms import Source
from app.workspace.desk import Desk
from app.workspace.visits.photos import KEPT, NONE_HELD, TAKEN_OUT, without_place
from app.workspace.visits.snapshots import VisitDraft
from tests.support.visits import REVIEW, visit_desk

PLACE = b"51.5074"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>51.5074</exif:GPSLatitude></x:xmpmeta>'
TURNED = 0x0112


def placed_exif(turned: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[TURNED] = turned
    exif[0x010E] = "Seen at 51.5074"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (51.0, 30.0, 26.0)
    return exif


def photo(kind: str, turned: int = 1, **options: Any) -> bytes:
    """A photo of this kind with its place in Exif data, and in XMP where the kind has it."""
    image = Image.effect_noise((60, 40), 60).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, exif=placed_exif(turned), **options)
    return out.getvalue()


def exif_of(data: bytes) -> Image.Exif:
    with Image.open(io.BytesIO(data)) as image:
        return image.getexif()


def points_of(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.tobytes()


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


IPTC = segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\x10\x1c\x02\x5a\0\x0751.5074")
COMMENT = segment(0xFE, b"at 51.5074")
XMP_SEGMENT = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)
PROFILE = b"the colours of this camera"

PHOTOS = {
    "jpeg": with_segments(photo("JPEG"), XMP_SEGMENT, IPTC, COMMENT),
    "progressive jpeg": with_segments(photo("JPEG", progressive=True), XMP_SEGMENT),
    "jpeg with a film behind it": photo("JPEG") + b"\0\0\0\x18ftypmp42 51.5074",
    "png": photo("PNG", pnginfo=None),
    "webp": photo("WEBP", xmp=XMP),
    "lossless webp": photo("WEBP", lossless=True, xmp=XMP),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_the_place_is_taken_out_and_every_point_stays(name: str) -> None:
    data = PHOTOS[name]
    cleaned = without_place(data)
    assert cleaned.says == TAKEN_OUT
    assert PLACE in data
    assert PLACE not in cleaned.data
    assert len(exif_of(data).get_ifd(0x8825)) == 2
    assert not exif_of(cleaned.data).get_ifd(0x8825)
    assert points_of(cleaned.data) == points_of(data)
    again = without_place(cleaned.data)
    assert (again.data, again.says) == (cleaned.data, NONE_HELD)


def test_words_in_a_png_go_as_well() -> None:
    words = PngInfo()
    words.add_text("Location", "51.5074")
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    words.add(b"caBX", b"signed at 51.5074")
    cleaned = without_place(photo("PNG", pnginfo=words))
    assert PLACE not in cleaned.data
    assert cleaned.says == TAKEN_OUT


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_which_way_up_a_photo_is_stays(kind: str) -> None:
    cleaned = without_place(photo(kind, turned=6))
    assert dict(exif_of(cleaned.data)) == {TURNED: 6}
    assert without_place(cleaned.data).data == cleaned.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_colours_of_a_photo_stay(kind: str) -> None:
    cleaned = without_place(photo(kind, icc_profile=PROFILE))
    with Image.open(io.BytesIO(cleaned.data)) as image:
        assert image.info["icc_profile"] == PROFILE


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\x18ftypheic" + b"51.5074" * 20,
        b"II*\0" + b"51.5074" * 20,
        PHOTOS["jpeg"][:-40],
        PHOTOS["png"][:-40],
        PHOTOS["webp"][:-40],
        b"\xff\xd8\xff\xe1\0\0",
    ],
    ids=["heic", "tiff", "cut jpeg", "cut png", "cut webp", "no length"],
)
def test_what_cannot_be_cleaned_is_kept_as_it_is_and_that_is_said(data: bytes) -> None:
    cleaned = without_place(data)
    assert (cleaned.data, cleaned.says) == (data, KEPT)


def test_other_files_are_nobody_s_photo() -> None:
    assert without_place(b"%PDF-1.7 51.5074").says == ""


# -- at the desk --------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = visit_desk(tmp_path / "laptop")
    yield made
    made.close()


def test_an_attached_photo_keeps_the_hash_of_its_original(desk: Desk, tmp_path: Path) -> None:
    visits, data = desk.visits, PHOTOS["jpeg"]
    path = tmp_path / "notice board.jpg"
    path.write_bytes(data)
    attached = visits.attach(REVIEW, path)
    assert attached.says == TAKEN_OUT
    assert attached.original_sha256 == hashlib.sha256(data).hexdigest()
    assert attached.file.sha256 == hashlib.sha256(without_place(data).data).hexdigest()
    assert attached.file.name == "notice board.jpg"
    visits.save_draft(REVIEW, "QO.1.3", VisitDraft(note="The board", files=(attached,)))
    assert visits.draft(REVIEW, "QO.1.3").files == (attached,)
    act_id = visits.add_evidence(REVIEW, "QO.1.3", Source.FILE, "The board", files=(attached,)).undo
    assert visits.draft(REVIEW, "QO.1.3").empty
    item = visits.sheet(REVIEW).item("QO.1.3")
    assert item is not None
    noted = next(one for one in item.citable if one.id == act_id)
    assert noted.noted is not None
    assert noted.noted.originals == (attached.original_sha256,)
    (file,) = noted.files
    assert (file.name, file.state, file.item.here) == ("notice board.jpg", "Waits to be sent", True)
    lent = Path(visits.hand_over(REVIEW, file.id).path).read_bytes()
    assert PLACE not in lent
    with visits.open_file(REVIEW, file.id) as document:
        assert document is not None
    visits.take_back(act_id)
    kept = visits.draft(REVIEW, "QO.1.3")
    assert kept.note == "The board"
    assert [(one.file, one.original_sha256) for one in kept.files] == [
        (attached.file, attached.original_sha256)
    ]


def test_a_film_is_kept_as_it_is_and_a_file_is_checked_before_it_is_read(desk: Desk, tmp_path: Path) -> None:
    film = tmp_path / "walk.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42" + b"x" * 5000)
    attached = desk.visits.attach(REVIEW, film)
    assert attached.says == KEPT
    assert attached.file.sha256 == attached.original_sha256
    paper = desk.visits.attach(REVIEW, ("plan.pdf", b"%PDF-1.7"))
    assert paper.says == ""
    for source, code in (
        ((("a/b.jpg"), b"x"), "file_name_wrong"),
        (tmp_path / "gone.jpg", "file_unreadable"),
    ):
        with pytest.raises(KnownError) as refused:
            desk.visits.attach(REVIEW, source)
        assert refused.value.code == code
    assert {upload.name for upload in desk._work.uploads.all()} == {"walk.mp4", "plan.pdf"}


def test_a_discarded_draft_takes_its_photos_with_it(desk: Desk) -> None:
    attached = desk.visits.attach(REVIEW, ("wall.jpg", PHOTOS["jpeg"]))
    desk.visits.save_draft(REVIEW, "QO.1.3", VisitDraft(note="x", files=(attached,)))
    (row,) = desk.outbox()
    desk.discard_draft(row.draft_key)
    assert desk._work.uploads.all() == ()
    assert desk.visits.draft(REVIEW, "QO.1.3").empty
