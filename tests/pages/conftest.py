"""The pages of the real application, opened and filled in as a browser without JavaScript does."""

from collections.abc import AsyncIterator

import pytest

from tests.api.conftest import Api, api
from tests.pages.visitor import Visitor

__all__ = ["api", "visitor"]


@pytest.fixture
async def visitor(api: Api) -> AsyncIterator[Visitor]:
    """Somebody who has not signed in."""
    async with Visitor.of(api) as somebody:
        yield somebody
