"""The steps of a registration."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.registrations import steps
from services.registrations.submission import CORRECTION, REMINDER, TARGET


@dataclass(frozen=True)
class RegistrationActivities:
    runner: StepRunner

    @activity.defn(name="registration.acknowledge")
    async def acknowledge(self, case: CaseRef) -> StepResult:
        """The proof of registration goes out."""
        return await self.runner.take(case, "acknowledge", steps.acknowledge)

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
