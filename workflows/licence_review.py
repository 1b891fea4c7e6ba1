"""A licence: validated by the UPP, then followed to its last day."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.licence_review import LicenceReviewActivities
    from services.licences.dates import EXPIRY, NOTICE, TARGET

from workflows.case_process import CaseProcess


@workflow.defn(name="licence-review")
class LicenceReviewWorkflow(CaseProcess):
    """The UPP finds the licence valid or not, reminded when its target has passed; it is never valid by time.

    A valid licence that expires is followed: the company is told before, and then it has expired.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        if await self.reached(TARGET):
            await self.do(LicenceReviewActivities.remind)
        await self.when("decided_at")
        if await self.reached(NOTICE):
            await self.do(LicenceReviewActivities.warn)
        if await self.reached(EXPIRY):
            await self.do(LicenceReviewActivities.expire)
