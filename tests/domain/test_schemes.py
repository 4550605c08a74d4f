"""Awarding bodies' schemes: what the data says, and how a faulty file is refused."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.centres import PartnerType
from app.domain.errors import KnownError
from app.domain.resources import resources_folder
from app.domain.schemes import (
    Risk,
    all_schemes,
    older_reports,
    read_scheme,
    read_schemes,
    scheme_for,
    whom_to_ask,
)

CMI = resources_folder() / "schemes" / "cmi.json"


def told() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CMI.read_text(encoding="utf-8"))
    return found


def written(folder: Path, values: object, name: str = "body.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(KnownError) as caught:
        read_scheme(path)
    assert caught.value.code == "scheme_faulty"
    return caught.value.says


def test_D1_rates_and_minimum_by_risk() -> None:
    policy = scheme_for("CMI").policy
    assert policy.name == "percentage"
    assert dict(policy.rates) == {Risk.LOW: 10, Risk.MEDIUM: 25, Risk.HIGH: 35}
    assert dict(policy.minimum) == {Risk.LOW: 3, Risk.MEDIUM: 3, Risk.HIGH: 5}


def test_M07_access_dates_by_partner_type() -> None:
    assert scheme_for("CMI").access_from == {
        PartnerType.DIRECT_DELIVERY: date(2021, 11, 1),
        PartnerType.DUAL_ACCREDITED: date(2021, 11, 29),
    }


def test_M50_M61_days_of_moderation_and_of_actions() -> None:
    assert (scheme_for("CMI").moderation_days, scheme_for("CMI").action_days) == (21, 120)


def test_D7_M71_what_each_sanction_does() -> None:
    sanctions = scheme_for("CMI").sanctions
    assert sorted(sanctions) == [1, 2, 3, 4, 5]
    assert {level for level in sanctions if sanctions[level].full_sample} == {2}
    assert {level for level in sanctions if sanctions[level].claims_stopped} == {3, 4, 5}
    assert {level for level in sanctions if sanctions[level].whole_centre} == {3, 5}
    assert all(sanctions[level].level == level and sanctions[level].words for level in sanctions)


def test_M05_M13_M76_whom_to_ask() -> None:
    contact = scheme_for("CMI").contact
    assert contact.sign_in.words == "Qualifications team, qualifications@managers.org.uk"
    assert contact.remit.address == "qualifications@managers.org.uk"
    assert contact.support.words == "Awarding Body Support Team, awardingbody@managers.org.uk"
    signing_in, everything_else = whom_to_ask().split(". ")
    assert "signing in" in signing_in
    assert contact.sign_in.words in signing_in
    assert contact.support.words in everything_else


def test_M09_two_routes_to_legacy_reports() -> None:
    manager, mailbox = scheme_for("CMI").legacy_reports
    assert "Quality Manager" in manager
    assert "awardingbody@managers.org.uk" in mailbox
    assert manager in older_reports()
    assert mailbox in older_reports()


def test_M11_guidance_links_the_CASS_presentation_and_fills_in_the_scheme_s_own_numbers() -> None:
    guidance = scheme_for("CMI").guidance
    assert next(piece.link for piece in guidance if "CASS" in piece.title).startswith("https://")
    texts = " ".join(piece.text for piece in guidance)
    assert "21 working days" in texts
    assert "120 days" in texts
    assert "{" not in texts


def test_a_scheme_is_found_by_any_of_its_names() -> None:
    assert scheme_for("Chartered Management Institute") is scheme_for(" cmi ") is all_schemes()[0]
    with pytest.raises(KnownError, match="“Nobody”") as caught:
        scheme_for("Nobody")
    assert caught.value.code == "scheme_unknown"


def test_no_name_address_or_date_of_a_scheme_stands_in_the_rules() -> None:
    names = re.compile(r"managers\.org|\bCMI\b|Chartered Management|2021")
    for path in (CMI.parents[2] / "app" / "domain").glob("*.py"):
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text(encoding="utf-8"))
        assert not names.search(code), path.name


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    values = told()
    del values["moderation_days"]
    values["action_days"] = "120"
    values["default_risk"] = "middling"
    values["access_from"]["direct_delivery"] = "1 November 2021"
    values["sampling"]["rates"]["low"] = 101
    del values["sampling"]["minimum"]["high"]
    values["sanctions"][2]["claims_stopped"] = "yes"
    values["sanctions"][3]["level"] = 1
    values["contact"]["support"]["address"] = "nowhere"
    values["legacy_reports"] = "ask"
    values["colour"] = "blue"
    values["contact"]["support"]["fax"] = "0"
    assert refusal(written(tmp_path, values)) == (
        "The file body.json cannot be used: "
        "“sanctions[3].claims_stopped” is neither true nor false. "
        "“moderation_days” is missing. "
        "“action_days” is not a whole number from 1 to 3660. "
        "“access_from.direct_delivery” is not a day such as 2026-03-12: “1 November 2021”. "
        "“sampling.rates.low” is not a whole number from 0 to 100. "
        "“sampling.minimum.high” is missing. "
        "“contact.support.address” is no e-mail address: “nowhere”. "
        "“legacy_reports” is not a list of texts. "
        "“default_risk” is “middling”, but must be one of: low, medium, high. "
        "“sanctions” has level 1 more than once. "
        "“colour” is not a name that is known here. "
        "“contact.support.fax” is not a name that is known here."
    )


@pytest.mark.parametrize("key", sorted(told()))
@pytest.mark.parametrize("value", [None, 7, "", [1], {"a": {}}, True])
def test_any_key_of_a_wrong_kind_is_named_and_nothing_else_breaks(
    key: str, value: object, tmp_path: Path
) -> None:
    if key in ("moderation_days", "action_days") and value == 7 and value is not True:
        return
    assert f"“{key}" in refusal(written(tmp_path, told() | {key: value}))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "It is not JSON."),
        (b"", "It is not JSON."),
        (b"[]", "does not hold one object"),
        (b'{"awarding_body": "\xff"}', "not written in UTF-8"),
        (b"[" * 100_000, "It is not JSON."),
    ],
)
def test_a_file_that_holds_no_object_is_refused_in_a_sentence(
    content: bytes, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "body.json"
    path.write_bytes(content)
    assert says in refusal(path)


def test_D1_a_square_root_policy_needs_neither_rates_nor_minimum(tmp_path: Path) -> None:
    values = told()
    values["sampling"] = {"policy": "square_root"}
    policy = read_scheme(written(tmp_path, values)).policy
    assert (policy.name, dict(policy.rates), dict(policy.minimum)) == ("square_root", {}, {})
    values["sampling"] = {"policy": "percentage"}
    assert "“sampling.rates” is missing. “sampling.minimum” is missing." in refusal(written(tmp_path, values))


def test_two_schemes_may_not_share_a_name(tmp_path: Path) -> None:
    written(tmp_path, told(), "one.json")
    written(tmp_path, told() | {"awarding_body": "Another Body", "also_called": ["cmi"]}, "two.json")
    with pytest.raises(KnownError, match=r"two\.json and one\.json both call themselves “cmi”"):
        read_schemes(tmp_path)


def test_another_awarding_body_is_one_more_file(tmp_path: Path) -> None:
    written(tmp_path, told(), "one.json")
    written(tmp_path, told() | {"awarding_body": "Another Body", "also_called": []}, "two.json")
    assert [scheme.awarding_body for scheme in read_schemes(tmp_path)] == [
        "Another Body",
        "Chartered Management Institute",
    ]
