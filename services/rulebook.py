"""The rules and calendars in force, read from the database and kept parsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines import calendars as layers
from services.deadlines.derivation import Calendars
from services.models import Account, CalendarDay, CaseFile, PolicyVersion, new_id
from services.policies.bundle import Policies, load_shipped
from services.policies.versions import completed

SHIPPED = "shipped"

# Which decreed days are in force: rows are never changed, so these ids say everything.
_DAYS_SEEN = (
    "SELECT concat(count(*), '/', sum(hashtextextended(id::text, 0)::numeric))"
    " FROM calendar_day WHERE removed_at IS NULL"
)
IN_FORCE = text(_DAYS_SEEN)
# The document of a version is large and never changes: these say whether it has to be read at all.
_IN_FORCE = text(
    f"SELECT id, digest, note, ({_DAYS_SEEN}) AS days FROM policy_version WHERE in_force_from <= :now"  # noqa: S608 -- our own constant
    " ORDER BY in_force_from DESC, id DESC LIMIT 1"
)
_VERSION = text(f"SELECT digest, ({_DAYS_SEEN}) AS days FROM policy_version WHERE id = :id")  # noqa: S608 -- our own constant


@dataclass(frozen=True)
class Rulebook:
    """One version of the policies, and every decreed day that overrides the library's calendar."""

    version_id: UUID
    policies: Policies
    days: tuple[layers.CalendarDay, ...]

    def calendars(self, region: str | None = None, organisation: str | None = None) -> Calendars:
        """The calendars of a region and of an organisation (its NIB); None: national."""
        return _calendars(self.days, region, organisation)


async def current(session: AsyncSession, *, now: datetime) -> Rulebook:
    """The rules in force. Shipped rules are stored when first used, and again when a release ships others."""
    row = (await session.execute(_IN_FORCE, {"now": now})).one_or_none()
    if row is None or (row.note == SHIPPED and row.digest != load_shipped().version):
        return await of_version(session, await _store_shipped(session, now))
    return await _rulebook(session, row.id, row.digest, row.days)


async def of_case(session: AsyncSession, case: CaseFile, *, now: datetime) -> Rulebook:
    """The rules under which a case runs; those in force for one that has not been given any yet."""
    if case.policy_version_id is None:
        return await current(session, now=now)
    return await of_version(session, case.policy_version_id)


async def of_company(session: AsyncSession, case: CaseFile, rules: Rulebook) -> Calendars:
    """The calendars on which a company's own duties are counted: its region's, over them its own (by NIB).

    What the office owes is not counted on them: a company that closes does not close the office.
    """
    of_account = select(col(Account.nib)).where(col(Account.id) == case.account_id)
    nib = (await session.execute(of_account)).scalar_one_or_none() if case.account_id else None
    return rules.calendars(case.region_code, nib)


async def of_cases(
    session: AsyncSession, case_ids: Sequence[UUID], *, now: datetime
) -> list[tuple[Rulebook, list[UUID]]]:
    """Many cases by the rules under which they run, for what is written set-based; no case twice."""
    query = select(col(CaseFile.id), col(CaseFile.policy_version_id)).where(col(CaseFile.id).in_(case_ids))
    newest = (await current(session, now=now)).version_id
    by_version: dict[UUID, list[UUID]] = {}
    for case_id, version_id in await session.execute(query.order_by(col(CaseFile.id))):
        by_version.setdefault(version_id or newest, []).append(case_id)
    return [(await of_version(session, version), ids) for version, ids in sorted(by_version.items())]


async def of_version(session: AsyncSession, version_id: UUID) -> Rulebook:
    """One version of the rules, with the calendars of today. NoResultFound."""
    row = (await session.execute(_VERSION, {"id": version_id})).one()
    return await _rulebook(session, version_id, row.digest, row.days)


async def _rulebook(session: AsyncSession, version_id: UUID, digest: str, days: str) -> Rulebook:
    return Rulebook(version_id, await _policies(session, version_id, digest), await _days(session, days))


async def _store_shipped(session: AsyncSession, now: datetime) -> UUID:
    shipped = load_shipped()
    row = {
        "id": new_id(), "digest": shipped.version, "content": shipped.document, "note": SHIPPED,
        "proposed_by": "system", "approved_by": "system", "created_at": now, "in_force_from": now,
    }  # fmt: skip
    await session.execute(insert(PolicyVersion).values(row).on_conflict_do_nothing())
    query = select(col(PolicyVersion.id)).where(
        col(PolicyVersion.digest) == shipped.version, col(PolicyVersion.note) == SHIPPED
    )
    return (await session.execute(query)).scalar_one()


_PARSED: dict[str, Policies] = {}
_MOST_PARSED = 64


async def _policies(session: AsyncSession, version_id: UUID, digest: str) -> Policies:
    """Versions are immutable, so each is read and parsed once."""
    if digest not in _PARSED:
        version = await session.get_one(PolicyVersion, version_id)
        if len(_PARSED) >= _MOST_PARSED:  # what-if questions bring versions that nobody asks for again
            _PARSED.pop(next(iter(_PARSED)))
        _PARSED[digest] = Policies.from_document(completed(version.content), f"policy version {version.id}")
    return _PARSED[digest]


_DAYS: dict[str, tuple[layers.CalendarDay, ...]] = {}


async def _days(session: AsyncSession, seen: str) -> tuple[layers.CalendarDay, ...]:
    """The decreed days in force; parsed again only when others are."""
    if seen not in _DAYS:
        rows = await session.execute(select(CalendarDay).where(col(CalendarDay.removed_at).is_(None)))
        _DAYS.clear()
        _DAYS[seen] = tuple(calendar_day(row) for row in rows.scalars())
    return _DAYS[seen]


def calendar_day(row: CalendarDay) -> layers.CalendarDay:
    """A stored line as calendars are built from it."""
    return layers.CalendarDay(
        date=row.day,
        name=row.name,
        name_en=row.name_en,
        kind=layers.DayKind(row.kind),
        source=row.source,
        region=row.scope or None if row.layer == "region" else None,
        organisation=row.scope or None if row.layer == "organisation" else None,
    )


# Most places have no days of their own: they share the calendars of those whose lines are the same.
@lru_cache(maxsize=2048)
def _calendars(
    days: tuple[layers.CalendarDay, ...], region: str | None, organisation: str | None
) -> Calendars:
    return layers.build_calendars(days, region=region, organisation=organisation)
