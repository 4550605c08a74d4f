"""PDF evidence: learners' assignments, marking sheets, briefs and the plan of internal quality assurance."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    KeepTogether,
    ListFlowable,
    ListItem,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from . import prose
from .records import Brief, MarkingSheet

FONTS = Path(__file__).resolve().parents[2] / "fonts"
_FACES = {
    "serif": ("Times-Roman", "Times-Bold", "Times-Italic"),
    "sans": ("Demo-Regular", "Demo-Bold", "Demo-Italic"),
}
_INK = colors.HexColor("#1f2a36")
_BLUE = colors.HexColor("#2d5f8a")
_GREY = colors.HexColor("#6a7480")


def register_fonts() -> None:
    for weight in ("Regular", "Bold", "Italic"):
        name = f"Demo-{weight}"
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"NotoSans-{weight}.ttf"), shapable=False))
    pdfmetrics.registerFontFamily(
        "Demo-Regular", normal="Demo-Regular", bold="Demo-Bold", italic="Demo-Italic", boldItalic="Demo-Bold"
    )


def assignment(text: prose.Text) -> bytes:
    """A learner's work over several pages, with its tables and charts."""
    look = _Look(text.face, 11.0)
    story: list[Any] = [
        Paragraph(escape(text.title), look.title),
        Paragraph(f"{escape(text.learner)}<br/>{escape(text.unit)}", look.byline),
    ]
    number = 0
    for block in text.blocks:
        match block:
            case prose.Heading():
                story.append(Paragraph(_inline(block.text), look.heading))
            case prose.Paragraph():
                story.append(Paragraph(_inline(block.text), look.body))
            case prose.Points():
                items = [ListItem(Paragraph(_inline(point), look.point)) for point in block.texts]
                story.append(ListFlowable(items, bulletType="bullet", start="•", leftIndent=14))
                story.append(Spacer(1, 6))
            case prose.Grid():
                story.extend([_table(block.rows, look), Spacer(1, 10)])
            case prose.Chart():
                number += 1
                caption = Paragraph(f"Figure {number}. {_inline(block.caption)}", look.caption)
                story.append(KeepTogether([_chart(block, look), caption]))
    return _built(story, text.title, text.learner, f"{text.learner} · {text.unit}", look)


def marking_sheet(sheet: MarkingSheet) -> bytes:
    """The assessor's decisions by criterion, with feedback."""
    look = _Look("sans", 9.5)
    head = [
        ("Learner", sheet.learner),
        ("Unit", sheet.unit),
        ("Assessor", sheet.assessor),
        ("Submitted", sheet.submitted),
        ("Marked", sheet.marked),
    ]
    rows = (("Criterion", "Met", "Where", "Comment"), *sheet.criteria)
    story = [
        Paragraph("Marking sheet", look.title),
        _facts(head, look),
        Spacer(1, 10),
        _table(rows, look, (0.12, 0.09, 0.17, 0.62)),
        Spacer(1, 12),
        Paragraph("Feedback to the learner", look.heading),
        *(Paragraph(escape(part), look.body) for part in sheet.feedback),
        Paragraph("Decision", look.heading),
        Paragraph(escape(sheet.decision), look.body),
        Spacer(1, 18),
        _facts([("Signed", sheet.assessor), ("Date", sheet.marked)], look),
    ]
    return _built(
        story, f"Marking sheet, {sheet.learner}", sheet.assessor, f"Marking sheet · {sheet.unit}", look
    )


def brief(of: Brief) -> bytes:
    """What learners were asked to do for a unit."""
    look = _Look("sans", 10.0)
    story: list[Any] = [
        Paragraph("Assignment brief", look.byline),
        Paragraph(escape(of.unit), look.title),
        _facts(
            [("Credits", of.credits), ("Set by", of.author), ("Length", of.length), ("Hand in", of.due)], look
        ),
        Paragraph("Situation", look.heading),
        Paragraph(escape(of.situation), look.body),
    ]
    for number, (task, criteria) in enumerate(of.tasks, start=1):
        story.append(
            Paragraph(f"Task {number} <font color='#6a7480'>({escape(criteria)})</font>", look.heading)
        )
        story.append(Paragraph(escape(task), look.body))
    story.append(Paragraph("Assessment criteria", look.heading))
    story.append(_table((("No.", "The learner can"), *of.criteria), look, (0.1, 0.9)))
    story.append(Paragraph("Before you hand in", look.heading))
    items = [ListItem(Paragraph(escape(point), look.point)) for point in of.reminders]
    story.append(ListFlowable(items, bulletType="bullet", start="•", leftIndent=14))
    return _built(story, f"Assignment brief, {of.unit}", of.author, f"Assignment brief · {of.unit}", look)


def sampling_plan(rows: Sequence[Sequence[str]], rationale: Sequence[str]) -> bytes:
    """The year's plan of internal quality assurance."""
    look = _Look("sans", 9.5)
    story = [
        Paragraph("Sampling plan of internal quality assurance", look.title),
        *(Paragraph(escape(part), look.body) for part in rationale),
        Spacer(1, 8),
        _table(rows, look, (0.2, 0.2, 0.15, 0.15, 0.3)),
    ]
    return _built(story, "IQA sampling plan", "Helen Marchbank", "IQA sampling plan", look)


def letter(title: str, writer: str, paragraphs: Sequence[str]) -> bytes:
    """A page of plain paragraphs under a title: a letter, or a short policy."""
    look = _Look("serif", 11.0)
    story = [
        Paragraph(escape(title), look.title),
        *(Paragraph(escape(text), look.body) for text in paragraphs),
    ]
    return _built(story, title, writer, f"{title} · {writer}", look)


class _Look:
    """The styles of one document; centres and learners do not all write with the same program."""

    def __init__(self, face: str, size: float) -> None:
        self.regular, self.bold, self.italic = _FACES[face]
        base = ParagraphStyle(
            "base", fontName=self.regular, fontSize=size, leading=size * 1.5, textColor=_INK
        )
        self.size = size
        self.body = ParagraphStyle("body", base, spaceAfter=size * 0.7)
        if face == "serif":
            self.body.alignment = TA_JUSTIFY
        self.point = ParagraphStyle("point", base, spaceAfter=size * 0.25)
        self.cell = ParagraphStyle("cell", base, fontSize=size - 1.6, leading=(size - 1.6) * 1.32)
        self.cell_bold = ParagraphStyle("cell_bold", self.cell, fontName=self.bold)
        self.title = ParagraphStyle(
            "title", base, fontName=self.bold, fontSize=size * 1.7, leading=size * 2.1, spaceAfter=size * 0.6
        )
        self.byline = ParagraphStyle("byline", base, textColor=_GREY, spaceAfter=size * 1.2)
        self.heading = ParagraphStyle(
            "heading",
            base,
            fontName=self.bold,
            fontSize=size * 1.22,
            spaceBefore=size * 0.9,
            spaceAfter=size * 0.35,
            keepWithNext=True,
        )
        self.caption = ParagraphStyle(
            "caption", base, fontName=self.italic, fontSize=size - 1.5, textColor=_GREY, spaceAfter=size
        )


def _inline(text: str) -> str:
    return re.sub(r"\*([^*]+)\*", r"<i>\1</i>", escape(text))


def _table(rows: Sequence[Sequence[str]], look: _Look, shares: Sequence[float] | None = None) -> Table:
    width = A4[0] - 46 * mm
    parts = shares or [1.0 / len(rows[0])] * len(rows[0])
    body = [
        [Paragraph(_inline(cell), look.cell if index else look.cell_bold) for cell in row]
        for index, row in enumerate(rows)
    ]
    table = Table(body, colWidths=[width * part for part in parts], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e8eef4")),
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#aab4be")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table


def _facts(pairs: Sequence[tuple[str, str]], look: _Look) -> Table:
    rows = [[Paragraph(escape(a), look.cell_bold), Paragraph(escape(b), look.cell)] for a, b in pairs]
    table = Table(rows, colWidths=[30 * mm, A4[0] - 76 * mm])
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#c5ccd4")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


def _chart(chart: prose.Chart, look: _Look) -> Drawing:
    width, height = A4[0] - 46 * mm, 62 * mm
    drawing = Drawing(width, height)
    left, foot, right, top = 30.0, 24.0, width - 8.0, height - 14.0
    values = [value for _, value in chart.values]
    most = max(values) * 1.15
    low = 0.0 if chart.style == "bars" else min(values) * 0.6

    def up(value: float) -> float:
        return foot + (top - foot) * (value - low) / (most - low)

    for step in range(5):
        value = low + (most - low) * step / 4
        y = up(value)
        drawing.add(Line(left, y, right, y, strokeColor=colors.HexColor("#d8dee4"), strokeWidth=0.5))
        drawing.add(
            String(
                left - 4,
                y - 3,
                f"{value:.0f}",
                fontName=look.regular,
                fontSize=7,
                textAnchor="end",
                fillColor=_GREY,
            )
        )
    slot = (right - left) / len(values)
    points: list[float] = []
    for index, (name, value) in enumerate(chart.values):
        middle = left + slot * (index + 0.5)
        if chart.style == "bars":
            bar = Rect(
                middle - slot * 0.3, foot, slot * 0.6, up(value) - foot, fillColor=_BLUE, strokeColor=None
            )
            drawing.add(bar)
        points += [middle, up(value)]
        drawing.add(
            String(
                middle,
                foot - 11,
                name,
                fontName=look.regular,
                fontSize=7.5,
                textAnchor="middle",
                fillColor=_INK,
            )
        )
        drawing.add(
            String(
                middle,
                up(value) + 5,
                f"{value:g}",
                fontName=look.bold,
                fontSize=7.5,
                textAnchor="middle",
                fillColor=_INK,
            )
        )
    if chart.style == "lines":
        drawing.add(PolyLine(points, strokeColor=_BLUE, strokeWidth=1.6))
        for x, y in zip(points[::2], points[1::2], strict=True):
            drawing.add(Circle(x, y, 2.4, fillColor=_BLUE, strokeColor=colors.white))
    drawing.add(Line(left, foot, right, foot, strokeColor=_GREY, strokeWidth=0.8))
    return drawing


def _built(story: list[Any], title: str, author: str, footer: str, look: _Look) -> bytes:
    out = io.BytesIO()

    def furniture(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(look.regular, 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(23 * mm, 12 * mm, footer)
        canvas.drawRightString(A4[0] - 23 * mm, 12 * mm, str(document.page))
        canvas.restoreState()

    template = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=23 * mm,
        rightMargin=23 * mm,
        topMargin=22 * mm,
        bottomMargin=22 * mm,
        title=title,
        author=author,
        invariant=1,
        initialFontName=look.regular,
    )
    template.build(story, onFirstPage=furniture, onLaterPages=furniture)
    return out.getvalue()
