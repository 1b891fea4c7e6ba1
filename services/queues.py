"""What waits for whom: the desks of the office, and how much lies on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.permissions import Permission
from services.identity.policy import visible_filter
from services.identity.principal import Principal
from services.models import (
    AssistanceStatus,
    CaseFile,
    CaseKind,
    DataRequestStatus,
    Deadline,
    DecreeStatus,
    ExtensionRequestStatus,
    ExtensionStatus,
    NonProductionStatus,
    RegistrationStatus,
    ReportStatus,
    ReprimandStatus,
    RollbackStatus,
    UppValidation,
    WarningStatus,
)
from services.search import MAIN_DEADLINE, Filters, Sort

# Counting stops here: nobody works through more in a day, and a page must not wait for the rest.
MOST: Final = 1000


@dataclass(frozen=True)
class Desk:
    """One kind of work: the cases in these states wait for whoever holds the permission.

    `half` names the date at which half of the office's own time is gone, `target` the date itself where it is not
    the main date of the kind. With `late_only` a case is work only
    once its date has passed. The most urgent are first where the office has a date to keep.
    """

    name: str
    kind: CaseKind
    status: tuple[str, ...]
    permission: Permission
    half: str | None = None
    target: str | None = None
    late_only: bool = False
    sort: Sort = Sort.DUE


DESKS: Final = (
    Desk(
        "registrations", CaseKind.REGISTRATION, (RegistrationStatus.SUBMITTED,),
        Permission.DECIDE_REGISTRATION, "registration_reminder",
    ),
    Desk("licences", CaseKind.LICENCE_REVIEW, (UppValidation.PENDING,), Permission.REVIEW_LICENCE),
    Desk(
        "verification", CaseKind.REPORT, (ReportStatus.SENT,), Permission.VERIFY_REPORT,
        "report_verification_reminder", "report_verification_target",
    ),
    Desk(
        "validation", CaseKind.REPORT, (ReportStatus.VERIFIED,), Permission.VALIDATE_REPORT,
        "report_validation_reminder", "report_validation_target",
    ),
    Desk(
        "rollbacks", CaseKind.ROLLBACK, (RollbackStatus.REQUESTED,), Permission.DECIDE_ROLLBACK
    ),
    Desk(
        "overdue", CaseKind.REPORT,
        (ReportStatus.UPCOMING, ReportStatus.NOT_STARTED, ReportStatus.DRAFT, ReportStatus.RETURNED),
        Permission.EXCUSE_OBLIGATION, late_only=True,
    ),
    Desk(
        "data_requests", CaseKind.DATA_REQUEST, (DataRequestStatus.ANSWERED,), Permission.ACCEPT_DATA_REQUEST,
        sort=Sort.NEWEST,
    ),
    Desk("warnings", CaseKind.WARNING, (WarningStatus.PROPOSED,), Permission.APPROVE_WARNING),
    Desk(
        "sanctions", CaseKind.WARNING, (WarningStatus.DECIDING,), Permission.APPROVE_WARNING, sort=Sort.NEWEST
    ),
    Desk(
        "extension_requests", CaseKind.EXTENSION_REQUEST, (ExtensionRequestStatus.SUBMITTED,),
        Permission.DECIDE_EXTENSION_REQUEST, "extension_request_reminder",
    ),
    Desk(
        "non_production", CaseKind.NON_PRODUCTION, (NonProductionStatus.SUBMITTED,),
        Permission.EXCUSE_OBLIGATION, "non_production_reminder",
    ),
    Desk(
        "assistance", CaseKind.ASSISTANCE, (AssistanceStatus.ASKED,), Permission.ASSIST_COMPANY,
        "assistance_reminder",
    ),
    Desk(
        "reprimands", CaseKind.REPRIMAND, (ReprimandStatus.PROPOSED,), Permission.DECIDE_REPRIMAND,
        "reprimand_reminder",
    ),
    Desk(
        "decrees", CaseKind.DECREE, (DecreeStatus.PREVIEWED,), Permission.MANAGE_CALENDAR, sort=Sort.NEWEST,
    ),
    Desk(
        "extensions", CaseKind.CAMPAIGN, (ExtensionStatus.PREVIEWED,), Permission.APPROVE_EXTENSION,
        sort=Sort.NEWEST,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Load:
    """How much waits, how much of it is past half of its time, and past all of it; each at most `MOST`."""

    waiting: int
    half: int
    late: int


def of(principal: Principal) -> Sequence[Desk]:
    """The desks at which this official works."""
    return [desk for desk in DESKS if principal.grants_with(desk.permission)]


async def load(session: AsyncSession, principal: Principal, desk: Desk, *, now: datetime) -> Load:
    """How much lies on a desk, of what this official may see."""
    waiting = 0 if desk.late_only else await _count(session, principal, desk)
    late = await _count(session, principal, desk, _passed(_target(desk), now))
    half = await _count(session, principal, desk, _passed(desk.half, now)) if desk.half else late
    return Load(waiting or late, max(half - late, 0), late)


def filters(desk: Desk, *, region: str | None, q: str | None, now: datetime) -> Filters:
    """The desk as a search."""
    return Filters(
        kind=desk.kind,
        status=desk.status,
        region=region,
        q=q,
        due_before=now if desk.late_only else None,
        sort=desk.sort,
        deadline=desk.target,
    )


async def past_half(
    session: AsyncSession, desk: Desk, ids: Sequence[UUID], *, now: datetime
) -> frozenset[UUID]:
    """Which of these cases are past half of their time, but not past all of it."""
    if desk.half is None or not ids:
        return frozenset()
    found = select(col(CaseFile.id)).where(
        col(CaseFile.id).in_(ids),
        _passed(desk.half, now),
        not_(_passed(_target(desk), now)),
    )
    return frozenset((await session.execute(found)).scalars())


def _target(desk: Desk) -> str:
    return desk.target or MAIN_DEADLINE[desk.kind]


async def _count(
    session: AsyncSession, principal: Principal, desk: Desk, *narrower: ColumnElement[bool]
) -> int:
    some = (
        select(literal(1))
        .select_from(CaseFile)
        .where(
            col(CaseFile.kind) == desk.kind,
            col(CaseFile.status).in_(desk.status),
            visible_filter(principal, CaseFile),
            *narrower,
        )
        .limit(MOST)
        .subquery()
    )
    return (await session.execute(select(func.count()).select_from(some))).scalar_one()


def _passed(name: str, now: datetime) -> ColumnElement[bool]:
    open_date: Any = select(literal(1)).where(
        col(Deadline.case_id) == col(CaseFile.id),
        col(Deadline.name) == name,
        col(Deadline.met_at).is_(None),
        col(Deadline.paused_since).is_(None),
        col(Deadline.due_before) <= now,
    )
    found: ColumnElement[bool] = open_date.exists()
    return found
