"""In whatever order things happen: each letter at most once and in order, a month apart, served, and never after
compliance; numbers without gaps; every open ladder has a next date or waits for a named person."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import audit, cases, casework
from services.database import Sessions, make_engine, make_sessions
from services.deadlines import single
from services.deadlines.single import Grant
from services.documents.store import Stored
from services.errors import DomainError
from services.models import LetterChannel, Report, WarningLadder, WarningLetter, WarningStatus, new_id
from services.reports import sending
from services.warnings import excuses, issuing, numbering, overdue, post, service, steps
from services.warnings.issuing import Made
from tests.engine import Database
from tests.factories import ACTOR, fill_small_report
from tests.services.warnings import ladders
from tests.services.warnings.ladders import DAY, PROPOSED

WIB = timedelta(hours=7)


@dataclass
class Bench:
    """One event loop and one database under all machines."""

    run: asyncio.Runner
    factory: Sessions


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        engine = make_engine(database.app_url)
        yield Bench(runner, make_sessions(engine))
        runner.run(engine.dispose())


@dataclass
class Seen:
    """What the test itself remembers of one duty."""

    duty: UUID
    settled_at: datetime | None = None
    held: set[UUID] = field(default_factory=set)
    pressing: list[Made] = field(default_factory=list)


class Ladder(RuleBasedStateMachine):
    """One duty. Time passes in jumps, and with it what the ladder's process would do."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.now = PROPOSED
        self.seen = Seen(self._do(self._owe))
        self.warn()

    def _do(self, work: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Any:
        return self.bench.run.run(work(*args))

    def _try(self, work: Callable[[AsyncSession], Coroutine[Any, Any, Any]]) -> Any:
        """One transaction; a refusal changes nothing."""

        async def transaction() -> Any:
            try:
                async with self.bench.factory.begin() as session:
                    return await work(session)
            except (DomainError, steps.Standstill):
                return None

        return self.bench.run.run(transaction())

    async def _owe(self) -> UUID:
        async with self.bench.factory.begin() as session:
            return (await ladders.unsent(session)).case_id

    async def _open(self, session: AsyncSession) -> WarningLadder | None:
        query = select(WarningLadder).where(
            col(WarningLadder.obligation_id) == self.seen.duty, col(WarningLadder.ended_at).is_(None)
        )
        return (await session.execute(query)).scalar_one_or_none()

    @rule()
    def warn(self) -> None:
        """The period's moment, or its repetition."""

        async def work(session: AsyncSession) -> None:
            await cases.lock(session, self.seen.duty)
            await overdue.warn(session, [self.seen.duty], now=self.now)

        self._try(work)

    @rule(channel=st.sampled_from(LetterChannel))
    def approve(self, channel: LetterChannel) -> None:
        async def work(session: AsyncSession) -> None:
            ladder = await self._open(session)
            if ladder is not None:
                await ladders.approve(session, ladder.case_id, now=self.now, channel=channel)

        self._try(work)

    @rule(served=st.sampled_from([True, True, False]))
    def a_letter_and_its_month(self, served: bool) -> None:
        """What usually happens, so that the later rungs are reached."""
        self.approve(LetterChannel.EMAIL)
        self.number()
        self.dispatch()
        if served:
            self.serve()
        self.wait(33)

    @rule()
    def number(self) -> None:
        """The first half of a round at the press; a kill may come before the second."""

        async def work(session: AsyncSession) -> list[Made]:
            ladder = await self._open(session)
            letter = await session.get(WarningLetter, (ladder.case_id, ladder.rung)) if ladder else None
            rows = (
                await numbering.number_next(session, letter.batch_id, now=self.now, most=5)
                if letter
                else None
            )
            return [Made(row, Stored(f"test/{new_id()}", "0" * 64, 1)) for row in rows or ()]

        self.seen.pressing = self._try(work) or []

    @rule()
    def dispatch(self) -> None:
        made, self.seen.pressing = self.seen.pressing, []
        self._try(lambda session: issuing.dispatch(session, made, now=self.now))

    @rule()
    def send_papers(self) -> None:
        async def work(session: AsyncSession) -> None:
            batch = await post.take(session, "64.72", actor=ACTOR, now=self.now)
            await post.posted(session, batch.id, actor=ACTOR, now=self.now)

        self._try(work)

    @rule()
    def serve(self) -> None:
        async def work(session: AsyncSession) -> None:
            ladder = await self._open(session)
            if ladder is not None:
                await service.opened(session, ladder.case_id, ladder.rung, actor=ACTOR, now=self.now)

        self._try(work)

    @rule(days=st.sampled_from([1, 4, 12, 33]))
    def wait(self, days: int) -> None:
        """Days pass, and the process takes whatever step its dates ask for."""
        self.now += days * DAY
        self._try(lambda session: self._step(session, steps.check_service))
        self._try(lambda session: self._step(session, steps.propose_next))

    async def _step(self, session: AsyncSession, step: Callable[..., Coroutine[Any, Any, None]]) -> None:
        ladder = await self._open(session)
        if ladder is None or not ladder.rung:
            return
        case = await cases.lock(session, ladder.case_id)
        if case.held_at is not None or case.status != WarningStatus.ISSUED:
            return
        last = ladder.rung == 3 and step is steps.propose_next
        await (steps.hand_over if last else step)(session, case, self.now)

    @rule(ladder_itself=st.booleans())
    def hold_or_release(self, ladder_itself: bool) -> None:
        async def work(session: AsyncSession) -> None:
            ladder = await self._open(session)
            target = ladder.case_id if ladder_itself and ladder else self.seen.duty
            case = await cases.lock(session, target)
            if case.held_at is None:
                await casework.hold(session, target, reason="Banjir.", actor=ACTOR, now=self.now)
            else:
                await casework.release(session, target, actor=ACTOR, now=self.now)

        self._try(work)

    @rule(days=st.integers(1, 30))
    def extend(self, days: int) -> None:
        async def work(session: AsyncSession) -> None:
            case = await cases.lock(session, self.seen.duty)
            if case.closed_at is None and self.seen.settled_at is None:
                target = (self.now + days * DAY).date()
                wanted = Grant("report_due", target, "SE Contoh 1/2027", "Banjir.", ACTOR)
                await single.grant(session, case, wanted, actor=ACTOR, now=self.now)

        self._try(work)

    @precondition(lambda self: self.seen.settled_at is None and self.now > PROPOSED + 40 * DAY)
    @rule(excused=st.booleans())
    def settle(self, excused: bool) -> None:
        async def comply(session: AsyncSession) -> bool:
            report = await session.get_one(Report, self.seen.duty)
            await fill_small_report(session, report, now=self.now)
            version = report.content_version
            await sending.send(
                session, self.seen.duty, command_id="c", expected_version=version, actor=ACTOR, now=self.now
            )
            return True

        async def excuse(session: AsyncSession) -> bool:
            ladder = await self._open(session)
            if ladder is None:
                return False
            letter = await ladders.scanned(session, ladder.account_id, now=self.now)
            await excuses.accept(
                session, ladder.case_id, document=letter, reason="Sah.", actor=ACTOR, now=self.now
            )
            return True

        if self._try(excuse if excused else comply):
            self.seen.settled_at = self.now

    @invariant()
    def letters_follow_each_other_and_never_compliance(self) -> None:
        for letters in self._do(self._letters).values():
            assert [letter.rung for letter in letters] == list(range(1, len(letters) + 1))
            for before, after in pairwise(letters):
                assert before.served_at is not None
                assert after.approved_at >= before.served_at
                assert after.letter_date is None or after.letter_date > _month_after(before.letter_date)
            for letter in letters:
                assert letter.sent_at is None or letter.voided_at is None
                if self.seen.settled_at is not None and letter.sent_at is not None:
                    assert letter.sent_at <= self.seen.settled_at

    @invariant()
    def nothing_is_on_its_way_about_what_is_not_owed(self) -> None:
        wrong = """
            SELECT count(*) FROM message m JOIN warning_ladder w ON w.case_id = m.case_id
            WHERE m.template = 'warning_letter' AND m.state IN ('queued', 'claimed')
              AND (w.ended_at IS NOT NULL OR w.suspended_at IS NOT NULL)"""
        assert self._do(self._count, wrong) == 0

    @invariant()
    def numbers_have_no_gaps(self) -> None:
        gaps = """
            SELECT count(*) FROM letter_register r WHERE r.last <> (
                SELECT count(*) FROM warning_letter l WHERE l.authority = r.authority AND l.year = r.year
                  AND l.sequence BETWEEN 1 AND r.last)"""
        assert self._do(self._count, gaps) == 0

    @invariant()
    def every_open_ladder_has_a_date_or_somebody(self) -> None:
        forgotten = """
            SELECT count(*) FROM warning_ladder w JOIN case_file c ON c.id = w.case_id
            WHERE w.ended_at IS NULL AND w.suspended_at IS NULL AND c.status = 'issued'
              AND NOT EXISTS (SELECT FROM deadline d WHERE d.case_id = c.id AND d.met_at IS NULL)
              AND NOT EXISTS (SELECT FROM contact_task t WHERE t.case_id = c.id AND t.settled_at IS NULL)
              AND NOT EXISTS (SELECT FROM warning_letter l WHERE l.case_id = c.id AND l.rung = w.rung
                              AND l.channel = 'post' AND l.sent_at IS NULL)"""
        assert self._do(self._count, forgotten) == 0

    @invariant()
    def a_settled_duty_has_no_open_ladder(self) -> None:
        if self.seen.settled_at is not None:
            given = f"SELECT count(*) FROM warning_ladder WHERE obligation_id = '{self.seen.duty}'"  # noqa: S608 -- an id of ours
            assert self._do(self._count, f"{given} AND ended_at IS NULL") == 0

    def teardown(self) -> None:
        async def chains() -> list[object]:
            async with self.bench.factory() as session:
                return list((await audit.verify_batch(session, limit=1000)).breaks)

        assert self._do(chains) == []

    async def _letters(self) -> dict[UUID, list[WarningLetter]]:
        async with self.bench.factory() as session:
            query = (
                select(WarningLetter)
                .join(WarningLadder, col(WarningLadder.case_id) == col(WarningLetter.case_id))
                .where(col(WarningLadder.obligation_id) == self.seen.duty)
                .order_by(col(WarningLetter.case_id), col(WarningLetter.rung))
            )
            found: dict[UUID, list[WarningLetter]] = {}
            for letter in (await session.execute(query)).scalars():
                found.setdefault(letter.case_id, []).append(letter)
            return found

    async def _count(self, query: str) -> int:
        async with self.bench.factory() as session:
            return int((await session.execute(text(query))).scalar_one())


def _month_after(day: date | None) -> date:
    """The same day of the next month, or its last: reckoned apart from the service."""
    assert day is not None
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    after_that = date(following.year + following.month // 12, following.month % 12 + 1, 1)
    return following.replace(day=min(day.day, (after_that - timedelta(days=1)).day))


def test_the_ladder_holds_in_any_order(bench: Bench) -> None:
    machine = type("Machine", (Ladder,), {"bench": bench})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,  # or the last line would be a matter of luck
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert 1 in bench.run.run(_rungs(bench)), "the machine has to get somewhere"


async def _rungs(bench: Bench) -> set[int]:
    async with bench.factory() as session:
        return set((await session.execute(select(col(WarningLetter.rung)).distinct())).scalars())
