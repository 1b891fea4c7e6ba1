"""The companies' routers, in one list."""

from api.pages.company import (
    announcements,
    data_requests,
    home,
    licences,
    people,
    profile,
    reports,
    rollbacks,
    sections,
    sending,
    statement,
    tracking,
)

ROUTERS = tuple(
    module.router
    for module in (
        home,
        data_requests,
        reports,
        sections,
        statement,
        sending,
        tracking,
        rollbacks,
        announcements,
        profile,
        licences,
        people,
    )
)
