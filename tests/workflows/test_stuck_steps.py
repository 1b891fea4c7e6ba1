"""A step that meets a refusal waits for an operator, who lets it run again or skips it; holding stops everything."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services import casework, processes
from services.models import Registration
from tests.world import World


async def with_address(world: World, case_id: UUID, address: str) -> None:
    """Change the address behind the service's back, as a bad migration might."""
    async with world.transaction() as (session, _):
        given = {"address": address, "case": case_id}
        await session.execute(text("UPDATE registration SET email = :address WHERE case_id = :case"), given)


async def stuck(world: World) -> Registration:
    """A registration whose receipt cannot be addressed."""
    registration = await world.register(nudged=False)
    await with_address(world, registration.case_id, "bukan alamat")
    await world.rest()
    return registration


async def resolve(world: World, case_id: UUID, *, skip: bool) -> None:
    async with world.transaction() as (session, now):
        await processes.resolve_stuck(session, case_id, skip=skip, by=None, actor="test:operator", now=now)
    await world.rest()


async def hold(world: World, case_id: UUID) -> None:
    async with world.transaction() as (session, now):
        await casework.hold(session, case_id, reason="Sengketa.", actor="test:officer", now=now)
    await world.rest()


async def release(world: World, case_id: UUID) -> None:
    async with world.transaction() as (session, now):
        await casework.release(session, case_id, actor="test:officer", now=now)
    await world.rest()


async def types(world: World, case_id: UUID) -> list[str]:
    async with world.sessions() as session:
        found = await session.execute(
            text("SELECT type FROM case_event WHERE case_id = :id ORDER BY seq"), {"id": case_id}
        )
        return list(found.scalars())


async def stuck_with(world: World, case_id: UUID) -> dict[str, Any] | None:
    return (await world.case(case_id)).stuck


@pytest.mark.starts("2026-12-21T09:00:00+07:00")
async def test_a_stuck_step_says_why_and_runs_again_once_the_cause_is_gone(world: World) -> None:
    registration = await stuck(world)
    why = await stuck_with(world, registration.case_id)
    assert why is not None
    assert (why["step"], why["code"]) == ("acknowledge", "invalid_input")
    await world.advance_to("2026-12-23T09:00:00+07:00")
    assert await types(world, registration.case_id) == ["submitted", "step_stuck"], "nothing passes it by"

    await with_address(world, registration.case_id, "pemilik@contoh.example")
    await resolve(world, registration.case_id, skip=False)
    assert await stuck_with(world, registration.case_id) is None
    assert (await types(world, registration.case_id))[2:4] == ["step_retried", "acknowledged"]
    assert "registration_received" in await world.templates_to("pemilik@contoh.example")


@pytest.mark.starts("2026-12-21T09:00:00+07:00")
async def test_a_step_that_is_skipped_is_never_done_and_the_process_goes_on(world: World) -> None:
    registration = await stuck(world)
    await resolve(world, registration.case_id, skip=True)
    await with_address(world, registration.case_id, "pemilik@contoh.example")
    await world.decide(registration.case_id, "reject")
    await world.rest()
    happened = await types(world, registration.case_id)
    assert happened[:3] == ["submitted", "step_stuck", "step_skipped"]
    assert "acknowledged" not in happened
    assert (await world.case(registration.case_id)).closed_at is not None


@pytest.mark.starts("2026-12-21T09:00:00+07:00")
async def test_nothing_happens_to_a_held_case_until_it_is_released(world: World) -> None:
    registration = await world.register()
    await hold(world, registration.case_id)
    await world.advance_to("2026-12-24T09:00:00+07:00")
    assert not {"upp_reminded", "upp_escalated"} & set(await types(world, registration.case_id))
    await release(world, registration.case_id)
    assert (await types(world, registration.case_id))[-1] == "upp_escalated"
