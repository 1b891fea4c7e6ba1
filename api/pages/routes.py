"""Every page's router, in one list."""

from fastapi import APIRouter

from api.pages.admin import routes as admin
from api.pages.company import routes as company
from api.pages.dev import routes as dev
from api.pages.officer import routes as officer
from api.pages.public import routes as public

ROUTERS: tuple[APIRouter, ...] = (
    *public.ROUTERS,
    *company.ROUTERS,
    *officer.ROUTERS,
    *admin.ROUTERS,
    *dev.ROUTERS,
)
