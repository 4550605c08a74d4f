"""Review frameworks as data: what the awarding body's file says, and how a faulty one is refused."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.catalogue.frameworks import (
    all_frameworks,
    choose_framework,
    framework_by_id,
    framework_for,
    read_framework,
    read_frameworks,
)
from app.domain.errors import KnownError
from app.domain.frameworks import Measure
from app.domain.resources import resources_folder
from tests.catalogue.invented import invented_framework, invented_values, written

BTEC_FILE = resources_folder() / "frameworks" / "btec-qmr-2017.json"
BTEC = framework_by_id("btec-qmr-2017")
MEASURES = [f"QO.{objective}.{number}" for objective in (1, 3, 4, 9) for number in range(1, 6)]


def told() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(BTEC_FILE.read_text(encoding="utf-8"))
    return found


def refusal(path: Path) -> str:
    with pytest.raises(KnownError) as caught:
        read_framework(path)
    assert caught.value.code == "framework_faulty"
    return caught.value.says


def measure(code: str) -> Measure:
    found = BTEC.measure(code)
    assert found is not None
    return found


def test_Q04_D10_ten_objectives_with_their_names_of_which_four_block() -> None:
    assert {objective.code: objective.name for objective in BTEC.objectives} == {
        "QO.1": "Centre management systems",
        "QO.2": "Supporting centre roles and team working",
        "QO.3": "Learner registration & certification",
        "QO.4": "Annual programme evaluation & review",
        "QO.5": "Centre record systems",
        "QO.6": "Enabling learner enrolment and induction",
        "QO.7": "Learner on-programme support and progress",
        "QO.8": "Managing assessment",
        "QO.9": "Standards of internal & external assessment",
        "QO.10": "Managing assessment safeguards",
    }
    assert [objective.code for objective in BTEC.blocking] == ["QO.1", "QO.3", "QO.4", "QO.9"]
    assert [objective.code for objective in BTEC.others] == ["QO.2", "QO.5", "QO.6", "QO.7", "QO.8", "QO.10"]


def test_Q25_D10_five_measures_for_each_blocking_objective_and_none_for_the_others() -> None:
    assert [one.code for objective in BTEC.blocking for one in objective.measures] == MEASURES
    assert not any(objective.measures for objective in BTEC.others)


@pytest.mark.parametrize("code", MEASURES)
def test_Q27_every_measure_has_a_title_guidance_and_suggested_evidence(code: str) -> None:
    assert measure(code).title
    assert all(measure(code).guidance)
    assert measure(code).suggested
    assert all(suggestion.id.startswith(f"{code}-") for suggestion in measure(code).suggested)


# What section 2.6 asks of each measure, as words that its guidance or its suggested evidence must hold.
ASKED = {
    "QO.1.1": ("approved before", "consortium", "engagement document", "letter"),
    "QO.1.2": ("fit", "consortium and distance", "oversees", "each year", "at all times", "registration policy",
               "certification policy", "assessment policy", "verification policy", "plagiarism", "complaints",
               "improvement", "master copies", "approval records"),
    "QO.1.3": ("date", "each year", "revised", "find them easily", "reported to pearson", "safeguarding",
               "reasonable adjustments", "prior learning", "consortium", "plan", "malpractice"),
    "QO.1.4": ("specification", "additional learning", "law", "checks them each year", "external assessment",
               "published", "programme reviews", "strategy", "equal access", "outside facilities", "employers"),
    "QO.1.5": ("changes", "adjusts", "quality nominee", "lead internal verifier", "briefings"),
    "QO.3.1": ("approved before", "deadline", "programme number", "checked before", "identity document",
               "edexcel online", "office", "before learners finish", "exams officer", "engagement document"),
    "QO.3.2": ("start of the year", "re-sits", "permitted materials", "inspector", "procedure", "jcq"),
    "QO.3.3": ("attendance is recorded", "registering centre", "verbal"),
    "QO.3.4": ("never by one person", "match the assessment records", "for pearson to see",
               "sample of the certificates",
               "kept back", "three years", "units can be claimed", "exams office", "achievement figures"),
    "QO.3.5": ("senior member", "reported to pearson", "investigated fully", "certification policies"),
    "QO.4.1": ("senior management", "where its learners are taught", "standards are kept", "self-assessment",
               "action plans", "improvement plans"),
    "QO.4.2": ("each year", "learners and others", "programme area", "time, roles, support, it",
               "minutes of quality meetings"),
    "QO.4.3": ("views of learners", "evidence of what changes", "verbal", "learners are heard"),
    "QO.4.4": ("next year’s plan", "explain", "technical certificate", "verified", "accurate", "fit for",
               "planning papers", "employers"),
    "QO.4.5": ("engagement document", "first box", "second box", "added or ceased", "minutes"),
    "QO.9.1": ("online standardisation", "principal subject area", "home centre", "osca", "windows",
               "practice materials", "edexcel online view", "attendance"),
    "QO.9.2": ("standardise", "watches", "audited", "shared with home centres", "from outside", "schedule"),
    "QO.9.3": ("programme lead, quality nominee and exams officer", "regularly", "three years", "tracking"),
    "QO.9.4": ("in time", "shares every", "home centre keeps", "certificated in time", "programme reviews"),
    "QO.9.5": ("prepared", "at the home centre", "exams policy", "minutes"),
}  # fmt: skip


def _test_of_measure(code: str) -> None:
    text = " ".join(
        (*measure(code).guidance, *(suggestion.text for suggestion in measure(code).suggested))
    ).casefold()
    assert [words for words in ASKED[code] if words not in text] == []


def test_Q1_1_approval_before_a_programme_starts() -> None:
    _test_of_measure("QO.1.1")


def test_Q1_2_quality_systems() -> None:
    _test_of_measure("QO.1.2")


def test_Q1_3_policies() -> None:
    _test_of_measure("QO.1.3")


def test_Q1_4_physical_resources_and_access() -> None:
    _test_of_measure("QO.1.4")


def test_Q1_5_changed_requirements() -> None:
    _test_of_measure("QO.1.5")


def test_Q3_1_registration() -> None:
    _test_of_measure("QO.3.1")


def test_Q3_2_external_assessment() -> None:
    _test_of_measure("QO.3.2")


def test_Q3_3_attendance() -> None:
    _test_of_measure("QO.3.3")


def test_Q3_4_certification_claims() -> None:
    _test_of_measure("QO.3.4")


def test_Q3_5_a_senior_person() -> None:
    _test_of_measure("QO.3.5")


def test_Q4_1_strategic_overview() -> None:
    _test_of_measure("QO.4.1")


def test_Q4_2_annual_evaluation() -> None:
    _test_of_measure("QO.4.2")


def test_Q4_3_views_of_learners() -> None:
    _test_of_measure("QO.4.3")


def test_Q4_4_outcomes_of_reviews() -> None:
    _test_of_measure("QO.4.4")


def test_Q4_5_re_declaration() -> None:
    _test_of_measure("QO.4.5")


def test_Q9_1_lead_internal_verifiers() -> None:
    _test_of_measure("QO.9.1")


def test_Q9_2_standardisation() -> None:
    _test_of_measure("QO.9.2")


def test_Q9_3_assessment_records() -> None:
    _test_of_measure("QO.9.3")


def test_Q9_4_standards_verification() -> None:
    _test_of_measure("QO.9.4")


def test_Q9_5_preparation_for_assessment() -> None:
    _test_of_measure("QO.9.5")


def test_Q28_Q29_what_is_verbal_and_what_is_only_if_applicable() -> None:
    suggestions = [(code, suggestion) for code in MEASURES for suggestion in measure(code).suggested]
    assert {code for code, suggestion in suggestions if suggestion.if_applicable} == {"QO.1.4", "QO.4.4"}
    assert all("mployers’" in suggestion.text for _, suggestion in suggestions if suggestion.if_applicable)
    assert {code for code, suggestion in suggestions if suggestion.verbal} == {
        "QO.1.5", "QO.3.1", "QO.3.3", "QO.4.3",
    }  # fmt: skip


def test_Q15_Q31_Q32_the_two_fixed_texts_letter_for_letter() -> None:
    assert BTEC.text_a == "Centre is part of a consortium and has no stand alone delivery"
    assert BTEC.text_b == (
        "Centre is part of an approved Pearson consortium/collaborative arrangement "
        "and is not delivering the qualification"
    )
    assert BTEC.meeting_words == "meeting"


def test_Q07_four_guidance_links() -> None:
    assert len(BTEC.links) == 4
    assert all(link.url.startswith("https://") for link in BTEC.links)
    titles = " ".join(link.title.casefold() for link in BTEC.links)
    for subject in ("quality management review", "engagement document", "managing quality", "collaborative"):
        assert subject in titles


def test_Q09_Q10_Q16_days_of_the_year_are_data() -> None:
    assert BTEC.ced_latest(2017) == date(2017, 12, 10)
    assert BTEC.ced_working_days == 10
    assert BTEC.contact_from(2017) == date(2017, 11, 1)


def test_Q12_Q13_both_re_declarations_and_the_declaration_have_words() -> None:
    assert "recognition" in BTEC.recognition
    assert "qualification approvals" in BTEC.approvals
    assert "Head of Centre" in BTEC.declaration


def test_a_version_serves_from_its_first_year_until_a_later_one_does(tmp_path: Path) -> None:
    written(tmp_path, invented_values(), "a.json")
    written(tmp_path, invented_values(id="harbour-check-2033", first_year=2033), "b.json")
    both = read_frameworks(tmp_path)
    chosen = {year: choose_framework(both, " harbour awards", year).id for year in (2030, 2032, 2033, 2090)}
    assert chosen == {
        2030: "harbour-check-2030",
        2032: "harbour-check-2030",
        2033: "harbour-check-2033",
        2090: "harbour-check-2033",
    }
    for awarding_body, year in (("Harbour Awards", 2029), ("Somebody", 2031)):
        with pytest.raises(KnownError, match=awarding_body) as caught:
            choose_framework(both, awarding_body, year)
        assert caught.value.code == "framework_unknown"


def test_frameworks_are_found_by_awarding_body_and_year_and_by_id() -> None:
    assert framework_for("pearson", 2017) is framework_for("Pearson", 2024) is BTEC
    assert BTEC in all_frameworks()
    for ask in (lambda: framework_for("Pearson", 2016), lambda: framework_by_id("btec-qmr-1999")):
        with pytest.raises(KnownError) as caught:
            ask()
        assert caught.value.code == "framework_unknown"


def test_D10_more_measures_are_taken_later_without_a_change_of_the_program(tmp_path: Path) -> None:
    framework = invented_framework(tmp_path)
    assert [objective.code for objective in framework.others] == ["B", "W"]
    assert framework.measure("B.1") is not None
    suggestion = framework.suggestion("Q.1-b")
    assert suggestion is not None
    assert suggestion.if_applicable


def test_no_word_of_a_framework_stands_in_the_code() -> None:
    names = re.compile(r"\bPearson\b|\bBTEC\b|\bQO\.\d|stand alone|Edexcel|10, 12|12, 10")
    for path in (BTEC_FILE.parents[2] / "app" / "domain").glob("*.py"):
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text(encoding="utf-8"))
        assert not names.search(code), path.name


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    values = told()
    del values["text_a"]
    values["first_year"] = "2017"
    values["ced"] = {"month": 2, "day": 30, "working_days": -1}
    values["links"][0]["url"] = "http://elsewhere.example/"
    values["colour"] = "green"
    values["objectives"][0]["measures"][2]["suggested"][1]["verbal"] = "yes"
    values["objectives"][2]["measures"][0]["guidance"] = []
    says = refusal(written(tmp_path, values, "faulty.json"))
    assert "faulty.json" in says
    for fault in (
        "“text_a” is missing",
        "“first_year” is not a whole number from 2000 to 2199",
        "“ced.day” is no day of that month in every year",
        "“ced.working_days” is not a whole number",
        "“links[1].url” is no https address: “http://elsewhere.example/”",
        "“colour” is not a name that is known here",
        "“objectives[1].measures[3].suggested[2].verbal” is neither true nor false",
        "“objectives[3].measures[1].guidance” must say at least once what must hold",
    ):
        assert fault in says


def test_what_must_hang_together_is_named_as_well(tmp_path: Path) -> None:
    values = told()
    values["text_b"] = f"  {values['text_a'].upper()}."
    values["objectives"][1]["code"] = "QO.1"
    values["objectives"][0]["measures"][1]["code"] = "QO.1.1"
    values["objectives"][0]["measures"][2]["code"] = "QO.7.3"
    values["objectives"][0]["measures"][0]["suggested"][1]["id"] = "QO.1.1-a"
    del values["objectives"][2]["measures"]
    says = refusal(written(tmp_path, values))
    for fault in (
        "“text_b” says the same as “text_a”",
        "“objectives” has the code “QO.1” more than once",
        "“objectives” has the code “QO.1.1” more than once",
        "“objectives[1].measures” has “QO.7.3”, which does not begin with “QO.1.”",
        "“objectives” has the suggestion “QO.1.1-a” more than once",
        "“objectives[3].measures” must name at least one measure",
    ):
        assert fault in says


def test_Q04_a_framework_without_a_blocking_objective_is_refused(tmp_path: Path) -> None:
    assert "“objectives” has no blocking objective" in refusal(
        written(tmp_path, invented_values(objectives=[]))
    )


@pytest.mark.parametrize(
    "url", ["https://", "https://[", "https://a b.example", "ftp://a.example", "a.example"]
)
def test_Q07_a_link_is_a_plain_https_address(tmp_path: Path, url: str) -> None:
    links = [{"title": "Somewhere", "url": url}]
    assert "is no https address" in refusal(written(tmp_path, invented_values(links=links)))


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00"])
def test_a_file_that_holds_no_object_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.json"
    path.write_text(content, encoding="utf-8")
    assert "empty.json" in refusal(path)


@pytest.mark.parametrize(
    ("changes", "shared"),
    [({"first_year": 2031}, "the id “harbour-check-2030”"), ({"id": "another"}, "the year “2030”")],
)
def test_two_files_cannot_be_the_same_version(tmp_path: Path, changes: dict[str, Any], shared: str) -> None:
    written(tmp_path, invented_values(), "a.json")
    written(tmp_path, invented_values(**changes), "b.json")
    with pytest.raises(KnownError, match=shared) as caught:
        read_frameworks(tmp_path)
    assert caught.value.code == "framework_faulty"
    assert "b.json and a.json" in caught.value.says


def test_what_is_missing_is_named_once_and_nothing_follows_from_it(tmp_path: Path) -> None:
    values = told()
    del values["links"][0]["url"]
    del values["objectives"][0]["code"]
    for measure_told in values["objectives"][2]["measures"][:2]:
        del measure_told["code"]
    del values["objectives"][2]["measures"][4]["guidance"]
    assert refusal(written(tmp_path, values, "a.json")).split(": ", 1)[1] == (
        "“objectives[1].code” is missing. “objectives[3].measures[1].code” is missing. "
        "“objectives[3].measures[2].code” is missing. “objectives[3].measures[5].guidance” is missing. "
        "“links[1].url” is missing."
    )
    values = told()
    del values["objectives"]
    assert refusal(written(tmp_path, values, "b.json")).endswith(": “objectives” is missing.")
