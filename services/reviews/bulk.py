"""Review by exception: reports without a flag are approved together, by a named person, after a preview.

A preview keeps exactly which submissions it showed. Approving it looks at each of them again, in one transaction:
what was sent again, returned, held or decided meanwhile is left out and counted.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.policy import visible_filter
from services.identity.principal import Grant, Principal
from services.models import (
    CaseFile,
    CaseKind,
    Report,
    ReportReview,
    ReportStatus,
    ReportValidation,
    ReviewBatch,
    ReviewDesk,
    new_id,
)
from services.reference import kbli
from services.reviews import bulk_writing
from services.reviews.bulk_writing import Chosen

MOST: Final = 5000
"""As many as one person approves at once."""

PERMISSION: Final = {
    ReviewDesk.VERIFICATION: Permission.VERIFY_REPORT,
    ReviewDesk.VALIDATION: Permission.VALIDATE_REPORT,
}
STATUS: Final = {
    ReviewDesk.VERIFICATION: ReportStatus.SENT,
    ReviewDesk.VALIDATION: ReportStatus.VERIFIED,
}


@dataclass(frozen=True)
class Which:
    """Which reports of a desk. `directorate` is needed for validation, and only there."""

    desk: ReviewDesk
    directorate: str | None = None
    period: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Approved:
    """What became of a batch: how many were approved, and why the others were left out."""

    batch: ReviewBatch
    approved: int
    left_out: dict[str, int]


async def preview(session: AsyncSession, user: Principal, which: Which, *, now: datetime) -> ReviewBatch:
    """Keep which unflagged reports wait at this desk (at most `MOST`), and how many are not among them."""
    _check(which)
    unflagged = waiting(user, which).where(
        col(ReportReview.flagged).is_(False), col(CaseFile.held_at).is_(None)
    )
    rows = (await session.execute(unflagged.limit(MOST + 1))).all()
    chosen = [{"case": str(row.id), "submission": row.submission} for row in rows[:MOST]]
    counts = {"chosen": len(chosen), "beyond": int(len(rows) > MOST)} | await _apart(session, user, which)
    batch = ReviewBatch(
        id=new_id(),
        desk=which.desk,
        directorate=which.directorate,
        filters={"period": which.period, "region": which.region},
        chosen=chosen,
        counts={name: count for name, count in counts.items() if count},
        previewed_by=user.actor,
        previewed_at=now,
    )
    session.add(batch)
    await session.flush()
    return batch


async def _apart(session: AsyncSession, user: Principal, which: Which) -> dict[str, int]:
    """How many wait at this desk that are not approved together: held, or flagged."""
    all_waiting = waiting(user, which).order_by(None).subquery()
    held = all_waiting.c.held_at.is_not(None)
    counted = select(
        func.count().filter(held).label("held"),
        func.count().filter(all_waiting.c.flagged, ~held).label("flagged"),
    ).select_from(all_waiting)
    return dict((await session.execute(counted)).one()._mapping)


async def approve(
    session: AsyncSession,
    user: Principal,
    batch_id: UUID,
    *,
    without: Collection[UUID] = (),
    now: datetime,
) -> Approved:
    """Approve what the preview showed, except `without`. Only the person who saw the preview may, and once."""
    batch = await session.get(ReviewBatch, batch_id, populate_existing=True, with_for_update=True)
    if batch is None or batch.previewed_by != user.actor:
        raise NotFound
    if user.person_id is None:
        raise Forbidden(
            N_("Persetujuan bersama diberikan oleh orang yang disebut namanya, bukan oleh program.")
        )
    if batch.approved_at is not None:
        raise Conflict(N_("Persetujuan bersama ini sudah diberikan."))
    shown = {UUID(line["case"]): int(line["submission"]) for line in batch.chosen}
    locked = await cases.lock_many(session, sorted(shown))
    which = Which(ReviewDesk(batch.desk), batch.directorate)
    rows = (await session.execute(waiting(user, which).where(col(CaseFile.id).in_(locked)))).all()
    still = {row.id: row for row in rows}
    left_out = {
        str(case_id): why
        for case_id, submission in shown.items()
        if (why := _left_out(case_id, submission, still.get(case_id), without))
    }
    ids = [case_id for case_id in shown if str(case_id) not in left_out]
    batch.approved_at, batch.approved_by, batch.left_out = now, user.actor, left_out
    await session.flush()
    if ids:
        chosen = Chosen(ids, batch.id, batch.directorate, user.actor)
        await (
            bulk_writing.verify(session, chosen, now=now)
            if which.desk is ReviewDesk.VERIFICATION
            else bulk_writing.approve(session, chosen, now=now)
        )
    return Approved(batch, len(ids), dict(Counter(left_out.values())))


async def get(session: AsyncSession, user: Principal, batch_id: UUID) -> ReviewBatch:
    """A batch, for the person who previewed it. NotFound."""
    batch = await session.get(ReviewBatch, batch_id, populate_existing=True)
    if batch is None or batch.previewed_by != user.actor:
        raise NotFound
    return batch


def _left_out(case_id: UUID, submission: int, row: Any, without: Collection[UUID]) -> str | None:
    if case_id in without:
        return "excluded"
    if row is None or row.submission != submission:
        return "changed"
    if row.held_at is not None:
        return "held"
    return "flagged" if row.flagged else None


def waiting(user: Principal, which: Which) -> Select[UUID, datetime | None, int, bool]:
    """Examined reports that wait at this desk and that this official may decide, oldest first."""
    query = (
        select(
            col(CaseFile.id), col(CaseFile.held_at), col(ReportReview.submission), col(ReportReview.flagged)
        )
        .join(Report, col(Report.case_id) == col(CaseFile.id))
        .join(ReportReview, col(ReportReview.case_id) == col(CaseFile.id))
        .where(
            col(ReportReview.submission) == col(Report.submission),
            col(CaseFile.kind) == CaseKind.REPORT,
            col(CaseFile.status) == STATUS[which.desk],
            col(CaseFile.closed_at).is_(None),
            *_narrowed(which),
        )
        .order_by(col(CaseFile.id))
    )
    if which.desk is ReviewDesk.VERIFICATION:
        deciding = replace(user, roles=user.grants_with(Permission.VERIFY_REPORT))
        return query.where(visible_filter(deciding, CaseFile))
    part = select(col(ReportValidation.case_id)).where(
        col(ReportValidation.case_id) == col(CaseFile.id),
        col(ReportValidation.submission) == col(ReportReview.submission),
        col(ReportValidation.directorate) == which.directorate,
        col(ReportValidation.approved_at).is_(None),
        or_(false(), *map(_reaches, user.grants_with(Permission.VALIDATE_REPORT))),
    )
    return query.where(part.exists())


def _narrowed(which: Which) -> Sequence[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if which.period:
        kept.append(col(CaseFile.period) == which.period)
    if which.region:
        kept.append(_in_region(which.region))
    return kept


def _reaches(grant: Grant) -> ColumnElement[bool]:
    """As `desk.validates_for`, for lists: the grant's region, and one of its divisions among the directorate's."""
    divisions: Any = col(ReportValidation.divisions)
    clauses: list[ColumnElement[bool]] = [_in_region(grant.region_prefix)] if grant.region_prefix else []
    if grant.kbli_divisions:
        clauses.append(divisions.overlap(list(grant.kbli_divisions)))
    return and_(true(), *clauses)


def _in_region(prefix: str) -> ColumnElement[bool]:
    region = col(CaseFile.region_code)
    return or_(region == prefix, region.startswith(f"{prefix}.", autoescape=True))


def _check(which: Which) -> None:
    validating = which.desk is ReviewDesk.VALIDATION
    if validating and which.directorate not in kbli.directorates():
        raise InvalidInput(N_("Pilih direktorat pembina."), field="directorate")
    if not validating and which.directorate is not None:
        raise InvalidInput(N_("Verifikasi tidak dibagi menurut direktorat."), field="directorate")
