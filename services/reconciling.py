"""What the rows no longer know after a backup was restored: processes and legal letters that others remember."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

_FORGOTTEN: Final = text(
    """
    SELECT k.key FROM unnest(CAST(:keys AS text[])) AS k(key)
    WHERE NOT EXISTS (SELECT FROM case_file c WHERE c.key = k.key) ORDER BY k.key
    """
)
# The engine saw it end, or saw a report begin its review: the row is from before.
_BEHIND: Final = text(
    """
    SELECT c.key FROM case_file c
    WHERE c.closed_at IS NULL
      AND (c.key = ANY(CAST(:ended AS text[]))
           OR (c.key = ANY(CAST(:known AS text[])) AND c.kind = 'report'
               AND NOT jsonb_exists(c.milestones, 'sent_at')))
    ORDER BY c.key
    """
)
# A letter counts as known once its row says more than that it is still to go. Ids as in `dedupe.message_id`.
_LETTERS: Final = text(
    """
    WITH known AS (
        SELECT left(encode(sha256(convert_to(m.dedupe_key, 'UTF8')), 'hex'), 40) AS id FROM message m
        WHERE m.lane = 'legal'
          AND (m.state NOT IN ('queued', 'claimed') OR EXISTS (
              SELECT FROM delivery d WHERE d.message_id = m.id AND d.state IN ('sending', 'sent', 'unknown')))
    )
    SELECT g.id FROM unnest(CAST(:ids AS text[])) AS g(id)
    WHERE NOT EXISTS (SELECT FROM known k WHERE k.id = g.id) ORDER BY g.id
    """
)


@dataclass(frozen=True)
class Lost:
    """What happened after the backup, by name. `forgotten`: processes whose case no row knows. `behind`: cases whose
    rows are older than their process. `letters`: first parts of the Message-IDs of legal letters that may have gone
    out and that no row calls sent."""

    forgotten: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()


async def compare(
    session: AsyncSession, *, known: Collection[str], ended: Collection[str], letters: Collection[str]
) -> Lost:
    """Hold the rows against the processes that the engine knows (workflow ids; those that ended by themselves once
    more), and against the journal of legal mail. Asking again names the same."""

    async def names(query: TextClause, **given: Collection[str]) -> tuple[str, ...]:
        lists = {name: list(values) for name, values in given.items()}
        return tuple((await session.execute(query, lists)).scalars())

    return Lost(
        forgotten=await names(_FORGOTTEN, keys=known),
        behind=await names(_BEHIND, known=known, ended=ended),
        letters=await names(_LETTERS, ids=letters),
    )
