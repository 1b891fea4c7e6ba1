"""The steps of a warning ladder, and the making of a batch of approved letters."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import Action, Occurrence, StepRunner, once
from services.clock import app_now
from services.waking import hand_over
from services.warnings import steps
from services.warnings.issuing import Issue, Press


@dataclass(frozen=True)
class WarningActivities:
    runner: StepRunner
    press: Press

    @activity.defn(name="warning.check_service")
    async def check_service(self, case: CaseRef) -> StepResult:
        """Is the newest letter served? If nothing proves it in time, an officer sees to it."""
        return await self._take(case, "check_service", steps.check_service, steps.occurrence)

    @activity.defn(name="warning.propose_second")
    async def propose_second(self, case: CaseRef) -> StepResult:
        """The second letter lies on the desk."""
        return await self._take(case, "propose_2", steps.propose_next)

    @activity.defn(name="warning.propose_third")
    async def propose_third(self, case: CaseRef) -> StepResult:
        """The third letter lies on the desk."""
        return await self._take(case, "propose_3", steps.propose_next)

    @activity.defn(name="warning.hand_over")
    async def hand_over(self, case: CaseRef) -> StepResult:
        """After the last letter people decide."""
        return await self._take(case, "hand_over", steps.hand_over)

    @activity.defn(name="warning.issue")
    async def issue(self, batch: CaseRef) -> StepResult:
        """Makes the letters of a batch and lets them go; a killed run resumes where it stopped."""
        making = Issue(self.runner.sessions, self.runner.waker, self.press, activity.heartbeat)
        await making.run(batch.case_id)
        return StepResult.DONE

    async def _take(
        self, case: CaseRef, step: str, action: Action, occurrence: Occurrence = once
    ) -> StepResult:
        """As every step; one whose ladder stands still is not done, and waits for the ladder to go on."""
        try:
            return await self.runner.take(case, step, action, occurrence)
        except steps.Standstill:
            async with self.runner.sessions() as session, session.begin():
                await steps.stand_still(session, case.case_id, now=await app_now(session))
            hand_over(session, self.runner.waker)
            return StepResult.WAIT
