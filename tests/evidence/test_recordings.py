"""Sound and film cut short by a phone or a network are noticed without being decoded."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from app.evidence.findings import Verdict
from app.evidence.inspect import Inspection, inspect
from app.evidence.sources import BytesSource

# A frame of 128 kbit/s at 44.1 kHz: 417 bytes.
FRAME = b"\xff\xfb\x90\x00" + bytes(413)


def look(data: bytes, name: str) -> Inspection:
    return inspect(BytesSource(data), name)


def box(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(data)) + name + data


FILM = box(b"ftyp", b"mp42" + bytes(8))


def test_a_whole_recording_is_whole_and_one_cut_short_says_so() -> None:
    whole = FRAME * 3_000
    assert look(whole, "a.mp3").says == ""
    assert look(whole + b"TAG" + bytes(125), "a.mp3").says == ""
    found = look(whole[:-100], "a.mp3")
    assert found.verdict is Verdict.OK
    assert "cut short" in found.says


def test_a_recording_cut_within_its_description_is_damaged() -> None:
    tag = b"ID3\x03\x00\x00\x00\x00\x10\x00"
    assert look(tag + bytes(2_048) + FRAME * 4, "a.mp3").says == ""
    assert look(tag + bytes(1_000), "a.mp3").verdict is Verdict.DAMAGED


def test_a_film_needs_the_part_that_tells_how_to_play_it() -> None:
    moov, data = box(b"moov", bytes(50)), box(b"mdat", bytes(500))
    assert look(FILM + moov + data, "a.mp4").says == ""
    assert look(FILM + data + moov, "a.mp4").says == ""
    assert look(FILM + moov + struct.pack(">I", 0) + b"mdat" + bytes(99), "a.mp4").says == ""
    assert look(FILM + moov + struct.pack(">I4sQ", 1, b"mdat", 116) + bytes(100), "a.mp4").says == ""
    early = look((FILM + moov + data)[:-100], "a.mp4")
    assert early.verdict is Verdict.OK
    assert "cut short" in early.says
    assert look((FILM + data + moov)[:-100], "a.mp4").verdict is Verdict.DAMAGED
    assert look(FILM + data, "a.mov").verdict is Verdict.DAMAGED


@pytest.mark.parametrize("name", ["ok/testVideoMp4.mp4", "ok/en-US_Hi.mp4"])
def test_a_real_film_cut_in_half_is_noticed(corpus: Path, name: str) -> None:
    whole = (corpus / name).read_bytes()
    assert look(whole, name).says == ""
    assert look(whole[: len(whole) // 2], name).says


def test_a_real_recording_cut_in_half_is_noticed(corpus: Path) -> None:
    whole = (corpus / "ok/en-GB_A_Little_Bottle_Of_Water.mp3").read_bytes()
    assert look(whole, "a.mp3").says == ""
    assert "cut short" in look(whole[: len(whole) // 2], "a.mp3").says
