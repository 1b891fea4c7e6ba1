"""What the fault tests share: the table that their figures go to."""

from functools import partial

import pytest

from tests.faults.table import Enter, enter


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Enter:
    """Enters a line; fails when it is not N of N."""
    return partial(enter, request.node)
