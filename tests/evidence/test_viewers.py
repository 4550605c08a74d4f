"""What the child's viewers make of pictures and texts; run here directly, for they are plain functions of bytes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.evidence.pictures import Picture
from app.evidence.sources import BytesSource, as_stream
from app.evidence.texts import LONGEST, Text, decode
from app.evidence.viewer import LONGEST_SIDE, MOST_PIXELS, RefusalError, fitting_scale
from tests.evidence.making import picture

PIXEL_FOR_PIXEL = 96 / 72


def opened(data: bytes) -> Picture:
    return Picture(BytesSource(data))


def pixels(data: bytes) -> tuple[int, int, bytes]:
    drawn = opened(data).render(0, PIXEL_FOR_PIXEL)
    return drawn.width, drawn.height, drawn.pixels


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_every_promised_format_is_drawn(kind: str) -> None:
    width, height, drawn = pixels(picture((8, 4), format=kind))
    assert (width, height) == (8, 4)
    blue, green, red, opaque = drawn[:4]
    assert blue < 30
    assert green < 30
    assert red > 225
    assert opaque == 255


@pytest.mark.parametrize(("orientation", "turned"), [(1, False), (3, False), (6, True), (8, True)])
def test_photographs_stand_upright(orientation: int, turned: bool) -> None:
    camera = Image.Exif()
    camera[0x0112] = orientation
    width, height, _ = pixels(picture((30, 10), format="JPEG", exif=camera))
    assert (width, height) == ((10, 30) if turned else (30, 10))


def test_a_photograph_turned_by_its_camera_is_turned_back() -> None:
    made = io.BytesIO()
    half = Image.new("RGB", (20, 10), "white")
    half.paste("black", (0, 0, 10, 10))
    camera = Image.Exif()
    camera[0x0112] = 6
    half.save(made, "PNG", exif=camera)
    width, height, drawn = pixels(made.getvalue())
    assert (width, height) == (10, 20)
    assert drawn[:4] == b"\x00\x00\x00\xff"
    assert drawn[-4:] == b"\xff\xff\xff\xff"


def test_what_is_transparent_is_white() -> None:
    assert pixels(picture((2, 1), "RGBA", (0, 0, 0, 0)))[2] == b"\xff" * 8
    assert pixels(picture((1, 1), "RGBA", (0, 0, 0, 128)))[2][:3] == bytes([127] * 3)
    assert pixels(picture((1, 1), "LA", (0, 0)))[2] == b"\xff" * 4


@pytest.mark.parametrize(
    ("mode", "colour"), [("1", 1), ("L", 255), ("P", 0), ("CMYK", (0, 0, 0, 0)), ("I;16", 65_535)]
)
def test_other_colour_models_are_drawn(mode: str, colour: object) -> None:
    data = picture((3, 3), mode, colour, format="TIFF")
    expected = b"\x00\x00\x00\xff" if mode == "P" else b"\xff\xff\xff\xff"
    assert pixels(data)[2] == expected * 9


def test_sixteen_bits_a_pixel_keep_their_greys() -> None:
    assert pixels(picture((1, 1), "I;16", 0x8000))[2][0] == 128


def test_of_a_moving_picture_the_first_frame_is_shown_and_that_is_said() -> None:
    made = io.BytesIO()
    frames = [Image.new("RGB", (5, 5), colour) for colour in ("red", "blue", "green")]
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:])
    moving = opened(made.getvalue())
    assert moving.opened.remark == "This picture has 3 frames or pages; the first is shown."
    assert moving.render(0, PIXEL_FOR_PIXEL).pixels[:3] == b"\x00\x00\xff"


def test_of_a_picture_cut_short_the_rest_is_shown_and_that_is_said() -> None:
    noise = Image.effect_noise((200, 200), 80)
    made = io.BytesIO()
    noise.save(made, "JPEG")
    cut = opened(made.getvalue()[: len(made.getvalue()) // 2])
    assert "cut short" in cut.opened.remark
    assert cut.render(0, PIXEL_FOR_PIXEL).width == 200


def test_a_large_photograph_is_decoded_smaller_and_says_its_own_size() -> None:
    large = opened(picture((9_000, 6_000), "L", 200, format="JPEG", quality=10))
    assert large.opened.sizes == [(9_000 * 0.75, 6_000 * 0.75)]
    drawn = large.render(0, PIXEL_FOR_PIXEL)
    assert drawn.width * drawn.height <= MOST_PIXELS * 1.01
    assert drawn.scale < PIXEL_FOR_PIXEL


def test_what_is_no_picture_is_refused() -> None:
    for data in (b"", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n"):
        with pytest.raises(RefusalError) as refusal:
            opened(data)
        assert refusal.value.code == "evidence_unreadable"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Zoë’s Übung – naïve".encode(), "Zoë’s Übung – naïve"),
        ("Zoë".encode("utf-8-sig"), "Zoë"),
        ("Zoë".encode("utf-16"), "Zoë"),
        ("Zoë".encode("utf-32"), "Zoë"),
        ("\ufeffZoë".encode("utf-16-be"), "Zoë"),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        (b"a\x00b", "a\ufffdb"),
        (b"", ""),
        ("cut in a letter: ë".encode()[:-1], "cut in a letter: \ufffd"),
    ],
)
def test_texts_are_read_in_the_set_they_were_written_in(data: bytes, text: str) -> None:
    assert decode(data) == text


def test_a_text_of_an_older_set_is_read() -> None:
    sentence = "Die Prüfung wurde schließlich für gültig erklärt, weil alle Übungen vollständig waren. " * 10
    assert decode(sentence.encode("cp1252")) == sentence


@given(st.binary(max_size=500))
def test_reading_text_never_fails(data: bytes) -> None:
    assert isinstance(decode(data), str)


@given(
    st.text(max_size=200).filter(
        lambda text: "\0" not in text and "\r" not in text and not text.startswith("\ufeff")
    )
)
def test_every_utf8_text_is_read_as_it_is(text: str) -> None:
    assert decode(text.encode()) == text


def test_a_very_long_text_is_cut_and_that_is_said() -> None:
    long = Text(BytesSource(b"x" * (LONGEST + 10)))
    assert len(long.text()) == LONGEST
    assert long.opened.remark == "Only the first 5 MB of 5 MB are shown."
    assert Text(BytesSource(b"short")).opened.remark == ""


@given(st.floats(1, 20_000), st.floats(1, 20_000), st.floats(0.01, 100))
def test_a_scale_is_never_enlarged_and_always_fits(width: float, height: float, scale: float) -> None:
    fitting = fitting_scale(width, height, scale)
    assert fitting <= scale
    assert width * height * fitting**2 <= MOST_PIXELS * 1.001
    assert max(width, height) * fitting <= LONGEST_SIDE * 1.001


@given(st.binary(max_size=200), st.integers(0, 250), st.integers(0, 250))
def test_a_source_as_a_stream_reads_as_any_file(data: bytes, place: int, length: int) -> None:
    stream, plain = as_stream(BytesSource(data)), io.BytesIO(data)
    for whence in (0, 2):
        assert stream.seek(place, whence) == plain.seek(place, whence)
        assert stream.read(length) == plain.read(length)
        assert stream.tell() == plain.tell()
    with pytest.raises(OSError, match="before the start"):
        stream.seek(-1)
