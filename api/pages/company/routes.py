"""The companies' routers, in one list."""

from api.pages.company import (
    announcements,
    assistance,
    data_requests,
    home,
    licences,
    more_time,
    non_production,
    people,
    profile,
    reports,
    reprimands,
    rollbacks,
    sections,
    sending,
    statement,
    tracking,
    units,
    warnings,
)

ROUTERS = tuple(
    module.router
    for module in (
        home,
        data_requests,
        warnings,
        reports,
        sections,
        statement,
        sending,
        tracking,
        rollbacks,
        more_time,
        non_production,
        assistance,
        units,
        reprimands,
        announcements,
        profile,
        licences,
        people,
    )
)
