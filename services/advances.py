"""How far to advance a rehearsal: spans and moments as people type them, and whether an advance is under way."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import rehearsal
from services.deadlines.zones import WIB
from services.errors import InvalidInput
from services.i18n import N_
from services.rehearsal import ADVISORY_LOCK, Clock

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN: Final = re.compile(r"(?P<count>[0-9]{1,5})\s*(?P<unit>[mhdw])")
LONGEST: Final = timedelta(days=366 * 10)
INTERRUPTED: Final = "interrupted"

# A 64-bit key stands in pg_locks as two halves.
_UNDER_WAY: Final = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND classid = CAST(:high AS oid) AND objid = CAST(:low AS oid)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


def parse_span(typed: str, *, field: str = "by") -> timedelta:
    """ "30d", "12h", "2w" or "45m"; InvalidInput for anything else."""
    found = _SPAN.fullmatch(typed.strip().lower())
    if found is None:
        raise InvalidInput(
            N_("“{typed}” bukan lama waktu, contoh: 30d, 12h, 2w."), field=field, typed=typed[:40]
        )
    span = timedelta(**{_UNITS[found["unit"]]: int(found["count"])})
    if span > LONGEST:
        raise InvalidInput(N_("Jam simulasi dimajukan paling jauh sepuluh tahun sekaligus."), field=field)
    return span


def parse_moment(typed: str, *, field: str = "to") -> datetime:
    """An ISO date or time; without an offset it is read as WIB, the clock of the law."""
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput(
            N_("“{typed}” bukan waktu, contoh: 2027-01-10T23:59."), field=field, typed=typed[:40]
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=WIB)


def target(now: datetime, *, by: str | None, to: str | None) -> datetime:
    """Where an advance from `now` goes: exactly one of a span and a moment is given."""
    if (by is None) == (to is None):
        raise InvalidInput(N_("Sebutkan salah satu: lama waktu (by) atau tujuan (to)."), field="by")
    aim = now + parse_span(by) if by is not None else parse_moment(to or "")
    if aim < now:
        raise InvalidInput(N_("Jam simulasi tidak dapat dimundurkan."), field="by" if by else "to")
    if aim > now + LONGEST:
        raise InvalidInput(N_("Jam simulasi dimajukan paling jauh sepuluh tahun sekaligus."), field="to")
    return aim


@dataclass(frozen=True)
class Standing:
    """A rehearsal's clock as everybody may see it. `failure`: not_at_rest, broken or interrupted; None: all is well."""

    clock: Clock
    advancing: bool
    failure: str | None


async def standing(session: AsyncSession) -> Standing:
    """Where the clock stands and how the last advance ended, whichever process carried it out."""
    advancing, clock = await under_way(session), await rehearsal.read(session)
    # Looked at once more, for an advance that began between the two: only a killed one leaves its target behind.
    advancing = advancing or (clock.target is not None and await under_way(session))
    if advancing:
        return Standing(clock, True, None)
    interrupted = INTERRUPTED if clock.target is not None else None
    return Standing(clock, False, clock.failure or interrupted)


async def under_way(session: AsyncSession) -> bool:
    """Whether some process is advancing this database's clock right now."""
    halves = {"high": ADVISORY_LOCK >> 32, "low": ADVISORY_LOCK & 0xFFFFFFFF}
    return bool((await session.execute(_UNDER_WAY, halves)).scalar_one())
