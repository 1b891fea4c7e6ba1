"""In whatever order extensions and decrees are given and taken back: every open date is what its inputs say.

Properties: an extension never brings a date forward; an extension or a calendar change reaches every open case it
concerns; an undo restores exactly; what is refused changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col

from services import instance, rulebook
from services.batches import FIRST
from services.database import Sessions, make_sessions
from services.deadlines import applying, campaigns, extensions, recipes, undoing
from services.deadlines.extensions import ExtensionDraft
from services.decrees import drafting, moving
from services.decrees.changes import changes
from services.decrees.drafting import DecreeDraft
from services.decrees.lines import RawLine
from services.decrees.moving import Batch
from services.decrees.stored import enter, leave, load, told_names
from services.errors import DomainError
from services.models import (
    CaseFile,
    Deadline,
    DecreeLayer,
    DecreeStatus,
    Derivation,
    Extension,
    ExtensionScope,
    ExtensionStatus,
)
from tests.engine import Database
from tests.services.deadlines.portfolio import CORRECTION, open_portfolio

NOW = datetime(2027, 1, 8, 2, tzinfo=UTC)
CASES = 4
Dates = dict[tuple[UUID, str], tuple[datetime, datetime | None, datetime]]


@dataclass
class Office:
    """One transaction in which somebody acts; it is rolled back when the example is over."""

    session: AsyncSession
    case_ids: list[UUID]
    extended: list[UUID] = field(default_factory=list)
    decreed: list[UUID] = field(default_factory=list)

    async def dates(self) -> Dates:
        query = select(Deadline).where(col(Deadline.case_id).in_(self.case_ids))
        rows = await self.session.execute(query.execution_options(populate_existing=True))
        return {(d.case_id, d.name): (d.due_before, d.lenient_before, d.base_before) for d in rows.scalars()}

    async def attempt(self, work: Callable[[], Awaitable[None]]) -> bool:
        """As a command's transaction: all of it, or nothing."""
        before = await self.dates()
        try:
            async with self.session.begin_nested():
                await work()
        except DomainError:
            self.session.expunge_all()
            assert await self.dates() == before, "what is refused changes nothing"
            return False
        return True

    async def extend(self, days: int, only: int | None) -> None:
        one = self.case_ids[only] if only is not None else None
        draft = ExtensionDraft(
            ExtensionScope.PERIOD if one is None else ExtensionScope.CASE,
            date(2027, 1, 10) + timedelta(days=days),
            "SE Contoh",
            "uji",
            period="2026-Q4" if one is None else None,
            case_id=one,
            deadline="report_due" if one is None else CORRECTION,
        )
        extension = await extensions.draft(self.session, draft, actor="one", now=NOW)
        await self.session.flush()
        await extensions.dry_run(self.session, extension.id, actor="one", now=NOW)
        await extensions.approve(self.session, extension.id, actor="two", now=NOW)
        await self.everywhere(extension, applying.next_cases, applying.extend_cases)
        case = await self.session.get_one(CaseFile, extension.case_id)
        await campaigns.applied(self.session, case, extension, NOW)
        self.extended.append(extension.id)

    async def everywhere(self, extension: Extension, find: applying.Find, act: applying.Act) -> None:
        after = FIRST
        while found := await find(self.session, extension, after, NOW, 3):
            await act(self.session, extension, found, NOW)
            after = found[-1]

    async def undo_extension(self, which: int) -> None:
        extension_id = self.extended[which % len(self.extended)]
        await undoing.order_undo(self.session, extension_id, actor="one", now=NOW)
        extension = await self.session.get_one(Extension, extension_id)
        await self.everywhere(extension, applying.next_lines, applying.undo_cases)
        extension.status = ExtensionStatus.UNDONE
        self.extended.remove(extension_id)

    async def decree(self, days: list[int], kind: str, region: str | None) -> None:
        raw = tuple(
            RawLine(n, (date(2027, 1, 8) + timedelta(days=day)).isoformat(), kind, "Contoh")
            for n, day in enumerate(days, 1)
        )
        wanted = DecreeDraft(
            "SKB Contoh",
            "uji",
            raw,
            layer=DecreeLayer.REGION if region else DecreeLayer.DECREE,
            scope=region or "",
        )
        decree = await drafting.draft(self.session, wanted, actor="one", now=NOW)
        await drafting.dry_run(self.session, decree.case_id, actor="one", now=NOW)
        await drafting.approve(self.session, decree.case_id, actor="two", now=NOW)
        await enter(self.session, decree, now=NOW)
        await self._everywhere(decree.case_id, undoing=False)
        case, decree = await load(self.session, decree.case_id)
        case.status = decree.status = DecreeStatus.APPLIED
        self.decreed.append(decree.case_id)

    async def undo_decree(self, which: int) -> None:
        decree_id = self.decreed[which % len(self.decreed)]
        await drafting.order_undo(self.session, decree_id, actor="one", now=NOW)
        _, decree = await load(self.session, decree_id)
        await leave(self.session, decree, now=NOW)
        await self._everywhere(decree_id, undoing=True)
        decree.status = DecreeStatus.UNDONE
        self.decreed.remove(decree_id)

    async def _everywhere(self, decree_id: UUID, *, undoing: bool) -> None:
        rules = await rulebook.current(self.session, now=NOW)
        found = await changes(self.session, rules)
        _, decree = await load(self.session, decree_id)
        rows = await moving.concerned(self.session, found, NOW)
        work = Batch(decree, found, told_names(rules), undoing)
        if rows:
            await moving.move(self.session, work, [row.id for row in rows], NOW)

    async def check(self) -> None:
        """Every open date is the latest of what its recipe gives on today's calendar and its active extensions."""
        rules = await rulebook.current(self.session, now=NOW)
        query = select(Deadline, Derivation).join(
            Derivation, col(Derivation.id) == col(Deadline.derivation_id)
        )
        query = query.where(col(Deadline.case_id).in_(self.case_ids))
        rows = await self.session.execute(query.execution_options(populate_existing=True))
        for deadline, derivation in rows.all():
            assert derivation.recipe is not None
            base = recipes.again(derivation.recipe, rules.calendars).due_before
            targets = await self.session.execute(
                text(
                    "SELECT target_before FROM extension_line"
                    " WHERE case_id = :case AND deadline_name = :name AND active"
                ),
                {"case": deadline.case_id, "name": deadline.name},
            )
            assert deadline.base_before == base
            assert deadline.due_before == max([base, *targets.scalars()])


@dataclass
class Bench:
    run: asyncio.Runner
    sessions: Sessions
    case_ids: list[UUID]


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    instance.create(database.migrator_url, rehearsal=True, start=NOW)
    with asyncio.Runner() as runner:
        engine = create_async_engine(
            database.app_url, connect_args={"options": "-c timezone=UTC -c lock_timeout=5s"}
        )
        sessions = make_sessions(engine)

        async def prepare() -> list[UUID]:
            async with sessions() as session, session.begin():
                return [case.id for case in await open_portfolio(session, CASES)]

        yield Bench(runner, sessions, runner.run(prepare()))
        runner.run(engine.dispose())


ACTS = st.one_of(
    st.tuples(st.just("extend"), st.integers(-3, 15), st.none() | st.integers(0, CASES - 1)),
    st.tuples(st.just("undo_extension"), st.integers(0, 5)),
    st.tuples(
        st.just("decree"),
        st.lists(st.integers(0, 14), min_size=1, max_size=4, unique=True),
        st.sampled_from(["holiday", "joint_leave", "working"]),
        st.sampled_from([None, "64", "64.72", "31"]),
    ),
    st.tuples(st.just("undo_decree"), st.integers(0, 5)),
)


async def play(bench: Bench, acts: list[tuple[Any, ...]]) -> None:
    async with bench.sessions() as session:
        office = Office(session, bench.case_ids)
        for name, *args in acts:
            if name == "undo_extension" and not office.extended:
                continue
            if name == "undo_decree" and not office.decreed:
                continue
            before = await office.dates()
            done = await office.attempt(partial(getattr(office, name), *args))
            after = await office.dates()
            if name == "extend":
                assert all(after[key][0] >= before[key][0] for key in before)
            if done and name in ("extend", "decree"):
                await _undone_in_thought(office, name, before)
            await office.check()
        await session.rollback()


async def _undone_in_thought(office: Office, name: str, before: Dates) -> None:
    """Take back what was just given, see that all is as it was, and then not have done so."""
    undo = office.undo_extension if name == "extend" else office.undo_decree
    extended, decreed = list(office.extended), list(office.decreed)
    point = await office.session.begin_nested()
    if await office.attempt(lambda: undo(-1)):
        assert await office.dates() == before, "an undo restores exactly"
    await point.rollback()
    office.session.expunge_all()
    office.extended, office.decreed = extended, decreed


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, min_size=1, max_size=7))
def test_every_open_date_is_what_its_inputs_say(bench: Bench, acts: list[tuple[Any, ...]]) -> None:
    bench.run.run(play(bench, acts))
