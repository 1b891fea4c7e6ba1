"""More time that a company asked for online, decided by an officer."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.extension_request import ExtensionRequestActivities
    from services.extension_requests.asking import REMINDER, TARGET

from workflows.case_process import CaseProcess


@workflow.defn(name="extension-request")
class ExtensionRequestWorkflow(CaseProcess):
    """An officer decides: reminded at half of the office's time, escalated when it is over, never granted by time."""

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        while date := await self.first_of(REMINDER, TARGET):
            if date == REMINDER:
                await self.do(ExtensionRequestActivities.remind)
            else:
                await self.do(ExtensionRequestActivities.escalate)
