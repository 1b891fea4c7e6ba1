"""One example context, or several, for every page template: the contract of route writers with templates."""

from collections.abc import Callable
from typing import Any

from api.pages import examples
from tests.pages import example_company, example_officer, example_public

Contexts = dict[str, Callable[[], dict[str, Any]]]

EXAMPLES: Contexts = {
    **example_public.EXAMPLES,
    **example_company.EXAMPLES,
    **example_officer.EXAMPLES,
    "dev/components.html": examples.components,
}
"""Template, or template#state for further states of it, to what its example context is."""
