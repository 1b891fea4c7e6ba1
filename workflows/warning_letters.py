"""Three written warnings, a month apart, each served; then people decide."""

from dataclasses import dataclass

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import CaseRef
    from activities.warning_letters import WarningActivities
    from services.warnings.clocks import month_of, service_of
    from services.warnings.issuing import sent, served

from workflows.case_process import CaseProcess


@dataclass(frozen=True)
class Letter:
    """What is waited for about one of the three letters."""

    sent: str
    service: str
    served: str
    month: str


FIRST, SECOND, THIRD = (Letter(sent(n), service_of(n), served(n), month_of(n)) for n in (1, 2, 3))


@workflow.defn(name="warning-letters")
class WarningLettersWorkflow(CaseProcess):
    """The service proposes, an officer of the competent authority approves; nothing beyond that is automatic.

    Each letter follows one month after the date of the one before, and not before that one's service is proven.
    Meeting the duty, an excuse, a hold or a later date ends or stops the ladder at once.
    """

    @workflow.init
    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseRef) -> None:
        await self.follow()

    async def process(self) -> None:
        await self.has_its_month(FIRST)
        await self.do(WarningActivities.propose_second)
        await self.has_its_month(SECOND)
        await self.do(WarningActivities.propose_third)
        await self.has_its_month(THIRD)
        await self.do(WarningActivities.hand_over)
        await self.when("decided_at")

    async def has_its_month(self, letter: Letter) -> None:
        """A letter was approved and has left; it is served; a month has passed since its date."""
        await self.when(letter.sent)
        if await self.reached(letter.service):
            await self.do(WarningActivities.check_service)
        await self.when(letter.served)
        await self.reached(letter.month)
