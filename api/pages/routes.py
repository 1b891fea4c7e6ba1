"""Every page's router, in one list."""

from fastapi import APIRouter, Depends, FastAPI

from api.pages import forms
from api.pages.admin import routes as admin
from api.pages.company import routes as company
from api.pages.dev import routes as dev
from api.pages.officer import routes as officer
from api.pages.officer.reading import PurposeNeeded, ask
from api.pages.public import routes as public

ROUTERS: tuple[APIRouter, ...] = (
    *public.ROUTERS,
    *company.ROUTERS,
    *officer.ROUTERS,
    *admin.ROUTERS,
    *dev.ROUTERS,
)


def include(app: FastAPI) -> None:
    """Mount all pages; they are no part of the published API."""
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False, dependencies=[Depends(forms.closed)])
    app.exception_handler(PurposeNeeded)(ask)
