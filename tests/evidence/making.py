"""Files made for a test: small PDFs by hand, pictures by Pillow, and archives that mean harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Container, Mapping

from PIL import Image


def pdf(pages: list[bytes], extra: Mapping[int, bytes] | None = None, missing: Container[int] = ()) -> bytes:
    """A PDF of 200 × 100 points a page; ``pages`` are content streams, ``extra`` further objects by number (≥ 100).

    ``missing`` pages (from 0) are counted and referred to, but are not there.
    """
    first = 10
    objects: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    kids = []
    for index, content in enumerate(pages):
        page, stream = first + 2 * index, first + 2 * index + 1
        kids.append(f"{page} 0 R")
        if index in missing:
            objects[page] = b"null"
            continue
        objects[page] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents {stream} 0 R"
            f"/Resources<</Font<</F 3 0 R>>/XObject<</X 100 0 R>>>>>>"
        ).encode()
        objects[stream] = stream_object(content)
    objects[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(pages)}>>".encode()
    objects.update(extra or {})
    body, places = bytearray(b"%PDF-1.7\n"), {}
    for number in sorted(objects):
        places[number] = len(body)
        body += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    start = len(body)
    body += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(objects):
        body += b"%d 1\n%010d 00000 n \n" % (number, places[number])
    body += b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)
    return bytes(body)


def stream_object(content: bytes, entries: bytes = b"") -> bytes:
    """A PDF stream."""
    return b"<</Length %d%s>>stream\n" % (len(content), entries) + content + b"\nendstream"


def words(text: str, x: int = 20, y: int = 50) -> bytes:
    """A content stream that writes a line in 12-point Helvetica."""
    return f"BT /F 12 Tf {x} {y} Td ({text}) Tj ET".encode()


def endless_pdf() -> bytes:
    """A PDF of a page that draws ten forms, each of which draws ten forms, twelve levels deep."""
    levels = 12
    extra = {}
    for level in range(levels):
        inner = f"/XObject<</X {100 + level + 1} 0 R>>".encode() if level < levels - 1 else b""
        content = b"/X Do " * 10 if level < levels - 1 else b"0 0 1 1 re f"
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]/Resources<<" + inner + b">>"
        extra[100 + level] = stream_object(content, entries)
    return pdf([words("harmless"), b"/X Do"], extra)


def picture(
    size: tuple[int, int] = (40, 20), mode: str = "RGB", colour: object = "red", **options: object
) -> bytes:
    """A picture of one colour; ``format`` is PNG unless said otherwise."""
    options.setdefault("format", "PNG")
    made = io.BytesIO()
    Image.new(mode, size, colour).save(made, **options)  # type: ignore[arg-type]
    return made.getvalue()


def bomb_png(side: int = 30_000) -> bytes:
    """A PNG of some hundred kilobytes that claims, truthfully, ``side`` × ``side`` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    row = bytes(side // 8 + 1)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def archive(entries: Mapping[str, bytes]) -> bytes:
    """A ZIP of these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
