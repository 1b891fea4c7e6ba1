"""In whatever order officers, company and clock act: one correction granted, one outcome each, nothing by time.

Moments are chosen around the dates of the rows, a second before, at and after them; whether the process has acted
on a passed date before somebody else does is chosen too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col

from services import audit, cases
from services.database import Sessions, make_sessions
from services.errors import DomainError
from services.models import (
    CaseFile,
    CorrectionAnswer,
    Deadline,
    Report,
    ReportReview,
    ReportStatus,
    ReviewDesk,
    Rollback,
    new_id,
)
from services.processes import GRACE
from services.reports import sending
from services.reviews import corrections, decisions, steps
from services.reviews.corrections import Note
from services.rollbacks import decisions as rollback_decisions
from services.rollbacks import requesting
from services.rollbacks import steps as rollback_steps
from services.rollbacks.requesting import Asked
from tests.engine import Database
from tests.factories import ACTOR, OPEN, fill_small_report, make_account, make_report, sign

OFFICER = "person:00000000-0000-7000-8000-00000000000a"
SECOND = timedelta(seconds=1)
ASKED = Asked("Nilai produksi tertukar.", ["production"])
NOTES = [Note("production", "Satuan kursi salah.")]

Step = Callable[[AsyncSession, CaseFile, datetime], Awaitable[None]]
BY_DATE: dict[str, Step] = {
    "report_verification_reminder": steps.remind_verifiers,
    "report_verification_target": steps.escalate_verification,
    "report_validation_reminder": steps.remind_validators,
    "report_validation_target": steps.escalate_validation,
    "report_correction_due": steps.lapse,
    "rollback_decision_target": rollback_steps.remind_officers,
    "rollback_resend_reminder": rollback_steps.remind_company,
    "rollback_resend_due": rollback_steps.expire,
}


@dataclass
class Bench:
    """One event loop, one database, one report that was sent; each example ends in a rollback of its transaction."""

    run: asyncio.Runner
    sessions: Sessions
    report: UUID


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        # One long transaction per example: without the limits that commands have.
        engine = create_async_engine(
            database.app_url, connect_args={"options": "-c timezone=UTC -c lock_timeout=5s"}
        )
        sessions = make_sessions(engine)

        async def prepare() -> UUID:
            async with sessions() as session, session.begin():
                report = await make_report(session, await make_account(session))
                await fill_small_report(session, report)
                await sending.send(
                    session, report.case_id, command_id="first",
                    expected_version=report.content_version, actor=ACTOR, now=OPEN,
                )  # fmt: skip
                return report.case_id

        yield Bench(runner, sessions, runner.run(prepare()))
        runner.run(engine.dispose())


class AnyOrder(RuleBasedStateMachine):
    """Steps that could only be refused are left out, except where a refusal is what is looked for."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.now = OPEN
        self.decided: set[str] = set()
        self.session = self.bench.sessions()
        self._do(self.session.begin())
        self.process_acts()

    def _do(self, work: Coroutine[Any, Any, Any] | Any) -> Any:
        async def run() -> Any:
            return await work

        return self.bench.run.run(run())

    def _attempt(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> DomainError | None:
        """As a command's transaction: all of it, or nothing and the refusal."""

        async def attempt() -> DomainError | None:
            try:
                async with self.session.begin_nested():
                    await work(self.session)
            except DomainError as refused:
                self.session.expunge_all()
                return refused
            return None

        refused: DomainError | None = self._do(attempt())
        return refused

    def _row(self, model: type[Any], key: Any) -> Any:
        return self._do(self.session.get_one(model, key, populate_existing=True))

    def _case(self) -> CaseFile:
        case: CaseFile = self._row(CaseFile, self.bench.report)
        return case

    def _rollbacks(self) -> list[Rollback]:
        query = select(Rollback).order_by(col(Rollback.n)).execution_options(populate_existing=True)
        return list(self._do(self.session.execute(query)).scalars())

    def _due(self, case_id: UUID, name: str) -> datetime | None:
        found = self._do(self.session.get(Deadline, (case_id, name), populate_existing=True))
        return found.due_before if found else None

    def _dates(self) -> list[datetime]:
        query = select(col(Deadline.due_before)).where(col(Deadline.met_at).is_(None))
        return sorted(self._do(self.session.execute(query)).scalars())

    @initialize(start=st.sampled_from(["reopened", "returned", "sent"]))
    def begin(self, start: str) -> None:
        """Most that can go wrong begins with a report that lies with its company."""
        if start == "reopened":
            self.company_asks()
            self.officer_decides_the_request(grants=True)
            self.process_acts()
        elif start == "returned":
            self.officer_returns(at=ReviewDesk.VERIFICATION)

    @rule(which=st.integers(0, 6), offset=st.sampled_from([-SECOND, 0 * SECOND, SECOND]))
    def time_passes_to_a_date(self, which: int, offset: timedelta) -> None:
        windows = [one.refused_from for one in self._rollbacks()]
        ahead = [moment for moment in sorted([*self._dates(), *windows]) if moment + offset > self.now]
        if ahead:
            self.now = ahead[min(which, len(ahead) - 1)] + offset

    @rule()
    def process_acts(self) -> None:
        """Everything that is due now, as the workflows would take it."""
        self._do(self._act())

    async def _act(self) -> None:
        case = await cases.lock(self.session, self.bench.report)
        report = await self.session.get_one(Report, case.id, populate_existing=True)
        if await self.session.get(ReportReview, (case.id, report.submission)) is None:
            await steps.examine(self.session, case, self.now)
        query = select(CaseFile).where(col(CaseFile.closed_at).is_(None)).order_by(col(CaseFile.id))
        for opened in (await self.session.execute(query)).scalars().all():
            if opened.kind == "rollback":
                await rollback_steps.reopen(self.session, opened, self.now)
            await self._passed(opened)
        await self.session.flush()

    async def _passed(self, case: CaseFile) -> None:
        query = select(Deadline).where(col(Deadline.case_id) == case.id).order_by(col(Deadline.due_before))
        for deadline in (await self.session.execute(query)).scalars().all():
            await self.session.refresh(deadline)
            due = deadline.met_at is None and deadline.paused_since is None
            if due and deadline.due_before + GRACE <= self.now and deadline.name in BY_DATE:
                once = deadline.due_before.isoformat()
                if await cases.done_once(self.session, case.id, deadline.name, once, self.now):
                    await BY_DATE[deadline.name](self.session, case, self.now)

    @precondition(lambda self: self._case().status in (ReportStatus.RETURNED, ReportStatus.REOPENED))
    @rule()
    def company_lets_its_time_pass(self) -> None:
        self.now = max(self.now, self._dates()[-1] + GRACE)
        self.process_acts()
        assert self._case().status != ReportStatus.REOPENED

    @precondition(lambda self: self._case().status in requesting.IN_REVIEW)
    @rule()
    def officer_verifies(self) -> None:
        before, submission = self._case().status, self._row(Report, self.bench.report).submission
        refused = self._attempt(
            lambda s: decisions.verify(
                s, self.bench.report, submission=submission, actor=OFFICER, now=self.now
            )
        )
        if refused is None:
            assert before == ReportStatus.SENT
            self.decided.add(f"verified/{submission}")

    @precondition(lambda self: self._case().status == ReportStatus.VERIFIED)
    @rule()
    def directorate_approves(self) -> None:
        before, submission = self._case().status, self._row(Report, self.bench.report).submission
        refused = self._attempt(
            lambda s: decisions.approve(
                s, self.bench.report, "ikma", submission=submission, actor=OFFICER, now=self.now
            )
        )
        assert (refused is None) == (before == ReportStatus.VERIFIED)
        if refused is None:
            self.decided.add(f"approved/{submission}")

    @precondition(lambda self: self._case().status in requesting.IN_REVIEW)
    @rule(at=st.sampled_from(list(ReviewDesk)))
    def officer_returns(self, at: ReviewDesk) -> None:
        submission = self._row(Report, self.bench.report).submission
        directorate = "ikma" if at is ReviewDesk.VALIDATION else None
        self._attempt(
            lambda s: decisions.give_back(
                s, self.bench.report, at, NOTES,
                submission=submission, actor=OFFICER, now=self.now, directorate=directorate,
            )
        )  # fmt: skip

    @precondition(lambda self: self._case().closed_at is None)
    @rule()
    def company_asks(self) -> None:
        before = self._case().status
        granted = any(one.granted_at for one in self._rollbacks())
        refused = self._attempt(
            lambda s: requesting.request(s, self.bench.report, ASKED, actor=ACTOR, now=self.now)
        )
        window = self._rollbacks()[-1].refused_from if refused is None else None
        possible = before in requesting.IN_REVIEW and not granted
        assert refused is not None or (possible and window is not None and self.now < window)

    @precondition(lambda self: self._case().status == ReportStatus.ROLLBACK_REQUESTED)
    @rule(grants=st.booleans())
    def officer_decides_the_request(self, grants: bool) -> None:
        waiting = [one for one in self._rollbacks() if one.status == "requested"]
        if not waiting:
            return
        if grants:
            refused = self._attempt(
                lambda s: rollback_decisions.grant(s, waiting[0].case_id, actor=OFFICER, now=self.now)
            )
        else:
            refused = self._attempt(
                lambda s: rollback_decisions.refuse(
                    s, waiting[0].case_id, "Sudah benar.", actor=OFFICER, now=self.now
                )
            )
        assert refused is None
        self.decided.add(f"rollback/{waiting[0].n}")

    @precondition(lambda self: self._case().status in (ReportStatus.RETURNED, ReportStatus.REOPENED))
    @rule(race=st.sampled_from([None, -SECOND, 0 * SECOND, SECOND]))
    def company_sends_again(self, race: timedelta | None) -> None:
        """Somewhen, or a second before, at or after its date: the clock of arrival decides, not the process."""
        before = self._case().status
        first = self._row(Report, self.bench.report).sent_at
        correction = self._due(self.bench.report, "report_correction_due")
        reopened = [one for one in self._rollbacks() if one.status == "reopened"]
        due = self._due(reopened[0].case_id, "rollback_resend_due") if reopened else None
        if race is not None and (limit := due or correction) is not None:
            self.now = max(self.now, limit + race)
        refused = self._attempt(self._send)
        if before == ReportStatus.REOPENED:
            assert due is not None
            assert (refused is None) == (self.now < due)
        else:
            assert (refused is None) == (before == ReportStatus.RETURNED)
        if refused is None:
            sent_at = self._row(Report, self.bench.report).sent_at
            late = before == ReportStatus.RETURNED and correction is not None and self.now >= correction
            assert sent_at == (self.now if late or first is None else first)

    async def _send(self, session: AsyncSession) -> None:
        for note in await corrections.of_report(session, self.bench.report):
            if note.answer is None:
                await corrections.answer(
                    session, self.bench.report, note.id, CorrectionAnswer.FIXED, "", actor=ACTOR, now=self.now
                )
        report = await session.get_one(Report, self.bench.report, populate_existing=True)
        await sign(session, report, now=self.now)
        await sending.send(
            session, self.bench.report, command_id=str(new_id()),
            expected_version=report.content_version, actor=ACTOR, now=self.now,
        )  # fmt: skip

    @invariant()
    def at_most_one_correction_is_granted(self) -> None:
        assert sum(one.granted_at is not None for one in self._rollbacks()) <= 1

    @invariant()
    def nothing_is_decided_by_time(self) -> None:
        reviews = self._do(self.session.execute(select(ReportReview))).scalars().all()
        for review in reviews:
            assert (review.verified_at is None) or f"verified/{review.submission}" in self.decided
        case, report = self._case(), self._row(Report, self.bench.report)
        if case.status == ReportStatus.VALIDATED:
            assert f"approved/{report.submission}" in self.decided
        for one in self._rollbacks():
            assert (one.status == "requested") == (f"rollback/{one.n}" not in self.decided)

    @invariant()
    def report_and_request_agree(self) -> None:
        status = self._case().status
        opened = [
            one.status for one in self._rollbacks() if one.status in {"requested", "granted", "reopened"}
        ]
        expected = {
            ReportStatus.ROLLBACK_REQUESTED: ({"requested", "granted"}, 1),
            ReportStatus.REOPENED: ({"reopened"}, 1),
        }.get(ReportStatus(status), (set(), 0))
        assert (len(opened), set(opened) <= expected[0]) == (expected[1], True)

    @invariant()
    def an_open_report_waits_for_somebody(self) -> None:
        """Every open state has a date that will be looked at, or has not been examined yet."""
        case = self._case()
        if case.closed_at is None and case.status == ReportStatus.VERIFIED:
            assert self._due(case.id, "report_validation_target") is not None
        if case.closed_at is None and case.status == ReportStatus.RETURNED:
            assert self._due(case.id, "report_correction_due") is not None

    def teardown(self) -> None:
        async def end() -> None:
            try:
                await self.session.flush()
                checked = await audit.verify_batch(self.session)
            finally:
                await self.session.rollback()
                await self.session.close()
            assert checked.breaks == (), "every chain is whole"

        self._do(end())


def test_in_any_order(bench: Bench) -> None:
    machine = type("Bound", (AnyOrder,), {"bench": bench})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(("race", "end"), [(-SECOND, "resent"), (0 * SECOND, "expired"), (SECOND, "expired")])
def test_a_correction_that_races_its_deadline_has_one_end(bench: Bench, race: timedelta, end: str) -> None:
    """The process acts a minute after the date; what arrived before the date was in time, and nothing else."""
    played: AnyOrder = type("Bound", (AnyOrder,), {"bench": bench})()
    played.begin("reopened")
    played.company_sends_again(race)
    played.now += GRACE + SECOND
    played.process_acts()
    assert [one.status for one in played._rollbacks()] == [end]
    assert played._case().status == "sent"
    played.officer_verifies()
    played.directorate_approves()
    assert played._case().status == "validated"
    played.teardown()


@pytest.mark.parametrize(("race", "kept"), [(-SECOND, True), (0 * SECOND, False), (SECOND, False)])
def test_a_return_that_races_its_date_counts_by_the_clock(bench: Bench, race: timedelta, kept: bool) -> None:
    played: AnyOrder = type("Bound", (AnyOrder,), {"bench": bench})()
    played.begin("returned")
    played.company_sends_again(race)
    assert (played._row(Report, bench.report).sent_at == OPEN) == kept
    played.now += GRACE + SECOND
    played.process_acts()
    assert (played._row(Report, bench.report).sent_at == OPEN) == kept, (
        "the process changes nothing afterwards"
    )
    played.teardown()
