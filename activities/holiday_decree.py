"""The steps of a decree about days."""

from dataclasses import dataclass

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner
from services.decrees import carrying_out


@dataclass(frozen=True)
class HolidayDecreeActivities:
    runner: StepRunner

    @activity.defn(name="decree.apply")
    async def apply(self, case: CaseRef) -> StepResult:
        """Moves every open date that the decreed days make another, in batches."""
        await self._work().apply(case.case_id)
        return StepResult.DONE

    @activity.defn(name="decree.look_again")
    async def look_again(self, case: CaseRef) -> StepResult:
        """Finds the dates that were derived while the calendar changed."""
        await self._work().look_again(case.case_id)
        return StepResult.DONE

    @activity.defn(name="decree.settle")
    async def settle(self, case: CaseRef) -> StepResult:
        """It can be taken back no longer."""
        return await self.runner.take(case, "settle", carrying_out.settle)

    @activity.defn(name="decree.undo")
    async def undo(self, case: CaseRef) -> StepResult:
        """Moves every date back, in batches."""
        await self._work().undo(case.case_id)
        return StepResult.DONE

    @activity.defn(name="decree.close_undo")
    async def close_undo(self, case: CaseRef) -> StepResult:
        """The last look after an undo."""
        await self._work().close_undo(case.case_id)
        return StepResult.DONE

    def _work(self) -> carrying_out.CarryingOut:
        return carrying_out.CarryingOut(self.runner.sessions, self.runner.waker, activity.heartbeat)
