"""A mail server of this test's own, and a configuration that sends to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.messages.config import MailConfig
from tests.services.messages import office
from tests.smtp_sink import Sink


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink().listening() as server:
        yield server


@pytest.fixture
def config(sink: Sink, tmp_path: Path) -> MailConfig:
    return office.config(sink.port, journal=tmp_path / "journal")
