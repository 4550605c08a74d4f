"""Reads the reports' PDFs as a screen reader does: the tree of parts, and the marked words of each page.

It knows what our own files are made of, no more: packed objects, one table of them at the end, plain content streams.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    rb"\s+|%[^\r\n]*|(?P<open><<)|(?P<close>>>)|(?P<hex><[0-9A-Fa-f\s]*>)|(?P<text>\((?:\\.|[^\\()])*\))"
    rb"|(?P<list>\[)|(?P<end>\])|(?P<ref>\d+ \d+ R\b)|(?P<name>/[^\s<>\[\]()/%]*)|(?P<number>[+-]?\d*\.?\d+)"
    rb"|(?P<word>[A-Za-z'\"*]+\d*)",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PAINTS = {"f", "S", "B", "f*", "Do", "sh"}


class Name(str):
    """A name such as ``/P``, without its stroke."""

    __slots__ = ()


@dataclass(frozen=True)
class Ref:
    """Leads to the object with this number."""

    number: int


@dataclass(frozen=True)
class Stream:
    said: dict[str, Any]
    content: bytes


@dataclass
class Marked:
    """Words of one page that belong together. ``at``: where the first of them stands, in points from the lower left."""

    tag: str
    mcid: int | None
    about: dict[str, Any]
    text: str = ""
    at: tuple[float, float] | None = None


@dataclass
class Element:
    """One part of the tree. kids: further parts, or the index of a page and the number of what is marked on it."""

    tag: str
    number: int
    said: dict[str, Any]
    kids: list[Element | tuple[int, int]] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()

    def marks(self) -> Iterator[tuple[int, int]]:
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.marks()
            else:
                yield kid


class Pdf:
    """One file, read whole."""

    def __init__(self, data: bytes) -> None:
        self.objects: dict[int, Any] = {}
        self._marked: dict[int, list[Marked]] = {}
        self._read(data)
        self.root: dict[str, Any] = self.get(self.trailer["Root"])
        self.info: dict[str, Any] = self.get(self.trailer["Info"])
        self.pages: list[dict[str, Any]] = [
            self.get(page) for page in self.get(self.get(self.root["Pages"])["Kids"])
        ]
        self._page_numbers = [page.number for page in self.get(self.get(self.root["Pages"])["Kids"])]

    def get(self, value: Any) -> Any:
        return self.objects[value.number] if isinstance(value, Ref) else value

    def _read(self, data: bytes) -> None:
        found = re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", data)
        assert found, "the file has no end"
        table = self._object(data, int(found[1]))
        self.trailer: dict[str, Any] = table.said
        assert table.said["W"] == [1, 4, 2]
        rows = [table.content[start : start + 7] for start in range(0, len(table.content), 7)]
        assert len(rows) == table.said["Size"]
        packed: dict[int, list[tuple[int, int]]] = {}
        for number, row in enumerate(rows):
            kind, where, place = row[0], int.from_bytes(row[1:5], "big"), int.from_bytes(row[5:], "big")
            if kind == 1:
                assert data[where:].startswith(b"%d 0 obj\n" % number)
                self.objects[number] = self._object(data, where)
            elif kind == 2:
                packed.setdefault(where, []).append((number, place))
        for holder, members in packed.items():
            stream = self.objects[holder]
            first = stream.said["First"]
            index = [int(part) for part in stream.content[:first].split()]
            assert len(members) == stream.said["N"]
            for number, place in members:
                assert index[2 * place] == number
                self.objects[number] = value_of(stream.content[first + index[2 * place + 1] :])

    @staticmethod
    def _object(data: bytes, where: int) -> Any:
        start = data.index(b"obj\n", where) + 4
        said, end = _value(list(_tokens(data[start : data.index(b"endobj", start)], until=b"stream")), 0)
        assert end
        if not isinstance(said, dict) or "Length" not in said:
            return said
        begins = data.index(b"stream\n", start) + 7
        content = data[begins : begins + said["Length"]]
        assert data[begins + said["Length"] :].startswith(b"\r\nendstream\nendobj")
        filters = said.get("Filter", [])
        for name in [filters] if isinstance(filters, str) else filters:
            assert name == "FlateDecode"
            content = zlib.decompress(content)
        return Stream(said, content)

    def marked(self, page: int) -> list[Marked]:
        """What a page shows, mark by mark. Fails where anything is painted outside a mark."""
        if page not in self._marked:
            self._marked[page] = self._read_marks(page)
        return self._marked[page]

    def _read_marks(self, page: int) -> list[Marked]:
        contents = self.get(self.pages[page]["Contents"]).content
        resources = self.get(self.pages[page]["Resources"])
        fonts = {name: self._letters(font) for name, font in self.get(resources["Font"]).items()}
        found: list[Marked] = []
        stack: list[Marked] = []
        operands: list[Any] = []
        font: dict[int, str] = {}
        at = (0.0, 0.0)
        inner: str | None = None
        tokens = list(_tokens(contents))
        index = 0
        while index < len(tokens):
            kind, token = tokens[index]
            if kind != "word":
                value, index = _value(tokens, index)
                operands.append(value)
                continue
            index += 1
            operator = token.decode()
            if operator in ("BDC", "BMC"):
                about = operands[1] if operator == "BDC" else {}
                mark = Marked(str(operands[0]), about.get("MCID"), about)
                if stack:
                    assert mark.mcid is None, "a part lies within another part's mark"
                    inner = about["ActualText"].decode("utf-16")
                else:
                    found.append(mark)
                stack.append(mark)
            elif operator == "EMC":
                mark = stack.pop()
                if stack and inner is not None:
                    stack[0].text += inner
                    inner = None
            elif operator == "Tm":
                at = (operands[4], operands[5])
            elif operator == "Tf":
                font = fonts[str(operands[0])]
            elif operator == "Tj":
                assert stack, f"words are shown outside every mark on page {page + 1}"
                if stack[0].at is None:
                    stack[0].at = at
                if inner is None:
                    stack[0].text += "".join(font[code] for code in operands[0])
            elif operator in _PAINTS:
                tags = [mark.tag for mark in stack]
                assert tags[:1] == ["Artifact"], f"{operator} is not said to be decoration"
            operands = []
        assert not stack
        return found

    def _letters(self, font: Any) -> dict[int, str]:
        table = self.get(self.get(font)["ToUnicode"]).content
        pairs = re.findall(rb"^<([0-9A-F]{2})> <([0-9A-F]{4,})>$", table, re.MULTILINE)
        return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}

    def tree(self) -> Element:
        """The tree of parts, from the document down."""
        root = self.root["StructTreeRoot"]
        top = self._element(self.get(root)["K"], root)
        assert top.tag == "Document"
        return top

    def _element(self, ref: Ref, above: Ref) -> Element:
        said = self.get(ref)
        assert said["P"] == above, "a part does not know what it lies in"
        element = Element(str(said["S"]), ref.number, said)
        kids = said.get("K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            if isinstance(kid, Ref):
                element.kids.append(self._element(kid, ref))
            elif isinstance(kid, dict):
                element.kids.append((self._page_numbers.index(kid["Pg"].number), kid["MCID"]))
            else:
                element.kids.append((self._page_numbers.index(said["Pg"].number), kid))
        return element

    def parents(self, page: int) -> list[int]:
        """For each mark of a page, the number of the part that the tree of parents leads to."""
        numbers = self.get(self.get(self.root["StructTreeRoot"])["ParentTree"])["Nums"]
        rows = dict(zip(numbers[::2], numbers[1::2], strict=True))
        return [ref.number for ref in self.get(rows[self.pages[page]["StructParents"]])]

    def read_aloud(self) -> list[tuple[str, str]]:
        """What a screen reader says: the words of each part with words, behind the part's kind."""
        words = [{mark.mcid: mark.text for mark in self.marked(page)} for page in range(len(self.pages))]
        return [
            (element.tag, " ".join("".join(words[page][mcid] for page, mcid in own).split()))
            for element in self.tree().walk()
            if (own := [kid for kid in element.kids if not isinstance(kid, Element)])
        ]


def value_of(data: bytes) -> Any:
    """The first value that PDF text says."""
    return _value(list(_tokens(data, until=b"\n")), 0)[0]


def _tokens(data: bytes, until: bytes = b"") -> Iterator[tuple[str, bytes]]:
    place = 0
    depth = 0
    while place < len(data):
        if until == b"stream" and data.startswith(b"stream", place):
            return
        found = _TOKEN.match(data, place)
        assert found, data[place : place + 40]
        place = found.end()
        kind = found.lastgroup
        if kind is None:
            continue
        yield kind, found[0]
        depth += {"open": 1, "list": 1, "close": -1, "end": -1}.get(kind, 0)
        if until == b"\n" and depth == 0:
            return


def _value(tokens: list[tuple[str, bytes]], index: int) -> tuple[Any, int]:
    kind, token = tokens[index]
    index += 1
    if kind == "open":
        said: dict[str, Any] = {}
        while tokens[index][0] != "close":
            key, index = _value(tokens, index)
            said[str(key)], index = _value(tokens, index)
        return said, index + 1
    if kind == "list":
        values = []
        while tokens[index][0] != "end":
            value, index = _value(tokens, index)
            values.append(value)
        return values, index + 1
    if kind == "ref":
        return Ref(int(token.split()[0])), index
    if kind == "name":
        return Name(token[1:].decode("latin-1")), index
    if kind == "hex":
        return bytes.fromhex(token[1:-1].decode()), index
    if kind == "text":
        return _ESCAPED.sub(_unescaped, token[1:-1]), index
    if kind == "number":
        return (float(token) if b"." in token else int(token)), index
    return {b"true": True, b"false": False, b"null": None}[token], index


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    if said[:1].isdigit():
        return bytes([int(said, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(said, said)
