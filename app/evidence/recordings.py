"""Sound and film: whether what a phone or a network cut short is still whole. Nothing is decoded."""

from __future__ import annotations

from app.evidence.findings import NOTHING_OFF, Finding, damaged, warning
from app.evidence.sources import ByteSource

_CUT = "{} is cut short: it may stop before its end."
_PIECE = 1 << 20
# Frames are counted through this much of a recording; beyond it lies more than a day of speech.
_MOST_READ = 1 << 30
_BIT_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_MOST_BOXES = 10_000


def look_into_recording(source: ByteSource, head: bytes, what: str) -> Finding:
    """MP3 by its frames, MP4 and QuickTime by their boxes; other formats are taken as they are."""
    if head[4:8] == b"ftyp":
        return _look_into_film(source, what)
    if head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return _look_into_mp3(source, head, what)
    return NOTHING_OFF


def _look_into_film(source: ByteSource, what: str) -> Finding:
    """A film is a row of boxes, each with its length; the one named "moov" tells how to play the rest."""
    place, names = 0, set()
    for _ in range(_MOST_BOXES):
        head = source.read_at(place, 16)
        if len(head) < 8:
            break
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = source.size - place
        if length < 8:
            # Some cameras fill up with zeros behind the last box.
            break
        names.add(name)
        place += length
        if place > source.size:
            return damaged(what) if b"moov" not in names else warning(_CUT.format(what))
    return NOTHING_OFF if b"moov" in names else damaged(what)


def _look_into_mp3(source: ByteSource, head: bytes, what: str) -> Finding:
    place = _after_tag(head)
    data, start, frames = b"", place, 0
    while place < min(source.size, _MOST_READ):
        if place + 4 > start + len(data):
            start, data = place, source.read_at(place, _PIECE)
        length = _frame_length(data[place - start : place - start + 4])
        if length == 0:
            # Words about the recording may follow the last frame; anything else is for the player to skip.
            break
        frames += 1
        place += length
    if place <= source.size:
        return NOTHING_OFF
    # Cut short before the first sound, in the words and pictures about the recording, there is nothing to hear.
    return warning(_CUT.format(what)) if frames else damaged(what)


def _after_tag(head: bytes) -> int:
    if not head.startswith(b"ID3"):
        return 0
    # Four bytes of seven bits each, and a second copy of the tag's head behind it if a flag says so.
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + (20 if head[5] & 0x10 else 10)


def _frame_length(head: bytes) -> int:
    """The length in bytes of the frame of layer III that begins so; 0 where none begins."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sampling, padding = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    bits = _BIT_RATES[3 if version == 3 else 2][rate] * 1_000
    return (144 if version == 3 else 72) * bits // _SAMPLE_RATES[version][sampling] + padding
