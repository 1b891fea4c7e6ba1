"""Data Lain: the company answers within three days of proven receipt."""

from itertools import count

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.data_request import DataRequestActivities
    from services.data_requests.dates import DUE, LENIENT, REMINDER, UNPROVEN
    from services.data_requests.milestones import asked_again, received

from workflows.case_process import CaseProcess


@workflow.defn(name="data-request")
class DataRequestWorkflow(CaseProcess):
    """Each question goes out with the decision that asked it. Its receipt starts the three days.

    Unproven receipt becomes an officer's task. Without an answer the company is reminded, then late by the strict
    reading; only after the lenient one is a warning proposed. An officer accepts the answer or asks again.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        for question in count(1):
            if await self.reached(UNPROVEN):
                await self.do(DataRequestActivities.ask_officer)
            await self.when(received(question))
            if await self.reached(REMINDER):
                await self.do(DataRequestActivities.remind)
            if await self.reached(DUE):
                await self.do(DataRequestActivities.mark_late)
            if await self.reached(LENIENT):
                await self.do(DataRequestActivities.propose_warning)
            await self.when(asked_again(question))
