"""The routers of a company's pages, in one list."""

from api.pages.company import announcements, home

ROUTERS = tuple(module.router for module in (home, announcements))
