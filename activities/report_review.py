"""The steps of a report's review."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.models import CaseFile, Report
from services.reviews import steps
from services.reviews.dates import CORRECTION, VALIDATION, VALIDATION_HALF, VERIFICATION, VERIFICATION_HALF

_SUBMISSION: Final = select(col(Report.submission)).where(col(Report.case_id) == bindparam("case_id"))


async def _submission(session: AsyncSession, case: CaseFile) -> str:
    """A step that happens once for each sending."""
    return str((await session.execute(_SUBMISSION, {"case_id": case.id})).scalar_one())


@dataclass(frozen=True)
class ReportReviewActivities:
    runner: StepRunner

    @activity.defn(name="report-review.examine")
    async def examine(self, case: CaseRef) -> StepResult:
        """The submission is judged by the plausibility checks and gets its target."""
        return await self.runner.take(case, "examine", steps.examine, _submission)

    @activity.defn(name="report-review.remind-verifiers")
    async def remind_verifiers(self, case: CaseRef) -> StepResult:
        """Half of the time for verification is gone."""
        step = steps.remind_verifiers
        return await self.runner.take(case, "remind-verifiers", step, per_deadline(VERIFICATION_HALF))

    @activity.defn(name="report-review.escalate-verification")
    async def escalate_verification(self, case: CaseRef) -> StepResult:
        """The target of verification has passed."""
        step = steps.escalate_verification
        return await self.runner.take(case, "escalate-verification", step, per_deadline(VERIFICATION))

    @activity.defn(name="report-review.remind-validators")
    async def remind_validators(self, case: CaseRef) -> StepResult:
        """Half of the time for validation is gone."""
        step = steps.remind_validators
        return await self.runner.take(case, "remind-validators", step, per_deadline(VALIDATION_HALF))

    @activity.defn(name="report-review.escalate-validation")
    async def escalate_validation(self, case: CaseRef) -> StepResult:
        """The target of validation has passed."""
        step = steps.escalate_validation
        return await self.runner.take(case, "escalate-validation", step, per_deadline(VALIDATION))

    @activity.defn(name="report-review.lapse")
    async def lapse(self, case: CaseRef) -> StepResult:
        """The company did not send its corrected report in time."""
        return await self.runner.take(case, "lapse", steps.lapse, per_deadline(CORRECTION))
