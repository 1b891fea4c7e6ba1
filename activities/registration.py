"""The steps of a registration."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.models import CaseFile
from services.registrations import steps
from services.registrations.submission import CORRECTION, REMINDER, TARGET, submission_of
from sqlalchemy.ext.asyncio import AsyncSession


async def per_submission(session: AsyncSession, case: CaseFile) -> str:
    """Once for the registration as first sent, once more for each correction."""
    return str(await submission_of(session, case.id))


@dataclass(frozen=True)
class RegistrationActivities:
    runner: StepRunner

    @activity.defn(name="registration.acknowledge")
    async def acknowledge(self, case: CaseRef) -> StepResult:
        """The proof of registration goes out."""
        return await self.runner.take(case, "acknowledge", steps.acknowledge, per_submission)

    @activity.defn(name="registration.remind")
    async def remind(self, case: CaseRef) -> StepResult:
        """Half the working day is gone: the UPP is reminded."""
        return await self.runner.take(case, "remind", steps.remind, per_deadline(REMINDER))

    @activity.defn(name="registration.escalate")
    async def escalate(self, case: CaseRef) -> StepResult:
        """The working day is over: administrators are told."""
        return await self.runner.take(case, "escalate", steps.escalate, per_deadline(TARGET))

    @activity.defn(name="registration.lapse")
    async def lapse(self, case: CaseRef) -> StepResult:
        """The company did not correct in time."""
        return await self.runner.take(case, "lapse", steps.lapse, per_deadline(CORRECTION))
