"""``touchstone sample``: draws a claim's sample as the service would, from files, so that anybody can check one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cli.sample_files import Policy
    from app.domain.sampling import ClaimedUnit, Pick, Sums

_FILES = """\
The policy is a JSON file, such as
  {"awarding_body": "CMI", "risk": "medium", "quarter": "2026Q1"}
or, without an awarding body whose rates are known here,
  {"policy": "percentage", "rates": {"low": 10, "medium": 25, "high": 35},
   "minimum": {"low": 3, "medium": 3, "high": 5}, "risk": "medium", "quarter": "2026Q1"}
  policy       percentage, or square_root, which needs neither rates nor minimum
  rates        whole per cent of the learner-units claimed in the quarter
  minimum      learner-units sampled in a quarter at the least
  risk         low, medium or high: that of the centre and qualification
  quarter      the quarter in which the claim is submitted
  full_sample  true while a sanction has every claim sampled in full (may be left out)
  attainment   grades in words, lowest first, such as ["Pass", "Merit"] (may be left out)

The claim is a CSV file with one learner-unit in each row and the columns
  learner      the learner's number
  unit         the unit's code
  assessor     who assessed it; may be empty
  attainment   a mark or a grade (the column may be left out)

The history is a CSV file of what the same centre claimed for the same qualification before, likewise, with the columns
  claimed_on   the day of submission, such as 2026-03-12
  unit         the unit's code
  assessor     who assessed it; may be empty
  sampled      yes or no
  standing     archived or refused, where it became that: such picks do not count as fulfilled (may be left out)

CSV files may be in UTF-8 or Windows-1252, with commas or semicolons; further columns are passed over.
The same files and the same seed give the same sample, in whatever order the rows come.
"""


def add_command(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``sample``; it sets ``func``, which takes the namespace and returns an exit code."""
    command = subparsers.add_parser(
        "sample",
        help="draw a claim's sample from files, with the reason for each pick",
        description="Draws the sample of a claim just as the service does, and says why each learner-unit was drawn.",
        epilog=_FILES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--policy", required=True, type=Path, metavar="FILE", help="how much is sampled (JSON)"
    )
    command.add_argument("--claims", required=True, type=Path, metavar="CSV", help="the claim")
    command.add_argument(
        "--history", type=Path, metavar="CSV", help="what was claimed before (default: nothing)"
    )
    command.add_argument("--seed", required=True, metavar="N", help="decides what chance decides; any text")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(func=_sample)


def _sample(options: argparse.Namespace) -> int:
    from app.cli.sample_files import read_claim, read_history, read_policy
    from app.domain.sampling import draw, sums

    policy = read_policy(options.policy)
    claim = read_claim(options.claims)
    history = read_history(options.history, policy.quarter)
    counted = sums(
        policy.rule, policy.risk, history.claimed + len(claim), history.fulfilled, policy.full_sample
    )
    picks = draw(claim, counted.shortfall, history.last, options.seed, grades=policy.grades)
    if options.json:
        print(json.dumps(_as_data(claim, counted, picks, options.seed), indent=2))
    else:
        _print_words(claim, counted, picks, options.seed, policy)
    return 0


def _as_data(
    claim: Sequence[ClaimedUnit], counted: Sums, picks: Sequence[Pick], seed: str
) -> dict[str, object]:
    lines = {line.id: line for line in claim}
    return {
        "required": counted.required,
        "fulfilled": counted.fulfilled,
        "shortfall": counted.shortfall,
        "seed": seed,
        "picks": [
            {"learner": lines[pick.id].learner, "unit": lines[pick.id].unit, "reason": pick.reason}
            for pick in picks
        ],
    }


def _print_words(
    claim: Sequence[ClaimedUnit], counted: Sums, picks: Sequence[Pick], seed: str, policy: Policy
) -> None:
    from app.domain.quarters import quarter_words
    from app.domain.sampling import sampling_words

    lines = {line.id: line for line in claim}
    print(f"{quarter_words(policy.quarter)}. {sampling_words(counted, picks)}")
    print(
        f"Required {counted.required}, fulfilled {counted.fulfilled}, shortfall {counted.shortfall}. Seed: {seed}"
    )
    learners = max((len(lines[pick.id].learner) for pick in picks), default=0)
    units = max((len(lines[pick.id].unit) for pick in picks), default=0)
    for pick in picks:
        line = lines[pick.id]
        print(f"  {line.learner:{learners}}  {line.unit:{units}}  {pick.reason}")
