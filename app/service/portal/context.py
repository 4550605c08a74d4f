"""What every page of the portal begins with: who visits, which centre, what they may do there.

A module of pages hands its route handlers over in a tuple ``HANDLERS``, which ``pages.portal_router`` puts together.
Templates extend ``page.html`` and are given ``ground(…)`` or ``CentreContext.page(…)``; they find the filters ``day``,
``short_day``, ``moment`` and ``counted`` (``{{ 3 | counted("line") }}``: "3 lines").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.params import URLEncodedBody
from litestar.plugins.jinja import JinjaTemplateEngine
from sqlalchemy import Connection, select

from app.domain import dates
from app.domain.centres import Centre, Nation, PartnerType
from app.domain.dates import london_day
from app.domain.errors import KnownError
from app.domain.people import Permission, Person, Role, choose_centre
from app.service import tables as t
from app.service.accounts import load_person
from app.service.database import reading
from app.service.errors import Refusal
from app.service.portal.schemes import refuse_too_early
from app.service.services import Services

Form = URLEncodedBody[dict[str, str]]
"""A posted form of single fields."""

FORM_BYTES = 64 * 1024
"""How large a form may be that holds no file and no list."""

STAFF = frozenset({Role.SUPPORT, Role.QUALITY_MANAGER})
"""Roles of the awarding body that have pages of their own here."""


class SignInFirst(Exception):
    """Nobody is signed in; ``then`` is the address to come back to afterwards (M-37)."""

    def __init__(self, then: str) -> None:
        super().__init__("nobody is signed in")
        self.then = then


@dataclass(frozen=True, slots=True)
class CentreContext:
    """A visitor at one of their own centres. ``centres``: all they may choose from, by name (M-02)."""

    visitor: Person
    centre: Centre
    centres: tuple[Centre, ...]
    support: str

    def may(self, permission: Permission) -> bool:
        """Whether the visitor's roles at this centre give the permission (M-03)."""
        return self.visitor.may_at(permission, self.centre.id)

    def must(self, permission: Permission, what: str) -> None:
        """Raises Refusal 403 unless the visitor may; ``what`` completes "… does not include …"."""
        if not self.may(permission):
            raise Refusal(
                403,
                "not_permitted",
                f"Your role at this centre does not include {what}.",
                "Ask the qualifications team if you need the right.",
            )

    def page(self, here: str = "", **more: Any) -> dict[str, Any]:
        """What a template is given. ``here`` marks the place in the navigation, such as dashboard, claim or reviews."""
        return {
            "visitor": self.visitor,
            "is_staff": is_staff(self.visitor),
            "centre": self.centre,
            "centres": self.centres,
            "may_claim": self.may(Permission.CLAIM_FOR_LEARNERS),
            "may_read": self.may(Permission.READ_REPORTS),
            "may_review": self.may(Permission.FILL_IN_CED) or self.may(Permission.READ_REPORTS),
            "support": self.support,
            "here": here,
            **more,
        }


def visitor_of(request: Request[Any, Any, Any], services: Services) -> Person | None:
    """Who is signed in in this browser, or None."""
    person_id = request.session.get("person_id")
    if not person_id:
        return None
    with reading(services.engine) as connection:
        return load_person(connection, person_id)


def require_visitor(request: Request[Any, Any, Any], services: Services) -> Person:
    """Who is signed in. Raises SignInFirst for nobody, with the address asked for if it can be asked for again."""
    visitor = visitor_of(request, services)
    if visitor is None:
        raise SignInFirst(asked_for(request))
    return visitor


def centre_context(request: Request[Any, Any, Any], services: Services, centre_id: str) -> CentreContext:
    """The visitor at this centre (M-02, M-03).

    Raises SignInFirst for nobody, and Refusal 403 for a centre that is not the visitor's or whose access date has not
    come (M-07).
    """
    visitor = require_visitor(request, services)
    try:
        choose_centre(visitor, centre_id)
    except KnownError as refusal:
        raise Refusal(403, refusal.code, refusal.says, refusal.do) from refusal
    with reading(services.engine) as connection:
        centres = centres_of(connection, visitor.centres)
        centre = next(found for found in centres if found.id == centre_id)
        refuse_too_early(connection, centre_id, centre.partner_type, london_day(services.clock()))
    return CentreContext(visitor, centre, centres, services.support_words)


def ground(visitor: Person | None, services: Services, **more: Any) -> dict[str, Any]:
    """What a template is given that belongs to no centre."""
    return {
        "visitor": visitor,
        "is_staff": visitor is not None and is_staff(visitor),
        "support": services.support_words,
        "here": "",
        **more,
    }


def is_staff(person: Person) -> bool:
    """Whether somebody works for the awarding body in one of the roles that have pages here."""
    return any(grant.role in STAFF and grant.centre_id is None for grant in person.grants)


def centres_of(connection: Connection, ids: Iterable[str]) -> tuple[Centre, ...]:
    """The centres with these ids, by name."""
    rows = connection.execute(
        select(t.centres)
        .where(t.centres.c.id.in_(sorted(set(ids))))
        .order_by(t.centres.c.name, t.centres.c.id)
    )
    return tuple(
        Centre(row.id, row.number, row.name, Nation(row.nation), PartnerType(row.partner_type))
        for row in rows
    )


def claim_address(centre_id: str, request_id: str) -> str:
    """Where the page of a submitted claim lies; its evidence lies at ``…/evidence`` under it."""
    return f"/centres/{quote(centre_id)}/claims/{quote(request_id)}"


def saved_address(centre_id: str, claim_id: str) -> str:
    """Where a claim lies that is saved and not submitted."""
    return f"/centres/{quote(centre_id)}/saved/{quote(claim_id)}"


def asked_for(request: Request[Any, Any, Any]) -> str:
    """The address that was asked for, to come back to after signing in; empty for one that takes a form."""
    if request.method != "GET":
        return ""
    query = request.url.query
    return own_address(request.url.path + (f"?{query}" if query else ""))


def own_address(text: str) -> str:
    """The address if it leads to a page of this very portal, else nothing: a link must not lead a person elsewhere."""
    safe = (
        text.startswith("/")
        and not text.startswith(("//", "/sign-"))
        and "\\" not in text
        and text.isascii()
        and text.isprintable()
        and " " not in text
    )
    return text if safe and text != "/" else ""


def dress(engine: JinjaTemplateEngine) -> None:
    """Teaches the templates to write days, moments and counts as everything else here does."""
    engine.engine.filters.update(
        day=dates.day, short_day=dates.short_day, moment=dates.moment, counted=counted
    )
    engine.engine.trim_blocks = True
    engine.engine.lstrip_blocks = True


def counted(number: int, thing: str, things: str = "") -> str:
    """``1 line``, ``1,204 lines``."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def plain(text: str) -> str:
    """A name out of an address as it may be looked for: no database keeps the one character that has no meaning."""
    return text.replace("\x00", "")
