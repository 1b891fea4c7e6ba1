"""The steps of a ticket of assistance."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner, per_deadline
from services.assistance import steps
from services.assistance.dates import RECORD, REMINDER, SESSION_REMINDER, TARGET


@dataclass(frozen=True)
class AssistanceActivities:
    runner: StepRunner

    @activity.defn(name="assistance.remind")
    async def remind(self, case: CaseRef) -> StepResult:
        """Half of the time for an answer is gone."""
        return await self.runner.take(case, "remind", steps.remind, per_deadline(REMINDER))

    @activity.defn(name="assistance.escalate")
    async def escalate(self, case: CaseRef) -> StepResult:
        """The time for an answer is over: administrators are told."""
        return await self.runner.take(case, "escalate", steps.escalate, per_deadline(TARGET))

    @activity.defn(name="assistance.remind_session")
    async def remind_session(self, case: CaseRef) -> StepResult:
        """A session lies ahead: both sides are reminded."""
        return await self.runner.take(
            case, "remind_session", steps.remind_session, per_deadline(SESSION_REMINDER)
        )

    @activity.defn(name="assistance.ask_outcome")
    async def ask_outcome(self, case: CaseRef) -> StepResult:
        """Nobody has recorded what came of a session."""
        return await self.runner.take(case, "ask_outcome", steps.ask_outcome, per_deadline(RECORD))
