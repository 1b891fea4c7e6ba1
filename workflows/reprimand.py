"""A written reprimand for disorderly reporting: proposed by one official, decided by another, then sent."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.reprimand import ReprimandActivities
    from services.reprimands.deciding import APPROVED
    from services.reprimands.proposing import REMINDER, TARGET

from workflows.case_process import CaseProcess


@workflow.defn(name="reprimand")
class ReprimandWorkflow(CaseProcess):
    """A second person decides: reminded at half of the office's time, escalated when it is over, never by time.

    An approved reprimand is printed, recorded and mailed; with that its case ends.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        while date := await self.first_of(REMINDER, TARGET, unless=APPROVED):
            if date == REMINDER:
                await self.do(ReprimandActivities.remind)
            else:
                await self.do(ReprimandActivities.escalate)
        await self.when(APPROVED)
        await self.do_in_batches(ReprimandActivities.issue)
