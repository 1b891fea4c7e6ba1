"""In whatever order companies and officers book, move, give up and call off: no seat twice, one session a ticket."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col

from services import audit, rulebook
from services.assistance import asking, booking, deciding
from services.assistance.asking import Asked
from services.assistance.booking import Wanted
from services.assistance.deciding import SessionOutcome
from services.database import Sessions, make_sessions
from services.errors import DomainError
from services.models import (
    AssistanceSession,
    AssistanceStatus,
    AssistanceTicket,
    AssistanceTopic,
    CaseFile,
    Deadline,
    PolicyVersion,
    SessionWay,
    new_id,
)
from services.policies import settings as rule_settings
from services.policies.bundle import Policies
from tests.engine import Database
from tests.factories import make_account

START = datetime.fromisoformat("2027-01-06T08:30:00+07:00")
OFFICER = "person:00000000-0000-7000-8000-00000000000a"
TICKETS = 7


@dataclass
class Bench:
    """One event loop, one database, seven tickets; each example ends in a rollback of its transaction."""

    run: asyncio.Runner
    sessions: Sessions
    tickets: list[UUID]


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        options = {"options": "-c timezone=UTC -c lock_timeout=5s"}
        engine = create_async_engine(database.app_url, connect_args=options)
        sessions = make_sessions(engine)

        async def prepare() -> list[UUID]:
            async with sessions() as session, session.begin():
                asked = Asked(AssistanceTopic.HS_CODE, "Kode HS?")
                made = []
                for _ in range(TICKETS):
                    account = await make_account(session)
                    ticket = await asking.ask(session, account.id, asked, actor="test", now=START)
                    made.append(ticket.case_id)
                return made

        yield Bench(runner, sessions, runner.run(prepare()))
        runner.run(engine.dispose())


TICKET = st.integers(0, TICKETS - 1)


class AnyOrder(RuleBasedStateMachine):
    """Few sessions and many tickets, so that desks are full; rules change the length of sessions on the way."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.session = self.bench.sessions()
        self._do(self.session.begin())

    def teardown(self) -> None:
        self._do(self.session.rollback())
        self._do(self.session.close())

    def _do(self, work: Any) -> Any:
        async def run() -> Any:
            return await work

        return self.bench.run.run(run())

    def _attempt(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> bool:
        async def attempt() -> bool:
            try:
                async with self.session.begin_nested():
                    await work(self.session)
            except DomainError:
                self.session.expunge_all()
                return False
            return True

        done: bool = self._do(attempt())
        return done

    @rule(minutes=st.integers(10, 200))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(ticket=TICKET, which=st.integers(0, 3), official=st.booleans())
    def book_or_move(self, ticket: int, which: int, official: bool) -> None:
        case_id = self.bench.tickets[ticket]
        free = self._do(booking.free(self.session, "64.72", now=self.now))
        if not free:
            return
        chosen = free[min(which, len(free) - 1)]
        wanted = Wanted(chosen.desk, chosen.slot.starts_at, SessionWay.VIDEO)
        self._attempt(
            lambda session: booking.book(
                session, case_id, wanted, actor=OFFICER, now=self.now, official=official
            )
        )

    @rule(ticket=TICKET, official=st.booleans())
    def give_up(self, ticket: int, official: bool) -> None:
        case_id = self.bench.tickets[ticket]
        self._attempt(lambda s: booking.give_up(s, case_id, actor=OFFICER, now=self.now, official=official))

    @rule(ticket=TICKET)
    def confirm(self, ticket: int) -> None:
        case_id = self.bench.tickets[ticket]
        self._attempt(lambda s: deciding.confirm(s, case_id, "Ruang 3", actor=OFFICER, now=self.now))

    @rule(ticket=TICKET, outcome=st.sampled_from(list(SessionOutcome)))
    def record(self, ticket: int, outcome: SessionOutcome) -> None:
        case_id = self.bench.tickets[ticket]
        held = self._do(booking.current(self.session, case_id))
        begun = held is not None and held.starts_at <= self.now
        done = self._attempt(
            lambda s: deciding.record(s, case_id, outcome, "Dicatat.", actor=OFFICER, now=self.now)
        )
        assert begun or not done, "nothing is recorded of a session that has not begun"

    @rule(ticket=TICKET, official=st.booleans())
    def call_off(self, ticket: int, official: bool) -> None:
        case_id = self.bench.tickets[ticket]
        self._attempt(
            lambda s: deciding.cancel(s, case_id, "Selesai.", actor=OFFICER, now=self.now, official=official)
        )

    @rule(minutes=st.sampled_from([20, 30, 45, 60]), parallel=st.integers(1, 3))
    def the_rules_change(self, minutes: int, parallel: int) -> None:
        async def change() -> None:
            shipped = (await rulebook.current(self.session, now=self.now)).policies
            path = "assistance.assistance.desks.siinas."
            changed = rule_settings.changed(
                shipped.document, {f"{path}slot_minutes": minutes, f"{path}parallel": parallel}
            )
            made = Policies.from_document(changed)
            known = select(PolicyVersion).where(col(PolicyVersion.digest) == made.version)
            if (await self.session.execute(known)).scalar_one_or_none() is None:
                self.session.add(
                    PolicyVersion(
                        id=new_id(), digest=made.version, content=made.document, in_force_from=self.now,
                        created_at=self.now, note="test", proposed_by="test",
                    )
                )  # fmt: skip
                await self.session.flush()

        self._do(change())

    @invariant()
    def no_seat_is_taken_twice_and_no_more_than_there_are(self) -> None:
        crossing = text(
            "SELECT count(*) FROM assistance_session a JOIN assistance_session b"
            " ON a.id < b.id AND a.desk = b.desk AND a.seat = b.seat"
            " AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)"
            " WHERE a.released_at IS NULL AND b.released_at IS NULL"
        )
        assert self._do(self.session.execute(crossing)).scalar_one() == 0
        beyond = text("SELECT count(*) FROM assistance_session WHERE seat NOT BETWEEN 1 AND parallel")
        assert self._do(self.session.execute(beyond)).scalar_one() == 0

    @invariant()
    def a_ticket_has_a_session_exactly_when_its_status_says_so(self) -> None:
        for case_id in self.bench.tickets:
            case = self._do(self.session.get_one(CaseFile, case_id, populate_existing=True))
            ticket = self._do(self.session.get_one(AssistanceTicket, case_id, populate_existing=True))
            held = self._do(booking.current(self.session, case_id))
            assert case.status == ticket.status
            if ticket.status in (AssistanceStatus.BOOKED, AssistanceStatus.CONFIRMED):
                assert held is not None
            if ticket.status in (AssistanceStatus.ASKED, AssistanceStatus.CANCELLED):
                assert held is None
            assert (case.closed_at is None) == (ticket.status in asking.OPEN)

    @invariant()
    def every_open_ticket_has_a_date_and_a_closed_one_none(self) -> None:
        query = select(col(Deadline.case_id)).where(col(Deadline.met_at).is_(None)).distinct()
        dated = set(self._do(self.session.execute(query)).scalars())
        for case_id in self.bench.tickets:
            case = self._do(self.session.get_one(CaseFile, case_id, populate_existing=True))
            assert (case_id in dated) == (case.closed_at is None)

    @invariant()
    def the_chains_are_unbroken(self) -> None:
        checked = self._do(audit.verify_batch(self.session))
        assert checked.breaks == ()


def test_no_order_of_bookings_takes_a_seat_twice(bench: Bench) -> None:
    AnyOrder.bench = bench
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_sessions_are_rows_for_ever(bench: Bench) -> None:
    """What was released stays readable: who had which seat, and who freed it."""

    async def play() -> None:
        async with bench.sessions() as session, session.begin():
            (first, *_) = await booking.free(session, "64.72", now=START)
            wanted = Wanted(first.desk, first.slot.starts_at, SessionWay.OFFICE)
            await booking.book(session, bench.tickets[0], wanted, actor=OFFICER, now=START)
            await booking.give_up(session, bench.tickets[0], actor=OFFICER, now=START)
            rows = (await session.execute(select(AssistanceSession))).scalars().all()
            assert [(row.seat, row.released_by) for row in rows] == [(1, OFFICER)]

    bench.run.run(play())
