"""Both reports can be read by everybody and kept for good: PDF/UA-1, PDF/A-2a, and what no checker looks at."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import moderation_reports as moderations
import page as checker
import pytest
import visit_reports as visits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_reading import Element, Pdf
from PIL import Image, ImageCms

from app.reports import style
from app.reports.archive import srgb_profile
from app.reports.fonts import bundled_fonts
from app.reports.moderation import render_moderation_report
from app.reports.pages import paginate
from app.reports.painting import Furniture
from app.reports.paper import print_pages
from app.reports.setting import Typesetter
from app.reports.strips import Cell, Pile, Strip, Words
from app.reports.structure import Structure, Tag, Untagged
from app.reports.visit import render_visit_report

REPORTS = [
    *(f"moderation {name}" for name in moderations.SHAPES),
    *(f"visit {name}" for name in visits.SHAPES),
]
STANDARDS = [checker.ValidationProfile.PDF_UA_1, checker.ValidationProfile.PDF_A_2A]
SAME_LINE = 2.5
"""Points: on one line, larger and smaller letters stand a little apart."""


@cache
def rendered(report: str) -> bytes:
    kind, shape = report.split()
    if kind == "visit":
        return render_visit_report(visits.SHAPES[shape]())
    return render_moderation_report(moderations.SHAPES[shape]())


@cache
def read(report: str) -> Pdf:
    return Pdf(rendered(report))


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_keeps_to_both_standards(report: str, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(rendered(report))
    for standard in STANDARDS:
        found = checker.validate_pdf(file, profile=standard)
        assert found.is_compliant, [failure.message for failure in found.failures]


@pytest.mark.parametrize(
    "typed", ["\uf6c5\ue000", "\uffff\ufdd0", "王小明", "שלום (abc) 12", "❤\ufe0f\u200d🔥", "\x00\x7f"]
)
def test_signs_that_no_font_or_no_reader_knows_break_no_standard(typed: str) -> None:
    pdf = render_visit_report(replace(visits.register_only(), summary=typed, number=typed))
    for standard in STANDARDS:
        found = checker.validate_pdf_bytes(pdf, profile=standard)
        assert found.is_compliant, [failure.message for failure in found.failures]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80))
def test_whatever_people_type_the_report_keeps_to_both_standards(text: str) -> None:
    content = visits.draft_visit()
    content = replace(content, summary=text, centre_name=text, number=text, reviewer_name=text, nominee=text)
    pdf = render_visit_report(content)
    for standard in STANDARDS:
        found = checker.validate_pdf_bytes(pdf, profile=standard)
        assert found.is_compliant, [failure.message for failure in found.failures]


@pytest.mark.parametrize("report", REPORTS)
def test_every_mark_leads_to_its_part_and_back(report: str) -> None:
    pdf = read(report)
    tree = pdf.tree()
    holders = {kid: part for part in tree.walk() for kid in part.kids if not isinstance(kid, Element)}
    seen = 0
    assert [page["StructParents"] for page in pdf.pages] == list(range(len(pdf.pages)))
    for page in range(len(pdf.pages)):
        assert pdf.pages[page]["Tabs"] == "S"
        marks = [mark for mark in pdf.marked(page) if mark.tag != "Artifact"]
        assert [mark.mcid for mark in marks] == list(range(len(marks)))
        parents = pdf.parents(page)
        assert len(parents) == len(marks)
        for mark, parent in zip(marks, parents, strict=True):
            assert mark.mcid is not None
            holder = holders[page, mark.mcid]
            assert holder.number == parent
            assert holder.tag == mark.tag
            seen += 1
    assert seen == len(holders) == sum(1 for _ in tree.marks())


@pytest.mark.parametrize("report", REPORTS)
def test_what_is_heard_comes_in_the_order_in_which_it_is_seen(report: str) -> None:
    pdf = read(report)
    order = list(pdf.tree().marks())
    starts = [
        {mark.mcid: mark.at for mark in pdf.marked(page) if mark.mcid is not None}
        for page in range(len(pdf.pages))
    ]
    for number in range(len(pdf.pages)):
        own = [mark for page, mark in order if page == number]
        assert own == sorted(own)
        for before, after in pairwise(own):
            first, second = starts[number][before], starts[number][after]
            assert first is not None
            assert second is not None
            below = second[1] < first[1] - SAME_LINE
            right = abs(second[1] - first[1]) <= SAME_LINE and second[0] > first[0]
            assert below or right, (number, before, after)
    # A part begins no earlier than the part before it; a row that goes on overleaf has its cells on both pages.
    begins = [min(page for page, _ in part.marks()) for part in pdf.tree().walk() if any(part.marks())]
    assert begins == sorted(begins)


@pytest.mark.parametrize("report", ["moderation rejected", "visit register_only", "visit full_scope"])
def test_what_is_heard_is_what_is_printed(report: str, text_of: Callable[[bytes], str]) -> None:
    heard = Counter(word for _, words in read(report).read_aloud() for word in words.split())
    printed = Counter(text_of(rendered(report)).split())
    # Beside it only what stands on each page, and heads that are repeated.
    assert not heard - printed
    assert set(printed - heard) & {"Page", "continued"}


def long_moderation() -> bytes:
    report = moderations.rejected()
    first = report.samples[0]
    assert first.judgement is not None
    long = replace(first, judgement=replace(first.judgement, rationale="Much is to be said. " * 400))
    samples = (long, *report.samples[1:])
    return render_moderation_report(replace(report, samples=samples))


def long_visit() -> bytes:
    content = visits.blocked()
    first = content.objectives[0]
    long = replace(first, judgement=replace(first.judgement, commentary="Much is to be said. " * 400))
    return render_visit_report(replace(content, objectives=(long, *content.objectives[1:])))


@pytest.mark.parametrize("report", [long_moderation, long_visit])
def test_what_each_page_repeats_is_heard_once_at_most(report: Callable[[], bytes]) -> None:
    pdf = Pdf(report())
    heard = [words for _, words in pdf.read_aloud()]
    assert heard.count("What the centre does") == 1
    assert " ".join(["Much is to be said."] * 400) in heard
    assert not any(words.startswith("Page 1 of") or words.endswith("continued") for words in heard)
    marks = [mark for page in range(len(pdf.pages)) for mark in pdf.marked(page)]
    assert sum("continued" in mark.text for mark in marks) >= 1
    assert sum("What the centre does" in mark.text for mark in marks) >= 2
    kinds = [mark.about.get("Subtype") for mark in marks]
    assert kinds.count("Header") == kinds.count("Footer") == len(pdf.pages)


def test_headings_lists_and_tables_are_what_they_look_like() -> None:
    pdf = read("visit register_only")
    heard = pdf.read_aloud()
    assert [words for tag, words in heard if tag == "H1"] == ["Centre visit report"]
    assert "Blocking objective QO.3 ✓ Met Learner registration & certification" in [
        words for tag, words in heard if tag == "H3"
    ]
    assert sum(tag == "H4" for tag, _ in heard) == 20
    parts = list(pdf.tree().walk())
    tables = [part for part in parts if part.tag == "Table"]
    assert [len(_kids(table, "TR")) for table in tables] == [5, 6, 3]
    for table in tables:
        first, *rest = _kids(table, "TR")
        assert all(name.said["A"] == {"O": "Table", "Scope": "Column"} for name in _kids(first, "TH"))
        assert all(len(_kids(row, "TD")) == len(_kids(first, "TH")) for row in rest)
    counted = [part for part in parts if part.said.get("A") == {"O": "List", "ListNumbering": "Decimal"}]
    assert len(counted) == 2
    assert all(_kids(item, "Lbl") and _kids(item, "LBody") for one in counted for item in _kids(one, "LI"))


def test_a_draft_says_that_it_is_one_to_those_who_hear_it() -> None:
    for report in ("moderation draft", "visit draft_visit"):
        assert ("P", "This is a draft. It has not been issued.") in read(report).read_aloud()
    for report in ("moderation rejected", "visit blocked"):
        assert not any("This is a draft" in words for _, words in read(report).read_aloud())


def test_lines_are_heard_as_sentences_and_broken_words_as_words() -> None:
    address = "https://evidence.example.invalid/" + "a-long-part/" * 20
    summary = f"{'Many words that fill more than one line of the report. ' * 6}{address} end"
    heard = Pdf(render_visit_report(replace(visits.register_only(), summary=summary))).read_aloud()
    assert ("P", summary) in heard


def test_a_name_written_from_right_to_left_is_heard_in_the_order_it_is_spelt() -> None:
    heard = Pdf(render_visit_report(replace(visits.register_only(), nominee="ليلى الزيتوني"))).read_aloud()
    assert ("LBody", "ليلى الزيتوني") in heard


def test_the_file_tells_the_same_of_itself_in_both_places() -> None:
    pdf = Pdf(render_visit_report(replace(visits.blocked(), reviewer_name="Ü <b> & Ł\uffff")))
    description = pdf.get(pdf.root["Metadata"]).content.decode()
    assert "<xmp:CreateDate>2017-12-08T16:20:00+00:00</xmp:CreateDate>" in description
    assert pdf.info["CreationDate"] == pdf.info["ModDate"] == b"D:20171208162000+00'00'"
    assert "<rdf:li>Ü &lt;b&gt; &amp; Ł�</rdf:li>" in description
    assert pdf.info["Author"].decode("utf-16") == "Ü <b> & Ł�"
    assert "Centre visit report QR-2017-00031</rdf:li>" in description
    assert pdf.info["Title"] == b"Centre visit report QR-2017-00031"
    assert "<pdfuaid:part>1</pdfuaid:part>" in description
    assert "<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>A</pdfaid:conformance>" in description


def test_the_colours_are_those_of_srgb() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert ImageCms.getProfileDescription(ours).strip() == "sRGB"
    colours = Image.frombytes("RGB", (64, 4), bytes(range(256)) * 3)
    seen = ImageCms.profileToProfile(colours, ImageCms.createProfile("sRGB"), ours)
    assert max(abs(one - other) for one, other in zip(colours.tobytes(), seen.tobytes(), strict=True)) <= 1


FURNITURE = Furniture("Title", "Author", "Subject", "Creator", "left", "right", "foot", "", None)


def printed(pile: Pile, structure: Structure | None = None) -> bytes:
    return print_pages(
        paginate(pile.strips, style.TEXT_HEIGHT), FURNITURE, pile.setter, structure or pile.structure
    )


def a_pile() -> Pile:
    pile = Pile(Typesetter(bundled_fonts()))
    pile.text("Title", style.TITLE, tag=Tag.H1)
    return pile


def test_words_without_a_part_are_not_printed() -> None:
    pile = a_pile()
    line = pile.setter.line("Nobody would hear this.", style.BODY, 300.0)
    pile.row([Cell(0.0, [line], style.BODY, None)])
    with pytest.raises(Untagged, match="Nobody would hear this"):
        printed(pile)


def test_words_of_another_report_s_part_are_not_printed() -> None:
    pile, other = a_pile(), a_pile()
    pile.row([pile.cell("Lost.", style.BODY, 0.0, 100.0, other.part(Tag.PARAGRAPH))])
    with pytest.raises(Untagged, match="Lost"):
        printed(pile)


def test_words_are_not_put_where_only_parts_may_lie() -> None:
    pile = a_pile()
    with pile.within(Tag.LIST) as part:
        line = pile.setter.line("Loose.", style.BODY, 300.0)
        pile.strips.append(Strip(12.0, (Words(0.0, 9.0, line, 9.0, style.INK, part),)))
    with pytest.raises(Untagged, match="Loose"):
        printed(pile)


def test_nothing_is_drawn_past_the_marks() -> None:
    from app.reports.paper import canvas_class

    canvas = canvas_class()(None, invariant=1)
    canvas.rect(10, 10, 50, 50)
    with pytest.raises(Untagged, match="operations without a mark"):
        canvas.showPage()


def test_a_heading_does_not_skip_a_level() -> None:
    pile = a_pile()
    pile.text("Far below", style.SUBHEADING, tag=Tag.H3)
    with pytest.raises(Untagged, match="H3 follows one of level 1"):
        printed(pile)


def test_rows_of_one_table_have_the_same_columns() -> None:
    pile = a_pile()
    with pile.table(((0.0, "One"), (100.0, "Two"))):
        pile.table_row([("alone", style.BODY, 0.0, 90.0)], above=1.0, below=1.0)
    with pytest.raises(Untagged, match="same columns"):
        printed(pile)


def test_a_part_lies_only_where_it_makes_sense() -> None:
    pile = a_pile()
    with pytest.raises(Untagged, match="LI must not lie in Document"):
        pile.part(Tag.ITEM)


def _kids(part: Element, tag: str) -> list[Element]:
    return [kid for kid in part.kids if isinstance(kid, Element) and kid.tag == tag]
