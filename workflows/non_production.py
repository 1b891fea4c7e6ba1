"""A whole period without production: declared by the company with its letter, accepted or refused by an officer."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.non_production import NonProductionActivities
    from services.non_production.declaring import REMINDER, TARGET

from workflows.case_process import CaseProcess


@workflow.defn(name="non-production")
class NonProductionWorkflow(CaseProcess):
    """An officer decides: reminded at half of the office's time, escalated when it is over.

    Until then the report stays owed, with its reminders and warnings; nothing is excused by time.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        if await self.reached(REMINDER):
            await self.do(NonProductionActivities.remind)
        if await self.reached(TARGET):
            await self.do(NonProductionActivities.escalate)
