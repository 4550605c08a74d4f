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
from app.service.passwords import Passwords
from app.service.push import PushDesk
from app.service.settings import Clock
from app.service.tokens import Visit, visit_of_token


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running service. ``epoch`` names this database's feed; ``protocol_min``: see ``Settings``."""

    engine: Engine
    blobs: BlobStore
    passwords: Passwords
    push_desk: PushDesk
    clock: Clock
    epoch: str
    support_words: str
    protocol_min: int


GivenServices = NamedDependency[SkipValidation[Services]]
Visitor = NamedDependency[SkipValidation[Person | None]]
SignedInVisit = NamedDependency[SkipValidation[Visit]]


def signed_in_visit(authorization: str | None, services: Services) -> Visit:
    """Who sends a request with this ``Authorization`` header, and from which device, with whatever roles are left.

    Raises Refusal 401.
    """
    return visit_of_token(services.engine, authorization, services.clock())


def client_address(request: Request[Any, Any, Any]) -> str:
    """The address a request comes from, for counting attempts; never logged."""
    return request.client.host if request.client else ""
