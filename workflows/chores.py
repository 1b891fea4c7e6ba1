"""Every day, in real time: what keeps an instance clean and its timelines provable."""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities import options
    from activities.chores import ChoreActivities, Turn
    from services.chores import Chore


@workflow.defn(name="daily-chores")
class DailyChoresWorkflow:
    """One round of chores; a schedule starts it every night. One that fails does not hold up the others."""

    @workflow.run
    async def run(self) -> None:
        for chore in Chore:
            await _take(Turn(chore))


@workflow.defn(name="rescan")
class RescanWorkflow:
    """Files that wait for the virus scanner are not kept waiting for the night."""

    @workflow.run
    async def run(self) -> None:
        await _take(Turn(Chore.QUARANTINE, again=True))


async def _take(turn: Turn) -> None:
    try:
        await workflow.execute_activity_method(
            ChoreActivities.carry_out,
            turn,
            start_to_close_timeout=options.BATCH_TIMEOUT,
            heartbeat_timeout=options.CHORE_HEARTBEAT,
            retry_policy=options.CHORE_RETRY,
            summary=turn.chore,
        )
    except ActivityError as error:
        workflow.logger.warning("%s failed today: %s", turn.chore, error.cause)
