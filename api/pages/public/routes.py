"""The routers of the pages for everyone, in one list."""

from api.pages.public import following, landing, passwords, registering, signing_in

ROUTERS = tuple(module.router for module in (landing, registering, following, signing_in, passwords))
