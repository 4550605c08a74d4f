"""The bytes of a PDF file around the objects that the PDF library made, as PDF/A-2 asks for them.

Small objects are packed together and compressed: a tree of thousands of parts would otherwise be most of the file.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import Any

_PACKED = 250
"""Objects in one packed stream: few enough that a viewer unpacks little for the first page."""
_STREAM_END = b"endstream"
_LEVEL = 6
_ENTRY = struct.Struct(">BIH")


class Numbered:
    """The objects of a file by number: the library's first, then those added with ``reserve`` and ``put``."""

    def __init__(self, document: Any, canvas: Any) -> None:
        """Takes over what the library has made. document, canvas: the library's own, not to be used afterwards."""
        from reportlab.pdfbase import pdfdoc

        for font in document.delayedFonts:
            font.addObjects(document)
        document.Reference(document.Catalog)
        document.Reference(document.info)
        document.Outlines.prepare(document, canvas)
        if document.Outlines.ready < 0:
            document.Catalog.Outlines = None
        self._numbers = document.idToObjectNumberAndVersion
        self._catalog = self.number_of(document.Catalog.__InternalName__)
        self._info = self.number_of(document.info.__InternalName__)
        self._bodies: list[bytes] = []
        names: dict[int, str] = document.numberToId
        # Writing one object down may make further ones.
        while (number := len(self._bodies) + 1) in names:
            body: bytes = pdfdoc.format(document.idToObject[names[number]], document, toplevel=1)
            self._bodies.append(body.rstrip(b"\n"))

    def number_of(self, name: str) -> int:
        """The number of one of the library's objects, by the library's name for it."""
        number: int = self._numbers[name][0]
        return number

    def reserve(self, count: int) -> int:
        """Numbers for ``count`` objects one after another, to be filled by ``put``; gives the first."""
        first = len(self._bodies) + 1
        self._bodies.extend([b"null"] * count)
        return first

    def put(self, number: int, body: bytes) -> None:
        """What an object says."""
        self._bodies[number - 1] = body

    def as_file(self) -> bytes:
        """The whole file, PDF 1.7: the same objects give the same bytes."""
        large: list[tuple[int, bytes]] = []
        small: list[tuple[int, bytes]] = []
        for number, body in enumerate(self._bodies, start=1):
            (large if body.endswith(_STREAM_END) else small).append((number, body))
        # Of each object: how it is kept, then where (an offset, or a packed stream), then its place in there.
        entries = {0: _ENTRY.pack(0, 0, 65535)}
        number = len(self._bodies)
        for start in range(0, len(small), _PACKED):
            members = small[start : start + _PACKED]
            number += 1
            entries.update(
                {member: _ENTRY.pack(2, number, place) for place, (member, _) in enumerate(members)}
            )
            large.append((number, _packed(members)))
        parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
        offset = len(parts[0])
        for own, body in large:
            entries[own] = _ENTRY.pack(1, offset, 0)
            part = _numbered(own, body)
            parts.append(part)
            offset += len(part)
        number += 1
        entries[number] = _ENTRY.pack(1, offset, 0)
        parts.append(self._index(number, entries, hashlib.sha256(b"".join(parts)).hexdigest()[:32]))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % offset)
        return b"".join(parts)

    def _index(self, own: int, entries: dict[int, bytes], fingerprint: str) -> bytes:
        """The table of where each object is, with what stands at the end of every file."""
        table = b"".join(entries[number] for number in range(own + 1))
        said = (
            f"/Type /XRef /Size {own + 1} /W [1 4 2] /Root {self._catalog} 0 R /Info {self._info} 0 R "
            f"/ID [<{fingerprint}> <{fingerprint}>]"
        )
        return _numbered(own, stream(said, table))


def stream(said: str, content: bytes, *, compressed: bool = True) -> bytes:
    """An object that holds bytes. said: the entries of its dictionary, without filter and length."""
    if compressed:
        content = zlib.compress(content, _LEVEL)
        said += " /Filter /FlateDecode"
    return b"<< %b /Length %d >>\nstream\n%b%b" % (said.encode("ascii"), len(content), content, _STREAM_END)


def _numbered(number: int, body: bytes) -> bytes:
    """A stream as it stands in the file: its last byte, a line's end, its end; the library leaves out the second.

    The line's end is of two bytes: a single one might be taken for half of such a pair with the byte before it.
    """
    return b"%d 0 obj\n%b\r\n%b\nendobj\n" % (number, body.removesuffix(_STREAM_END), _STREAM_END)


def _packed(members: list[tuple[int, bytes]]) -> bytes:
    """A stream of small objects behind a list of their numbers and offsets."""
    offset = 0
    index = []
    for number, body in members:
        index.append(f"{number} {offset}")
        offset += len(body) + 1
    head = " ".join(index).encode("ascii") + b"\n"
    said = f"/Type /ObjStm /N {len(members)} /First {len(head)}"
    return stream(said, head + b"\n".join(body for _, body in members))
