"""Named limits, shared by all processes."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import Sessions, make_engine, make_sessions
from services.errors import TooManyRequests
from services.identity import ratelimit
from services.identity.ratelimit import Limit, Try, count, hit
from services.models import RateLimit
from tests.engine import Database
from tests.services.identity import factories

TEN = Limit("test.ten", 10, timedelta(days=30))  # a window whose border no test run meets
THREE = Limit("test.three", 3, timedelta(days=30))


async def allowed(session: AsyncSession, *tries: Try) -> bool:
    return (await count(session, tries)).verdict.allowed


async def test_as_many_as_the_limit_and_not_one_more(session: AsyncSession) -> None:
    outcomes = [await allowed(session, Try(TEN, "a")) for _ in range(15)]
    assert outcomes == [True] * 10 + [False] * 5


async def test_each_key_and_each_limit_counts_for_itself(session: AsyncSession) -> None:
    for _ in range(10):
        await allowed(session, Try(TEN, "a"))
    assert not await allowed(session, Try(TEN, "a"))
    assert await allowed(session, Try(TEN, "b"))
    assert await allowed(session, Try(THREE, "a"))


async def test_one_full_limit_is_enough_to_refuse(session: AsyncSession) -> None:
    for _ in range(3):
        await allowed(session, Try(THREE, "a"))
    counted = await count(session, [Try(TEN, "a"), Try(THREE, "a")])
    assert not counted.verdict.allowed
    assert counted.verdict.full == ("test.three",)


async def test_five_processes_together_get_no_more_than_the_limit(database: Database) -> None:
    engines = [make_engine(database.app_url, pool_size=4) for _ in range(5)]

    async def try_once(sessions: Sessions) -> bool:
        async with sessions.begin() as session:
            return await allowed(session, Try(TEN, "a"), Try(THREE, "other"))

    factories_ = [make_sessions(engine) for engine in engines]
    async with factories_[0].begin() as session:
        await session.execute(text("SELECT 1"))
    outcomes = await asyncio.gather(*(try_once(factories_[index % 5]) for index in range(60)))
    for engine in engines:
        await engine.dispose()
    assert outcomes.count(True) == 3


async def test_callers_that_share_several_limits_never_wait_for_each_other_in_a_circle(
    sessions: Sessions,
) -> None:
    tries = [Try(Limit(f"test.{name}", 1000, timedelta(days=30)), "x") for name in "abcdef"]

    async def try_once(order: list[Try]) -> bool:
        async with sessions.begin() as session:
            return await allowed(session, *order)

    orders = [tries, tries[::-1], tries[3:] + tries[:3]]
    outcomes = await asyncio.gather(*(try_once(orders[index % 3]) for index in range(60)))
    assert all(outcomes)


async def test_what_is_given_back_can_be_used_again(session: AsyncSession) -> None:
    for _ in range(50):
        counted = await count(session, [Try(THREE, "a")])
        assert counted.verdict.allowed
        await counted.give_back(session)


async def test_the_refusal_says_when_to_come_back(session: AsyncSession) -> None:
    for _ in range(10):
        await allowed(session, Try(TEN, "a"))
    verdict = (await count(session, [Try(TEN, "a")])).verdict
    assert not verdict.allowed
    assert 0 < verdict.retry_after <= 60 * 86_400


async def test_the_window_moves_and_does_not_jump(session: AsyncSession) -> None:
    """Ten in the window before still weigh while it is within reach: no double ration at the border."""
    for _ in range(10):
        await allowed(session, Try(TEN, "a"))
    await factories.age(session, RateLimit, timedelta(days=30))
    passed = (
        await session.execute(text("SELECT mod(extract(epoch FROM now())::bigint, 2592000)::float / 2592000"))
    ).scalar_one()
    outcomes = [await allowed(session, Try(TEN, "a")) for _ in range(12)]
    assert outcomes.count(True) == int(passed * 10)
    await factories.age(session, RateLimit, timedelta(days=60))
    assert await allowed(session, Try(TEN, "a"))


async def test_hammering_a_full_bucket_does_not_fill_it_further(session: AsyncSession) -> None:
    for _ in range(200):
        await allowed(session, Try(TEN, "a"))
    assert (await session.execute(text("SELECT max(hits) FROM rate_limit"))).scalar_one() == 11


async def test_a_refused_hit_stays_counted(sessions: Sessions) -> None:
    for _ in range(3):
        await hit(sessions, Try(THREE, "a"))
    for _ in range(2):
        with pytest.raises(TooManyRequests) as refused:
            await hit(sessions, Try(THREE, "a"))
        assert refused.value.retry_after > 0


async def test_what_was_typed_is_not_stored(session: AsyncSession) -> None:
    await allowed(session, Try(TEN, "my-password-in-the-wrong-field"))
    buckets = (await session.execute(text("SELECT bucket FROM rate_limit"))).scalars().all()
    assert buckets
    assert not any("password" in bucket for bucket in buckets)


async def test_old_windows_are_forgotten_and_live_ones_kept(session: AsyncSession) -> None:
    short = Limit("test.short", 3, timedelta(minutes=1))
    await allowed(session, Try(short, "a"))
    await factories.age(session, RateLimit, timedelta(days=2))
    await allowed(session, Try(short, "b"))
    await ratelimit.forget_old(session)
    assert (await session.execute(text("SELECT count(*) FROM rate_limit"))).scalar_one() == 1


def test_the_limits_of_signing_in_are_those_of_the_standard() -> None:
    assert ratelimit.SIGN_IN_PAIR.hits <= 10
    assert ratelimit.SIGN_IN_ACCOUNT.hits <= 20
    assert ratelimit.SIGN_IN_ADDRESS.hits <= 50
