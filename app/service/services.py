"""What every handler works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from sqlalchemy import Engine

from app.domain.people import Person
from app.service.blobs import BlobStore
from app.service.errors import Refusal
from app.service.passwords import Passwords
from app.service.push import PushDesk
from app.service.settings import Clock
from app.service.tokens import person_of_token


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running service. ``epoch`` names this database's feed."""

    engine: Engine
    blobs: BlobStore
    passwords: Passwords
    push_desk: PushDesk
    clock: Clock
    epoch: str
    support_words: str


GivenServices = NamedDependency[SkipValidation[Services]]
Visitor = NamedDependency[SkipValidation[Person | None]]
SignedIn = NamedDependency[SkipValidation[Person]]


def signed_in_person(request: Request[Any, Any, Any], services: GivenServices) -> Person:
    """Who sends this request, by their access token. Raises Refusal 401, or 403 for somebody without any role."""
    person = person_of_token(services.engine, request.headers.get("authorization"), services.clock())
    if not person.grants:
        raise Refusal(
            403,
            "no_role",
            "Your account has no role here any more.",
            "Ask the qualifications team if this is a mistake; what you recorded is kept on your computer.",
        )
    return person


def client_address(request: Request[Any, Any, Any]) -> str:
    """The address a request comes from, for counting attempts; never logged."""
    return request.client.host if request.client else ""
