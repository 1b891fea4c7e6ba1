"""Links that work once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import instance
from services.database import Sessions
from services.identity import tokens
from services.identity.errors import LinkExpired
from services.identity.tokens import LIFE, Purpose
from services.models import OneTimeToken, new_id
from tests.engine import Database
from tests.services.identity import factories


async def test_a_link_works_once(session: AsyncSession) -> None:
    person = await factories.official(session)
    link = await tokens.issue(session, Purpose.ACTIVATION, person_id=person.id)
    assert (await tokens.peek(session, link.secret, Purpose.ACTIVATION)).person_id == person.id
    assert (await tokens.use(session, link.secret, Purpose.ACTIVATION)).person_id == person.id
    with pytest.raises(LinkExpired):
        await tokens.use(session, link.secret, Purpose.ACTIVATION)
    with pytest.raises(LinkExpired):
        await tokens.peek(session, link.secret, Purpose.ACTIVATION)


async def test_looking_at_the_page_behind_a_link_does_not_use_it_up(session: AsyncSession) -> None:
    person = await factories.official(session)
    link = await tokens.issue(session, Purpose.RESET, person_id=person.id)
    for _ in range(3):
        await tokens.peek(session, link.secret, Purpose.RESET)
    await tokens.use(session, link.secret, Purpose.RESET)


async def test_of_ten_that_use_a_link_at_once_one_succeeds(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        person = await factories.official(session)
        link = await tokens.issue(session, Purpose.RESET, person_id=person.id)

    async def use() -> bool:
        async with sessions.begin() as session:
            await tokens.use(session, link.secret, Purpose.RESET)
        return True

    outcomes = await asyncio.gather(*(use() for _ in range(10)), return_exceptions=True)
    assert outcomes.count(True) == 1
    assert sum(isinstance(outcome, LinkExpired) for outcome in outcomes) == 9


@pytest.mark.parametrize(
    ("purpose", "still"),
    [
        (Purpose.ACTIVATION, timedelta(hours=71)),
        (Purpose.RESET, timedelta(minutes=59)),
        (Purpose.SECOND_FACTOR, timedelta(minutes=9)),
    ],
)
async def test_a_link_lives_as_long_as_its_purpose_allows(
    session: AsyncSession, purpose: Purpose, still: timedelta
) -> None:
    person = await factories.official(session)
    link = await tokens.issue(session, purpose, person_id=person.id)
    await factories.age(session, OneTimeToken, still)
    await tokens.peek(session, link.secret, purpose)
    await factories.age(session, OneTimeToken, LIFE[purpose] - still + timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        await tokens.use(session, link.secret, purpose)


def test_a_reset_lives_an_hour_at_most() -> None:
    assert LIFE[Purpose.RESET].total_seconds() <= 3600


async def test_a_link_opens_only_what_it_was_made_for(session: AsyncSession) -> None:
    person = await factories.official(session)
    link = await tokens.issue(session, Purpose.RESET, person_id=person.id)
    with pytest.raises(LinkExpired):
        await tokens.use(session, link.secret, Purpose.ACTIVATION)
    assert (await tokens.use(session, link.secret, *tokens.SETS_PASSWORD)).person_id == person.id


async def test_a_newer_link_replaces_the_older_one_of_the_same_person_only(session: AsyncSession) -> None:
    first = await factories.official(session, username="satu")
    second = await factories.official(session, username="dua")
    old = await tokens.issue(session, Purpose.RESET, person_id=first.id)
    others = await tokens.issue(session, Purpose.RESET, person_id=second.id)
    new = await tokens.issue(session, Purpose.RESET, person_id=first.id)
    with pytest.raises(LinkExpired):
        await tokens.use(session, old.secret, Purpose.RESET)
    await tokens.use(session, new.secret, Purpose.RESET)
    await tokens.use(session, others.secret, Purpose.RESET)


async def test_links_of_two_cases_stand_side_by_side(session: AsyncSession) -> None:
    cases = [await factories.case(session) for _ in range(2)]
    links = [await tokens.issue(session, "correction", case_id=case.id) for case in cases]
    for case, link in zip(cases, links, strict=True):
        assert (await tokens.use(session, link.secret, Purpose.CORRECTION)).case_id == case.id


async def test_the_database_holds_no_secret(session: AsyncSession) -> None:
    person = await factories.official(session)
    link = await tokens.issue(session, Purpose.RESET, person_id=person.id)
    assert len(link.secret) >= 43  # 256 bits in base64
    stored = (
        (await session.execute(text("SELECT row_to_json(t)::text FROM one_time_token t"))).scalars().all()
    )
    assert stored
    assert not any(link.secret in row for row in stored)


@pytest.mark.parametrize("garbage", ["", "x", "'; DROP TABLE person; --", "é" * 43, "\udce9", "a" * 100_000])
async def test_garbage_is_an_expired_link(session: AsyncSession, garbage: str) -> None:
    with pytest.raises(LinkExpired):
        await tokens.use(session, garbage, Purpose.RESET)


async def test_an_unknown_purpose_is_a_programming_error(session: AsyncSession) -> None:
    with pytest.raises(ValueError):
        await tokens.issue(session, "anything", person_id=new_id())


async def test_people_read_the_end_of_a_link_on_the_clock_they_live_by(
    database: Database, session: AsyncSession
) -> None:
    start = datetime(2031, 1, 6, 2, tzinfo=UTC)
    instance.create(database.migrator_url, rehearsal=True, start=start)
    person = await factories.official(session)
    link = await tokens.issue(session, Purpose.RESET, person_id=person.id)
    assert link.expires_at == start + LIFE[Purpose.RESET]
    assert (await tokens.peek(session, link.secret, Purpose.RESET)).person_id == person.id
