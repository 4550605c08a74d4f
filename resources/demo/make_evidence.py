"""Makes the invented evidence of the demonstration into ``evidence``, with ``index.json`` beside it.

    python resources/demo/make_evidence.py [--out FOLDER]

Everything is our own invention: people, places, texts, drawings. The same versions of Pillow and reportlab always
make the same bytes, so that a change here shows as a change of exactly the files it touches.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from evidence_kit import archives, others, pdfs, pictures, prose, records, slides  # noqa: E402

Entry = tuple[str, str, str, str, bytes]
"""File name, kind of evidence, title, what it is for, content."""

LEARNERS = {
    "oakhurst": "Priya Oakhurst",
    "birchwood": "Tomasz Birchwood",
    "ashdown": "Rowan Ashdown",
    "elderfield": "Ngozi Elderfield",
    "hawthorne": "Siân Hawthorne",
    "wrzosowa": "Łucja Wrzosowa",
}
"""Whose name a file carries, by the first word of the file's name."""


def learners_work() -> list[Entry]:
    """What learners handed in."""
    kind = "learner_work"
    texts = {
        name: prose.read(name)
        for name in ("oakhurst-502", "birchwood-501", "ashdown-503", "elderfield-504", "hawthorne-502")
    }
    entries: list[Entry] = [
        (f"{name}-assignment.pdf", kind, text.title, "learner", pdfs.assignment(text))
        for name, text in texts.items()
    ]
    plan_rows = (
        ("Family", "What they want most", "How they like to be told", "Called on"),
        ("A", "Breakfast with their mother", "Telephone", "16 October"),
        ("B", "Longer evenings", "Telephone", "16 October"),
        ("C", "One person to ask", "E-mail", "17 October"),
        ("D", "No change", "Letter", "17 October"),
    )
    plan = (
        (
            "p",
            "Families who have somebody on the dementia wing, after the meeting of 14 October. Letters for names.",
        ),
        ("h", "Who wants what"),
        ("t", plan_rows),
        ("h", "What I will do differently"),
        ("-", "Call every family before a meeting, ten minutes each."),
        ("-", "Begin with the questions that were asked most often."),
        ("-", "Answer by the next day what I cannot answer at once."),
    )
    calls = (
        ("p", "Kept by hand during the calls and typed the same evening."),
        ("h", "16 October"),
        (
            "p",
            "Family A: eats better when her daughter is there. Asked the nurse in charge, who agreed at once.",
        ),
        ("p", "Family B: content with two o'clock. Wishes the garden door were open longer."),
        ("h", "17 October"),
        ("p", "Family C: would like one name to ring. Gave mine, and the deputy's for weekends."),
        (
            "p",
            "Family D: thinks that the old hours were good. Nothing to be done, and he was glad that I rang.",
        ),
    )
    talk = (
        ("From pink slips to tablets", ("Tomasz Birchwood", "Unit 501, talk to the managers of other teams")),
        (
            "Why we changed",
            ("Jobs entered twice: 20 hours a week", "One job in nine came back", "No text to tenants"),
        ),
        (
            "What worked",
            ("Ask the person who doubts aloud", "Train in pairs", "Publish the number that came back"),
        ),
        ("What did not", ("Paper and tablet side by side", "Not saying at once that vans are recorded")),
        ("If you are next", ("One area at a time", "Dictate instead of typing", "Listen to the second half")),
    )
    entries += [
        (
            "hawthorne-502-families-plan.docx",
            kind,
            "Plan for working with families",
            "learner",
            archives.docx("Plan for working with families", "Siân Hawthorne", plan),
        ),
        (
            "hawthorne-502-telephone-notes.odt",
            kind,
            "Notes of telephone calls",
            "learner",
            archives.odt("Notes of telephone calls", "Siân Hawthorne", calls),
        ),
        (
            "birchwood-501-talk.pptx",
            kind,
            "Talk to other team managers",
            "learner",
            slides.pptx("From pink slips to tablets", "Tomasz Birchwood", talk),
        ),
        (
            "elderfield-504-budget.xlsx",
            kind,
            "Budget and variances",
            "learner",
            archives.xlsx("Kitchen budget", "Ngozi Elderfield", {"Budget": records.BUDGET}),
        ),
        (
            "ashdown-503-waiting-times.csv",
            kind,
            "Waiting times, four weeks",
            "learner",
            others.waiting_times(),
        ),
        (
            "ashdown-503-method.md",
            kind,
            "How the questions were counted",
            "learner",
            others.method_notes().encode(),
        ),
        ("ashdown-503-visitor-survey.html", kind, "Visitor survey", "learner", others.survey_page().encode()),
        (
            "oakhurst-502-meeting-notes.txt",
            kind,
            "Notes of three meetings",
            "learner",
            others.meeting_notes().encode(),
        ),
        ("oakhurst-502-mind-map.png", kind, "Mind map of stakeholders", "learner", pictures.mind_map()),
        (
            "oakhurst-502-observation-record.jpg",
            kind,
            "Observation record, scanned",
            "learner",
            pictures.observation_record(),
        ),
        (
            "birchwood-501-workshop-wall.webp",
            kind,
            "Workshop wall, photograph",
            "learner",
            pictures.wall_of_notes(),
        ),
        (
            "birchwood-501-steps.gif",
            kind,
            "Steps of the change, animated",
            "learner",
            pictures.steps_of_change(),
        ),
        ("elderfield-504-receipts.tiff", kind, "Two receipts, scanned", "learner", pictures.receipts()),
        (
            "birchwood-501-professional-discussion.wav",
            kind,
            "Professional discussion, extract",
            "learner",
            others.voice_memo(),
        ),
        (
            "hawthorne-502-letter-to-families.eml",
            kind,
            "Message to families",
            "learner",
            _letter_to_families(),
        ),
        (
            "elderfield-504-minutes-and-menus.zip",
            kind,
            "Minutes and costed menus",
            "learner",
            archives.packed(
                {
                    "minutes/2026-01-14 committee.txt": "Agreed: the reserve may fall to £4,000. Transfers between "
                    "lines up to £250 by the manager. Spending above £500: chair or treasurer.\n",
                    "menus/costed menus.csv": "menu,cost per lunch\nLentil stew,1.42\nFish pie,2.60\n"
                    "Rice and beans,1.31\nRoast vegetables,1.88\nChicken curry,2.09\n",
                    "read me first.txt": "Ngozi Elderfield, unit 504. Prices are those of March 2025.\n",
                }
            ),
        ),
    ]
    return entries


def _letter_to_families() -> bytes:
    answers = "Mornings stay as they are. From 2 pm the dementia wing has the longer hours, to 8 pm.\n"
    return others.mail(
        "Visiting hours: the answer I owed you",
        "Siân Hawthorne <sian.hawthorne@care.example.invalid>",
        "families@care.example.invalid",
        datetime(2025, 10, 15, 8, 40, tzinfo=UTC),
        "Dear all,\n\nlast night I was asked whether the longer hours also hold for the dementia wing, and I was not "
        "prepared. I am sorry.\n\nThe wing keeps its hours in the morning, because of washing and breakfast, and has "
        "the longer hours from two o'clock. I will telephone each of you this week.\n\nSiân Hawthorne\n",
        ("visiting hours.txt", "text", "plain", answers.encode()),
    )


def assessors_papers() -> list[Entry]:
    """Marking sheets, briefs and what stands around them."""
    units = {"oakhurst": "502", "birchwood": "501", "ashdown": "503", "hawthorne": "502"}
    entries: list[Entry] = [
        (
            f"{name}-{units[name]}-marking-sheet.pdf",
            "marking_sheet",
            f"Marking sheet, {sheet.learner}",
            "learner",
            pdfs.marking_sheet(sheet),
        )
        for name, sheet in records.MARKING_SHEETS.items()
    ]
    marks = archives.xlsx("Marking sheet", "Callum Thornbury", {"Unit 504": records.ELDERFIELD_MARKS})
    entries.append(
        (
            "elderfield-504-marking-sheet.xlsx",
            "marking_sheet",
            "Marking sheet, Ngozi Elderfield",
            "learner",
            marks,
        )
    )
    entries += [
        (
            f"assignment-brief-{number}.pdf",
            "assignment_brief",
            f"Assignment brief, unit {number}",
            "unit",
            pdfs.brief(of),
        )
        for number, of in records.BRIEFS.items()
    ]
    return entries


def quality_assurance() -> list[Entry]:
    """What the centre's internal quality assurer sends, and the two kinds of evidence for single learners."""
    record = (
        (
            "t",
            (
                ("Learner", "Priya Oakhurst"),
                ("Unit", "502"),
                ("Assessor", "Imogen Sedgeley"),
                ("Date", "16 Feb 2026"),
            ),
        ),
        ("h", "What was looked at"),
        ("p", "Assignment, notes of three meetings, observation record, marking sheet."),
        ("h", "Judgement"),
        ("p", "I agree with every decision of the assessor. The comments name the place in the work."),
        ("-", "Criterion 2.1: both approaches are weighed, and not only described."),
        ("-", "Feedback asks for sources on mapping; a fair point for development."),
        ("h", "Action for the assessor"),
        ("p", "None. Thank you for the note about January."),
    )
    advice = (
        "To: Marcus Ferndale. From: Helen Marchbank, internal quality assurance. 16 February 2026.",
        (
            "Unit 502, Siân Hawthorne. I agree with the decision. The account is short, and two criteria rest on few "
            "sentences; they are met, but only just."
        ),
        "Please ask for figures where a learner has them: here “seven of nine” is in the text, and that was enough.",
        "Helen Marchbank",
    )
    adjustment = (
        "Learner: Łucja Wrzosowa. Unit 503. Approved 3 November 2025 by the quality nominee.",
        "Adjustment: a quarter more time, and a reader for tables. The work and the criteria are unchanged.",
        "Reason: a sight impairment, for which we have seen the letter of the eye clinic. It is kept in our files.",
    )
    flexible = (
        (
            "p",
            "Learners may hand in a written assignment, or a portfolio with a reflective account, or a talk.",
        ),
        ("h", "How we keep them equal"),
        ("-", "The same criteria and the same marking sheet for all three."),
        ("-", "Talks are recorded, or observed by two people."),
        ("-", "Portfolios name for each piece which criterion it is meant to meet."),
        ("h", "In this submission"),
        (
            "p",
            "Siân Hawthorne chose a portfolio, Tomasz Birchwood a report with a talk, all others an assignment.",
        ),
    )
    special = others.mail(
        "Special consideration: later date for Ngozi Elderfield, unit 504",
        "Callum Thornbury <c.thornbury@centre.example.invalid>",
        "quality.nominee@centre.example.invalid",
        datetime(2026, 2, 5, 16, 12, tzinfo=UTC),
        "Hello,\n\nNgozi's kitchen was flooded on 3 February. I have moved her date from 9 to 13 February, as our "
        "policy allows. The work was handed in on the 12th.\n\nCallum\n",
        ("policy extract.txt", "text", "plain", b"Up to five working days may be given by the assessor.\n"),
    )
    return [
        (
            "oakhurst-502-iqa-record.docx",
            "iqa_record",
            "IQA record, Priya Oakhurst",
            "learner",
            archives.docx("Record of internal quality assurance", "Helen Marchbank", record),
        ),
        (
            "hawthorne-502-iqa-advice.rtf",
            "iqa_record",
            "IQA advice to the assessor",
            "learner",
            others.rtf("Advice after sampling", advice),
        ),
        (
            "flexible-assessment.odt",
            "flexible_assessment",
            "Flexible assessment in this submission",
            "request",
            archives.odt("Flexible assessment", "Helen Marchbank", flexible),
        ),
        (
            "iqa-sampling-sheet.xlsx",
            "sampling_sheet",
            "IQA sampling sheet, spring",
            "request",
            archives.xlsx("IQA sampling sheet", "Helen Marchbank", {"Spring 2026": records.SAMPLING_SHEET}),
        ),
        (
            "iqa-sampling-plan.pdf",
            "sampling_plan",
            "IQA sampling plan for the year",
            "request",
            pdfs.sampling_plan(records.SAMPLING_PLAN, records.PLAN_RATIONALE),
        ),
        (
            "wrzosowa-503-reasonable-adjustment.rtf",
            "reasonable_adjustment",
            "Reasonable adjustment, Łucja Wrzosowa",
            "learner",
            others.rtf("Reasonable adjustment", adjustment),
        ),
        (
            "elderfield-504-special-consideration.eml",
            "special_consideration",
            "Special consideration, Ngozi Elderfield",
            "learner",
            special,
        ),
    ]


def make(out: Path) -> list[dict[str, str]]:
    """Writes every file and the index into ``out``; returns the index."""
    # The PDF library dates its files by this, and otherwise by the clock.
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime(2026, 2, 16, 9, tzinfo=UTC).timestamp()))
    pdfs.register_fonts()
    out.mkdir(parents=True, exist_ok=True)
    index = []
    for name, kind, title, meant_for, content in (
        *learners_work(),
        *assessors_papers(),
        *quality_assurance(),
    ):
        (out / name).write_bytes(content)
        about = {"learner": LEARNERS.get(name.partition("-")[0], ""), "unit": _unit_in(name)}
        index.append({"file": name, "kind": kind, "title": title, "for": meant_for, **about})
    (out / "index.json").write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return index


def _unit_in(name: str) -> str:
    """The unit's code, which file names carry as their only number; empty where a file is for all."""
    found = re.search(r"-(50\d)\b", name)
    return found[1] if found else ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the invented evidence of the demonstration.")
    parser.add_argument("--out", type=Path, default=HERE / "evidence")
    index = make(parser.parse_args().out)
    sys.stdout.write(f"{len(index)} files\n")


if __name__ == "__main__":
    main()
