"""The steps of a request for Data Lain."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.data_requests import dates, steps
from services.errors import NotFound
from services.models import CaseFile


async def per_lenient_date(session: AsyncSession, case: CaseFile) -> str:
    """Once for each date of the lenient clock: an extension makes it due again."""
    due = await dates.deadline_of(session, case.id)
    if due is None:
        raise NotFound
    return (due.lenient_before or due.due_before).isoformat()


@dataclass(frozen=True)
class DataRequestActivities:
    runner: StepRunner

    @activity.defn(name="data-request.ask_officer")
    async def ask_officer(self, case: CaseRef) -> StepResult:
        """Receipt is unproven: an officer calls, writes or visits."""
        return await self.runner.take(case, "ask_officer", steps.ask_officer, per_deadline(dates.UNPROVEN))

    @activity.defn(name="data-request.remind")
    async def remind(self, case: CaseRef) -> StepResult:
        """The three days are nearly over: the company is reminded."""
        return await self.runner.take(case, "remind", steps.remind, per_deadline(dates.REMINDER))

    @activity.defn(name="data-request.mark_late")
    async def mark_late(self, case: CaseRef) -> StepResult:
        """The strict date has passed without an answer."""
        return await self.runner.take(case, "mark_late", steps.mark_late, per_deadline(dates.DUE))

    @activity.defn(name="data-request.propose_warning")
    async def propose_warning(self, case: CaseRef) -> StepResult:
        """The lenient date has passed: a warning is proposed."""
        return await self.runner.take(case, "propose_warning", steps.propose_warning, per_lenient_date)
