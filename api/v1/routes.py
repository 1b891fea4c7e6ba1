"""Every router of the JSON API, in one list."""

from fastapi import FastAPI

from api.v1 import registrations

PREFIX = "/api/v1"
ROUTERS = (registrations.router,)


def include(app: FastAPI) -> None:
    """Mount them all under /api/v1."""
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
