"""What every page of the staff area begins with: somebody of the awarding body, and what they may do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response
from litestar.response import Redirect

from app.domain.errors import KnownError
from app.domain.people import Permission, Person
from app.service.errors import Refusal
from app.service.portal.context import ground, is_staff, require_visitor
from app.service.services import Services

PLACES = (
    ("claims", "Claims", "/staff/claims", Permission.CONTACT_CENTRE),
    ("dispatch", "Dispatch", "/staff/dispatch", Permission.DISPATCH_CERTIFICATES),
    ("agreements", "Platforms", "/staff/agreements", Permission.RECORD_AGREEMENTS),
    ("accounts", "Accounts", "/staff/accounts", Permission.MANAGE_ACCOUNTS),
)
"""The pages of the staff area: key, words, address, and the permission they need."""


@dataclass(frozen=True, slots=True)
class StaffContext:
    """Somebody of the support team, or a quality manager, signed in in this browser."""

    visitor: Person
    services: Services

    def must(self, permission: Permission) -> None:
        """Raises Refusal 403 unless a role held for the awarding body gives the permission."""
        if not self.visitor.may(permission):
            raise Refusal(
                403,
                "not_permitted",
                "Your role does not include this page.",
                "Ask the qualifications team if you need the right.",
            )

    def page(self, here: str, **more: Any) -> dict[str, Any]:
        """What a template is given. ``here``: the key of the place."""
        places = [place for place in PLACES if self.visitor.may(place[3])]
        values = {"here": here, "places": places, **more}
        return {**ground(self.visitor, self.services), **values}


def staff_context(
    request: Request[Any, Any, Any], services: Services, permission: Permission | None = None
) -> StaffContext:
    """Who visits the staff area. Raises SignInFirst for nobody, Refusal 403 for anybody of no such role (M-54)."""
    visitor = require_visitor(request, services)
    if not is_staff(visitor):
        raise Refusal(
            403,
            "not_permitted",
            "These pages are for the awarding body's support team and quality managers.",
            "Your own pages begin at the front page.",
        )
    context = StaffContext(visitor, services)
    if permission is not None:
        context.must(permission)
    return context


def do_or_tell(
    work: Callable[[], object], then: str, tell: Callable[[KnownError], Response[Any]]
) -> Response[Any]:
    """Does what a form asks for and goes on to ``then``; a refusal is told on the form's own page."""
    try:
        work()
    except Refusal:
        raise
    except KnownError as refusal:
        return tell(refusal)
    return Redirect(then, status_code=303)
