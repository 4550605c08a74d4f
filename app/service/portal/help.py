"""Help: the guidance first, then whom to ask (M-05, M-09, M-11, M-76). Everything it says is the scheme's data."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Template

from app.domain.schemes import all_schemes
from app.service.database import reading
from app.service.portal.context import centre_context, ground
from app.service.portal.schemes import schemes_of
from app.service.services import GivenServices, Visitor


@get("/help", sync_to_thread=True)
def general_help(services: GivenServices, visitor: Visitor) -> Response[Any]:
    """The help of every awarding body, also for somebody who cannot sign in (M-05)."""
    return Template("help.html", context=ground(visitor, services, schemes=all_schemes(), here="help"))


@get("/centres/{centre_id:str}/help", sync_to_thread=True)
def centre_help(
    centre_id: FromPath[str], request: Request[Any, Any, Any], services: GivenServices
) -> Response[Any]:
    """The help of the awarding bodies that the centre works with."""
    context = centre_context(request, services, centre_id)
    with reading(services.engine) as connection:
        schemes = schemes_of(connection, centre_id)
    return Template("help.html", context=context.page("help", schemes=schemes))


HANDLERS = (general_help, centre_help)
