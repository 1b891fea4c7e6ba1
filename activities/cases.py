"""The look every process takes at its case."""

from dataclasses import dataclass

from temporalio import activity

from activities.looking import Looks
from services.processes import Answer, Question


@dataclass(frozen=True)
class CaseActivities:
    looks: Looks

    @activity.defn(name="case.look")
    async def look(self, question: Question) -> Answer:
        """Reads the row and says: go on, sleep, start again, or leave."""
        return await self.looks.look(question)
