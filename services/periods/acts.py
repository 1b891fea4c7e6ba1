"""What is done at a moment of a period: in batches, each one transaction, safe to run twice or to be killed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook, statistics
from services.batches import Wave, carry_out
from services.clock import app_now
from services.database import Sessions, uuids
from services.deadlines.periods import Period
from services.identity import people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import CaseFile, PeriodStatus, ReportingPeriod, Role, WaveRun
from services.periods import moments, obligations, planning, reminders
from services.periods.moments import Act, Moment
from services.periods.obligations import Duty
from services.waking import Waker, hand_over
from services.warnings import overdue
from services.warnings.overdue import UNWARNED_REPORTS

BATCH = 1000
Heartbeat = Callable[[object], None]
BatchAct = Callable[[AsyncSession, list[UUID], Moment, datetime], Awaitable[None]]

# Cases a moment concerns: read once to find them, and read again once they are locked.
_CONCERNED = """
    SELECT c.id FROM case_file c JOIN deadline d ON d.case_id = c.id AND d.name = 'report_due'
    WHERE c.kind = 'report' AND c.period = :period AND d.met_at IS NULL AND c.closed_at IS NULL
"""
_REMIND = f"""{_CONCERNED} AND c.status = ANY(:statuses) AND c.zone = :zone AND c.held_at IS NULL
      AND d.due_before = :due AND d.set_at <= :at AND d.due_before > :now"""
_OVERDUE = f"{_CONCERNED} AND c.held_at IS NULL AND d.due_before = :due AND d.acted_at IS NULL"
_WARN = f"{_CONCERNED} AND c.held_at IS NULL AND d.due_before = :due AND d.due_before <= :now AND {UNWARNED_REPORTS}"
_SENDING = f"{_CONCERNED} AND c.status = 'upcoming'"


@dataclass(frozen=True)
class Runner:
    """Carries out one moment of one period."""

    sessions: Sessions
    waker: Waker
    heartbeat: Heartbeat

    async def run(self, case_id: UUID, moment: Moment, period: Period) -> None:
        """Act for everyone concerned, then mark the moment as acted on. Resumes where a killed run stopped."""
        if moment.act is Act.OPEN:
            count = await self._open(period)
        elif moment.act is Act.SENDING_OPENS:
            count = await self._batches(_SENDING, {"period": str(period)}, self._open_sending, moment)
        elif moment.act is Act.REMIND:
            count = await self._remind(case_id, period, moment)
        elif moment.act is Act.OVERDUE:
            given = {"period": str(period), "due": moment.due_before}
            count = await self._batches(_OVERDUE, given, self._mark_overdue, moment)
        elif moment.act is Act.PROPOSE_WARNINGS:
            given = {"period": str(period), "due": moment.due_before}
            count = await self._batches(_WARN, given, self._propose_warnings, moment)
            await statistics.freshen(self.sessions, "warning_ladder", "case_file", "case_chain")
        else:
            count = 0
        async with self.sessions() as session, session.begin():
            await finish(session, case_id, moment, count, now=await app_now(session))
        hand_over(session, self.waker)

    async def _open(self, period: Period) -> int:
        wave = Wave()

        async def batch() -> int | None:
            async with self.sessions() as session, session.begin():
                now = await app_now(session)
                rules = await rulebook.current(session, now=now)
                owing: dict[UUID, list[Duty]] = {}

                async def find(after: UUID) -> list[UUID]:
                    owing.update(await obligations.next_duties(session, period, after, now=now))
                    return list(owing)

                number, found = await wave.take(find)
                if not found:
                    return None
                duties = [duty for each in owing.values() for duty in each]
                opened = await obligations.open_duties(session, period, duties, rules, now=now)
            self.heartbeat(number)
            return len(opened)

        total = await carry_out(batch)
        await statistics.freshen(self.sessions, "case_file", "deadline", "report", "case_chain")
        return total

    async def _remind(self, case_id: UUID, period: Period, moment: Moment) -> int:
        async with self.sessions() as session:
            now = await app_now(session)
            case = await session.get_one(CaseFile, case_id)
            policies = (await rulebook.of_case(session, case, now=now)).policies
        given = {
            "period": str(period),
            "statuses": list(policies.reminder(planning.REMINDERS).while_status),
            "zone": moment.zone,
            "due": moment.due_before,
            "at": moment.at,
        }
        return await self._batches(_REMIND, given, self._queue_reminders, moment)

    async def _batches(self, query: str, given: Mapping[str, object], act: BatchAct, moment: Moment) -> int:
        wave = Wave()
        # Said of both tables: left to find it out, the plan reads all deadlines before it for every batch.
        following = f"{query} AND c.id > :after AND d.case_id > :after ORDER BY c.id LIMIT {BATCH}"
        again = f"{query} AND c.id = ANY(CAST(:ids AS uuid[])) ORDER BY c.id"

        async def batch() -> int | None:
            async with self.sessions() as session, session.begin():
                now = await app_now(session)
                number, found = await wave.take(
                    lambda after: _ids(session, following, {**given, "now": now, "after": after})
                )
                if not found:
                    return None
                locked = await cases.lock_many(session, found)
                concerned = await _ids(session, again, {**given, "now": now, "ids": uuids(locked)})
                await act(session, concerned, moment, now)
            hand_over(session, self.waker)
            self.heartbeat(number)
            return len(concerned)

        return await carry_out(batch)

    @staticmethod
    async def _queue_reminders(session: AsyncSession, ids: list[UUID], moment: Moment, now: datetime) -> None:
        if moment.wave is not None:
            await reminders.queue(session, ids, moment.wave, now=now)

    @staticmethod
    async def _open_sending(session: AsyncSession, ids: list[UUID], moment: Moment, now: datetime) -> None:
        statement = (
            "UPDATE case_file SET status = 'not_started', version = version + 1"
            " WHERE id = ANY(CAST(:ids AS uuid[]))"
        )
        await session.execute(text(statement), {"ids": uuids(ids)})
        await cases.record_many(session, ids, "sending_opened", now=now, at=moment.at)

    @staticmethod
    async def _mark_overdue(session: AsyncSession, ids: list[UUID], moment: Moment, now: datetime) -> None:
        statement = (
            "UPDATE deadline SET acted_at = :now"
            " WHERE case_id = ANY(CAST(:ids AS uuid[])) AND name = 'report_due'"
        )
        await session.execute(text(statement), {"ids": uuids(ids), "now": now})
        await cases.record_many(session, ids, "became_overdue", now=now, at=moment.at)

    @staticmethod
    async def _propose_warnings(
        session: AsyncSession, ids: list[UUID], _moment: Moment, now: datetime
    ) -> None:
        await overdue.warn(session, ids, now=now)


async def _ids(session: AsyncSession, query: str, given: Mapping[str, object]) -> list[UUID]:
    return list((await session.execute(text(query), given)).scalars())


async def next_moment(
    session: AsyncSession, case_id: UUID, *, now: datetime
) -> tuple[CaseFile, ReportingPeriod, list[Moment]]:
    """The locked period and its pending moments."""
    case = await cases.lock(session, case_id)
    detail = await planning.load(session, case_id)
    return case, detail, await moments.pending(session, case, detail, now)


def choose(waiting: list[Moment], now: datetime) -> tuple[Moment | None, list[Moment]]:
    """The moment to act on now, if any, and the reminder waves it makes superfluous.

    Of several waves of one date and zone that were missed, only the latest is sent.
    """
    due = [moment for moment in waiting if moment.act_at <= now]
    if not due:
        return None, []
    first = due[0]
    if first.act is not Act.REMIND:
        return first, []
    same = [
        m for m in due if m.act is Act.REMIND and (m.due_before, m.zone) == (first.due_before, first.zone)
    ]
    return same[-1], same[:-1]


async def skip(session: AsyncSession, case_id: UUID, superseded: list[Moment], *, now: datetime) -> None:
    """Mark missed waves as passed over: a later one says the same."""
    for moment in superseded:
        await _mark(session, case_id, moment, {"skipped": True}, now)


async def finish(session: AsyncSession, case_id: UUID, moment: Moment, count: int, *, now: datetime) -> None:
    """Record on the period itself what was done, and move it along."""
    case = await cases.lock(session, case_id)
    detail = await planning.load(session, case_id)
    data: dict[str, object] = {"count": count}
    if moment.due_before is not None:
        data["due_before"] = moment.due_before.isoformat()
    if moment.wave is not None:
        data |= {"days": -moment.wave.offset_days, "zone": moment.zone}
    if not await _mark(session, case_id, moment, data, now):
        return
    if moment.act is Act.OPEN:
        cases.move(case, PeriodStatus.OPEN)
    elif moment.act is Act.OVERDUE and case.status == PeriodStatus.OPEN:
        cases.move(case, PeriodStatus.DUE)
    elif moment.act is Act.SUMMARY:
        await _sum_up(session, case, detail, now)
        data |= detail.counts
    event = moment.act.value.split("-", 1)[1].replace("-", "_")
    await cases.record(session, case, f"period_{event}", now=now, at=moment.at, data=data)


async def _mark(
    session: AsyncSession, case_id: UUID, moment: Moment, data: dict[str, object], now: datetime
) -> bool:
    row = {"case_id": case_id, "moment": moment.key, "at": moment.at, "counts": data, "done_at": now}
    result = await session.execute(insert(WaveRun).values(row).on_conflict_do_nothing())
    return bool(result.rowcount)  # type: ignore[attr-defined]  # the result of an INSERT counts its rows


_SUMMARY = text(
    """
    SELECT count(*) FILTER (WHERE r.sent_at IS NOT NULL OR c.status NOT IN ('excused', 'closed')) AS expected,
           count(*) FILTER (WHERE r.sent_at < d.due_before) AS on_time,
           count(*) FILTER (WHERE r.sent_at >= d.due_before) AS late,
           count(*) FILTER (WHERE r.sent_at IS NULL AND c.status NOT IN ('excused', 'closed')) AS missing
    FROM report r JOIN case_file c ON c.id = r.case_id
    JOIN deadline d ON d.case_id = c.id AND d.name = 'report_due'
    WHERE r.period = :period
    """
)


async def count(session: AsyncSession, period: str) -> dict[str, int]:
    """How the period stands: expected = on time + late + missing. Whoever was excused from the report, or whose
    account ended, is not expected. Timeliness is computed, never stored."""
    row = (await session.execute(_SUMMARY, {"period": period})).one()
    return dict(row._mapping)


async def _sum_up(session: AsyncSession, case: CaseFile, detail: ReportingPeriod, now: datetime) -> None:
    detail.counts = await count(session, detail.code)
    if case.status == PeriodStatus.DUE:
        cases.move(case, PeriodStatus.CLOSED)
    for official in await people.holding(session, Role.COMPLIANCE_OFFICER, region=None):
        await intend(
            session,
            template="period_summary",
            dedupe_key=dedupe.dated_key("period_summary", case.id, now, str(official.id)),
            recipient=recipients.for_person(official),
            context={"period": detail.code, "due_before": detail.due_before, **detail.counts},
            now=now,
            case_id=case.id,
        )
