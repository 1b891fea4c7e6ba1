"""The look every process takes at its case."""

from dataclasses import dataclass

from temporalio import activity

from activities.steps import StepRunner
from services.processes import Answer, Question


@dataclass(frozen=True)
class CaseActivities:
    runner: StepRunner

    @activity.defn(name="case.look")
    async def look(self, question: Question) -> Answer:
        """Reads the row and says: go on, sleep, start again, or leave."""
        return await self.runner.look(question)
