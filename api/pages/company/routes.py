"""The companies' routers, in one list."""

from api.pages.company import (
    announcements,
    home,
    licences,
    people,
    profile,
    reports,
    sections,
    sending,
    statement,
)

ROUTERS = tuple(
    module.router
    for module in (home, reports, sections, statement, sending, announcements, profile, licences, people)
)
