"""“Why this learner?” in the report: the reason of each sample and the sums in words, whole (M-27, M-28, D-1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import moderation_reports as reports
import pypdfium2

from app.domain.report import ModerationReport
from app.domain.sampling import ClaimedUnit, SamplingHistory, draw, sampling_words, sums
from app.domain.schemes import Risk, scheme_for
from app.reports.moderation import render_moderation_report

LONGEST = (
    "for unit 509; assessor not sampled since December 2025; this learner again to cover it; "
    "highest attainment of the claim"
)


def explained() -> tuple[ModerationReport, str]:
    """A report whose reasons are those the domain gives, the longest there is among them; and its sums in words."""
    lines = [
        ClaimedUnit(f"{place}", f"L{place}", f"{500 + place % 3}", f"A{place % 2}") for place in range(1, 60)
    ]
    of = sums(scheme_for("CMI").policy, Risk.HIGH, 230, 12)
    picks = draw(lines, 12, SamplingHistory({}, {"A1": date(2025, 12, 1)}), "81c4f00d81c4f00d")
    words = sampling_words(of, picks)
    reasons = [LONGEST, *(pick.reason for pick in picks[1:])]
    report = reports.a_report()
    samples = tuple(
        replace(entry, sample=replace(entry.sample, reason=reason))
        for entry, reason in zip(report.samples, reasons, strict=True)
    )
    return replace(report, request=replace(report.request, sampling_words=words), samples=samples), words


def test_M27_the_report_gives_each_reason_and_the_sums_in_full(text_of: Callable[[bytes], str]) -> None:
    report, words = explained()
    text = text_of(render_moderation_report(report))
    assert f"How the sample was chosen {words}" in text
    reasons = [entry.sample.reason for entry in report.samples]
    assert {"random, seed 81c4…", LONGEST} <= set(reasons)
    for place, reason in enumerate(reasons, start=1):
        start = text.index(f"Sample {place} ")
        assert text.index(f"Why chosen {reason} ", start) > start


def test_M27_no_line_of_the_explanation_reaches_over_the_margins() -> None:
    report, _ = explained()
    document = pypdfium2.PdfDocument(render_moderation_report(report))
    try:
        told = {"needed for 230", "not sampled since December 2025", "highest attainment"}
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage()
            for part in sorted(told):
                found = text.search(part).get_next()
                if found is not None:
                    told.discard(part)
                    boxes = [text.get_charbox(found[0] + place) for place in range(found[1])]
                    assert min(box[0] for box in boxes) > 36
                    assert max(box[2] for box in boxes) < page.get_width() - 36
            text.close()
        assert not told
    finally:
        document.close()
