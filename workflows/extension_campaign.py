"""An extension of deadlines: applied once approved, and undoable until the first old date."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.extension_campaign import CampaignActivities
    from services.deadlines.extensions import UNDO_UNTIL

from workflows.case_process import CaseProcess


@workflow.defn(name="extension-campaign")
class ExtensionCampaignWorkflow(CaseProcess):
    """Approval, application in batches, the window for an undo, and the undo if one is ordered."""

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        await self.when("approved_at")
        await self.do_in_batches(CampaignActivities.apply)
        if await self.reached(UNDO_UNTIL):
            await self.do(CampaignActivities.settle)
        await self.when("undo_ordered_at")
        await self.do_in_batches(CampaignActivities.undo)
