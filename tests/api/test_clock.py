"""The rehearsal clock over HTTP: how an advance ended is seen by everybody, whoever carried it out."""

from datetime import datetime
from typing import Any

import pytest

from services import rehearsal
from services.models import Role
from tests.api.conftest import Api
from tests.api.test_registrations import register
from tests.pages.officials import official
from workflows.advance import Advance, NotAtRest

TARGET = datetime.fromisoformat("2027-01-06T09:00:00+07:00")


async def clock(api: Api) -> dict[str, Any]:
    """What any auditor is told."""
    auditor = await api.as_(Role.AUDITOR)
    answer: dict[str, Any] = (await auditor.get("/api/v1/clock")).json()
    return answer


async def test_an_advance_that_another_process_had_to_give_up_is_seen_here(api: Api) -> None:
    await register(api)  # its process waits for an engine that is away
    elsewhere = Advance(api.sessions, api.app.state.parts.gateway, patience=0)
    with pytest.raises(NotAtRest):
        await elsewhere.to(TARGET)
    seen = await clock(api)
    assert (seen["failure"], seen["advancing"], seen["target"]) == ("not_at_rest", False, None)
    async with official(api, Role.ADMINISTRATOR) as visitor:
        await visitor.open("/admin/jam")
        assert "Ada kasus atau surat yang tidak kunjung selesai" in visitor.text


async def test_an_advance_whose_process_was_killed_is_seen_too_until_the_next_one(api: Api) -> None:
    async with api.transaction() as (session, _):
        await rehearsal.aim(session, TARGET)
    assert (await clock(api))["failure"] == "interrupted"
    async with api.transaction() as (session, now):
        await rehearsal.aim(session, now)  # the next advance, which arrives at once
        assert not await rehearsal.step(session, now)
    assert (await clock(api))["failure"] is None
