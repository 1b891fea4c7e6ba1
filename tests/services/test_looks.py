"""Looks taken together: each case is answered and put to sleep as if it had been alone; nobody waits for a lock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from activities.looking import Looks
from services import cases
from services.clock import app_now
from services.database import Sessions
from services.deadlines import store
from services.deadlines.derivation import Derived
from services.deadlines.rules import Edge
from services.errors import NotFound
from services.models import CaseFile, CaseKind, new_id
from services.processes import GRACE, Answer, Question, Sight

DATE = "registration_target"


async def opened(sessions: Sessions, **given: Any) -> UUID:
    """A case whose process should look now, with one date an hour ahead."""
    async with sessions.begin() as session:
        now = await app_now(session)
        case = CaseFile(
            kind=CaseKind.REGISTRATION, key=f"registration/{new_id()}", status="submitted", opened_at=now, wake_at=now,
            **given,
        )  # fmt: skip
        await cases.open_case(session, case)
        due = now + timedelta(hours=1)
        date = Derived(DATE, due, None, due, (), None, Edge.END)
        await store.set_deadline(session, case.id, DATE, date, now=now)
        return case.id


async def row(sessions: Sessions, case_id: UUID) -> CaseFile:
    async with sessions() as session:
        return await session.get_one(CaseFile, case_id)


@asynccontextmanager
async def locked(sessions: Sessions, case_id: UUID) -> AsyncIterator[AsyncSession]:
    """Somebody's command is under way."""
    async with sessions.begin() as session:
        await cases.lock(session, case_id)
        yield session


async def test_each_is_answered_as_if_it_were_alone(sessions: Sessions) -> None:
    asleep, over, held, reached = [await opened(sessions) for _ in range(4)]
    async with sessions.begin() as session:
        now = await app_now(session)
        (await cases.lock(session, over)).closed_at = now
        (await cases.lock(session, held)).held_at = now
        cases.reach(await cases.lock(session, reached), "decided_at", now)
    looks = Looks(sessions)
    asked = [
        Question(case_id, deadlines=(DATE,), milestone="decided_at")
        for case_id in (asleep, over, held, reached)
    ]
    answers = await asyncio.gather(*map(looks.look, asked))
    assert [answer.sight for answer in answers] == [Sight.SLEEP, Sight.OVER, Sight.SLEEP, Sight.REACHED]
    due = (await row(sessions, asleep)).wake_at
    assert due is not None
    assert answers[0].seconds == pytest.approx(3600 + GRACE.total_seconds(), abs=5)
    assert answers[2] == Answer(Sight.SLEEP)
    assert (await row(sessions, over)).wake_at is None
    assert (await row(sessions, held)).wake_at is None
    assert (await row(sessions, reached)).wake_at is not None, "only a look that ends puts to sleep"


async def test_a_burst_shares_its_transactions(sessions: Sessions) -> None:
    engine: AsyncEngine = sessions.kw["bind"]
    ids = [await opened(sessions) for _ in range(20)]
    begun: list[object] = []
    event.listen(engine.sync_engine, "begin", begun.append)
    looks = Looks(sessions)
    answers = await asyncio.gather(*(looks.look(Question(case_id, deadlines=(DATE,))) for case_id in ids))
    assert {answer.sight for answer in answers} == {Sight.SLEEP}
    assert len(begun) == 2, "the first begins at once, the others while it runs"


async def test_a_lock_holds_up_only_the_look_at_its_own_case(sessions: Sessions) -> None:
    busy, free = await opened(sessions), await opened(sessions)
    looks = Looks(sessions)
    async with locked(sessions, busy) as session:
        waiting = asyncio.create_task(looks.look(Question(busy, milestone="decided_at")))
        answer = await asyncio.wait_for(looks.look(Question(free, deadlines=(DATE,))), 5)
        assert answer.sight is Sight.SLEEP
        assert not waiting.done()
        cases.reach(await session.get_one(CaseFile, busy), "decided_at", await app_now(session))
    assert (await waiting).sight is Sight.REACHED, "it sees what the lock protected"


async def test_a_transaction_that_fails_for_all_is_no_answer(sessions: Sessions) -> None:
    ids = [await opened(sessions) for _ in range(3)]
    looks = Looks(FailingOnce(sessions))
    answers = await asyncio.gather(
        *(looks.look(Question(case_id, deadlines=(DATE,))) for case_id in ids), return_exceptions=True
    )
    assert isinstance(answers[0], ConnectionError), "its activity is repeated"
    assert all(isinstance(answer, Answer) and answer.sight is Sight.SLEEP for answer in answers[1:])


class FailingOnce(Sessions):
    """A database that is away at the first question."""

    def __init__(self, sessions: Sessions) -> None:
        super().__init__(**sessions.kw)
        self.failed = False

    def __call__(self, **given: Any) -> AsyncSession:
        if not self.failed:
            self.failed = True
            raise ConnectionError
        return super().__call__(**given)


async def test_a_case_that_does_not_exist_is_not_found(sessions: Sessions) -> None:
    with pytest.raises(NotFound):
        await Looks(sessions).look(Question(new_id(), milestone="decided_at"))
