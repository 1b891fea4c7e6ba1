"""The steps of a ladder's process: is the letter served, the next one is proposed, the desk takes over."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, processes, rulebook
from services.deadlines import store
from services.deadlines.derivation import derive
from services.models import CaseFile, Deadline, WarningLadder, WarningStatus
from services.models.warnings import LAST_LETTER
from services.warnings import clocks, service, standing
from services.warnings.proposals import TARGET


class Standstill(Exception):
    """The ladder does not go on now: its duty was met or put off, or its date has moved. Nothing was done."""


async def check_service(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Served, looked at again later, or an officer's task. Not of a duty that is owed no more."""
    (found,) = await standing.facts(session, [case.id], now=now) or (None,)
    if found is None or found.standing is not standing.Standing.UNSERVED:
        await _require_going(session, case, now)
    await service.check(session, case, now)


async def occurrence(session: AsyncSession, case: CaseFile) -> str:
    """Once for each date at which a letter's service is looked at."""
    ladder = await session.get_one(WarningLadder, case.id, populate_existing=True)
    name = clocks.service_of(ladder.rung)
    found = {deadline.name: deadline for deadline, _ in await store.of_case(session, case.id)}
    return f"{name}/{found[name].due_before.isoformat()}"


async def propose_next(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """A month has passed since the last letter, it is served, and the duty is still owed."""
    ladder = await _require_passed(session, case, now)
    rules = await rulebook.of_case(session, case, now=now)
    target = derive(rules.policies.rule(TARGET), now, rules.calendars())
    cases.move(case, WarningStatus.PROPOSED)
    ladder.proposed_at, ladder.proposed_by = now, cases.SYSTEM
    await store.meet(session, case.id, [clocks.month_of(ladder.rung)], now=now)
    await store.set_deadline(session, case.id, TARGET, target, now=now)
    data = {"letter": ladder.rung + 1}
    await cases.record(session, case, "warning_proposed", now=now, data=data)
    await standing.ladders_changed(session, [case.id], now=now)


async def hand_over(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The last letter has had its month: from here only people decide."""
    await _require_passed(session, case, now)
    cases.move(case, WarningStatus.DECIDING)
    await store.meet(session, case.id, [clocks.month_of(LAST_LETTER)], now=now)
    await cases.record(session, case, "desk_opened", now=now)
    await standing.ladders_changed(session, [case.id], now=now)


async def stand_still(session: AsyncSession, case_id: UUID, *, now: datetime) -> None:
    """After a Standstill: bring the ladder in line with its duty and let its process sleep until its next date."""
    await cases.lock(session, case_id)
    going = await standing.ladders_changed(session, [case_id], now=now)
    case = await cases.lock(session, case_id)
    if case.closed_at is None:
        processes.sleep(case, await _next_date(session, case_id, now) if going else None, now)


async def _require_going(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    (found,) = await standing.facts(session, [case.id], now=now) or (None,)
    if found is None or found.suspension is not None or found.standing is not standing.Standing.OWED:
        raise Standstill


async def _require_passed(session: AsyncSession, case: CaseFile, now: datetime) -> WarningLadder:
    """The month since the newest letter is over, and that letter is served: under the lock, not from memory."""
    await _require_going(session, case, now)
    at = await service.current(session, case)
    month = await session.get(Deadline, (case.id, clocks.month_of(at.letter.rung)), populate_existing=True)
    if at.letter.served_at is None or month is None or month.due_before + processes.GRACE > now:
        raise Standstill
    return at.ladder


async def _next_date(session: AsyncSession, case_id: UUID, now: datetime) -> datetime | None:
    dates = [d.due_before + processes.GRACE for d, _ in await store.of_case(session, case_id) if not d.met_at]
    return min((at for at in dates if at > now), default=None)
