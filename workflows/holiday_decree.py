"""A decree about days: every open date follows it once approved, and goes back if it is taken back."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.holiday_decree import HolidayDecreeActivities
    from services.decrees.carrying_out import LAST_LOOK, UNDO_LOOK, UNDO_UNTIL

from workflows.case_process import CaseProcess


@workflow.defn(name="holiday-decree")
class HolidayDecreeWorkflow(CaseProcess):
    """Approval, every open date in batches, a last look a minute later, the window for an undo, and the undo."""

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        await self.when("approved_at")
        await self.do_in_batches(HolidayDecreeActivities.apply)
        if await self.reached(LAST_LOOK):
            await self.do_in_batches(HolidayDecreeActivities.look_again)
        if await self.reached(UNDO_UNTIL):
            await self.do(HolidayDecreeActivities.settle)
        await self.when("undo_ordered_at")
        await self.do_in_batches(HolidayDecreeActivities.undo)
        if await self.reached(UNDO_LOOK):
            await self.do_in_batches(HolidayDecreeActivities.close_undo)
