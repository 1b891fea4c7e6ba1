"""The web application: pages for people, /api/v1 for programs, one transaction per command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

import settings as settings_module
from api import advancing, errors, health
from api.bodies import MAX_FILES, MAX_TYPED, Paced
from api.pages import routes as pages
from api.pages.officer.reading import PurposeNeeded, ask
from api.parts import fill, opened
from api.security import MAX_BODY, harden
from api.v1 import routes as v1
from api.v1.description import describe
from settings import Settings

STATIC = "api/static"


class Application(FastAPI):
    """FastAPI inside our security middleware, which also wraps the answers to errors."""

    given: Settings

    def build_middleware_stack(self) -> ASGIApp:
        return Paced(harden(super().build_middleware_stack(), self.given))


def create_app(given: Settings | None = None) -> FastAPI:
    """The application on these settings, or on those of TENGGAT_HOME."""
    used = given or settings_module.load()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(used) as parts, advancing.running(app):
            fill(app, parts)
            yield

    app = Application(
        title="Tenggat",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=MAX_BODY,
        form_limits={"max_files": MAX_FILES, "max_fields": MAX_TYPED},
    )
    app.given = used
    app.state.settings = used
    errors.install(app)
    app.exception_handler(PurposeNeeded)(ask)
    for router in (health.router, *v1.ROUTERS, *pages.ROUTERS):
        app.router.routes.extend(router.routes)
    describe(app)
    app.mount("/static", StaticFiles(packages=[("api", "static")]), name="static")
    return app
