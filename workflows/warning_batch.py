"""Approved letters, made and sent together."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.warning_letters import WarningActivities

from workflows.case_process import CaseProcess


@workflow.defn(name="warning-batch")
class WarningBatchWorkflow(CaseProcess):
    """Numbers, sets, keeps and queues every letter of a batch, once each, whatever interrupts it."""

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        await self.do_in_batches(WarningActivities.issue)
