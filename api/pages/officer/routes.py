"""The officials' routers, in one list."""

from api.pages.officer import (
    accounts,
    case,
    case_commands,
    cases,
    explanations,
    licences,
    nda,
    papers,
    queue,
    registrations,
)

ROUTERS = tuple(
    module.router
    for module in (
        nda,
        queue,
        cases,
        registrations,
        licences,
        case,
        case_commands,
        accounts,
        explanations,
        papers,
    )
)
