"""Every router of the JSON API, in one list."""

from fastapi import FastAPI

from api.v1 import (
    accounts,
    assistance,
    bounces,
    cases,
    casework,
    clock,
    contacts,
    correspondence,
    data_request_files,
    data_requests,
    decrees,
    evidence,
    explanations,
    extension_requests,
    extensions,
    given_reprimands,
    licences,
    mail,
    non_production,
    periods,
    policies,
    print_batches,
    processes,
    registrations,
    reports,
    reprimands,
    reviews,
    rollbacks,
    sessions,
    statements,
    supervision,
    units,
    warning_proposals,
    warnings,
    what_if,
)
from api.v1.description import describe

PREFIX = "/api/v1"
ROUTERS = (
    registrations.router,
    sessions.router,
    accounts.router,
    licences.router,
    reports.router,
    statements.router,
    reviews.router,
    rollbacks.router,
    cases.router,
    casework.router,
    what_if.router,
    correspondence.router,
    data_requests.router,
    data_request_files.router,
    contacts.router,
    supervision.router,
    bounces.router,
    mail.router,
    evidence.router,
    explanations.router,
    extensions.router,
    extension_requests.router,
    non_production.router,
    assistance.router,
    reprimands.router,
    given_reprimands.router,
    units.router,
    decrees.router,
    periods.router,
    policies.router,
    warning_proposals.router,
    warnings.router,
    print_batches.router,
    clock.router,
    processes.router,
)


def include(app: FastAPI) -> None:
    """Mount them all under /api/v1, and publish what they are."""
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    describe(app)
