"""What waits for an officer: companies to be reached, those with the next date first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import NotFound
from services.identity.permissions import Permission
from services.identity.policy import allowed_filter
from services.identity.principal import Principal
from services.models import Account, CaseFile, ContactReason, ContactTask, Deadline
from services.policies.moving import TOLD

MOST: Final = 500


@dataclass(frozen=True)
class Line:
    """One task with its company and the next open date of any of the company's cases."""

    task: ContactTask
    account: Account
    due_name: str | None
    due_before: datetime | None


async def waiting(
    session: AsyncSession,
    principal: Principal,
    *,
    now: datetime,
    reason: ContactReason | None = None,
    region: str | None = None,
    limit: int = MOST,
) -> list[Line]:
    """Open tasks about companies this official may record service for."""
    query = _lines(now).where(
        col(ContactTask.settled_at).is_(None),
        allowed_filter(principal, Permission.RECORD_SERVICE, Account),
    )
    if reason is not None:
        query = query.where(col(ContactTask.reason) == reason)
    if region:
        code = col(Account.region_code)
        query = query.where(or_(code == region, code.startswith(f"{region}.", autoescape=True)))
    return await _read(session, query.limit(limit))


async def of_account(session: AsyncSession, account_id: UUID, *, now: datetime) -> list[Line]:
    """Every task about a company, open ones first."""
    return await _read(session, _lines(now).where(col(ContactTask.account_id) == account_id))


async def one(session: AsyncSession, task_id: UUID, *, now: datetime) -> Line:
    """One task, open or settled; NotFound when there is none."""
    found = await _read(session, _lines(now).where(col(ContactTask.id) == task_id))
    if not found:
        raise NotFound
    return found[0]


def _lines(now: datetime) -> Select[Any]:
    """Tasks with the next date of their company that lies ahead and is neither met nor standing still."""
    next_date = (
        select(col(CaseFile.account_id), col(Deadline.name), col(Deadline.due_before))
        .join(Deadline, and_(col(Deadline.case_id) == col(CaseFile.id), col(Deadline.met_at).is_(None)))
        .where(
            col(CaseFile.closed_at).is_(None),
            col(Deadline.due_before) > now,
            col(Deadline.paused_since).is_(None),
            col(Deadline.name).in_(TOLD),
            col(CaseFile.account_id).in_(
                select(col(ContactTask.account_id)).where(col(ContactTask.settled_at).is_(None))
            ),
        )
        .ext(distinct_on(col(CaseFile.account_id)))
        .order_by(col(CaseFile.account_id), col(Deadline.due_before))
        .subquery()
    )
    return (
        select(ContactTask, Account, next_date.c.name, next_date.c.due_before)
        .join(Account, col(Account.id) == col(ContactTask.account_id))
        .outerjoin(next_date, next_date.c.account_id == col(ContactTask.account_id))
        .order_by(
            col(ContactTask.settled_at).is_not(None),
            next_date.c.due_before.nulls_last(),
            col(ContactTask.id),
        )
        .execution_options(populate_existing=True)
    )


async def _read(session: AsyncSession, query: Select[Any]) -> list[Line]:
    return [Line(*row) for row in await session.execute(query)]
