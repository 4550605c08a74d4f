"""Accounts and roles: roles at centres are given and taken by the support team, never by oneself (M-03, M-04)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy import select

from app.domain.errors import KnownError
from app.domain.people import AT_A_CENTRE, Grant, Permission, Role
from app.service import tables as t
from app.service.accounts import load_person
from app.service.database import reading
from app.service.errors import Refusal
from app.service.portal.context import Form, centres_of, plain
from app.service.portal.paging import Paging
from app.service.portal.staff_context import StaffContext, do_or_tell, staff_context
from app.service.role_desk import count_accounts, find_accounts, give_role, role_changes_of, take_role
from app.service.services import GivenServices

PER_PAGE = 50


@get("/staff/accounts", sync_to_thread=True)
def accounts_page(
    request: Request[Any, Any, Any],
    services: GivenServices,
    q: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[Any]:
    """Everybody with an account. ``q``: words in the name, the address or the centre."""
    context = staff_context(request, services, Permission.MANAGE_ACCOUNTS)
    words = plain(q)[:200]
    with reading(services.engine) as connection:
        paging = Paging.of(page, count_accounts(connection, words), PER_PAGE)
        accounts = find_accounts(connection, words, first=paging.first, limit=PER_PAGE)
    link = f"/staff/accounts?q={quote(words)}&" if words else "/staff/accounts?"
    return Template(
        "staff_accounts.html",
        context=context.page("accounts", accounts=accounts, paging=paging, words=words, link=link),
    )


@get("/staff/accounts/{person_id:str}", sync_to_thread=True)
def account_page(
    person_id: FromPath[str],
    request: Request[Any, Any, Any],
    services: GivenServices,
    done: FromQuery[str] = "",
) -> Response[Any]:
    """One account: its roles, and what was given and taken here."""
    context = staff_context(request, services, Permission.MANAGE_ACCOUNTS)
    words = {"given": "The role was given.", "taken": "The role was taken away."}.get(done, "")
    return _account(context, person_id, done=words)


@post("/staff/accounts/{person_id:str}/give", sync_to_thread=True, status_code=200)
def give(
    person_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """A further role for the person at a centre, which is named by its number."""
    context = staff_context(request, services, Permission.MANAGE_ACCOUNTS)
    person_id = plain(person_id)

    def work() -> None:
        grant = _grant_of(context, data.get("role", ""), data.get("centre", ""))
        reason = data.get("reason", "")
        give_role(services.engine, context.visitor, person_id, grant, reason, services.clock())

    return do_or_tell(
        work,
        f"/staff/accounts/{quote(person_id)}?done=given",
        lambda refusal: _account(context, person_id, refusal=refusal, typed=data),
    )


@post("/staff/accounts/{person_id:str}/take", sync_to_thread=True, status_code=200)
def take(
    person_id: FromPath[str],
    data: Form,
    request: Request[Any, Any, Any],
    services: GivenServices,
) -> Response[Any]:
    """Takes a role at a centre away."""
    context = staff_context(request, services, Permission.MANAGE_ACCOUNTS)
    person_id = plain(person_id)

    def work() -> None:
        role, _, centre_id = plain(data.get("grant", "")).partition("@")
        take_role(
            services.engine,
            context.visitor,
            person_id,
            Grant(_role(role), centre_id or None),
            data.get("reason", ""),
            services.clock(),
        )

    return do_or_tell(
        work,
        f"/staff/accounts/{quote(person_id)}?done=taken",
        lambda refusal: _account(context, person_id, refusal=refusal, field="take-reason", typed=data),
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        raise KnownError("role_unknown", "Choose a role.") from error


def _grant_of(context: StaffContext, role: str, number: str) -> Grant:
    wanted = plain(number).strip()
    if not wanted:
        return Grant(_role(role))
    with reading(context.services.engine) as connection:
        centre_id = connection.scalar(select(t.centres.c.id).where(t.centres.c.number == wanted))
    if centre_id is None:
        raise KnownError("centre_unknown", f"There is no centre with the number {wanted}.", "Check it.")
    return Grant(_role(role), centre_id)


def _account(
    context: StaffContext,
    person_id: str,
    *,
    done: str = "",
    refusal: KnownError | None = None,
    field: str = "role",
    typed: dict[str, str] | None = None,
) -> Template:
    person_id = plain(person_id)
    with reading(context.services.engine) as connection:
        if connection.scalar(select(t.persons.c.id).where(t.persons.c.id == person_id)) is None:
            raise Refusal(404, "not_found", "There is no such account.")
        person = load_person(connection, person_id)
        centres = {centre.id: centre for centre in centres_of(connection, person.centres)}
        changes = role_changes_of(connection, person_id)
    return Template(
        "staff_account.html",
        status_code=422 if refusal else 200,
        context=context.page(
            "accounts",
            person=person,
            held=centres,
            changes=changes,
            roles=sorted(AT_A_CENTRE, key=lambda role: role.words),
            takeable=[grant for grant in person.grants if grant.role in AT_A_CENTRE],
            own=person.id == context.visitor.id,
            done=done,
            refusal=refusal,
            field=field,
            typed=typed or {},
        ),
    )


HANDLERS = (accounts_page, account_page, give, take)
