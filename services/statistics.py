"""Planner statistics, kept fresh where a wave fills a table faster than autovacuum looks.

A statement planned for an empty table that has since got a hundred thousand rows reads all of them for each row:
measured 80 times slower reminders and 20 times slower extensions.
"""

from typing import Final

from sqlalchemy import text

from services.database import Sessions

# A batch after which the table is no longer what it was when autovacuum last looked.
AFTER_BATCHES = frozenset({1, 4, 16, 64})


# The reasons of dates are long JSON by which nothing is ever looked up: to analyse them takes seconds.
DERIVATIONS: Final = "derivation (id, digest, due_before, recipe_digest)"


async def freshen(sessions: Sessions, *tables: str) -> None:
    """ANALYZE tables of this service, or the columns named behind one; the role may do that and nothing more."""
    async with sessions() as session, session.begin():
        await session.execute(text(f"ANALYZE {', '.join(tables)}"))
