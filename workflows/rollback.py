"""Perbaikan data: asked for, decided by an officer, the report opened again, sent again or left as it was."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.rollback import RollbackActivities
    from services.rollbacks.dates import DECISION, RESEND, RESEND_REMINDER

from workflows.case_process import CaseProcess


@workflow.defn(name="rollback")
class RollbackWorkflow(CaseProcess):
    """An officer grants or refuses, reminded when late; nothing is granted by time.

    A granted report is opened again. Sent again in time it is reviewed anew; otherwise what was sent stands.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        if await self.reached(DECISION):
            await self.do(RollbackActivities.remind_officers)
        await self.when("decided_at")
        await self.do(RollbackActivities.reopen)
        if await self.reached(RESEND_REMINDER):
            await self.do(RollbackActivities.remind_company)
        if await self.reached(RESEND):
            await self.do(RollbackActivities.expire)
