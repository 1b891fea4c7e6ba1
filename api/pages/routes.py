"""Every page's router, in one list."""

from fastapi import APIRouter, FastAPI

ROUTERS: tuple[APIRouter, ...] = ()


def include(app: FastAPI) -> None:
    """Mount all pages; they are no part of the published API."""
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
