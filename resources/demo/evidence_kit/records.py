"""What assessors and internal quality assurers of the invented centre wrote, as data for its documents."""

from __future__ import annotations

from dataclasses import dataclass

ASSESSORS = {
    "501": "Callum Thornbury",
    "502": "Imogen Sedgeley",
    "503": "Faye Rushworth",
    "504": "Callum Thornbury",
}
QUALITY_ASSURER = "Helen Marchbank"


@dataclass(frozen=True)
class MarkingSheet:
    """``criteria``: number, met or not, where in the work, comment."""

    learner: str
    unit: str
    assessor: str
    submitted: str
    marked: str
    criteria: tuple[tuple[str, str, str, str], ...]
    feedback: tuple[str, ...]
    decision: str


@dataclass(frozen=True)
class Brief:
    """``tasks``: what to do and which criteria it serves; ``criteria``: number and wording."""

    unit: str
    credits: str
    author: str
    length: str
    due: str
    situation: str
    tasks: tuple[tuple[str, str], ...]
    criteria: tuple[tuple[str, str], ...]
    reminders: tuple[str, ...]


_REMINDERS = (
    "Your name and the unit stand on every page.",
    "Every source that you used is named, your own workplace documents included.",
    "Nobody can be recognised who has not agreed to it.",
    "You have said which criterion each part is meant to meet.",
)

MARKING_SHEETS = {
    "oakhurst": MarkingSheet(
        "Priya Oakhurst",
        "Unit 502 Managing stakeholder relationships",
        ASSESSORS["502"],
        "26 January 2026",
        "9 February 2026",
        (
            (
                "1.1",
                "Yes",
                "Section 2",
                "Six groups, placed with reasons. Good remark that the grid shows one moment.",
            ),
            (
                "1.2",
                "Yes",
                "Section 3",
                "Uses survey and booking data together; interests and positions kept apart.",
            ),
            (
                "2.1",
                "Yes",
                "Section 4",
                "Two approaches weighed for strengths, cost and risk, with a judgement.",
            ),
            ("2.2", "Yes", "Section 5", "Results given with their limits. January is a fair point."),
            ("3.1", "Yes", "Section 6", "Honest reflection that follows a model without being led by it."),
        ),
        (
            (
                "Priya, this is a mature piece of work. The strongest part is the analysis of figures in section 3: "
                "you found a conflict that could be solved where others had only seen two loud groups."
            ),
            (
                "For your development: the list of references is thin. Say where grid and cycle come from, and "
                "read one critical article about stakeholder mapping before the next unit."
            ),
        ),
        "All criteria met. Mark: 74 %.",
    ),
    "birchwood": MarkingSheet(
        "Tomasz Birchwood",
        "Unit 501 Leading a team through change",
        ASSESSORS["501"],
        "2 February 2026",
        "16 February 2026",
        (
            ("1.1", "Yes", "p. 1", "Three reasons, each with a figure."),
            ("1.2", "Yes", "p. 1", "Tenants without a mobile telephone remembered: good."),
            ("2.1", "Yes", "p. 1-2", "Compares two models and says why each was used for what."),
            ("2.2", "Yes", "p. 2", "Plan in a table; clear steps."),
            ("2.3", "Yes", "p. 2", "Obstacles named and removed."),
            ("3.1", "Yes", "p. 2-3", "Figures over nine months and three private questions to each person."),
            ("3.2", "Yes", "p. 3", "Own style described with evidence from the manager's observation."),
            ("4.1", "Yes", "p. 3", "Draws on feedback. The passage about the position record is courageous."),
        ),
        (
            (
                "Tomasz, you write as you speak, and it does the report good. You evaluate both models instead of "
                "describing them, and you say which of your own decisions you would take back."
            ),
            "Next time number your sections, so that your reader finds the criteria more easily.",
        ),
        "All criteria met. Mark: 70 %.",
    ),
    "ashdown": MarkingSheet(
        "Rowan Ashdown",
        "Unit 503 Using information to improve a service",
        ASSESSORS["503"],
        "19 January 2026",
        "30 January 2026",
        (
            ("1.1", "Yes", "p. 1", "Works back from the decision to the information. Excellent."),
            ("1.2", "Yes", "p. 1", "Quality of each source judged."),
            ("2.1", "Yes", "p. 1-2", "Tested the tally sheet and measured agreement between two people."),
            ("2.2", "Yes", "p. 2", "Median chosen with a reason; missing tickets taken into account."),
            ("3.1", "Yes", "p. 2", "Three options, costs given."),
            ("3.2", "Yes", "p. 2-3", "Results on both sides: Saturday better, Tuesday slightly worse."),
            ("4.1", "Yes", "p. 3", "Limits of the comparison stated clearly."),
        ),
        (
            "Rowan, I have nothing to correct and would like to use this report, without names, as an example.",
        ),
        "All criteria met. Mark: 83 %.",
    ),
    "hawthorne": MarkingSheet(
        "Siân Hawthorne",
        "Unit 502 Managing stakeholder relationships",
        "Marcus Ferndale",
        "26 January 2026",
        "10 February 2026",
        (
            ("1.1", "Yes", "Plan, table", "Groups named in the plan."),
            (
                "1.2",
                "Yes",
                "Account, part 3",
                "Short, but the change of view on influence is well explained.",
            ),
            ("2.1", "Yes", "Account, part 3", "Slides or telephone calls."),
            ("2.2", "Yes", "Account, part 4", "Seven of nine families content; arrangement at breakfast."),
            ("3.1", "Yes", "Whole account", "A model of honest reflection."),
        ),
        (
            "Siân, I read this with great interest. You turned a bad evening into a better way of working.",
            "The account is short. Please add figures where you can.",
        ),
        "All criteria met. Mark: 61 %.",
    ),
}

BRIEFS = {
    "501": Brief(
        "Unit 501 Leading a team through change",
        "5",
        ASSESSORS["501"],
        "1,500 words or a report with a ten-minute talk",
        "2 February 2026",
        "You lead a team in which something important has changed in the last year, or will. Choose a change for "
        "which you had some responsibility, even if the decision was not yours.",
        (
            ("Explain why the change was needed and whom it touches.", "1.1, 1.2"),
            ("Compare two models of change. Say what you took from each and what you left.", "2.1"),
            ("Describe your plan, what you did, and how you dealt with what stood in the way.", "2.2, 2.3"),
            ("Evaluate the result with figures and with what people told you.", "3.1"),
            ("Reflect on how you led, with feedback from at least one other person.", "3.2, 4.1"),
        ),
        (
            ("1.1", "explain the reasons for a change"),
            ("1.2", "identify those affected and their concerns"),
            ("2.1", "evaluate two models of change"),
            ("2.2", "plan and carry out a change in a team"),
            ("2.3", "remove obstacles to a change"),
            ("3.1", "evaluate the result of a change"),
            ("3.2", "assess the effect of own leadership"),
            ("4.1", "use feedback for own development"),
        ),
        _REMINDERS,
    ),
    "502": Brief(
        "Unit 502 Managing stakeholder relationships",
        "6",
        ASSESSORS["502"],
        "2,000 words, or a portfolio with a reflective account",
        "26 January 2026",
        "Choose a part of your own work in which people with different interests depend on one another, and one "
        "matter on which they did not agree.",
        (
            (
                "Identify the stakeholders and analyse what they need and how far they can influence it.",
                "1.1, 1.2",
            ),
            (
                "Evaluate two approaches to engaging with them, and show what followed from the one you chose.",
                "2.1, 2.2",
            ),
            ("Reflect on your own part, using a model of reflection.", "3.1"),
        ),
        (
            ("1.1", "identify the stakeholders of an area of work"),
            ("1.2", "analyse the needs and influence of stakeholders"),
            ("2.1", "evaluate two approaches to engagement"),
            ("2.2", "assess what an engagement has achieved"),
            ("3.1", "reflect on own practice in a relationship with stakeholders"),
        ),
        _REMINDERS,
    ),
    "503": Brief(
        "Unit 503 Using information to improve a service",
        "7",
        ASSESSORS["503"],
        "1,500 words and the data",
        "19 January 2026",
        "Your manager asks for an improvement that costs nothing. Choose a service for which you can collect "
        "information over at least four weeks.",
        (
            ("Say which decision the information is for, and what you need to know.", "1.1, 1.2"),
            ("Collect it, and judge how far it can be relied upon.", "2.1, 2.2"),
            ("Compare options, make a change and report what happened.", "3.1, 3.2"),
            ("Say what the information cannot show.", "4.1"),
        ),
        (
            ("1.1", "identify the information needed for a decision"),
            ("1.2", "assess sources of information"),
            ("2.1", "collect information by a suitable method"),
            ("2.2", "analyse information and present it clearly"),
            ("3.1", "compare options for an improvement"),
            ("3.2", "evaluate the result of an improvement"),
            ("4.1", "explain the limits of the information used"),
        ),
        _REMINDERS,
    ),
    "504": Brief(
        "Unit 504 Planning and controlling a budget",
        "5",
        ASSESSORS["504"],
        "1,500 words and the budget as a spreadsheet",
        "9 February 2026",
        "Use a budget for which you are responsible, or a part of one. Figures may be changed by a constant factor "
        "if they are confidential.",
        (
            ("Explain how the budget was prepared and agreed.", "1.1, 1.2, 1.3"),
            ("Show how you compare plan and result, and analyse at least one variance.", "2.1, 2.2"),
            ("Describe a problem and how you decided.", "2.3"),
            ("Evaluate your control of the budget and what you will change.", "3.1"),
        ),
        (
            ("1.1", "compare methods of preparing a budget"),
            ("1.2", "prepare a budget with its assumptions"),
            ("1.3", "agree a budget with those who decide"),
            ("2.1", "monitor a budget"),
            ("2.2", "analyse variances"),
            ("2.3", "act on a variance within own authority"),
            ("3.1", "evaluate the control of a budget"),
        ),
        _REMINDERS,
    ),
}

SAMPLING_PLAN = (
    ("Assessor", "Units", "Autumn", "Spring", "Reason"),
    ("Imogen Sedgeley", "502", "2 of 6", "3 of 9", "Experienced; larger group in spring"),
    ("Marcus Ferndale", "502", "None", "1 of 1", "Stands in for one learner in spring"),
    ("Callum Thornbury", "501, 504", "2 of 5", "4 of 8", "New to unit 504, so both units each term"),
    ("Faye Rushworth", "503", "All 3", "3 of 7", "First year as an assessor: all work in her first term"),
)

PLAN_RATIONALE = (
    (
        "Work is sampled while it is being assessed and again at the end. Each assessor is sampled every term, every "
        "unit at least once a year, and new assessors in full until two consecutive samples have needed no action."
    ),
    (
        "The sample covers learners at both ends of attainment, work close to a boundary, and any learner with a "
        "reasonable adjustment."
    ),
)

SAMPLING_SHEET = (
    ("Learner", "Unit", "Assessor", "Assessor's decision", "Sampled on", "IQA decision", "Action"),
    ("Priya Oakhurst", "502", "Imogen Sedgeley", "Met, 74 %", "2026-02-16", "Agreed", ""),
    (
        "Siân Hawthorne",
        "502",
        "Marcus Ferndale",
        "Met, 61 %",
        "2026-02-16",
        "Agreed with advice",
        "Ask for figures",
    ),
    ("Tomasz Birchwood", "501", "Callum Thornbury", "Met, 70 %", "2026-02-20", "Agreed", ""),
    ("Ngozi Elderfield", "504", "Callum Thornbury", "Met, 72 %", "2026-02-20", "Agreed", ""),
    ("Rowan Ashdown", "503", "Faye Rushworth", "Met, 83 %", "2026-02-05", "Agreed", "Use as example"),
    (
        "Łucja Wrzosowa",
        "503",
        "Faye Rushworth",
        "Met, 58 %",
        "2026-02-05",
        "Agreed after discussion",
        "Re-mark 2.2",
    ),
)

ELDERFIELD_MARKS = (
    ("Criterion", "Met", "Where", "Comment"),
    ("1.1", "Yes", "Section 2", "Zero base and last year's figures compared, with a reason for each."),
    ("1.2", "Yes", "Section 2 and sheet", "Assumptions are shown. Twelve menus costed."),
    ("1.3", "Yes", "Section 3", "Three questions to the committee: exemplary."),
    ("2.1", "Yes", "Section 4", "Monthly, phased by season."),
    ("2.2", "Yes", "Section 4", "September variance split into volume and price."),
    ("2.3", "Yes", "Section 5", "Consulted although within own authority, and recorded it."),
    ("3.1", "Yes", "Section 6", "Weakness of the receipts named, with a remedy."),
    ("Mark", "72", "", "Assessor: Callum Thornbury, 18 February 2026"),
)

_LINES = (
    ("Food", 23200, 11600, 12940),
    ("Wages", 41600, 20800, 20610),
    ("Energy", 9800, 4900, 4020),
    ("Repairs", 2400, 1200, 1870),
    ("Room lettings", -14000, -7000, -7420),
    ("Grants", -63000, -31500, -31500),
)

BUDGET = (
    ("Item", "Budget for the year", "Planned to September", "Actual to September", "Variance"),
    *((*line, (f"C{row}-D{row}", line[2] - line[3])) for row, line in enumerate(_LINES, start=2)),
    (
        "Total",
        *(
            (f"SUM({column}2:{column}7)", sum(line[index] for line in _LINES))
            for index, column in enumerate("BCD", 1)
        ),
        ("SUM(E2:E7)", sum(line[2] - line[3] for line in _LINES)),
    ),
)
