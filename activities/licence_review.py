"""The steps of a licence's review and of its later life."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.licences import steps
from services.licences.dates import EXPIRY, NOTICE, TARGET


@dataclass(frozen=True)
class LicenceReviewActivities:
    runner: StepRunner

    @activity.defn(name="licence-review.remind")
    async def remind(self, case: CaseRef) -> StepResult:
        """The target has passed: the UPP is reminded."""
        return await self.runner.take(case, "remind", steps.remind, per_deadline(TARGET))

    @activity.defn(name="licence-review.warn")
    async def warn(self, case: CaseRef) -> StepResult:
        """The company hears that the licence will expire."""
        return await self.runner.take(case, "warn", steps.warn, per_deadline(NOTICE))

    @activity.defn(name="licence-review.expire")
    async def expire(self, case: CaseRef) -> StepResult:
        """The licence has expired."""
        return await self.runner.take(case, "expire", steps.expire, per_deadline(EXPIRY))
