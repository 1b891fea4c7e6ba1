"""Every minute: nudge what should have been looked at. What a lost nudge, a crash or an outage left is found here."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import options
    from activities.sweep import SweepActivities


@workflow.defn(name="sweep")
class SweepWorkflow:
    """One round of the sweep; a schedule starts it every minute and skips a round that is still running."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity_method(
            SweepActivities.nudge_waiting,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=options.BATCH_HEARTBEAT,
            retry_policy=options.BATCH_RETRY,
        )
