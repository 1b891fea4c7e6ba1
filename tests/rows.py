"""Whether anything in a database changed: every row of every table, but what merely follows who was there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from services.database import Sessions

# Of the visit, not of the matter: when a key was last used, what was looked at, how often something was tried.
OF_THE_VISIT = frozenset({"api_key", "rate_limit", "read_log", "security_event", "web_session"})


async def digests(sessions: Sessions) -> dict[str, str]:
    """Each table with a digest of all that stands in it."""
    async with sessions() as session:
        names = await session.execute(
            text(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            )
        )
        tables = sorted(set(names.scalars()) - OF_THE_VISIT)
        every = " UNION ALL ".join(
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {name} t"  # noqa: S608 -- names of our own tables
            for name in tables
        )
        found = await session.execute(text(every))
        return {row[0]: row[1] for row in found}


@asynccontextmanager
async def untouched(sessions: Sessions) -> AsyncIterator[None]:
    """What is done within changes no row."""
    before = await digests(sessions)
    yield
    after = await digests(sessions)
    assert sorted(name for name in after if after[name] != before[name]) == []
