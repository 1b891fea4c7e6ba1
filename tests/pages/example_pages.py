"""One example context, or several, for every page template: what routes owe their templates."""

from collections.abc import Callable
from typing import Any

from tests.pages import (
    example_admin,
    example_assistance,
    example_company,
    example_data_requests,
    example_more_time,
    example_officer,
    example_public,
    example_reports,
    example_reprimands,
    example_reviews,
    example_rules,
    example_small_cases,
    example_units,
    example_warnings,
)

EXAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    **example_public.EXAMPLES,
    **example_company.EXAMPLES,
    **example_data_requests.EXAMPLES,
    **example_reports.EXAMPLES,
    **example_reviews.EXAMPLES,
    **example_rules.EXAMPLES,
    **example_officer.EXAMPLES,
    **example_warnings.EXAMPLES,
    **example_admin.EXAMPLES,
    **example_more_time.EXAMPLES,
    **example_small_cases.EXAMPLES,
    **example_assistance.EXAMPLES,
    **example_reprimands.EXAMPLES,
    **example_units.EXAMPLES,
}
"""Template, or template#state for further states of it, to its example context."""
