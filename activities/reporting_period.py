"""The steps of a reporting period: look for the next moment, act on it for everyone."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from activities.contracts import CaseRef, StepResult
from activities.steps import StepRunner
from services import processes
from services.clock import app_now
from services.deadlines.periods import Period
from services.periods import acts
from services.periods.moments import Moment
from services.processes import Answer, Sight


@dataclass(frozen=True)
class ReportingPeriodActivities:
    runner: StepRunner

    @activity.defn(name="period.look")
    async def look(self, case: CaseRef) -> Answer:
        """Whether a moment of the period has come; otherwise sleeps until the next one."""
        async with self.runner.sessions() as session, session.begin():
            now = await app_now(session)
            row, _, waiting = await acts.next_moment(session, case.case_id, now=now)
            if row.closed_at is not None:
                row.wake_at = None
                return Answer(Sight.OVER)
            if row.held_at is not None or row.stuck is not None:
                return processes.sleep(row, None, now)
            moment, superseded = acts.choose(waiting, now)
            await acts.skip(session, row.id, superseded, now=now)
            if moment is not None:
                return Answer(Sight.REACHED, name=moment.key)
            return processes.sleep(row, _next(waiting), now)

    @activity.defn(name="period.act")
    async def act(self, case: CaseRef) -> StepResult:
        """Acts on the moment that has come, in batches; a killed run resumes where it stopped."""
        async with self.runner.sessions() as session, session.begin():
            now = await app_now(session)
            row, detail, waiting = await acts.next_moment(session, case.case_id, now=now)
            moment, _ = acts.choose(waiting, now)
        if moment is None:
            return StepResult.ALREADY
        batches = acts.Runner(self.runner.sessions, self.runner.waker, activity.heartbeat)
        await batches.run(row.id, moment, Period.parse(detail.code))
        return StepResult.DONE


def _next(waiting: list[Moment]) -> datetime | None:
    return min((moment.act_at for moment in waiting), default=None)
