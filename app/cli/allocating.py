"""``touchstone service allocate-review`` and its kin: quality reviews given to centres and reviewers; their time."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from app.domain.errors import KnownError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from app.domain.reviews import Review


def add_commands(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    engine_of: Callable[[argparse.Namespace], Engine],
) -> None:
    """Adds the commands beside the other ones of ``service``. engine_of: opens the database that the options name."""
    parser = commands.add_parser(
        "allocate-review", parents=[shared], help="give a centre or a consortium its quality review of a year"
    )
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--centre", metavar="NUMBER", help="the centre's number")
    whom.add_argument(
        "--consortium", metavar="NAME", help="each of its centres that has active registrations"
    )
    parser.add_argument("--awarding-body", required=True, metavar="NAME", help="whose review it is")
    parser.add_argument(
        "--year", required=True, type=int, help="in which the academic year begins, such as 2026"
    )
    parser.add_argument("--kind", choices=("visit", "desk_top"), default="visit", help="default: %(default)s")
    parser.add_argument("--reviewer", required=True, metavar="EMAIL", help="the reviewer's address")
    parser.set_defaults(func=lambda options: _allocate(engine_of(options), options))

    assign = commands.add_parser(
        "assign-review", parents=[shared], help="give a quality review to another reviewer"
    )
    assign.add_argument("--review", required=True, metavar="NUMBER", help="the review's number")
    assign.add_argument("--reviewer", required=True, metavar="EMAIL", help="the reviewer's address")
    assign.set_defaults(func=lambda options: _assign(engine_of(options), options))

    extend = commands.add_parser(
        "extend-ced", parents=[shared], help="give a centre more time for its Engagement Document"
    )
    extend.add_argument("--review", required=True, metavar="NUMBER", help="the review's number")
    extend.add_argument("--until", required=True, type=_day, metavar="DAY", help="such as 2026-12-18")
    extend.add_argument("--reason", required=True, metavar="WORDS", help="why; the centre is told")
    extend.set_defaults(func=lambda options: _extend(engine_of(options), options))

    for command in (parser, assign, extend):
        command.add_argument(
            "--by", required=True, metavar="EMAIL", help="the quality manager who does it; it stays on record"
        )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _allocate(engine: Engine, options: argparse.Namespace) -> int:
    from app.domain.frameworks import year_words
    from app.domain.review_terms import ReviewKind
    from app.service.accounts import require_person
    from app.service.database import reading
    from app.service.reviews import allocate_consortium, allocate_review
    from app.service.settings import present

    with reading(engine) as connection:
        manager = require_person(connection, options.by)
        target = (
            _centre_id(connection, options.centre)
            if options.centre
            else _consortium_id(connection, options.awarding_body, options.consortium)
        )
    kind, now = ReviewKind(options.kind), present()
    made: tuple[Review, ...]
    if options.centre:
        made = (
            allocate_review(
                engine, manager, target, options.awarding_body, options.year, kind, options.reviewer, now
            ),
        )
    else:
        made = allocate_consortium(engine, manager, target, options.year, kind, options.reviewer, now)
    for review in made:
        print(
            f"{review.number}: {review.kind.words.lower()} {year_words(review.year)} of {review.centre_name}, "
            f"by {review.reviewer_name}."
        )
    if not made:
        print("Every centre of the consortium with active registrations has its review already.")
    return 0


def _assign(engine: Engine, options: argparse.Namespace) -> int:
    from app.service.accounts import require_person
    from app.service.database import reading
    from app.service.reviews import reassign_review
    from app.service.settings import present

    with reading(engine) as connection:
        manager = require_person(connection, options.by)
        review_id = _review_id(connection, options.review)
    review = reassign_review(engine, manager, review_id, options.reviewer, present())
    print(f"{review.number} is assigned to {review.reviewer_name}.")
    return 0


def _extend(engine: Engine, options: argparse.Namespace) -> int:
    from app.domain.dates import day
    from app.service.accounts import require_person
    from app.service.database import reading
    from app.service.reviews import extend_ced
    from app.service.settings import present

    with reading(engine) as connection:
        manager = require_person(connection, options.by)
        review_id = _review_id(connection, options.review)
    review = extend_ced(engine, manager, review_id, options.until, options.reason, present())
    print(f"The Engagement Document of {review.centre_name} is due on {day(review.ced_due_on)}.")
    return 0


def _review_id(connection: Connection, number: str) -> str:
    from sqlalchemy import select

    from app.service.tables import reviews

    found = connection.scalar(select(reviews.c.id).where(reviews.c.number == number))
    if found is None:
        raise KnownError("review_unknown", f"There is no quality review {number}.")
    return str(found)


def _centre_id(connection: Connection, number: str) -> str:
    from sqlalchemy import select

    from app.service.tables import centres

    found = connection.scalar(select(centres.c.id).where(centres.c.number == number))
    if found is None:
        raise KnownError("centre_unknown", f"There is no centre {number}.")
    return str(found)


def _consortium_id(connection: Connection, awarding_body: str, name: str) -> str:
    from app.domain.dates import london_day
    from app.domain.restrictions import own_name
    from app.service.consortia import all_consortia
    from app.service.settings import present

    for consortium in all_consortia(connection, london_day(present())):
        if consortium.name == name and own_name(consortium.awarding_body) == own_name(awarding_body):
            return consortium.id
    raise KnownError("consortium_unknown", f"{awarding_body} has no consortium “{name}” here.")
