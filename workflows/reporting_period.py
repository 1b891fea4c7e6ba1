"""The quarterly cycle of everyone: open, remind, due, overdue list, correction window, summary."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import options
    from activities.contracts import CaseRef
    from activities.reporting_period import ReportingPeriodActivities
    from services.processes import Answer

from workflows.case_process import CaseProcess


@workflow.defn(name="reporting-period")
class ReportingPeriodWorkflow(CaseProcess):
    """Waits for the period's next moment and acts on it for all, again and again.

    The moments are computed from the rows: obligations open as *upcoming* on the day of the first wave, sending
    opens when the period has ended, waves remind on −14 −7 −3 −1, then due, the overdue list, the closing of the
    correction window and the summary. A date that was extended brings moments of its own.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        while True:
            await self.until(self._look_for_moment, "the period's next moment")
            await self.do_in_batches(ReportingPeriodActivities.act)

    async def _look_for_moment(self) -> Answer:
        return await workflow.execute_local_activity_method(
            ReportingPeriodActivities.look,
            self.case,
            start_to_close_timeout=options.STEP_TIMEOUT,
            retry_policy=options.DATABASE_RETRY,
            local_retry_threshold=options.LOCAL_RETRY_THRESHOLD,
        )
