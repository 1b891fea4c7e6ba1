"""Help for a company: answered in writing, or in a session booked at a desk and recorded by an officer."""

from itertools import count

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.assistance import AssistanceActivities
    from activities.contracts import CaseRef
    from services.assistance.dates import RECORD, REMINDER, SESSION_REMINDER, TARGET, turned

from workflows.case_process import CaseProcess


@workflow.defn(name="assistance")
class AssistanceWorkflow(CaseProcess):
    """Booking, moving or giving up a session begins another turn of the ticket, with dates of its own.

    Without a session the office is reminded and, when late, escalated. Before a session both sides are reminded;
    when nobody records what came of it, officers are asked to. Time ends nothing.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        for turn in count(2):
            await self._until_changed(turned(turn))

    async def _until_changed(self, changed: str) -> None:
        dates = (REMINDER, TARGET, SESSION_REMINDER, RECORD)
        while date := await self.first_of(*dates, unless=changed):
            if date == REMINDER:
                await self.do(AssistanceActivities.remind)
            elif date == TARGET:
                await self.do(AssistanceActivities.escalate)
            elif date == SESSION_REMINDER:
                await self.do(AssistanceActivities.remind_session)
            else:
                await self.do(AssistanceActivities.ask_outcome)
        await self.when(changed)
