"""The application: every part of the service put together, ready for any ASGI server or test client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, get
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.stores.memory import MemoryStore
from litestar.template import TemplateConfig

from app.domain.resources import resources_folder
from app.domain.schemes import whom_to_ask
from app.service.api import auth, files, sync
from app.service.api.problems import answer_with
from app.service.blobs import BlobStore
from app.service.database import open_engine, reading, require_current, setting
from app.service.logs import head_and_log, note_beginning
from app.service.passwords import Passwords
from app.service.portal import (
    engagement,
    engagement_sign,
    engagement_uploads,
    evidence,
    review_pages,
    staff,
    uploads,
)
from app.service.portal.context import dress
from app.service.portal.pages import portal_router, problem_page
from app.service.push import PushDesk
from app.service.services import GivenServices, Services
from app.service.sessions import SqlSessionStore, session_config
from app.service.settings import Settings, product_version


@get("/healthz", sync_to_thread=True, include_in_schema=False)
def healthz(services: GivenServices) -> dict[str, str]:
    """Whether the service runs and reaches its database."""
    with reading(services.engine) as connection:
        setting(connection, "epoch")
    return {"status": "ok"}


def create_app(settings: Settings) -> Litestar:
    """The service over one database and one file store.

    Raises KnownError, in words, for a database that is not set up, is newer than this program, or cannot be used.
    """
    services, secret = _open_services(settings)

    @asynccontextmanager
    async def open_for_business(_: Litestar) -> AsyncIterator[None]:
        try:
            yield
        finally:
            services.passwords.close()
            services.engine.dispose()

    # Behind anything but loopback TLS must stand in front, so that cookies may travel over TLS only.
    secure = not settings.on_loopback
    return Litestar(
        route_handlers=[
            sync.router,
            auth.router,
            files.router,
            portal_router(
                [session_config(secure=secure).middleware],
                further=(
                    *evidence.HANDLERS,
                    *uploads.HANDLERS,
                    *review_pages.HANDLERS,
                    *engagement.HANDLERS,
                    *engagement_sign.HANDLERS,
                    *engagement_uploads.HANDLERS,
                    *staff.HANDLERS,
                ),
            ),
            healthz,
        ],
        state=State({"services": services}),
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers={Exception: answer_with(problem_page)},
        before_request=note_beginning,
        before_send=[head_and_log],
        csrf_config=CSRFConfig(
            secret=secret,
            cookie_name="touchstone_csrf",
            cookie_httponly=True,
            cookie_secure=secure,
            exclude=["^/api/", "^/schema", "^/healthz", "^/portal.css", "^/portal/"],
        ),
        stores={
            "sessions": SqlSessionStore(services.engine, settings.clock),
            # Counted by each copy of the service for itself: it keeps one person from taking all of it.
            "portal_limits": MemoryStore(),
        },
        template_config=TemplateConfig(
            directory=resources_folder() / "portal", engine=JinjaTemplateEngine, engine_callback=dress
        ),
        openapi_config=OpenAPIConfig(
            title="Touchstone central service",
            version=product_version() or "0",
            description="What the desktop says to the service. See docs/architecture.md.",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json"), YamlRenderPlugin(path="/openapi.yaml")],
            use_handler_docstrings=True,
        ),
        lifespan=[open_for_business],
        logging_config=None,
    )


def _open_services(settings: Settings) -> tuple[Services, str]:
    """The parts of the service, and the secret that signs its forms."""
    engine = open_engine(settings.database_url)
    try:
        require_current(engine)
        with reading(engine) as connection:
            epoch = setting(connection, "epoch")
            secret = setting(connection, "csrf_secret")
        blobs = BlobStore(settings.files_url)
    except BaseException:
        engine.dispose()
        raise
    services = Services(
        engine=engine,
        blobs=blobs,
        passwords=Passwords(),
        push_desk=PushDesk(engine, blobs, settings.clock),
        clock=settings.clock,
        epoch=epoch,
        support_words=whom_to_ask(),
        protocol_min=settings.protocol_min,
    )
    return services, secret
