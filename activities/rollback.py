"""The steps of a correction. Each locks the report before the request, as every command does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import Occurrence, StepRunner, once, per_deadline
from services.models import CaseFile
from services.rollbacks import steps
from services.rollbacks.dates import DECISION, RESEND, RESEND_REMINDER
from services.rollbacks.locking import lock_report_of

Step = Callable[[AsyncSession, CaseFile, datetime], Awaitable[None]]


@dataclass(frozen=True)
class RollbackActivities:
    runner: StepRunner

    @activity.defn(name="rollback.remind-officers")
    async def remind_officers(self, case: CaseRef) -> StepResult:
        """The target has passed without a decision."""
        return await self._take(case, "remind-officers", steps.remind_officers, per_deadline(DECISION))

    @activity.defn(name="rollback.reopen")
    async def reopen(self, case: CaseRef) -> StepResult:
        """Granted: the report is opened again."""
        return await self._take(case, "reopen", steps.reopen, once)

    @activity.defn(name="rollback.remind-company")
    async def remind_company(self, case: CaseRef) -> StepResult:
        """The corrected report has not come yet."""
        return await self._take(case, "remind-company", steps.remind_company, per_deadline(RESEND_REMINDER))

    @activity.defn(name="rollback.expire")
    async def expire(self, case: CaseRef) -> StepResult:
        """The corrected report did not come: the one that was sent stands."""
        return await self._take(case, "expire", steps.expire, per_deadline(RESEND))

    async def _take(self, case: CaseRef, name: str, step: Step, occurrence: Occurrence) -> StepResult:
        return await self.runner.take(case, name, step, occurrence, lock_report_of)
