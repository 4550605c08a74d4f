"""Makes what centres of the demonstration upload with their Engagement Documents, and ``index.json`` beside it.

    python resources/demo/make_engagement.py [--out FOLDER]

Everything is our own invention. The same versions of Pillow and reportlab always make the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from evidence_kit import archives, engagement, pdfs, pictures  # noqa: E402

Entry = tuple[str, str, str, bytes]
"""File name, number of the centre, code of the measure that it is for, content."""


def of_the_registering_centre() -> list[Entry]:
    """A centre that registers learners and teaches none of them."""
    centre, writer = "C5106", "Odile Farrant"
    return [
        (
            "consortium-approval-letter.pdf",
            centre,
            "QO.1.1",
            pdfs.letter("Consortium arrangement approved", "Awarding body", engagement.APPROVAL_LETTER),
        ),
        (
            "malpractice-policy.docx",
            centre,
            "QO.1.3",
            archives.docx("Malpractice policy", writer, engagement.MALPRACTICE_POLICY),
        ),
        (
            "policy-review-plan.xlsx",
            centre,
            "QO.1.3",
            archives.xlsx(
                "Policies and when they are looked at", writer, {"Policies": engagement.POLICY_PLAN}
            ),
        ),
        (
            "registration-procedure.odt",
            centre,
            "QO.3.1",
            archives.odt("Registering learners", writer, engagement.REGISTRATION),
        ),
        (
            "claims-verified.xlsx",
            centre,
            "QO.3.4",
            archives.xlsx("Claims and who verified them", writer, {"Last summer": engagement.CLAIMS}),
        ),
        (
            "quality-meeting-minutes.docx",
            centre,
            "QO.4.2",
            archives.docx("Quality meeting of the partnership", writer, engagement.QUALITY_MINUTES),
        ),
        (
            "internal-verification-schedule.xlsx",
            centre,
            "QO.9.2",
            archives.xlsx("Internal verification", writer, {"This year": engagement.VERIFICATION}),
        ),
    ]


def of_the_others() -> list[Entry]:
    """The college that teaches, and an academy that is reviewed from the desk."""
    return [
        (
            "quality-improvement-plan.docx",
            "C5207",
            "QO.4.1",
            archives.docx("Quality improvement plan", "Maud Ellery", engagement.IMPROVEMENT_PLAN),
        ),
        (
            "standards-verification-actions.xlsx",
            "C5207",
            "QO.9.4",
            archives.xlsx("After standards verification", "Maud Ellery", {"Actions": engagement.SV_ACTIONS}),
        ),
        (
            "certification-policy.pdf",
            "C5409",
            "QO.3.4",
            pdfs.letter("Certification policy", "Wilma Askew", engagement.CERTIFICATION_POLICY),
        ),
    ]


def of_the_reviewer() -> list[Entry]:
    """What the reviewer photographs during the visit; it is no upload, so it has no measure here."""
    return [("exam-room-notice.jpg", "C5106", "", pictures.exam_notice())]


def make(out: Path) -> list[dict[str, str]]:
    """Writes every file and the index into ``out``; returns the index."""
    # The PDF library dates its files by this, and otherwise by the clock.
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime(2026, 2, 16, 9, tzinfo=UTC).timestamp()))
    pdfs.register_fonts()
    out.mkdir(parents=True, exist_ok=True)
    index = []
    for name, centre, code, content in (*of_the_registering_centre(), *of_the_others(), *of_the_reviewer()):
        (out / name).write_bytes(content)
        index.append({"file": name, "centre": centre, "code": code})
    (out / "index.json").write_text(json.dumps(index, indent=1) + "\n", "utf-8")
    return index


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the invented uploads of Engagement Documents.")
    parser.add_argument("--out", type=Path, default=HERE / "engagement")
    index = make(parser.parse_args().out)
    sys.stdout.write(f"{len(index)} files\n")


if __name__ == "__main__":
    main()
