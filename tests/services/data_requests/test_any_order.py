"""In whatever order receipts, answers, decisions and days come: the three days are those of the first proof."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, casework, processes
from services.data_requests import answers, dates, decisions, receipt, steps
from services.database import Sessions, make_engine, make_sessions
from services.deadlines.zones import WIB
from services.errors import DomainError
from services.models import CaseEvent, CaseFile, DataRequestQuestion, Deadline, EvidenceKind
from services.service_proof import evidence
from services.service_proof.evidence import Receipt
from tests.engine import Database
from tests.factories import make_account
from tests.services.data_requests import given as ordered

START = datetime(2026, 7, 6, 9, tzinfo=WIB)  # a Monday; no holiday falls into the weeks that follow
END = START + timedelta(days=30)
PROCESS = (
    (dates.UNPROVEN, "ask_officer", steps.ask_officer),
    (dates.REMINDER, "remind", steps.remind),
    (dates.DUE, "mark_late", steps.mark_late),
    (dates.LENIENT, "propose_warning", steps.propose_warning),
)


def strict(received: date) -> datetime:
    """The end of the third calendar day after the day of receipt."""
    return midnight(received + timedelta(days=4))


def lenient(received: date) -> datetime:
    """The end of the third working day after it, never before the strict reading."""
    day, left = received, 3
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return max(strict(received), midnight(day + timedelta(days=1)))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), WIB).astimezone(UTC)


@dataclass
class Bench:
    """The real thing under the machine: one event loop and one database."""

    run: asyncio.Runner
    sessions: Sessions


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        engine = make_engine(database.app_url)
        yield Bench(runner, make_sessions(engine))
        runner.run(engine.dispose())


class Requests(RuleBasedStateMachine):
    """`question` and what follows are what must be true of the question now open."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.status, self.held, self.question = "sent", False, 1
        self.sent_at, self.received = START, None  # type: tuple[datetime, date | None]
        self.proofs = self.lates = self.warnings = 0
        self.case: UUID = self._do(self._ask)

    def _do(self, work: Callable[[AsyncSession], Coroutine[Any, Any, Any]]) -> Any:
        async def once() -> Any:
            async with self.bench.sessions.begin() as session:
                return await work(session)

        return self.bench.run.run(once())

    def _try(self, work: Callable[[AsyncSession], Coroutine[Any, Any, Any]]) -> bool:
        """Whether the service agreed; a refusal leaves nothing behind."""
        try:
            self._do(work)
        except DomainError:
            return False
        return True

    async def _ask(self, session: AsyncSession) -> UUID:
        account = await make_account(session)
        _, [request] = await ordered.ask(session, [account], now=self.now)
        return request.case_id

    @rule(hours=st.sampled_from((1, 7, 24, 72)))
    def time_passes(self, hours: int) -> None:
        self.now = min(self.now + timedelta(hours=hours), END)
        if self.held or self.status != "received" or self.received is None:
            self._run_process()
            return
        self._run_process()
        self.lates = max(self.lates, int(self.now >= strict(self.received) + processes.GRACE))
        self.warnings = max(self.warnings, int(self.now >= lenient(self.received) + processes.GRACE))

    def _run_process(self) -> None:
        for name, step, action in PROCESS:
            self._do(partial(self._look, name, step, action))

    async def _look(
        self,
        name: str,
        step: str,
        action: Callable[[AsyncSession, CaseFile, datetime], Awaitable[None]],
        session: AsyncSession,
    ) -> None:
        """What the process does when a date has passed that still matters: its step, once under its key."""
        case = await cases.lock(session, self.case)
        date_ = await session.get(Deadline, (self.case, name.removesuffix(processes.LENIENT)))
        if (
            case.closed_at is not None
            or case.held_at is not None
            or date_ is None
            or date_.met_at is not None
        ):
            return
        before = date_.lenient_before if name.endswith(processes.LENIENT) else date_.due_before
        if before is None or before + processes.GRACE > self.now:
            return
        if await cases.done_once(session, case.id, step, f"{self.question}", self.now):
            await action(session, case, self.now)

    @rule()
    def the_company_reads(self) -> None:
        self._do(lambda s: receipt.read_by_company(s, self.case, actor="test:company", now=self.now))
        if self.status == "sent":
            self._received(self.now)
            self.proofs += 1

    @rule(
        kind=st.sampled_from(
            (EvidenceKind.CALL_NOTE, EvidenceKind.OFFICER_RECORD, EvidenceKind.LETTER_RECEIPT)
        ),
        hours=st.integers(-100, 30),
        note=st.sampled_from(("", "Dijawab bagian umum.")),
    )
    def an_officer_records_evidence(self, kind: EvidenceKind, hours: int, note: str) -> None:
        moment = self.now + timedelta(hours=hours)
        agreed = self._try(
            lambda s: receipt.record(
                s, self.case, Receipt(kind, moment, note), actor="test:officer", now=self.now
            )
        )
        on_paper = kind is not EvidenceKind.LETTER_RECEIPT  # which would need its scan
        possible = moment <= self.now and day(moment) >= day(self.sent_at) and bool(note) and on_paper
        assert agreed == (possible and self.status not in ("accepted", "withdrawn"))
        if agreed:
            self.proofs += 1
            if self.status == "sent":
                self._received(max(moment, self.sent_at))

    def _received(self, at: datetime) -> None:
        self.status, self.received = "received", day(at)
        self.lates = self.warnings = 0

    @rule(text=st.sampled_from(("", "Mesin rusak.")))
    def the_company_answers(self, text: str) -> None:
        waits = self.status in ("sent", "received")
        agreed = self._try(
            lambda s: answers.send(s, self.case, text, sent_at=self.now, actor="test:company", now=self.now)
        )
        assert agreed == (waits and bool(text))
        if agreed:
            if self.status == "sent":
                self._received(self.now)
                self.proofs += 1
            self.status = "answered"

    @rule(again=st.booleans())
    def an_officer_decides(self, again: bool) -> None:
        if again:
            agreed = self._try(
                lambda s: decisions.ask_again(s, self.case, "Lalu?", actor="test:officer", now=self.now)
            )
        else:
            agreed = self._try(lambda s: decisions.accept(s, self.case, actor="test:officer", now=self.now))
        assert agreed == (self.status == "answered")
        if agreed and again:
            self.status, self.question, self.sent_at, self.received = (
                "sent",
                self.question + 1,
                self.now,
                None,
            )
            self.lates = self.warnings = 0
        elif agreed:
            self.status = "accepted"

    @rule(hold=st.booleans())
    def an_officer_holds_or_releases(self, hold: bool) -> None:
        if hold:
            work = lambda s: casework.hold(s, self.case, reason="x", actor="t", now=self.now)  # noqa: E731
        else:
            work = lambda s: casework.release(s, self.case, actor="t", now=self.now)  # noqa: E731
        if self._try(work):
            self.held = hold

    @invariant()
    def the_rows_say_what_must_be_true(self) -> None:
        self._do(self._compare)

    async def _compare(self, session: AsyncSession) -> None:
        case = await session.get_one(CaseFile, self.case)
        asked = await session.get_one(DataRequestQuestion, (self.case, self.question))
        assert (case.status, case.closed_at is not None) == (self.status, self.status == "accepted")
        assert len(await evidence.of_case(session, self.case)) == self.proofs
        due = await session.get(Deadline, (self.case, dates.DUE))
        if self.received is None:
            assert asked.received_at is None
        else:
            assert asked.received_at is not None
            assert day(asked.received_at) == self.received
            assert due is not None
            assert (due.due_before, due.lenient_before) == (strict(self.received), lenient(self.received))
        await self._compare_story(session)

    async def _compare_story(self, session: AsyncSession) -> None:
        query = select(CaseEvent).where(col(CaseEvent.case_id) == self.case).order_by(col(CaseEvent.seq))
        story = list((await session.execute(query)).scalars())
        asked = [line.seq for line in story if line.type in ("requested", "asked_again")][-1]
        of_question = [line for line in story if line.seq >= asked]
        happened = [line.type for line in of_question]
        assert happened.count("answer_overdue") == self.lates
        assert happened.count("warning_due") == happened.count("warning_proposed") == self.warnings
        ends = [line.seq for line in of_question if line.type == "answered"]
        for line in of_question:
            if line.type in ("answer_overdue", "warning_due", "company_reminded") and ends:
                assert line.seq < ends[0], "nothing is said of lateness once there is an answer"
            if line.type == "warning_due" and self.received:
                assert line.at == lenient(self.received)


def day(at: datetime) -> date:
    return at.astimezone(WIB).date()


def test_a_request_in_any_order_of_events(bench: Bench) -> None:
    Requests.bench = bench
    run_state_machine_as_test(
        Requests,
        settings=settings(
            max_examples=25,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
