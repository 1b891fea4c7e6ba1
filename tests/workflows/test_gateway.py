"""Nudges on the real engine."""

import asyncio

from temporalio.api.enums.v1 import EventType

from services.models import CaseKind, Lane
from services.waking import Nudge
from tests.world import World
from workflows.contracts import post_office_id


async def signals(world: World, workflow_id: str) -> int:
    history = await world.client.get_workflow_handle(workflow_id).fetch_history()
    return sum(
        event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED for event in history.events
    )


async def test_a_burst_of_mail_is_announced_to_its_lane_once(world: World) -> None:
    for _ in range(50):
        world.gateway.nudge((), [Lane.NOTICES])
    await world.gateway.drain()
    assert await signals(world, post_office_id(Lane.NOTICES)) == 1


async def test_mail_after_a_burst_is_announced_again(world: World) -> None:
    for _ in range(2):
        world.gateway.nudge((), [Lane.NOTICES])
        await world.gateway.drain()
    assert await signals(world, post_office_id(Lane.NOTICES)) == 2


async def test_while_mail_keeps_coming_its_lane_hears_of_it_once_a_second(world: World) -> None:
    started = asyncio.get_running_loop().time()
    while (took := asyncio.get_running_loop().time() - started) < 2:
        world.gateway.nudge((), [Lane.NOTICES])
        await asyncio.sleep(0.02)
    await world.gateway.drain()
    assert 2 <= await signals(world, post_office_id(Lane.NOTICES)) <= 2 + took


async def test_a_process_that_is_told_twenty_times_takes_its_step_once(world: World) -> None:
    registration = await world.register(nudged=False)
    case = await world.case(registration.case_id)
    again = [Nudge(CaseKind.REGISTRATION, case.key, case.id)] * 20
    assert await world.gateway.nudge_all(again, [Lane.CREDENTIALS] * 2) == 22
    await world.rest()
    assert len(await world.events(case.id, "acknowledged")) == 1
    assert len(await world.mail()) == 1
