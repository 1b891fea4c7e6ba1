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
    more_time,
    nda,
    non_production,
    papers,
    queue,
    registrations,
    review_lists,
    reviews,
    rollbacks,
    warning_case,
    warnings,
    what_if,
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
        more_time,
        non_production,
        case,
        case_commands,
        data_request_orders,
        data_requests,
        warnings,
        warning_case,
        contacts,
        accounts,
        evidence,
        explanations,
        papers,
        what_if,
    )
)
