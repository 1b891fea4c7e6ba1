"""The night's chores on the real engine."""

from sqlalchemy import text

from services import audit, chores
from tests.world import World
from workflows.contracts import CHORES, RESCAN, TASK_QUEUE
from workflows.gateway import ensure_chores


async def test_every_chore_is_done_once_a_night_and_one_that_fails_holds_up_no_other(world: World) -> None:
    for name in (CHORES, CHORES, RESCAN):
        await world.client.execute_workflow(name, id=name, task_queue=TASK_QUEUE)
    async with world.sessions() as session:
        states = await chores.states(session)
    assert [state.chore for state in states if state.done_at is None] == []
    assert len(audit.read_anchors(world.settings.audit_anchors)) == 1


async def test_the_nights_are_on_the_schedule_however_often_it_is_made(world: World) -> None:
    for _ in range(2):
        await ensure_chores(world.client)
    description = await world.client.get_schedule_handle(CHORES).describe()
    upcoming = description.info.next_action_times[0]
    async with world.sessions() as session:
        local = await session.execute(
            text("SELECT to_char(CAST(:at AS timestamptz) AT TIME ZONE 'Asia/Jakarta', 'HH24:MI')"),
            {"at": upcoming},
        )
    assert local.scalar_one() == "02:30"
