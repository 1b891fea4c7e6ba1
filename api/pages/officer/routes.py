"""The officials' routers, in one list."""

from api.pages.officer import (
    accounts,
    case,
    case_commands,
    cases,
    contacts,
    data_request_orders,
    data_requests,
    evidence,
    explanations,
    licences,
    nda,
    papers,
    queue,
    registrations,
    review_lists,
    reviews,
    rollbacks,
)

ROUTERS = tuple(
    module.router
    for module in (
        nda,
        queue,
        cases,
        registrations,
        licences,
        review_lists,
        reviews,
        rollbacks,
        case,
        case_commands,
        data_request_orders,
        data_requests,
        contacts,
        accounts,
        evidence,
        explanations,
        papers,
    )
)
