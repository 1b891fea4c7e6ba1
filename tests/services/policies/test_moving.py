"""Carrying open cases to new rules: killed in between and begun again, each case is moved once and no more."""

from datetime import date, datetime

import pytest
from sqlalchemy import text

from services import instance, rulebook
from services.database import Sessions
from services.deadlines.periods import Period
from services.models import PolicyChange, PolicyChangeStatus
from services.periods import obligations, planning
from services.policies import changes, entering
from services.policies.changes import Proposal
from services.waking import Woken
from tests.engine import Database
from tests.factories import make_account

START = datetime.fromisoformat("2027-01-04T09:00:00+07:00")
DUE = "deadlines.deadlines.report_due@PM13_2025.add.days"


class Nobody:
    """A waker in a test without an engine."""

    def nudge(self, cases: object, lanes: object) -> None:
        assert not isinstance(cases, Woken)


class Killed(Exception):
    """The worker is gone."""


@pytest.fixture
async def change(database: Database, sessions: Sessions) -> PolicyChange:
    """Five obligations, and a change of the rules whose day has come."""
    instance.create(database.migrator_url, rehearsal=True, start=START)
    async with sessions.begin() as session:
        rules = await rulebook.current(session, now=START)
        period = Period.parse("2026-Q4")
        await planning.plan(session, period, rules, now=START)
        for _ in range(5):
            duty = obligations.Duty((await make_account(session)).id, "production")
            await obligations.open_duties(session, period, [duty], rules, now=START)
        wanted = Proposal({DUE: 15}, date(2027, 1, 6), "Permenperin contoh", "uji")
        made = await changes.propose(session, wanted, actor="person:1", now=START)
        await changes.try_out(session, made.case_id, actor="person:1", now=START)
        await changes.approve(session, made.case_id, actor="person:2", now=START)
        case, _ = await changes.load(session, made.case_id)
        day = datetime.fromisoformat("2027-01-06T00:02:00+07:00")
        await session.execute(text("UPDATE rehearsal_clock SET instant = :day"), {"day": day})
        await entering.enter(session, case, day)
    return made


async def test_a_kill_between_batches_moves_nobody_twice(sessions: Sessions, change: PolicyChange) -> None:
    beats: list[object] = []

    def beat(count: object) -> None:
        beats.append(count)
        if len(beats) == 2:
            raise Killed

    with pytest.raises(Killed):
        await entering.Carrying(sessions, Nobody(), beat).run(change.case_id, batch=2)
    async with sessions() as session:
        half = await session.get_one(PolicyChange, change.case_id)
        assert (half.status, half.moved) == (PolicyChangeStatus.IN_FORCE, 4)
    await entering.Carrying(sessions, Nobody(), beats.append).run(change.case_id, batch=2)
    async with sessions() as session:
        done = await session.get_one(PolicyChange, change.case_id)
        assert (done.status, done.moved, done.dates_moved) == (PolicyChangeStatus.DONE, 6, 6)
        each = await session.execute(
            text(
                "SELECT count(*) FILTER (WHERE type = 'rules_changed'),"
                " count(*) FILTER (WHERE type = 'deadline_rederived') FROM case_event e"
                " JOIN case_file c ON c.id = e.case_id WHERE c.kind IN ('report', 'period') GROUP BY c.id"
            )
        )
        assert {tuple(row) for row in each} == {(1, 1)}
    await entering.Carrying(sessions, Nobody(), beats.append).run(change.case_id, batch=2)
    async with sessions() as session:
        assert (await session.get_one(PolicyChange, change.case_id)).moved == 6, "a third time does nothing"
