"""The same report gives the same bytes, whatever machine, time, place or order it is made in."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import moderation_reports as reports
import pypdfium2
import pytest
import visit_reports as visits
from pdf_reading import Pdf, Stream

from app.reports.moderation import render_moderation_report
from app.reports.visit import render_visit_report

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent

SURROUNDINGS = {
    "Auckland, C": {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    "Los Angeles, UTF-8": {"TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    "German, UTF-8 mode": {
        "TZ": "Europe/Berlin",
        "LC_ALL": "de_DE.UTF-8",
        "PYTHONHASHSEED": "3",
        "PYTHONUTF8": "1",
    },
    "settings of others": {
        "PYTHONHASHSEED": "random",
        "SOURCE_DATE_EPOCH": "1234567890",
        "RL_invariant": "0",
        "RL_useA85": "1",
        "RL_pdfMultiLine": "1",
        "RL_pageCompression": "0",
        "RL_pdfComments": "1",
        "RL_documentLang": "de-DE",
        "RL_ttfAsciiReadable": "0",
        "RL_canvas_basefontname": "Courier",
    },
}


@pytest.mark.parametrize("surroundings", sorted(SURROUNDINGS))
@pytest.mark.parametrize(
    ("maker", "shape"),
    [("moderation_reports", "rejected"), ("moderation_reports", "draft"), ("visit_reports", "blocked")],
)
def test_the_same_bytes_in_any_surroundings(
    maker: str, shape: str, surroundings: str, tmp_path: Path
) -> None:
    environment = (
        os.environ | {"PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path)} | SURROUNDINGS[surroundings]
    )
    child = subprocess.run(
        [sys.executable, str(HERE / f"{maker}.py"), shape],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=120,
    )
    if maker == "visit_reports":
        here = render_visit_report(visits.SHAPES[shape]())
    else:
        here = render_moderation_report(reports.SHAPES[shape]())
    assert hashlib.sha256(child.stdout).hexdigest() == hashlib.sha256(here).hexdigest()


def test_a_report_does_not_depend_on_the_reports_made_before_it() -> None:
    first = render_moderation_report(reports.accepted())
    visit = render_visit_report(visits.register_only())
    render_moderation_report(reports.draft())
    assert render_moderation_report(reports.accepted()) == first
    assert render_visit_report(visits.register_only()) == visit


def test_reports_made_at_the_same_time_do_not_disturb_each_other() -> None:
    # Accented letters are made of parts, for which the library walks about in the font's file.
    letters = "".join(chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    shapes = [replace(report, summary=letters) for report in (reports.empty(), reports.accepted())] * 8
    alone = [render_moderation_report(report) for report in shapes]
    patience = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # Threads take turns as often as they can.
    try:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(render_moderation_report, shapes)) == alone
    finally:
        sys.setswitchinterval(patience)


def test_one_moment_in_two_zones_is_one_report() -> None:
    elsewhere = reports.SIGNED.astimezone(timezone(timedelta(hours=-7)))
    report = reports.accepted()
    assert render_moderation_report(replace(report, signed_at=elsewhere)) == render_moderation_report(report)


def test_other_words_give_other_bytes() -> None:
    one = render_moderation_report(reports.a_report(summary="Sound."))
    assert one != render_moderation_report(reports.a_report(summary="Sound!"))


def test_the_file_describes_itself() -> None:
    pdf = render_moderation_report(reports.rejected())
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    about = document.get_metadata_dict()
    titles = [(entry.level, entry.get_title()) for entry in document.get_toc()]
    document.close()
    assert about["Title"] == "Moderation report MR-2026-00417"
    assert about["Author"] == "Morgan Halewood"
    assert about["Subject"] == (
        "5D11 Level 5 Diploma in Leading Teams and Services, Alderbrook Institute of Management (C-20418)"
    )
    assert about["CreationDate"] == about["ModDate"] == "D:20260421154200+00'00'"
    read = Pdf(pdf)
    catalog = read.root
    assert read.get(catalog["ViewerPreferences"])["DisplayDocTitle"] is True
    assert catalog["Lang"] == b"en-GB"
    assert [title for level, title in titles if level == 0] == [
        "Outcome",
        "Actions for the centre",
        "Outcome of each learner",
        "Samples",
        "Notes on the whole request",
        "Sign-off",
    ]
    assert [title for level, title in titles if level == 1][:2] == [
        "1. Priya Oakhurst, 502",
        "2. Priya Oakhurst, 504",
    ]


def test_a_draft_carries_no_date_from_the_clock() -> None:
    pdf = render_moderation_report(reports.draft())
    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_dict()["CreationDate"] == "D:20000101000000+00'00'"
    document.close()


def test_every_font_is_embedded() -> None:
    pdf = Pdf(render_moderation_report(reports.rejected()))
    fonts = [item for item in pdf.objects.values() if isinstance(item, dict) and item.get("Type") == "Font"]
    assert len(fonts) >= 3
    for font in fonts:
        assert font["Subtype"] == "TrueType"
        assert isinstance(pdf.get(pdf.get(font["FontDescriptor"])["FontFile2"]), Stream)


def test_the_pdf_library_is_loaded_only_when_a_report_is_made() -> None:
    says = "import app.reports.moderation, app.reports.visit, sys; print('reportlab' in sys.modules)"
    child = subprocess.run(
        [sys.executable, "-c", says],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert child.stdout.strip() == "False"
