"""In whatever order a company declares, withdraws and sends, and an officer decides: one outcome, never two.

A report is sent or excused, never both; a letter that waited about a report that was sent is moot; nothing waits
about a report that is over.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col

from services import audit
from services.database import Sessions, make_sessions
from services.errors import DomainError
from services.models import (
    CaseEvent,
    CaseFile,
    Deadline,
    NonProductionLetter,
    Report,
    Signer,
    new_id,
)
from services.non_production import deciding, declaring
from services.non_production.deciding import Decision, Verdict
from services.non_production.declaring import Declaration
from services.reports import sending
from tests.engine import Database
from tests.factories import ACTOR, OPEN, fill_small_report, make_account, make_report, make_scan

OFFICER = "person:00000000-0000-7000-8000-00000000000a"
DECLARED = Declaration(date(2027, 1, 2), Signer.DIRECTOR, "Pabrik berhenti.")
NOBODYS = UUID(int=0)
STEPS = ("declare", "accept", "refuse", "withdraw", "send")
DONE = {"accept": "accepted", "refuse": "refused", "withdraw": "withdrawn"}


@dataclass
class Bench:
    """One event loop, one database, one report ready to be sent; each example ends in a rollback."""

    run: asyncio.Runner
    sessions: Sessions
    report: UUID


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        engine = create_async_engine(database.app_url, connect_args={"options": "-c timezone=UTC"})
        sessions = make_sessions(engine)

        async def prepare() -> UUID:
            async with sessions() as session, session.begin():
                report = await make_report(session, await make_account(session))
                await fill_small_report(session, report)
                return report.case_id

        yield Bench(runner, sessions, runner.run(prepare()))
        runner.run(engine.dispose())


@dataclass
class Play:
    """What was done so far, and what a simple reading of the rules says of it."""

    session: AsyncSession
    report_id: UUID
    newest: UUID | None = None
    waiting: UUID | None = None
    over: str | None = None

    async def attempt(self, step: str) -> bool:
        """As a command's transaction; whether it was carried out."""
        try:
            async with self.session.begin_nested():
                await self._step(step)
        except DomainError:
            self.session.expunge_all()
            return False
        return True

    async def _step(self, step: str) -> None:
        if step == "send":
            report = await self.session.get_one(Report, self.report_id, populate_existing=True)
            await sending.send(
                self.session, self.report_id, command_id=str(new_id()),
                expected_version=report.content_version, actor=ACTOR, now=OPEN,
            )  # fmt: skip
        elif step == "declare":
            account = (await self.session.get_one(Report, self.report_id)).account_id
            scan = await make_scan(self.session, account, kind="non_production_letter")
            letter = await declaring.declare(
                self.session, self.report_id, DECLARED, scan, actor=ACTOR, now=OPEN
            )
            self.newest = letter.case_id
        elif step == "withdraw":
            await declaring.withdraw(self.session, self.newest or NOBODYS, actor=ACTOR, now=OPEN)
        else:
            verdict = Verdict.ACCEPT if step == "accept" else Verdict.REFUSE
            await deciding.decide(
                self.session, self.newest or NOBODYS, Decision(verdict, "alasan"), actor=OFFICER, now=OPEN
            )

    def expected(self, step: str) -> bool:
        """Whether the rules let this step through."""
        if step == "declare":
            return self.over is None and self.waiting is None
        if step == "send":
            return self.over is None
        return self.waiting is not None

    async def take(self, step: str) -> None:
        wanted = self.expected(step)
        assert await self.attempt(step) == wanted, (step, self)
        if wanted:
            await self._note(step)

    async def _note(self, step: str) -> None:
        if step == "declare":
            self.waiting = self.newest
            return
        if step in ("send", "accept"):
            self.over = "sent" if step == "send" else "excused"
        if self.waiting is not None:
            letter = await self.session.get_one(NonProductionLetter, self.waiting, populate_existing=True)
            assert letter.status == DONE.get(step, "moot")
        self.waiting = None

    async def check(self) -> None:
        """The rows say what the rules say."""
        report = await self.session.get_one(CaseFile, self.report_id, populate_existing=True)
        assert report.status == (self.over or report.status)
        assert report.status in ("sent", "excused", "not_started", "draft")
        letters = (await self.session.execute(select(NonProductionLetter))).scalars().all()
        open_ones = [letter.case_id for letter in letters if letter.status == "submitted"]
        assert open_ones == ([self.waiting] if self.waiting else [])
        for letter in letters:
            own = await self.session.get_one(CaseFile, letter.case_id, populate_existing=True)
            assert own.status == letter.status
            assert (own.closed_at is None) == (letter.status == "submitted")
            dates = await self.session.scalars(select(Deadline).where(col(Deadline.case_id) == own.id))
            assert own.closed_at is None or all(one.met_at for one in dates), "nobody is reminded any more"
        assert (await audit.verify_batch(self.session)).breaks == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=7))
def test_a_report_is_sent_or_excused_and_a_letter_has_one_end(bench: Bench, steps: list[str]) -> None:
    async def play() -> None:
        async with bench.sessions() as session:
            await session.begin()
            course = Play(session, bench.report)
            for step in steps:
                await course.take(step)
                await course.check()
            await session.rollback()

    bench.run.run(play())


async def test_a_letter_under_review_is_moot_once_its_report_is_sent(session: AsyncSession) -> None:
    report = await make_report(session, await make_account(session))
    await fill_small_report(session, report)
    course = Play(session, report.case_id)
    for step in ("declare", "send"):
        await course.take(step)
    told = await session.execute(
        select(col(CaseEvent.type), col(CaseEvent.actor)).where(
            col(CaseEvent.type).in_(("moot", "non_production_moot"))
        )
    )
    assert {row.type: row.actor for row in told} == {"moot": ACTOR, "non_production_moot": ACTOR}
    assert not await course.attempt("accept"), "there is nothing left to be excused from"
    assert not await course.attempt("declare"), "nor to be declared"
