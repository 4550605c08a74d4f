"""The tree of a report's parts as the PDF carries it: for those who hear the report, and for those who convert it."""

from __future__ import annotations

from collections.abc import Sequence

from app.reports.pdf_file import Numbered
from app.reports.structure import Part, Tag

_ATTRIBUTES = {
    Tag.COLUMN_NAME: " /A << /O /Table /Scope /Column >>",
}
_COUNTED = " /A << /O /List /ListNumbering /Decimal >>"


def write_structure(objects: Numbered, root: int, parts: Sequence[Part], pages: int) -> None:
    """Writes the tree of ``parts`` as object number ``root`` and as many further ones as it has parts with words.

    Each piece of marked content of each page leads to its part and back; the page with index n has the key n in
    the tree of parents.
    """
    told = _told(parts)
    first = objects.reserve(len(told))
    numbers = {part: first + place for place, part in enumerate(told)}
    page_numbers = [objects.number_of(f"Page{page}") for page in range(1, pages + 1)]
    parents: list[dict[int, int]] = [{} for _ in range(pages)]
    above = {parts[0]: root}
    for part, number in numbers.items():
        above.update(dict.fromkeys(part.parts, number))
        said = f"<< /S /{part.tag} /P {above[part]} 0 R"
        kids: list[str] = []
        home = part.printed[0][0] if part.printed else -1
        if home >= 0:
            said += f" /Pg {page_numbers[home]} 0 R"
        for page, mark in part.printed:
            parents[page][mark] = number
            elsewhere = f"<< /Type /MCR /Pg {page_numbers[page]} 0 R /MCID {mark} >>"
            kids.append(str(mark) if page == home else elsewhere)
        kids += [f"{numbers[inner]} 0 R" for inner in part.parts if inner in numbers]
        if kids:
            said += f" /K {kids[0]}" if len(kids) == 1 else f" /K [{' '.join(kids)}]"
        said += _COUNTED if part.numbered else _ATTRIBUTES.get(part.tag, "")
        objects.put(number, f"{said} >>".encode("ascii"))
    keys = []
    for page, marks in enumerate(parents):
        row = " ".join(f"{marks[mark]} 0 R" for mark in range(len(marks)))
        keys.append(f"{page} [{row}]")
    objects.put(
        root,
        f"<< /Type /StructTreeRoot /K {first} 0 R /ParentTreeNextKey {pages} "
        f"/ParentTree << /Nums [{' '.join(keys)}] >> >>".encode("ascii"),
    )


def _told(parts: Sequence[Part]) -> list[Part]:
    """The parts with words somewhere in them, and the cells that keep a table's columns apart though they are empty."""
    found: set[Part] = set()
    for part in reversed(parts):
        if part.printed or part.tag is Tag.CELL or any(inner in found for inner in part.parts):
            found.add(part)
    return [part for part in parts if part in found]
