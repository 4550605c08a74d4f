"""Whatever a person typed appears as typed: never read as markup, never cut off, never lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import moderation_reports as reports
import pypdfium2
import pytest
import visit_reports as visits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_reading import Pdf, Stream

from app.domain.moderation import ActionForCentre
from app.domain.report import ModerationReport, ReportedAction
from app.reports import style
from app.reports.moderation import render_moderation_report
from app.reports.visit import render_visit_report

Text = Callable[[bytes], str]
Pages = Callable[[bytes], list[str]]
Boxes = Callable[[bytes], list[tuple[int, float, float, float, float]]]

MARKUP = "<b>Bold</b> & <font size=40>large</font> <img src='file:///etc/hosts'/> &lt; <para> (brackets\\)"
LONG_WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 9
ADDRESS = "https://evidence.example.invalid/" + "a-long-part/" * 30 + "?page=" + "9" * 200


def with_text_everywhere(text: str) -> ModerationReport:
    """A report in which a person typed the same text into every field there is."""
    report = reports.a_report(count=2, decisions=reports.MIXED[3:5], summary=text, notes=reports.NOTES)
    request = replace(
        report.request,
        number=text,
        centre_number=text,
        centre_name=text,
        qualification_code=text,
        qualification_title=text,
        awarding_body=text,
        sampling_words=text,
    )
    entries = []
    for entry in report.samples:
        assert entry.judgement is not None
        sample = replace(
            entry.sample,
            learner_name=text,
            learner_number=text,
            unit_code=text,
            unit_title=text,
            assessor=text,
            assessor_decision=text,
            reason=text,
        )
        actions = (ActionForCentre(text),) if text.strip() else ()
        judgement = replace(entry.judgement, rationale=text, actions=actions, moderator_name=text)
        evidence = tuple(replace(item, name=text) for item in entry.evidence)
        notes = tuple(replace(note, text=text, author_name=text) for note in reports.NOTES)
        entries.append(replace(entry, sample=sample, judgement=judgement, evidence=evidence, notes=notes))
    listed = [entry.sample.position for entry in entries if text.strip()]
    return replace(
        report,
        request=request,
        samples=tuple(entries),
        actions=tuple(
            ReportedAction(number, position, text, text, text.strip())
            for number, position in enumerate(listed, start=1)
        ),
        learners=tuple(
            replace(learner, learner_name=text, learner_number=text) for learner in report.learners
        ),
        notes=tuple(replace(note, text=text) for note in report.notes),
        moderator_name=text,
    )


def filled_with(text: str, record: Any) -> Any:
    """A visit report's content in which a person typed the same text into every field there is."""
    if isinstance(record, Enum):
        return record
    if isinstance(record, str):
        return text
    if isinstance(record, tuple):
        return tuple(filled_with(text, one) for one in record)
    if is_dataclass(record) and not isinstance(record, type):
        said = {field.name: filled_with(text, getattr(record, field.name)) for field in fields(record)}
        return replace(record, **said)
    return record


def test_markup_in_a_visit_report_is_printed_and_never_obeyed(text_of: Text) -> None:
    text = text_of(render_visit_report(filled_with(MARKUP, visits.register_only())))
    assert text.count(MARKUP) > 100


def test_markup_is_printed_and_never_obeyed(text_of: Text) -> None:
    text = text_of(render_moderation_report(reports.a_report(summary=MARKUP)))
    assert MARKUP in text


def test_line_breaks_stay_where_the_person_put_them(pages_of: Pages) -> None:
    report = reports.a_report(
        count=1, summary="First line\r\nsecond line\rthird line\u2028fourth line\n\nlast line"
    )
    page = pages_of(render_moderation_report(report))[0]
    lines = [line.strip() for line in page.split("\n")]
    start = lines.index("First line")
    assert [line for line in lines[start : start + 7] if line][:5] == [
        "First line",
        "second line",
        "third line",
        "fourth line",
        "last line",
    ]


def test_a_rationale_of_20000_characters_flows_over_pages_without_a_word_lost(pages_of: Pages) -> None:
    words = " ".join(f"word{number}" for number in range(2200))[:20_000].rsplit(" ", 1)[0].split()
    report = reports.a_report(count=1)
    judgement = report.samples[0].judgement
    assert judgement is not None
    entry = replace(report.samples[0], judgement=replace(judgement, rationale=" ".join(words)))
    pages = pages_of(render_moderation_report(replace(report, samples=(entry,))))
    found = [word for page in pages for word in page.split() if word.startswith("word")]
    assert found == words
    assert sum("Sample 1, 502, continued" in page for page in pages) >= 3


@pytest.mark.parametrize(
    "typed", [LONG_WORD, ADDRESS, "王小明" * 120, "Ж" * 500, "a" + "\u0301" * 300, "W " * 400]
)
@pytest.mark.parametrize("report", ["moderation", "visit"])
def test_no_text_leaves_the_frame_of_a_page(typed: str, report: str, boxes_of: Boxes) -> None:
    if report == "visit":
        pdf = render_visit_report(filled_with(typed, visits.blocked()))
    else:
        pdf = render_moderation_report(with_text_everywhere(typed))
    for page_number, left, right, low, high in boxes_of(pdf):
        assert left >= style.LEFT - 2.0, page_number
        assert right <= style.PAGE_WIDTH - style.RIGHT + 2.0, page_number
        assert low >= style.PAGE_HEIGHT - style.FOOTER_BASELINE - 6.0, page_number
        assert high <= style.PAGE_HEIGHT - 24.0, page_number


@pytest.mark.parametrize(
    "name",
    [
        "Łucja Świątek-Wrzosowa",
        "Ελένη Ελαιώνα",
        "Дмитро Вербицький",
        "Siân Ó Fearghail",
        "Nguyễn Thị Phượng",
        "Jürgen Weiß",
        "Անահիտ",
        "ნინო",
    ],
)
def test_names_of_many_tongues_are_printed(text_of: Text, name: str) -> None:
    report = reports.a_report(count=1)
    entry = replace(report.samples[0], sample=replace(report.samples[0].sample, learner_name=name))
    text = text_of(render_moderation_report(replace(report, samples=(entry,))))
    assert f"Learner {name}" in text
    assert "�" not in text


def test_an_arabic_name_is_joined_for_the_eye_and_whole_for_searching(text_of: Text) -> None:
    report = reports.a_report(count=1)
    entry = replace(report.samples[0], sample=replace(report.samples[0].sample, learner_name="ليلى الزيتوني"))
    pdf = render_moderation_report(replace(report, samples=(entry,)))
    text = text_of(pdf)
    assert "ليلى" in text or "ىليل" in text
    assert "�" not in text
    # The tables that turn drawn forms back into text name the letters themselves, not their joined forms.
    streams = [item.content for item in Pdf(pdf).objects.values() if isinstance(item, Stream)]
    tables = [stream for stream in streams if b"beginbfchar" in stream]
    assert any(b"<0644>" in table for table in tables)
    assert not any(b"<FEDF>" in table for table in tables)


def test_a_character_no_font_has_is_shown_as_missing_and_explained(pages_of: Pages) -> None:
    report = reports.a_report(count=1)
    entry = replace(report.samples[0], sample=replace(report.samples[0].sample, learner_name="王小明\x07"))
    pages = pages_of(render_moderation_report(replace(report, samples=(entry,))))
    assert "����" in "".join(pages)
    assert "stands for a character that the fonts of this report do not have" in pages[-1]
    assert "stands for a character" not in pages_of(render_moderation_report(report))[-1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=120))
def test_any_text_in_every_field_makes_a_report(text: str) -> None:
    pdf = render_moderation_report(with_text_everywhere(text))
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) >= 1
    finally:
        document.close()


def test_a_lone_surrogate_is_replaced_and_breaks_nothing(text_of: Text) -> None:
    assert "a�b" in text_of(render_moderation_report(with_text_everywhere("a\ud800b")))
