"""The moments of a period, computed from the rows: what is to be done next, and when.

A date that was extended is a group of its own, so the same waves serve it. A moment that was acted on is a row
of `wave_run`; what is neither acted on nor past is what the period waits for.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.deadlines.derivation import derive
from services.deadlines.periods import Period
from services.deadlines.waves import WaveMoment, wave_moments
from services.models import CaseFile, ReportingPeriod, WaveRun
from services.periods import planning
from services.processes import GRACE
from services.rulebook import Rulebook
from services.warnings import overdue


class Act(StrEnum):
    """What a moment asks for, in the order in which moments of one instant are taken."""

    OPEN = "1-open"
    SENDING_OPENS = "2-sending-opens"
    REMIND = "3-remind"
    OVERDUE = "4-overdue"
    WINDOW_CLOSES = "5-correction-window-closes"
    PROPOSE_WARNINGS = "6-propose-warnings"
    SUMMARY = "7-summary"


@dataclass(frozen=True)
class Moment:
    """One act for everyone it concerns. `at` is the legal moment, `act_at` when it is acted on."""

    act: Act
    at: datetime
    act_at: datetime
    due_before: datetime | None = None
    zone: str | None = None
    wave: WaveMoment | None = None

    @property
    def key(self) -> str:
        """What tells it from the period's other moments; the key of its `wave_run`."""
        parts = [self.act.value]
        if self.due_before is not None:
            parts.append(self.due_before.isoformat())
        if self.wave is not None:
            parts += [self.zone or "", str(self.wave.offset_days)]
        return "/".join(parts)


_GROUPS = text(
    """
    SELECT d.due_before, c.zone FROM case_file c JOIN deadline d ON d.case_id = c.id AND d.name = 'report_due'
    WHERE c.kind = 'report' AND c.period = :period AND d.met_at IS NULL
    GROUP BY d.due_before, c.zone ORDER BY d.due_before, c.zone
    """
)


async def pending(
    session: AsyncSession, case: CaseFile, detail: ReportingPeriod, now: datetime
) -> list[Moment]:
    """All moments of the period not acted on yet, in order. Until it is opened, the opening alone."""
    rules = await rulebook.of_case(session, case, now=now)
    done = await _done(session, case.id)
    opening = Moment(Act.OPEN, detail.opens_at, detail.opens_at)
    if opening.key not in done:
        return [opening]
    groups = [(due, zone) for due, zone in await session.execute(_GROUPS, {"period": detail.code})]
    moments = [Moment(Act.SENDING_OPENS, detail.sending_opens_at, detail.sending_opens_at)]
    moments += _waves(groups, rules)
    dues = {due for due, _ in groups} | {detail.due_before}
    moments += _ends(dues, rules)
    if rules.policies.regime_for(Period.parse(detail.code)).enforceable:
        moments += _warnings(dues, rules)
    waiting = [moment for moment in moments if moment.key not in done]
    return sorted(waiting, key=lambda moment: (moment.act_at, moment.key))


def _waves(groups: list[tuple[datetime, str]], rules: Rulebook) -> list[Moment]:
    policy = rules.policies.reminder(planning.REMINDERS)
    calendar = rules.calendars()[policy.calendar]
    return [
        Moment(Act.REMIND, wave.at, wave.at, due, zone, wave)
        for due, zone in groups
        for wave in wave_moments(due, ZoneInfo(zone), policy, calendar)
    ]


def _ends(dues: set[datetime], rules: Rulebook) -> list[Moment]:
    """Each due date in force ends with an overdue list and, two days later, the correction window's closing."""
    window = rules.policies.rule("rollback_window")
    closings = {due: derive(window, due, rules.calendars()).due_before for due in dues}
    moments = [Moment(Act.OVERDUE, due, due + GRACE, due) for due in dues]
    moments += [Moment(Act.WINDOW_CLOSES, at, at + GRACE, due) for due, at in closings.items()]
    last = max(closings.values())
    return [*moments, Moment(Act.SUMMARY, last, last + GRACE, max(dues))]


def _warnings(dues: set[datetime], rules: Rulebook) -> list[Moment]:
    """Warnings about each due date are proposed once no reading of the dates could call it too early."""
    starts = {due: overdue.proposed_from(rules, due) for due in dues}
    return [Moment(Act.PROPOSE_WARNINGS, at, at + GRACE, due) for due, at in starts.items()]


async def _done(session: AsyncSession, case_id: UUID) -> set[str]:
    query = select(col(WaveRun.moment)).where(
        col(WaveRun.case_id) == case_id, col(WaveRun.done_at).is_not(None)
    )
    return set((await session.execute(query)).scalars())
