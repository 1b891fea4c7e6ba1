"""Registration of an account, validated by the UPP within one working day."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.registration import RegistrationActivities
    from services.registrations.submission import CORRECTION, REMINDER, TARGET

from workflows.case_process import CaseProcess


@workflow.defn(name="registration")
class RegistrationWorkflow(CaseProcess):
    """Receipt, then the UPP decides: reminded at half the day, escalated when it is over, never accepted by time.

    A returned registration stops the UPP's clock; the company corrects it, or it lapses.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        await self.do(RegistrationActivities.acknowledge)
        while date := await self.first_of(REMINDER, TARGET, CORRECTION):
            if date == REMINDER:
                await self.do(RegistrationActivities.remind)
            elif date == TARGET:
                await self.do(RegistrationActivities.escalate)
            else:
                await self.do(RegistrationActivities.lapse)
