"""A sending that races its date, on connections of its own: one outcome, and the database's clock has decided it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text
from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities.contracts import CaseRef, StepResult
from activities.reporting_period import ReportingPeriodActivities
from activities.rollback import RollbackActivities
from activities.steps import StepRunner
from services import cases, rulebook
from services.database import Sessions
from services.deadlines.periods import Period, PeriodKind
from services.models import CaseEvent, CaseFile, Deadline, PeriodStatus, Report, ReportVersion, WaveRun
from services.periods import planning
from services.processes import GRACE
from services.rollbacks import dates, requesting
from services.rollbacks import decisions as rollback_decisions
from services.rollbacks import steps as rollback_steps
from services.rollbacks.requesting import Asked
from tests.api.conftest import Api, once
from tests.api.test_reviews import sent
from tests.factories import ACTOR, PERIOD, fill_small_report, make_account, make_report, sign
from tests.services.deadlines.portfolio import Nobody

SECOND = timedelta(seconds=1)
OFFICER = "person:00000000-0000-7000-8000-00000000000a"
around = pytest.mark.parametrize("race", [-SECOND, 0 * SECOND, SECOND], ids=["before", "at", "after"])


@dataclass
class Sender:
    """A company's program with a report that lacks nothing but the sending."""

    report: UUID
    version: int
    client: httpx.AsyncClient

    async def send(self) -> httpx.Response:
        return await self.client.post(
            f"/api/v1/reports/{self.report}/submission", json={"version": self.version}, headers=once()
        )


@asynccontextmanager
async def held(sessions: Sessions, case_id: UUID) -> AsyncIterator[None]:
    """Somebody else's command is under way about this case: whoever wants it waits."""
    async with sessions() as session, session.begin():
        await cases.lock(session, case_id)
        yield


async def waiting(api: Api, how_many: int) -> None:
    """Until so many transactions wait for a lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(500):
        async with api.sessions() as session:
            if (await session.execute(query)).scalar_one() >= how_many:
                return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{how_many} transactions never waited")


async def story(api: Api, case_id: UUID) -> list[str]:
    async with api.sessions() as session:
        query = (
            select(col(CaseEvent.type)).where(col(CaseEvent.case_id) == case_id).order_by(col(CaseEvent.seq))
        )
        return list((await session.execute(query)).scalars())


async def ready(api: Api, period: str) -> Sender:
    async with api.transaction() as (session, now):
        report = await make_report(session, await make_account(session), period=period, now=now)
        await fill_small_report(session, report, now=now)
    return Sender(report.case_id, report.content_version, await api.company(report.account_id))


async def test_what_arrives_around_its_date_is_in_time_or_late_by_the_databases_clock(
    real: Api, sessions: Sessions
) -> None:
    """Real time, and each report locked by somebody else across its date: what counts is when it came.

    Of two that send the same report in the same moment one is taken and the other told.
    """
    async with real.transaction() as (_, now):
        period = str(Period.containing(now.date(), PeriodKind.QUARTER).previous())
    offsets = [-SECOND, -SECOND / 50, SECOND / 50, SECOND]
    senders = [await ready(real, period) for _ in offsets]
    async with real.transaction() as (session, now):
        due = now + 3 * SECOND
        await session.execute(text("UPDATE deadline SET base_before = :due, due_before = :due"), {"due": due})

    async def race(sender: Sender, offset: timedelta) -> tuple[datetime, list[httpx.Response], datetime]:
        async with held(sessions, sender.report):
            clock = await database_clock(sessions)
            await asyncio.sleep((due + offset - clock).total_seconds())
            before = await database_clock(sessions)
            both = [asyncio.create_task(sender.send()) for _ in "12"]
            await asyncio.sleep((due + 1.3 * SECOND - before).total_seconds())
            turn = await database_clock(sessions)
        return before, [await one for one in both], turn

    for offset, (before, answers, turn) in zip(
        offsets, await asyncio.gather(*map(race, senders, offsets)), strict=True
    ):
        taken, refused = sorted(answers, key=lambda answer: answer.status_code)
        assert (taken.status_code, refused.status_code) == (201, 409), refused.text
        sent_at = datetime.fromisoformat(taken.json()["sent_at"])
        assert before <= sent_at
        assert sent_at < turn or offset > 0 * SECOND, "when it came, not when it was its turn"
        assert taken.json()["on_time"] == (sent_at < due)
    await agree(real, due)


async def database_clock(sessions: Sessions) -> datetime:
    async with sessions() as session:
        found: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return found


async def agree(api: Api, due: datetime) -> None:
    """Rows, events and snapshots tell the same."""
    async with api.sessions() as session:
        found = (await session.execute(select(Report, ReportVersion).join(ReportVersion))).all()
        assert len(found) == len({report.case_id for report, _ in found}) == 4
        for report, version in found:
            assert report.sent_at == version.sent_at
            assert (await story(api, report.case_id)).count("sent") == 1
        deadlines = (
            await session.execute(select(Deadline).where(col(Deadline.name) == "report_due"))
        ).scalars()
        assert all(deadline.met_at is not None and deadline.due_before == due for deadline in deadlines)
    assert {(version.sent_at < due) for _, version in found} == {True, False}


async def overdue_moment(api: Api) -> Callable[[], Coroutine[Any, Any, StepResult]]:
    """The period's process at the moment after its date, everything before it done."""
    async with api.transaction() as (session, now):
        rules = await rulebook.current(session, now=now)
        period = Period.parse(PERIOD)
        case = await planning.plan(session, period, rules, now=now)
        case.status = PeriodStatus.OPEN
        detail = await planning.load(session, case.id)
        for key in ("1-open", "2-sending-opens"):
            session.add(WaveRun(case_id=case.id, moment=key, at=now, counts={}, done_at=now))
        case_id, due = case.id, detail.due_before
    steps = ReportingPeriodActivities(StepRunner(api.sessions, Nobody()))

    async def act() -> StepResult:
        environment = ActivityEnvironment()
        while True:
            await environment.run(steps.look, CaseRef(case_id))  # passes over the waves that were missed
            result: StepResult = await environment.run(steps.act, CaseRef(case_id))
            async with api.sessions() as session:
                if await session.get(WaveRun, (case_id, f"4-overdue/{due.isoformat()}")) is not None:
                    return result

    return act


@around
async def test_a_report_marked_overdue_was_not_sent_in_time(
    api: Api, sessions: Sessions, race: timedelta
) -> None:
    """The period acts a minute after the date, while what came around the date still waits for its turn."""
    sender = await ready(api, PERIOD)
    act = await overdue_moment(api)
    async with api.sessions() as session:
        due = (await session.get_one(Deadline, (sender.report, "report_due"))).due_before
    await api.clock_at((due + race).isoformat())
    async with held(sessions, sender.report):
        sending = asyncio.create_task(sender.send())
        await waiting(api, 1)
        await api.clock_at((due + GRACE).isoformat())
        acting = asyncio.create_task(act())
        await waiting(api, 2)
    answer = (await sending).json()
    await acting
    assert answer["on_time"] == (race < 0 * SECOND)
    assert datetime.fromisoformat(answer["sent_at"]) == due + race
    assert "became_overdue" not in await story(api, sender.report), "it had come before anybody looked"
    assert (await story(api, sender.report)).count("sent") == 1


async def test_a_report_that_comes_after_it_was_marked_overdue_is_late(api: Api, sessions: Sessions) -> None:
    sender = await ready(api, PERIOD)
    act = await overdue_moment(api)
    async with api.sessions() as session:
        due = (await session.get_one(Deadline, (sender.report, "report_due"))).due_before
    await api.clock_at((due + GRACE).isoformat())
    async with held(sessions, sender.report):
        acting = asyncio.create_task(act())
        await waiting(api, 1)
        sending = asyncio.create_task(sender.send())
        await waiting(api, 2)
    await acting
    assert (await sending).json()["on_time"] is False
    told = [line for line in await story(api, sender.report) if line in ("became_overdue", "sent")]
    assert told == ["became_overdue", "sent"]


@around
async def test_a_correction_is_sent_again_or_lapses_and_never_both(
    api: Api, sessions: Sessions, race: timedelta
) -> None:
    """What came before the date is taken although the process that lets it lapse stands behind it in the queue."""
    report = await sent(api)
    rollback = await reopened(api, report)
    async with api.transaction() as (session, now):
        await sign(session, await session.get_one(Report, report.case_id), now=now)
        due = (await session.get_one(Deadline, (rollback, dates.RESEND))).due_before
    async with api.sessions() as session:
        version = (await session.get_one(Report, report.case_id)).content_version
    sender = Sender(report.case_id, version, await api.company(report.account_id))
    expire = RollbackActivities(StepRunner(api.sessions, Nobody())).expire
    await api.clock_at((due + race).isoformat())
    async with held(sessions, report.case_id):
        sending = asyncio.create_task(sender.send())
        await waiting(api, 1)
        await api.clock_at((due + GRACE).isoformat())
        lapsing = asyncio.create_task(ActivityEnvironment().run(expire, CaseRef(rollback)))
        await waiting(api, 2)
    answer, _ = await sending, await lapsing
    in_time = race < 0 * SECOND
    assert answer.status_code == (201 if in_time else 409), answer.text
    assert await status(api, rollback) == ("resent" if in_time else "expired")
    assert await status(api, report.case_id) == "sent"
    assert (await story(api, report.case_id)).count("sent") == (2 if in_time else 1)


async def reopened(api: Api, report: Report) -> UUID:
    """A correction that was granted and opened."""
    async with api.transaction() as (session, now):
        asked = Asked("Nilai produksi tertukar.", ["production"])
        found: Any = await requesting.request(session, report.case_id, asked, actor=ACTOR, now=now)
        await rollback_decisions.grant(session, found.case_id, actor=OFFICER, now=now)
    async with api.transaction() as (session, now):
        await rollback_steps.reopen(session, await cases.lock(session, found.case_id), now)
    case_id: UUID = found.case_id
    return case_id


async def status(api: Api, case_id: UUID) -> str:
    async with api.sessions() as session:
        return (await session.get_one(CaseFile, case_id)).status
