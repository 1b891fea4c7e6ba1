"""The developers' routers, in one list."""

from api.pages.dev import components, mail

ROUTERS = (mail.router, components.router)
